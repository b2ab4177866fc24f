"""What comes in from other folders and goes out: files, deletion, copies of everything."""
