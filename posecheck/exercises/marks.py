"""What a therapist says of the sets of a clip, as attempts that are measured like the engine's own.

Marks that stand where the engine put them give the engine's own attempts back, so that whatever was
not moved keeps its value to the last digit. What was moved or added is measured in the same table.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from posecheck.exercises.attempt import Attempt
from posecheck.exercises.catalogue import exercise_named
from posecheck.exercises.exercise import Exercise
from posecheck.exercises.repetitions import Cycle, Peak
from posecheck.motion.calibration import RANGE_UNCERTAINTY_DEG
from posecheck.motion.signals import median_of_known
from posecheck.motion.table import Table
from posecheck.types import Array, Joint, Report, Side, Variant

Done = tuple[Exercise, Attempt]
SAME_S = 0.002  # two times that a report rounds to milliseconds
_WAY_S = 1.5  # of a leg to the point of tension and back, where nobody has seen it go
_STOP_S = 0.25  # around the end range, to either side
_COLUMNS: dict[Joint, str] = {"hip": "hip_deg", "knee": "knee_deg", "ankle": "ankle_deg"}


@dataclass(frozen=True, slots=True)
class RepMarks:
    """One repetition: from when until when (s)."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class SetMarks:
    """One set: what was done, with which leg, and where its marks stand."""

    side: Side
    exercise: str
    variant: Variant | None
    tension_s: tuple[float, float] | None  # start and end; None where there is none
    reps: tuple[RepMarks, ...]

    @property
    def span_s(self) -> tuple[float, float]:
        """From the first of its marks to the last; NaN where it has none."""
        times = [t for rep in self.reps for t in (rep.start_s, rep.end_s)]
        times += self.tension_s or ()
        return (min(times), max(times)) if times else (math.nan, math.nan)


def marks_of(report: Report) -> tuple[SetMarks, ...]:
    """Return the marks of a report, set by set."""
    return tuple(
        SetMarks(
            one.side, one.exercise, one.variant,
            None if one.tension is None else (one.tension.start_s, one.tension.end_s),
            tuple(RepMarks(r.start_s, r.end_s) for r in report.reps if r.set == one.index),
        )
        for one in report.sets
    )  # fmt: skip


def marked(
    table: Table, found: Sequence[Done], marks: Iterable[SetMarks]
) -> tuple[tuple[Done, Side], ...]:
    """Return the attempts that marks mean, in order of time, each with the leg that worked.

    Parameters
    ----------
    table
        What was measured.
    found
        The attempts that the engine has found.
    marks
        What a therapist says. Repetitions in which the joint was not seen to move are left out.

    """
    done = []
    for one in marks:
        exercise = exercise_named(one.exercise)
        attempt = _attempt(table, exercise, one, _base(exercise, one, found))
        if attempt is not None:
            done.append(((exercise, attempt), one.side))
    return tuple(sorted(done, key=lambda each: each[0][1].extend_s))


def _base(exercise: Exercise, one: SetMarks, found: Sequence[Done]) -> Attempt | None:
    """Return the engine's attempt at the same time, if there is one."""
    start, end = one.span_s
    theirs = [a for e, a in found if e is exercise]
    shares = [(min(end, a.rest_s) - max(start, a.extend_s), a) for a in theirs]
    share, best = max(shares, key=lambda pair: pair[0], default=(-1.0, None))
    return best if share >= 0 else None


def _attempt(
    table: Table, exercise: Exercise, one: SetMarks, base: Attempt | None
) -> Attempt | None:
    joint = exercise.moves.get(one.variant)
    own = base.cycles if base is not None and base.variant == one.variant else ()
    cycles = tuple(
        cycle
        for rep in sorted(one.reps, key=lambda r: r.start_s)
        if joint is not None and (cycle := _cycle(table, exercise, joint, rep, own)) is not None
    )
    first = cycles[0].start_s if cycles else math.inf
    start, end = one.tension_s or (first, first)
    if not math.isfinite(start):
        return None
    last = max([end, *(cycle.end_s for cycle in cycles)])
    home = base if base is not None and _stands(base, start, end) else None
    if base is not None and cycles == base.cycles and (home or one.tension_s is None):
        return base
    extend = min(start, base.extend_s if base else max(table.t_s[0], start - _WAY_S))
    lower = max(last, base.lower_s) if base and cycles and own else last
    rest = max(lower, base.rest_s if base else min(table.t_s[-1], last + _WAY_S))
    if home is not None:
        knee, hip = home.knee_deg, home.hip_deg
    else:
        within = table.within(start, max(end, start))
        knee, hip = (median_of_known(a[within]) for a in (table.knee_deg, table.hip_deg))
    return Attempt(
        extend, start, end, lower, rest, knee, hip, one.variant if cycles else None, cycles,
        hold_seen=base.hold_seen if base else True,
    )  # fmt: skip


def _stands(base: Attempt, start_s: float, end_s: float) -> bool:
    """Tell whether the tension is where the engine has found it."""
    return abs(start_s - base.tension_s) <= SAME_S and abs(end_s - base.glide_s) <= SAME_S


def _cycle(
    table: Table, exercise: Exercise, joint: Joint, rep: RepMarks, own: Sequence[Cycle]
) -> Cycle | None:
    """Return the repetition at this mark; None where the joint was not seen to move in it."""
    for cycle in own:
        if abs(cycle.start_s - rep.start_s) <= SAME_S and abs(cycle.end_s - rep.end_s) <= SAME_S:
            return cycle
    within = table.between(rep.start_s, rep.end_s)
    angle: Array = getattr(table, _COLUMNS[joint])[within]
    if not np.isfinite(angle).any():
        return None
    least, most = float(np.nanmin(angle)), float(np.nanmax(angle))
    if most - least <= RANGE_UNCERTAINTY_DEG[joint]:  # by no more than it is uncertain by
        return None
    peak = _peak(table, exercise, rep, table.t_s[within], angle)
    return Cycle(rep.start_s, rep.end_s, least, most, peak)


def _peak(table: Table, exercise: Exercise, rep: RepMarks, t_s: Array, angle: Array) -> Peak | None:
    if exercise.to is None:
        return None
    at = float(t_s[np.nanargmax(exercise.to.sign * angle)])
    start, end = max(rep.start_s, at - _STOP_S), min(rep.end_s, at + _STOP_S)
    stop = table.between(start, end)
    return Peak(
        start, end, median_of_known(table.hip_deg[stop]), median_of_known(table.knee_deg[stop]),
        median_of_known(table.ankle_deg[stop]),
    )  # fmt: skip
