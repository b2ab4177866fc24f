"""Clips are graded one after the other, whatever happens to the server."""
