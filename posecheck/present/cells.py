"""Text in the cells of a table: nothing that a spreadsheet would run, nothing it cannot hold."""

from __future__ import annotations

import re

# What a spreadsheet, or the person who pastes it into one, may drop before it looks: white
# space, quotes, control characters, and characters that are not seen.
_LEAD = (
    r"[\s'\"`´‘’“”„«»\x00-\x1f\x7f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
)
_SIGNS = r"=+\-@＝＋－＠"
# Where the table is opened as one with `;` or tabs between its cells (as a German Excel opens
# any .csv), quotes in the middle of a line mean nothing, and what follows is a cell as well.
_BEGINS = rf"(?=(?<=[;\t\r\n]){_LEAD}[{_SIGNS}])"
_RUNS = re.compile(rf"\A(?={_LEAD}[\t\r\n{_SIGNS}])|{_BEGINS}")
_DEFUSED = re.compile(rf"\A'(?={_LEAD}[\t\r\n{_SIGNS}])|(?<=[;\t\r\n])'(?={_LEAD}[{_SIGNS}])")


def defused(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: an apostrophe before where it begins.

    ``restored`` gives the text back, whatever it was. The signs and the remedy are those of
    OWASP's page on CSV injection.
    """
    return _RUNS.sub("'", text)


def restored(text: str) -> str:
    """Return what ``defused`` was given."""
    return _DEFUSED.sub("", text)


def spelled(text: str) -> str:
    r"""Return text that UTF-8 and every reader can hold.

    Half surrogate pairs, which stand in file names for bytes that are no text, become
    ``\udcff``, and NUL becomes ``\x00``.
    """
    whole = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return whole.replace("\0", "\\x00")
