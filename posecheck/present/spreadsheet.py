"""Tables that people open and save in a spreadsheet.

`read_sheet` understands any usual delimiter, encoding and decimal sign. `defused` and `spelled`
make text that a spreadsheet neither runs nor cannot hold.
"""

from __future__ import annotations

import csv
import datetime
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from posecheck.errors import InputError

_TIME = r"(?:[ T]+\d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp][Mm])?)?"  # that Excel writes behind a day
_GERMAN_DAY = re.compile(rf"(?P<day>\d{{1,2}})\. ?(?P<month>\d{{1,2}})\. ?(?P<year>\d{{4}}){_TIME}")
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})[/.](?P<month>\d{{1,2}})[/.](?P<day>\d{{1,2}}){_TIME}")
_SLASHES = re.compile(rf"(\d{{1,2}})[/-](\d{{1,2}})[/-](\d{{4}}){_TIME}")
_MONTHS = 12
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")  # Excel's own number for a day
_DAY_0 = datetime.date(1899, 12, 30)  # as Excel has a 29 February 1900, which was none
_FIRST_SERIAL, _LAST_SERIAL = 29221, 73050  # 1980 to 2099
_TOO_LARGE = 256 * 1024 * 1024
_UNKNOWN = frozenset(("", "-", "–", "—", "?", "na", "n/a", "n.a.", "nan", "none", "null"))
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


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of text: its header, and its rows with the line each ends on."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]  # cells as many as the header has

    def named(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield the rows by the names of their columns, each with where it stands."""
        for line, cells in self.rows:
            yield f"line {line}", dict(zip(self.header, cells, strict=True))


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file with commas, semicolons or tabs, in UTF-8, UTF-16 or Windows' Latin.

    Raises
    ------
    InputError
        If it is missing, unreadable, not such a table, empty, or has a row with more cells
        than the header.

    """
    return parse_sheet(_bytes(path), str(path))


def parse_sheet(data: bytes, place: str) -> Sheet:
    """Read the content of a table, as `read_sheet` does.

    Parameters
    ----------
    data
        The bytes of the file.
    place
        What messages call it.

    """
    text = _decoded(data, place)
    delimiter, text = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: tuple[str, ...] = ()
    rows: list[tuple[int, tuple[str, ...]]] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = _without_empty_end(cells)
            else:
                rows.append((reader.line_num, _fitted(cells, header, reader.line_num, place)))
    except csv.Error as error:
        raise InputError(
            f"{place}, line {reader.line_num}: this is not a table ({error})."
        ) from error
    if not header:
        raise InputError(f"{place} is empty; it needs a line with the names of its columns.")
    return Sheet(header, tuple(rows))


def columns_of(
    header: Iterable[str], spellings: Mapping[str, Sequence[str]], place: str
) -> dict[str, int]:
    """Find the columns that are asked for, however they are spelled.

    Parameters
    ----------
    header
        The names in the table.
    spellings
        What is asked for, with the names it may have: lower case, ``_`` between words.
    place
        What messages call the table.

    Returns
    -------
    dict
        The column of each that is there, counted from 0.

    Raises
    ------
    InputError
        If two columns are the same.

    """
    known = {name: asked for asked, names in spellings.items() for name in names}
    found: dict[str, tuple[int, str]] = {}
    for i, name in enumerate(header):
        words = (re.sub(odd, "_", name.lower()).strip("_") for odd in (r"[\W_]+", r"[\W\d_]+"))
        asked = next((known[w] for w in words if w in known), None)
        if asked in found:
            raise InputError(
                f"{place} has two columns for the same: {found[asked][1]} and {name}; rename or "
                "remove one."
            )
        if asked is not None:
            found[asked] = (i, name)
    return {asked: i for asked, (i, _) in found.items()}


def number(text: str) -> float:
    """Return the number in a cell, NaN where it says that there is none.

    A decimal comma, a minus sign of typographers and a degree sign are understood.

    Raises
    ------
    ValueError
        If it is something else.

    """
    plain = text.strip().lower()
    if plain in _UNKNOWN:
        return math.nan
    plain = plain.replace("−", "-").removesuffix("°").removesuffix("deg").strip()
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    value = float(plain)
    if not math.isfinite(value) or "_" in plain:
        raise ValueError(text)
    return value


def iso_date(text: str, month_first: bool | None = None) -> str:
    """Return a day as ISO 8601 writes it, from the forms that people and spreadsheets write.

    Parameters
    ----------
    text
        Such as ``2026-03-30``, with a time of day or without, ``30.3.2026``, ``2026/03/30``,
        ``30/3/2026`` or ``3/30/2026``.
    month_first
        Whether 3/4/2026 is in March; None where nobody knows.

    Raises
    ------
    ValueError
        It is none, or one that can be read in two ways, such as 3/4/2026.

    """
    try:
        return _day(text.strip(), month_first).isoformat()
    except ValueError:
        raise ValueError(f"{text!r} is no day, or may be two") from None


def two_days(text: str) -> tuple[datetime.date, datetime.date] | None:
    """Return the day first and the month first, where a text such as 3/4/2026 may be either."""
    found = _SLASHES.fullmatch(text.strip())
    if found is None:
        return None
    one, other, year = map(int, found.groups())
    if one == other or not 0 < min(one, other) <= max(one, other) <= _MONTHS:
        return None
    return datetime.date(year, other, one), datetime.date(year, one, other)


def is_month_first(texts: Iterable[str]) -> bool | None:
    """Tell how the days of one column are written, by those that can be read in one way only.

    Returns
    -------
    bool or None
        Whether the month stands first, as in 3/30/2026; None where no day tells, or two differ.

    """
    found = set()
    for text in texts:
        slashed = _SLASHES.fullmatch(text.strip())
        if slashed and max(int(slashed[1]), int(slashed[2])) > _MONTHS:
            found.add(int(slashed[2]) > _MONTHS)
    return found.pop() if len(found) == 1 else None


def serial_date(text: str) -> str | None:
    """Return the day of a spreadsheet's own number for it, None for any other text.

    A workbook counts days from the end of 1899 (those of old Macs, from 1904, are not told from
    it), and has the time of day behind the point. Four or six digits may be a year or a count.
    """
    found = _SERIAL.fullmatch(text.strip())
    if found is None or not _FIRST_SERIAL <= int(found[1]) <= _LAST_SERIAL:
        return None
    return (_DAY_0 + datetime.timedelta(days=int(found[1]))).isoformat()


def _day(plain: str, month_first: bool | None) -> datetime.date:
    for form in (_GERMAN_DAY, _YEAR_FIRST):
        found = form.fullmatch(plain)
        if found:
            parts = {name: int(number) for name, number in found.groupdict().items()}
            return datetime.date(**parts)
    found = _SLASHES.fullmatch(plain)
    if found:
        one, other, year = map(int, found.groups())
        if month_first is None and one != other and max(one, other) <= _MONTHS:
            raise ValueError(plain)
        first = other > _MONTHS or (month_first is True and one <= _MONTHS)
        day, month = (other, one) if first else (one, other)
        return datetime.date(year, month, day)
    if plain[4:5] != "-":
        raise ValueError(plain)
    return datetime.datetime.fromisoformat(plain.replace("Z", "+00:00")).date()


def is_unknown(text: str) -> bool:
    """Tell whether a cell says that nothing is known."""
    return text.strip().lower() in _UNKNOWN


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder; name the table in it.")
        if path.exists() and not path.is_file():
            raise InputError(f"{path} is not a file.")
        if path.stat().st_size > _TOO_LARGE:
            raise InputError(f"{path} is too large to be such a table.")
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path} is not there.") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"Cannot read {path}: {reason}.") from error


def _decoded(data: bytes, place: str) -> str:
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise InputError(f"{place} is a workbook, not a CSV file; save it as CSV first.")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")  # as Excel saves it by default
    if "\0" in text:
        raise InputError(f"{place} is not a CSV file: it is not text.")
    return text


def _delimiter(text: str) -> tuple[str, str]:
    """Return what stands between the cells, and the text without a line that says so."""
    first = text.lstrip().split("\n", 1)[0].rstrip("\r")
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], text.lstrip()[len(first) :]
    outside = "".join(first.split('"')[::2])
    found = max(",;\t", key=outside.count)  # the comma where there is none
    return found, text


def _without_empty_end(cells: list[str]) -> tuple[str, ...]:
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    return tuple(cell.strip() for cell in cells)


def _fitted(cells: list[str], header: tuple[str, ...], line: int, place: str) -> tuple[str, ...]:
    if any(cell.strip() for cell in cells[len(header) :]):
        raise InputError(
            f"{place}, line {line}: {len(cells)} cells under {len(header)} names of columns; "
            "a comma inside a cell (24,8) needs quotes around it, or `;` between the cells."
        )
    return tuple((cells + [""] * len(header))[: len(header)])


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
