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
_NO_BYTES = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # half surrogate pairs


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

    The bytes that file names hold as half surrogate pairs become text again where they are,
    else ``\xff``; any other half becomes ``\ud800``, and NUL ``\x00``.
    """
    halves = _NO_BYTES.sub(lambda half: f"\\u{ord(half[0]):04x}", text)
    whole = halves.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return whole.replace("\0", "\\x00")
