"""Clips on their way in: uploads, what is checked of them, and where they are kept."""
