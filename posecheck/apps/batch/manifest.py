"""A table of clips: CSV or Parquet, one row a clip, with what to know about it.

Columns: ``clip`` (a path relative to the table, or an address), and, if wanted, ``subject`` (or
``patient``, ``subject_id``, ``patient_id``), ``prescription`` (a ready one's name, or a file
relative to the table), ``exercise`` (its name, auto or empty), ``side`` (left, right, auto or
empty), ``session_date`` (ISO 8601, or as a spreadsheet writes a day), ``therapist``, ``note``,
``symptoms_before`` and ``symptoms_after`` (0 to 10).
Other columns are passed over, and said. A value that makes no sense is a problem of its row alone.

A table may come from another system than the clips. A name that is not there is looked for with
slashes in the place of Windows' backslashes, and with accents composed in the other way (a Mac
writes ``ü`` as two characters, most others as one); the job has the name that the disk has.
"""

from __future__ import annotations

import contextlib
import datetime
import math
import os
import posixpath
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import Any, cast
from urllib.parse import quote

from posecheck.apps.batch.addresses import file_system, is_address, parse_address, why
from posecheck.apps.record import one_line, symptoms, whole_note
from posecheck.errors import InputError
from posecheck.exercises.catalogue import exercise_called
from posecheck.exercises.prescription import ready_prescriptions
from posecheck.present.spreadsheet import (
    columns_of,
    is_month_first,
    is_unknown,
    iso_date,
    parse_sheet,
    serial_date,
    spelled,
    two_days,
)
from posecheck.types import Side, Subject

_MOST_BYTES = 200_000_000
_MOST_NAMED = 10  # columns that a sentence names
_LONGEST_NAME = 80  # characters of a column's name
_SPELLINGS = {
    "clip": ("clip",),
    "subject": ("subject", "subject_id", "patient", "patient_id"),
    "prescription": ("prescription",),
    "exercise": ("exercise",),
    "side": ("side",),
    "session_date": ("session_date", "session", "date"),
    "therapist": ("therapist",),
    "note": ("note", "notes"),
    "symptoms_before": ("symptoms_before",),
    "symptoms_after": ("symptoms_after",),
}
_BASIC = re.compile(r"(?:19|20)\d{6}")  # a day without signs between, as ISO 8601 has it too


_Records = Iterator[tuple[str, Mapping[str, Any]]]  # each with where it stands


@dataclass(frozen=True, slots=True)
class Row:
    """What a manifest says of one clip."""

    where: str  # the table and the line or row, for people
    clip: str  # as it stands there
    location: str  # the path or address that it means
    record: Subject
    prescription: Path | str | None
    exercise: str | None
    side: Side | None
    problem: str | None


def is_manifest(name: str) -> bool:
    """Whether a file of this name is taken for a table of clips."""
    return name.lower().endswith((".csv", ".parquet"))


def read_manifest(given: str, tell: Callable[[str], None]) -> Iterator[Row]:
    """The rows of a table at a path or an address.

    ``tell`` is told in a sentence which columns are not used.

    Raises InputError, in one line, for what is no table or has no column ``clip``.
    """
    shown = parse_address(given).shown if is_address(given) else spelled(given)
    content = _content(given, shown)
    read = _parquet if content[:4] == b"PAR1" else _csv
    columns, unused, records = read(content, shown)
    if unused:
        tell(_unused_columns(unused, shown))
    disk = _Disk()
    found = [
        (where, {field: _text(record.get(name)) for field, name in columns.items()})
        for where, record in records
    ]
    # Nobody can tell 3/4/2026 by itself; 3/30/2026 in the same column can.
    month_first = is_month_first(texts.get("session_date", "") for _, texts in found)
    for where, texts in found:
        if any(texts.values()):
            yield _row(texts, given, f"{shown}, {where}", disk, month_first)


def _content(given: str, shown: str) -> bytes:
    try:
        if is_address(given):
            files, path = file_system(parse_address(given))
            content: bytes = files.cat_file(path)
        else:
            if not Path(given).is_file():
                raise InputError(f"{shown} is no ordinary file; give a table of clips.")
            with Path(given).open("rb") as file:
                content = file.read(_MOST_BYTES + 1)
    except InputError:
        raise
    except OSError as error:
        reason = why(error) if is_address(given) else error.strerror
        raise InputError(f"{shown} cannot be read ({reason}).") from None
    except Exception as error:
        raise InputError(f"{shown} cannot be read ({why(error)}).") from None
    if len(content) > _MOST_BYTES:
        raise InputError(f"{shown} is larger than a table of clips can be; give another file.")
    return content


