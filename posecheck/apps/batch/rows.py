"""Rows of the tables: made of a report, or of what went wrong, and kept on disk meanwhile."""

from __future__ import annotations

import array
import dataclasses
import json
import math
import tempfile
from collections.abc import Iterator
from typing import Any

import numpy as np

from posecheck.apps.batch.tasks import ClipJob
from posecheck.types import ClipGrade, Report

CURVE_POINTS = 60
_CURVE = "knee_curve_deg"
_TUPLES = ("faults", "warnings")
_FLOATS = ("tension_knee_flexion_deg", "tension_hip_flexion_deg", "peak_deg", "seconds")


@dataclasses.dataclass(frozen=True, slots=True)
class Unwritten(ClipGrade):
    """The row of a clip whose results could not be written, which may be so for all of them."""


def graded_row(job: ClipJob, report: Report, folder: str | None, seconds: float) -> ClipGrade:
    """The row of a clip that was graded.

    Parameters
    ----------
    job
        The clip as it was asked for.
    report
        What was found.
    folder
        Where the report is, None where none is wanted.
    seconds
        What it took.

    """
    tension = report.tension
    faults = (f.rule for f in report.findings if f.severity == "fault")
    return ClipGrade(
        clip=job.name,
        sha256=report.clip.sha256,
        verdict=report.grade.verdict,
        score=report.grade.score,
        side=report.side,
        variant=report.variant,
        reps=len(report.reps),
        tension_knee_flexion_deg=_rounded(tension.knee_flexion_deg if tension else math.nan),
        tension_hip_flexion_deg=_rounded(tension.hip_flexion_deg if tension else math.nan),
        exercise=report.exercise,
        peak_deg=_rounded(report.summary.median_deg if report.summary else math.nan),
        faults=tuple(sorted(set(faults))),
        warnings=report.quality.warnings,
        error=None,
        seconds=seconds,
        folder=folder,
        frames=report.clip.frames,
        knee_curve_deg=knee_curve(report),
        **_record(job),
    )


def failed_row(
    job: ClipJob,
    reason: str,
    sha256: str | None = None,
    seconds: float = math.nan,
    kind: type[ClipGrade] = ClipGrade,
) -> ClipGrade:
    """The row of a clip that could not be graded.

    Parameters
    ----------
    job
        The clip as it was asked for.
    reason
        One sentence.
    sha256
        Of its content, None where it could not be read.
    seconds
        What it took, NaN where nothing was done.
    kind
        `Unwritten` where it is not the clip's fault.

    """
    return kind(
        clip=job.name, sha256=sha256, verdict=None, score=None, side=None, variant=None,
        reps=None, tension_knee_flexion_deg=math.nan, tension_hip_flexion_deg=math.nan,
        faults=(), warnings=(), error=" ".join(reason.split()), seconds=seconds,
        **_record(job),
    )  # fmt: skip


def same_for(job: ClipJob, row: ClipGrade) -> ClipGrade:
    """The row of a clip with the same content, for which nothing had to be done.

    Parameters
    ----------
    job
        The other clip.
    row
        What its content came to.

    """
    return dataclasses.replace(row, clip=job.name, seconds=math.nan, **_record(job))


def _record(job: ClipJob) -> dict[str, Any]:
    """What the tables say of whose session it was."""
    record = job.record
    return {
        "subject": record.name, "session_date": record.date, "therapist": record.therapist,
        "symptoms_before": record.symptoms_before, "symptoms_after": record.symptoms_after,
        "note": record.note or None,
    }  # fmt: skip


def knee_curve(report: Report) -> tuple[float, ...]:
    """Knee flexion at even times of the clip, NaN where unknown."""
    t_s, knee = report.series.t_s, report.series.knee_flexion_deg
    if not len(t_s):
        return ()
    at_s = np.linspace(0.0, float(t_s[-1]), CURVE_POINTS)
    near = np.clip(np.searchsorted(t_s, at_s), 1, max(len(t_s) - 1, 1)) if len(t_s) > 1 else 0
    if len(t_s) > 1:
        near = near - (at_s - t_s[near - 1] < t_s[near] - at_s)
    return tuple(_rounded(float(v), 1) for v in np.broadcast_to(knee[near], CURVE_POINTS))


def row_to_plain(row: ClipGrade) -> dict[str, Any]:
    """Values that JSON has; unknown numbers are None."""
    return {f.name: _no_nan(getattr(row, f.name)) for f in dataclasses.fields(row)}


def row_from_plain(plain: Any) -> ClipGrade:
    """Take what `row_to_plain` made; ValueError for anything else."""
    try:
        values = dict(plain)
        for name in _FLOATS:
            values[name] = _or_nan(values[name])
        for name in _TUPLES:
            values[name] = tuple(values[name])
        values[_CURVE] = tuple(_or_nan(value) for value in values[_CURVE])
        return ClipGrade(**values)
    except (KeyError, TypeError) as error:
        raise ValueError(f"no row: {error}") from error


def row_to_json(row: ClipGrade) -> str:
    """One line; unknown numbers are null."""
    return json.dumps(row_to_plain(row), ensure_ascii=True, allow_nan=False)


def row_from_json(text: str | bytes) -> ClipGrade:
    """Read what `row_to_json` wrote; ValueError for anything else."""
    return row_from_plain(json.loads(text))


class RowLog:
    """The rows of a batch, in a temporary file: memory does not grow with their number."""

    def __init__(self, count: int) -> None:
        self._file = tempfile.TemporaryFile(prefix="posecheck-rows-")  # noqa: SIM115 - `close`
        self._at = array.array("q", [-1]) * count

    def put(self, index: int, row: ClipGrade) -> None:
        """Keep the row of a job."""
        at = self._file.seek(0, 2)
        self._file.write(row_to_json(row).encode() + b"\n")
        self._at[index] = at

    def __len__(self) -> int:
        """How many jobs have a row."""
        return sum(at >= 0 for at in self._at)

    def __iter__(self) -> Iterator[ClipGrade]:
        """The rows there are, in the order of the jobs."""
        for at in self._at:
            if at >= 0:
                self._file.seek(at)
                yield row_from_json(self._file.readline())

    def close(self) -> None:
        """Forget them."""
        self._file.close()


def _rounded(value: float, digits: int = 2) -> float:
    return round(value, digits) if math.isfinite(value) else math.nan


def _or_nan(value: Any) -> float:
    return math.nan if value is None else float(value)


def _no_nan(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_no_nan(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
