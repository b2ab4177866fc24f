"""Many clips: what to grade, who grades it, what is kept, and how far it is."""
