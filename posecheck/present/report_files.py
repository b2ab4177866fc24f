"""The files of a report: ``report.json`` and ``angles.csv``, and an earlier report read back."""

from __future__ import annotations

import csv
import dataclasses
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from posecheck.atomic_files import atomic_text
from posecheck.errors import InputError
from posecheck.types import PHASES, Angles, Finding, Report, Series, Summary, Tension

SCHEMA = "posecheck.report/1"
_TOO_LARGE = 64 * 1024 * 1024
_ANGLES = tuple(f.name for f in dataclasses.fields(Angles) if f.name != "t_s")
_EXACT = ("prescription", "flaws")
COLUMNS = ("t_s", "phase", *_ANGLES)


def report_to_dict(report: Report) -> dict[str, Any]:
    """Return the report as ``report.json`` holds it: plain values, unknown numbers None."""
    grade = report.grade
    plain: dict[str, Any] = {
        "schema": report.schema,
        "posecheck": report.posecheck,
        "language": report.language,
        "clip": dataclasses.asdict(report.clip),
        "model": dataclasses.asdict(report.model),
        "prescription": report.prescription,
        "subject": dataclasses.asdict(report.subject),
        "exercise": report.exercise,
        "exercise_certainty": report.exercise_certainty,
        "side": report.side,
        "variant": report.variant,
        "quality": dataclasses.asdict(report.quality),
        "tension": _tension(report.tension),
        "summary": _summary(report.summary),
        "sets": [
            {
                "index": one.index,
                "exercise": one.exercise,
                "certainty": one.certainty,
                "side": one.side,
                "variant": one.variant,
                "tension": _tension(one.tension),
                "summary": _summary(one.summary),
                "reps": one.reps,
            }
            for one in report.sets
        ],
        "reps": [dataclasses.asdict(rep) for rep in report.reps],
        "findings": [_finding(finding) for finding in report.findings],
        "grade": {
            "verdict": grade.verdict,
            "score": grade.score,
            "reasons": grade.reasons,
            "deductions": [dataclasses.asdict(deduction) for deduction in grade.deductions],
        },
        "flaws": dataclasses.asdict(report.flaws),
    }
    # What the prescription states, and the file lacks, is repeated to the letter; what was
    # measured is rounded.
    return {key: _plain(value, None if key in _EXACT else 2) for key, value in plain.items()}


def _finding(finding: Finding) -> dict[str, Any]:
    plain = dataclasses.asdict(finding)
    del plain["joint"]  # it says where the finding is drawn, not what was found
    return plain


def _tension(tension: Tension | None) -> dict[str, Any] | None:
    return None if tension is None else dataclasses.asdict(tension)


def _summary(summary: Summary | None) -> dict[str, float | None]:
    """Return the end range of a set; nulls where its exercise goes to none."""
    names = [f.name for f in dataclasses.fields(Summary)]
    return dict.fromkeys(names) if summary is None else dataclasses.asdict(summary)


def _plain(value: Any, digits: int | None) -> Any:
    """Return a value that JSON knows: no NaN, no NumPy, no tuple."""
    if isinstance(value, Mapping):
        return {
            str(k): _plain(v, 3 if digits is not None and _fine(str(k)) else digits)
            for k, v in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v, digits) for v in value]
    if isinstance(value, np.ndarray):
        return [_plain(v, digits) for v in value.tolist()]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return value if digits is None else round(value, digits)
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)


def _fine(name: str) -> bool:
    return name.endswith(("_s", "_fraction")) or name in ("measured", "limit", "times")


def write_json(report: Report, path: Path, change: Mapping[str, Any] | None = None) -> None:
    """Write ``report.json``.

    Parameters
    ----------
    report
        What is written.
    path
        Where it goes.
    change
        What is different since an earlier report.

    """
    with atomic_text(path) as stream:
        stream.write(report_json(report, change) + "\n")


def report_json(report: Report, change: Mapping[str, Any] | None = None) -> str:
    """Return the text of ``report.json``.

    Parameters
    ----------
    report
        What is written.
    change
        What is different since an earlier report.

    """
    plain = report_to_dict(report)
    if change is not None:
        plain["change"] = _plain(change, 2)
    return json.dumps(plain, indent=2, ensure_ascii=True, allow_nan=False)


def write_csv(report: Report, path: Path) -> None:
    """Write ``angles.csv``: one row a frame, empty where unknown.

    Parameters
    ----------
    report
        What is written.
    path
        Where it goes.

    """
    with atomic_text(path) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_rows(report.series))


def _rows(series: Series) -> Iterator[list[str]]:
    columns = [getattr(series, name) for name in _ANGLES]
    for i, (t_s, phase) in enumerate(zip(series.t_s, series.phase, strict=True)):
        yield [
            _cell(t_s, 3),
            PHASES[int(phase)],
            *(_cell(column[i], 2) for column in columns),
        ]


def _cell(value: float, digits: int) -> str:
    if not math.isfinite(value):
        return ""
    text = f"{value:.{digits}f}"
    return text[1:] if float(text) == 0 and text.startswith("-") else text


def read_report(path: Path) -> dict[str, Any]:
    """Read a ``report.json`` of an earlier day.

    Raises
    ------
    InputError
        If it cannot be read, or is not a report of this schema.

    """
    try:
        if path.is_file() and path.stat().st_size > _TOO_LARGE:
            raise InputError(f"{path} is too large to be a report of Posecheck.")
        found = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_constant)
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not a report of Posecheck: it is not JSON.") from error
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise InputError(f"{path} is not a report of Posecheck: its schema is not {SCHEMA}.")
    wrong = [
        key
        for key, kind in (
            ("clip", dict),
            ("quality", dict),
            ("grade", dict),
            ("sets", list),
            ("reps", list),
            ("findings", list),
        )
        if not isinstance(found.get(key), kind)
    ]
    tension = found.get("tension")
    if tension is not None and not _is_tension(tension):
        wrong.append("tension")
    if wrong:
        raise InputError(f"{path} is a damaged report: {', '.join(wrong)} missing or wrong.")
    return found


def _is_tension(value: Any) -> bool:
    return isinstance(value, dict) and all(
        value.get(f.name) is None
        or (isinstance(value[f.name], int | float) and not isinstance(value[f.name], bool))
        for f in dataclasses.fields(Tension)
    )


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
