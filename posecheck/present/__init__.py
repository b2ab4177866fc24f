"""How it is shown: the overlay on a frame, the live screen and the voice, pages and tables.

This package needs the vocabulary of ``types`` and the errors, nothing else of Posecheck but what
stands below all packages. The words of a language are given to it, and what is drawn is said by
the values themselves.
"""
