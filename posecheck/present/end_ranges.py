"""What of a report goes to an end range: which exercise is on, and what its joint came to.

All of it follows from the report itself; no exercise is known here by its name.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from posecheck.types import PHASES, End, ExerciseSet, Joint, Rep, Report


@dataclass(frozen=True, slots=True)
class EndRange:
    """The joint of a set that goes to an end range, and the repetitions that reached it."""

    joint: Joint
    end: End
    reps: tuple[Rep, ...]

    def best_deg(self, reps: Sequence[Rep]) -> float:
        """Return the best peak of some repetitions, NaN of none."""
        peaks = [rep.peak_deg for rep in reps]
        return (max if self.end == "most flexed" else min)(peaks, default=math.nan)

    def median_deg(self, reps: Sequence[Rep]) -> float:
        """Return the median peak of some repetitions, NaN of none."""
        return float(np.median([rep.peak_deg for rep in reps])) if reps else math.nan


def end_range_of(report: Report, one: ExerciseSet) -> EndRange | None:
    """Return the end range of a set; None where it goes to none.

    Parameters
    ----------
    report
        It has the repetitions.
    one
        One of its sets.

    """
    reps = tuple(r for r in report.reps if r.set == one.index and r.peak_joint is not None)
    if not reps:
        return None
    joints = [rep.peak_joint for rep in reps]
    joint: Joint = "hip" if joints.count("hip") == len(joints) else "knee"
    most = sum(abs(rep.peak_deg - rep.max_deg) <= abs(rep.peak_deg - rep.min_deg) for rep in reps)
    return EndRange(joint, "most flexed" if 2 * most > len(reps) else "straightest", reps)


def begin_s(report: Report, one: ExerciseSet) -> float:
    """Return when the leg sets out for a set, NaN where that is not known.

    Parameters
    ----------
    report
        It has the phases.
    one
        One of its sets.

    """
    if one.tension is None:
        return min((r.start_s for r in report.reps if r.set == one.index), default=math.nan)
    series = report.series
    at = int(np.searchsorted(series.t_s, one.tension.start_s))
    out = PHASES.index("extend")
    while 0 < at <= len(series.t_s) and series.phase[at - 1] == out:
        at -= 1
    return min(float(series.t_s[at]), one.tension.start_s) if at < len(series.t_s) else math.nan


class Programme:
    """Which exercise is on at which time of a report.

    Parameters
    ----------
    report
        Of one exercise or of several.

    """

    def __init__(self, report: Report) -> None:
        begun = [(begin_s(report, one), one.exercise) for one in report.sets]
        self._begun = [(s, name) for s, name in begun if not math.isnan(s)]
        self._first = report.exercise

    def at(self, t_s: float) -> str | None:
        """Return the exercise of the set that is on, the last one or, before all, the first."""
        names = [name for start_s, name in self._begun if start_s <= t_s]
        return names[-1] if names else self._begun[0][1] if self._begun else self._first


def peak_points(report: Report) -> tuple[tuple[float, float, int], ...]:
    """Return each end range as a time (s), its angle (deg) and the number of the repetition.

    Parameters
    ----------
    report
        Of one exercise or of several.

    """
    series, points = report.series, []
    for rep in report.reps:
        if rep.peak_joint is None:
            continue
        at_s = (rep.peak_start_s + rep.peak_end_s) / 2
        angle = series.hip_flexion_deg if rep.peak_joint == "hip" else series.knee_flexion_deg
        off = np.abs(angle - rep.peak_deg)
        off[(series.t_s < rep.peak_start_s) | (series.t_s > rep.peak_end_s)] = np.nan
        if np.isfinite(off).any():
            at_s = float(series.t_s[int(np.nanargmin(off))])
        points.append((at_s, rep.peak_deg, rep.index))
    return tuple(points)
