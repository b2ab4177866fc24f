"""Agreement with a therapist's labels: how well the grades match, in figures, words and a page."""
