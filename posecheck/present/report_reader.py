"""A report read back from its files: ``report.json``, and ``angles.csv`` beside it."""

from __future__ import annotations

import csv
import dataclasses
import math
import sys
import types
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from posecheck.errors import InputError
from posecheck.present.report_files import COLUMNS, read_report
from posecheck.types import PHASES, Report, Series, Summary

_REPORT, _ANGLES = "report.json", "angles.csv"
_MOST_BYTES = 1 << 30  # of a table: a day at 60 frames/s is half of it
_POINTS = {"working_px": 5, "resting_px": 5, "trunk_px": 2}


class _WrongError(ValueError):
    """What is read is not what it should be; the message is where."""


def load_report(path: str | Path) -> Report:
    """Read a report back.

    Parameters
    ----------
    path
        The folder of a report, or its ``report.json``. The series is read from the ``angles.csv``
        beside it, and has no row where there is none; what that does not hold (the bands of
        uncertainty, and where the joints are in the picture) is NaN.

    Raises
    ------
    InputError
        One line: it cannot be read, or is no report of Posecheck.

    """
    path = Path(path)
    folder = path if path.is_dir() else path.parent
    file = folder / _REPORT if path.is_dir() else path
    plain = read_report(file)
    table = folder / _ANGLES
    series = _series(table) if file.name == _REPORT and table.is_file() else _no_series()
    try:
        return _value(Report, {**plain, "series": series}, "report")  # type: ignore[no-any-return]
    except _WrongError as error:
        raise InputError(f"{file} is a damaged report: {error} is missing or wrong.") from None


def _value(kind: Any, plain: Any, where: str) -> Any:
    """Return what JSON holds as the value that it was: NaN, tuples, and values of our own."""
    if isinstance(plain, Series):
        return plain
    if dataclasses.is_dataclass(kind):
        return _fields(kind, plain, where)
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if isinstance(plain, Mapping) and Summary in parts and not _says_something(plain):
            return None
        (one,) = (part for part in parts if part is not type(None))
        return None if plain is None else _value(one, plain, where)
    if origin is Literal:
        return _checked(plain, where, lambda: isinstance(plain, str) and plain in parts)
    if origin is tuple:
        return _items(parts, plain, where)
    if kind is float:
        return math.nan if plain is None else _number(plain, where)
    if kind is int:
        return _checked(plain, where, lambda: type(plain) is int)
    if kind in (str, bool):
        return _checked(plain, where, lambda: type(plain) is kind)
    return _checked(plain, where, lambda: isinstance(plain, Mapping))


def _says_something(plain: Mapping[str, Any]) -> bool:
    return any(value is not None for value in plain.values())


def _fields(kind: Any, plain: Any, where: str) -> Any:
    if not isinstance(plain, Mapping):
        raise _WrongError(where)
    values = {}
    for field in dataclasses.fields(kind):
        place = f"{where}.{field.name}".removeprefix("report.")
        if field.name in plain:
            values[field.name] = _value(_hints(kind)[field.name], plain[field.name], place)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            values[field.name] = _value(_hints(kind)[field.name], None, place)
    return kind(**values)


def _items(parts: tuple[Any, ...], plain: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(plain, list):
        raise _WrongError(where)
    kinds = [parts[0]] * len(plain) if parts[-1] is Ellipsis else list(parts)
    if len(kinds) != len(plain):
        raise _WrongError(where)
    pairs = enumerate(zip(kinds, plain, strict=True))
    return tuple(_value(kind, one, f"{where}[{i}]") for i, (kind, one) in pairs)


def _number(plain: Any, where: str) -> float:
    if type(plain) not in (int, float) or abs(plain) > sys.float_info.max:
        raise _WrongError(where)
    return float(plain)


def _checked(plain: Any, where: str, is_right: Callable[[], bool]) -> Any:
    if not is_right():
        raise _WrongError(where)
    return plain


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _no_series() -> Series:
    return _of_columns({name: np.empty(0) for name in COLUMNS})


def _series(path: Path) -> Series:
    """Read an ``angles.csv``; raise InputError where it is none."""
    damaged = f"{path} is damaged, or no angles.csv of Posecheck: "
    reader = None
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(f"{path} is too large to be an angles.csv of Posecheck.")
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream)
            header = tuple(next(reader, ()))
            if header[: len(COLUMNS)] != COLUMNS:
                raise InputError(f"{damaged}its columns are not {', '.join(COLUMNS)}.")
            rows = [_row(cells) for cells in reader]
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror or error}.") from error
    except (ValueError, csv.Error) as error:
        raise InputError(f"{damaged}line {reader.line_num if reader else 1}.") from error
    table = np.array(rows, dtype=float).reshape(-1, len(COLUMNS))
    if not (np.isfinite(table[:, 0]).all() and (np.diff(table[:, 0]) >= 0).all()):
        raise InputError(f"{damaged}its times do not rise.")
    return _of_columns(dict(zip(COLUMNS, table.T, strict=True)))


def _row(cells: list[str]) -> list[float]:
    """Return the numbers of a row, the phase as one."""
    if len(cells) < len(COLUMNS):
        raise ValueError(cells)
    numbers = {"phase": lambda cell: PHASES.index(cell)}
    return [
        math.nan if cell == "" else float(numbers.get(name, float)(cell))
        for name, cell in zip(COLUMNS, cells, strict=False)
    ]


def _of_columns(columns: Mapping[str, Any]) -> Series:
    n = len(columns["t_s"])
    values = {
        field.name: np.full((n, _POINTS[field.name], 2), np.nan)
        if field.name in _POINTS
        else columns.get(field.name, np.full(n, np.nan))
        for field in dataclasses.fields(Series)
    }
    values["phase"] = columns["phase"].astype(np.int8)
    return Series(**values)