_Table = tuple[dict[str, str], list[str], _Records]  # what columns are called, and those not used


def _csv(content: bytes, shown: str) -> _Table:
    sheet = parse_sheet(content, shown)
    return *_columns(sheet.header, shown), sheet.named()


def _parquet(content: bytes, shown: str) -> _Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(pa.BufferReader(content))
        columns, unused = _columns(table.schema_arrow.names, shown)
        wanted = list(columns.values())
        records = (r for batch in table.iter_batches(columns=wanted) for r in batch.to_pylist())
        return columns, unused, ((f"row {i}", record) for i, record in enumerate(records, 1))
    except (pa.ArrowException, OSError, ValueError):
        raise InputError("The manifest is not a Parquet file that can be read.") from None


def _columns(names: Sequence[str], shown: str) -> tuple[dict[str, str], list[str]]:
    """What the columns that say something are called, and those that say nothing here."""
    found = {field: names[i] for field, i in columns_of(names, _SPELLINGS, shown).items()}
    if "clip" not in found:
        raise InputError(
            f"{shown} has no column named clip; a table of clips needs one, with a path or an "
            "address in each row."
        )
    return found, [name for name in names if name.strip() and name not in found.values()]


def _unused_columns(names: Sequence[str], shown: str) -> str:
    one = len(names) == 1
    named = ", ".join(spelled(name)[:_LONGEST_NAME] for name in names[:_MOST_NAMED])
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    *known, last = _SPELLINGS
    return (
        f"The {'column' if one else 'columns'} {named}{more} of {shown} {'is' if one else 'are'} "
        f"NOT used: what is known are {', '.join(known)} and {last}. Rename what should be."
    )


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # numbers with gaps among them are kept as fractions
    if isinstance(value, datetime.date):  # and times of a day, which are dates as well
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip()
    return str(value).strip()


class _Disk:
    """Finds the files that a table means; each folder is looked into once."""

    def __init__(self) -> None:
        self._names: dict[str, dict[str, str]] = {}  # by the folder: composed -> as it is there

    def spelled_there(self, folder: str, name: str) -> str:
        """Return the name of a file as it is on the disk, or as it was given where none is.

        Parameters
        ----------
        folder
            Where a relative name begins.
        name
            As a table has it.

        """
        for one in (name, name.replace("\\", "/")):
            if os.path.lexists(os.path.join(folder, one)):  # noqa: PTH118 - may be no text
                return one
            found = self._with_other_accents(folder, one)
            if found is not None:
                return found
        return name

    def _with_other_accents(self, folder: str, name: str) -> str | None:
        if name.isascii():
            return None
        spelled_so = "/" if name.startswith("/") else ""
        for part in PurePath(name).parts[1 if spelled_so else 0 :]:
            above = os.path.join(folder, spelled_so)  # noqa: PTH118
            there = part
            if not os.path.lexists(os.path.join(above, part)):  # noqa: PTH118
                there = self._in(above).get(_composed(part), "")
            if not there:
                return None
            spelled_so = (
                f"{spelled_so}/{there}" if spelled_so not in ("", "/") else spelled_so + there
            )
        return spelled_so

    def _in(self, folder: str) -> dict[str, str]:
        if folder not in self._names:
            try:
                self._names[folder] = {_composed(n): n for n in sorted(os.listdir(folder))}  # noqa: PTH208
            except OSError:
                self._names[folder] = {}
        return self._names[folder]


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _row(
    texts: Mapping[str, str], manifest: str, where: str, disk: _Disk, month_first: bool | None
) -> Row:
    wrong: list[str] = []
    clip = texts["clip"]
    if not clip:
        wrong.append("no clip is named")
    elif "\0" in clip:
        wrong.append("the clip's name cannot be that of a file")
        clip = ""
    elif not is_address(clip):
        clip = _there(manifest, clip, disk)
    side = texts.get("side", "").lower()
    if side not in ("", "auto", "left", "right"):
        wrong.append(f"side is {spelled(side[:20])!r}, not left, right or auto")
        side = ""
    exercise = texts.get("exercise", "")
    try:
        known = None if exercise.lower() in ("", "auto") else exercise_called(exercise)
    except ValueError as error:
        known = None
        wrong.append(f"exercise {spelled(exercise[:40])!r} {error}".rstrip("?"))
    record = _record(texts, month_first, wrong)
    prescription, complaint = _prescription(texts.get("prescription", ""), manifest, disk)
    if complaint:
        wrong.append(complaint)
    return Row(
        where=where,
        clip=clip,
        location=_beside(manifest, clip),
        record=record,
        prescription=prescription,
        exercise=known,
        side=cast("Side", side) if side in ("left", "right") else None,
        problem=f"In {where}: {'; '.join(wrong)}." if wrong else None,
    )


