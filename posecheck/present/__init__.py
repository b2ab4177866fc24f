"""How it is shown: the overlay on a frame, the page, the tables.

This package needs the vocabulary of ``types`` and the errors, nothing else of Posecheck.
"""
