"""Where poses come from: frames of files and cameras, and the model that finds landmarks."""