def _record(texts: Mapping[str, str], month_first: bool | None, wrong: list[str]) -> Subject:
    """Return what a row says of the session; what makes no sense goes to ``wrong``."""
    takes: dict[str, Callable[[str], Any]] = {
        "subject": one_line,
        "session_date": partial(_session_date, month_first=month_first),
        "therapist": one_line,
        "symptoms_before": symptoms,
        "symptoms_after": symptoms,
        "note": whole_note,
    }
    said: dict[str, Any] = {}
    for field, take in takes.items():
        text = texts.get(field, "")
        try:
            said[field] = take(text) if text else None
        except ValueError as error:
            said[field] = None
            wrong.append(f"{field.replace('_', ' ')} {spelled(text[:30])!r} {error}")
    note, name, date = said.pop("note") or "", said.pop("subject"), said.pop("session_date")
    return Subject(name=name, date=date, note=note, **said)


def _session_date(text: str, month_first: bool | None) -> str | None:
    """Return a day or a moment as ISO 8601 writes it."""
    if is_unknown(text):
        return None
    if _BASIC.fullmatch(text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    with contextlib.suppress(ValueError):
        if text[4:5] == "-":
            moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
            # A spreadsheet and pandas write midnight behind a day that has no time.
            at_midnight = moment.time() == datetime.time()
            return moment.date().isoformat() if at_midnight else text
    serial = serial_date(text)
    if serial is not None:
        return serial
    try:
        return iso_date(text, month_first)
    except ValueError:
        either = two_days(text)
        if either is None:
            raise ValueError("is no day; write it like 2026-03-31") from None
        one, other = (day.isoformat() for day in either)
        raise ValueError(f"may be {one} or {other}; write it like one of them") from None


def _there(manifest: str, name: str, disk: _Disk) -> str:
    """Return a name of a table as its file is called, where it lies."""
    if is_address(manifest):  # no web address has a backslash in it; the key of a bucket may
        return name.replace("\\", "/") if parse_address(manifest).is_web else name
    folder = os.path.dirname(os.path.abspath(manifest))  # noqa: PTH100, PTH120
    return disk.spelled_there(folder, name)


def _prescription(text: str, manifest: str, disk: _Disk) -> tuple[Path | str | None, str | None]:
    if not text:
        return None, None
    if not is_address(manifest) and "\0" not in text:
        beside = Path(_beside(manifest, _there(manifest, text, disk)))
        try:
            if beside.is_file():
                return beside, None
        except OSError:
            pass
    if text.replace("_", "-") in ready_prescriptions():
        return text, None
    return None, f"prescription {spelled(text[:80])!r} is no file beside the table and no ready one"


def _beside(manifest: str, clip: str) -> str:
    """The path or address that a name in the table means."""
    if is_address(clip) or not clip:
        return clip
    if not is_address(manifest):
        folder = os.path.dirname(os.path.abspath(manifest))  # noqa: PTH100, PTH120
        return os.path.normpath(os.path.join(folder, clip))  # noqa: PTH118
    address = parse_address(manifest)
    plain = manifest
    if address.is_web:
        plain, clip = re.split(r"[?#]", manifest, maxsplit=1)[0], quote(clip)
    host = plain[: plain.index("://") + 3] + plain.partition("://")[2].partition("/")[0]
    path = posixpath.join(posixpath.dirname(plain[len(host) :]), clip)
    return host + posixpath.normpath(f"/{path.lstrip('/')}")
