"""What is done: each exercise in a room of its own, and what all of them share."""
