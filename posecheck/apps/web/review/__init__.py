"""A clip beside its curves, and what a therapist puts right in it."""
