"""The review room: the pages in a browser where a practice works with its patients' clips."""
