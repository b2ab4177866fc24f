"""The tables of a batch, one row a clip, as CSV and Parquet; written row by row, and read back."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal, cast, get_args

from posecheck.atomic_files import atomic_file, atomic_text
from posecheck.errors import InputError
from posecheck.present.spreadsheet import defused, number, read_sheet, restored, spelled
from posecheck.types import ClipGrade, Side, Variant, Verdict

_Kind = Literal["text", "names", "whole", "number"]
_Value = str | int | float | None

_CONTRACT: dict[str, _Kind] = {
    "clip": "text", "sha256": "text", "verdict": "text", "score": "whole", "side": "text",
    "variant": "text", "reps": "whole", "tension_knee_flexion_deg": "number",
    "tension_hip_flexion_deg": "number", "exercise": "text", "peak_deg": "number",
    "faults": "names", "warnings": "names", "error": "text", "seconds": "number",
}  # fmt: skip
_KINDS: dict[str, _Kind] = {
    **_CONTRACT, "subject": "text", "session_date": "text", "therapist": "text",
    "symptoms_before": "whole", "symptoms_after": "whole", "note": "text", "folder": "text",
    # The last cell is never empty, so that a row with a comma too many is noticed.
    "frames": "whole",
}  # fmt: skip
COLUMNS = tuple(_KINDS)
CONTRACT_COLUMNS = tuple(_CONTRACT)  # those that every table of grades has
_WORDS = {"verdict": get_args(Verdict), "side": get_args(Side), "variant": get_args(Variant)}
_LATER = ("exercise", "peak_deg")  # tables of an earlier Posecheck do not have these
_ROWS_AT_ONCE = 2000


def write_grades_csv(rows: Iterable[ClipGrade], path: Path) -> None:
    """Write ``grades.csv``: empty where unknown, and no cell that a spreadsheet would run.

    Parameters
    ----------
    rows
        The clips; they are taken one by one.
    path
        Where the table goes.

    """
    with atomic_text(path) as stream:
        stream.write(",".join(COLUMNS) + "\n")
        for row in rows:
            stream.write(",".join(map(_cell, _values(row))) + "\n")


def write_grades_parquet(rows: Iterable[ClipGrade], path: Path) -> None:
    """Write ``grades.parquet``: typed columns, null where unknown.

    Parameters
    ----------
    rows
        The clips; so many as make up a group are in memory at a time.
    path
        Where the table goes.

    """
    import pyarrow as pa
    from pyarrow import parquet

    types = {"text": pa.string(), "names": pa.string(), "whole": pa.int64(), "number": pa.float64()}
    schema = pa.schema([(name, types[kind]) for name, kind in _KINDS.items()])
    left = iter(rows)
    with atomic_file(path) as made, parquet.ParquetWriter(str(made), schema) as writer:
        while values := [_values(row) for row in islice(left, _ROWS_AT_ONCE)]:
            columns = [
                pa.array(column, field.type)
                for column, field in zip(zip(*values, strict=True), schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def read_grades(path: Path) -> list[ClipGrade]:
    """Read the rows of ``grades.csv`` or ``grades.parquet``; the contract's columns suffice.

    Raises
    ------
    InputError
        If it cannot be read, lacks columns, or holds a value that cannot be.

    """
    header, rows = _parquet(path) if _is_parquet(path) else _csv(path)
    missing = [name for name in _CONTRACT if name not in (*header, *_LATER)]
    if missing:
        raise InputError(
            f"{path} is not a table of `posecheck grade`: it has no column {', '.join(missing)}."
        )
    return [_row(values, f"{path}, {where}") for where, values in rows]


def _values(row: ClipGrade) -> tuple[_Value, ...]:
    """Return the row's values in the order of the columns, both tables the same."""
    failed = row.verdict is None
    return tuple(
        _joined(getattr(row, name), failed) if kind == "names" else _plain(getattr(row, name), name)
        for name, kind in _KINDS.items()
    )


def _joined(names: Sequence[str], failed: bool) -> str | None:
    return spelled(";".join(names)) if names or not failed else None


def _plain(value: _Value, name: str) -> _Value:
    if isinstance(value, str):
        return spelled(value) or None
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return round(value, 3 if name == "seconds" else 2) + 0.0  # no minus before a zero
    return value


def _cell(value: _Value) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return repr(value)
    text = defused(value)
    # The quotes of the csv module depend on Python's version where a name holds a bare \r;
    # and a `;` is quoted for the readers that take it for the end of a cell.
    if any(sign in text for sign in ',;"\t\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


_Rows = Iterator[tuple[str, dict[str, Any]]]


def _is_parquet(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as stream:
            return stream.read(4) == b"PAR1"
    except (OSError, ValueError):
        return False  # reading it as text will say why


def _parquet(path: Path) -> tuple[Sequence[str], _Rows]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(str(path)) as found:
            header: list[str] = found.schema_arrow.names
            table = found.read([name for name in COLUMNS if name in header])
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path} is a damaged Parquet file and cannot be read.") from error
    rows = ((f"row {i}", row) for i, row in enumerate(_dicts(table), 1))
    return header, rows


def _dicts(table: Any) -> Iterator[dict[str, Any]]:
    for batch in table.to_batches(max_chunksize=_ROWS_AT_ONCE):
        yield from batch.to_pylist()


def _csv(path: Path) -> tuple[Sequence[str], _Rows]:
    sheet = read_sheet(path)
    whole = (
        (where, {name: restored(cell) or None for name, cell in row.items()})
        for where, row in sheet.named()
    )
    return sheet.header, whole


def _row(values: dict[str, Any], where: str) -> ClipGrade:
    taken: dict[str, Any] = {}
    for name, kind in _KINDS.items():
        value = values.get(name)
        try:
            taken[name] = _READ[kind](value)
            if name in _WORDS and taken[name] not in (None, *_WORDS[name]):
                raise ValueError(value)
        except (TypeError, ValueError, OverflowError):
            raise InputError(f"{where}: {name} cannot be {str(value)[:60]!r}.") from None
    taken["clip"] = taken["clip"] or ""
    taken["frames"] = taken["frames"] or 0
    return ClipGrade(**taken)


def _text(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError(value)
    return value


def _names(value: Any) -> tuple[str, ...]:
    return tuple(name for name in (_text(value) or "").split(";") if name)


def _float(value: Any) -> float:
    if value is None:
        return math.nan
    return number(value) if isinstance(value, str) else float(value)


def _int(value: Any) -> int | None:
    found = _float(value)
    if math.isnan(found):
        return None
    if found != int(found):
        raise ValueError(value)
    return int(found)


_READ: dict[_Kind, Callable[[Any], Any]] = cast(
    "dict[_Kind, Callable[[Any], Any]]",
    {"text": _text, "names": _names, "number": _float, "whole": _int},
)
