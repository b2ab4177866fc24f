"""What makes a report a record, from text: lines, notes, and how strong symptoms were.

The command line and a table of clips take the same. Each function raises a ValueError that says
what is wrong, to stand behind what was given.
"""

from __future__ import annotations

WORST = 10  # of the scale from 0, no symptoms, to 10
_LINE_CHARACTERS, _NOTE_CHARACTERS = 200, 2000


def one_line(text: str) -> str | None:
    """Return a name or code without needless space, None where there is none."""
    return _at_most(" ".join(text.split()), _LINE_CHARACTERS) or None


def whole_note(text: str) -> str:
    """Return a note, which may have lines."""
    return _at_most(text.strip(), _NOTE_CHARACTERS)


def symptoms(text: str) -> int | None:
    """Return how strong symptoms were, from 0 (none) to `WORST`; None where nothing is said."""
    from posecheck.present.spreadsheet import is_unknown, number  # the command line has no tables

    if is_unknown(text):
        return None
    try:
        found = number(text)
    except ValueError:
        found = -1.0
    if found != int(found) or not 0 <= found <= WORST:
        raise ValueError(f"is no whole number from 0 to {WORST}")
    return int(found)


def _at_most(text: str, characters: int) -> str:
    if len(text) > characters:
        raise ValueError(f"is longer than {characters} characters")
    return text
