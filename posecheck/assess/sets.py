"""What was done, set by set: the attempts and their repetitions as a report has them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from posecheck.exercises.attempt import Attempt
from posecheck.exercises.exercise import Exercise
from posecheck.exercises.repetitions import Cycle
from posecheck.motion.calibration import RANGE_UNCERTAINTY_DEG
from posecheck.motion.signals import median_of_known
from posecheck.motion.table import Table
from posecheck.types import ExerciseSet, Rep, Side, Summary, Tension

Done = Sequence[tuple[Exercise, Attempt]]


def sets_of(
    done: Done, table: Table, side_of: Callable[[Attempt], Side]
) -> tuple[tuple[ExerciseSet, ...], tuple[Rep, ...]]:
    """Return the sets and, numbered through, their repetitions.

    Parameters
    ----------
    done
        The attempts in order of time, each with its exercise.
    table
        What was measured.
    side_of
        The side that worked in an attempt.

    """
    sets: list[ExerciseSet] = []
    reps: list[Rep] = []
    for i, (exercise, attempt) in enumerate(done, start=1):
        own = list(_reps(exercise, attempt, table, i, len(reps) + 1))
        sets.append(
            ExerciseSet(
                i, side_of(attempt), attempt.variant, _tension(attempt, table), len(own),
                exercise.name, attempt.certainty, summary_of(exercise, own),
            )
        )  # fmt: skip
        reps += own
    return tuple(sets), tuple(reps)


def summary_of(exercise: Exercise, reps: Sequence[Rep]) -> Summary | None:
    """Sum up the end range of the repetitions of a set; None where they go to none.

    Parameters
    ----------
    exercise
        It says which end of the joint's range is meant.
    reps
        The repetitions of the set.

    """
    peaks = [rep.peak_deg for rep in reps if math.isfinite(rep.peak_deg)]
    if exercise.to is None or not peaks:
        return None
    best = exercise.to.best_deg(peaks)
    # the lasting error of a clip does not become smaller with the number of repetitions
    band = median_of_known(np.array([rep.uncertainty_deg for rep in reps]))
    return Summary(best, float(np.median(peaks)), max(peaks) - min(peaks), band)


def _tension(attempt: Attempt, table: Table) -> Tension | None:
    if attempt.peaks or not attempt.level_seen:
        return None
    held = table.within(attempt.tension_s, attempt.glide_s)
    return Tension(
        attempt.tension_s, attempt.glide_s, attempt.knee_deg, attempt.hip_deg,
        median_of_known(table.knee_band_deg[held]),
    )  # fmt: skip


def _reps(
    exercise: Exercise, attempt: Attempt, table: Table, in_set: int, first: int
) -> Iterator[Rep]:
    for index, cycle in enumerate(attempt.cycles, start=first):
        joint = exercise.moves[attempt.variant]
        plain = Rep(
            index, in_set, cycle.start_s, cycle.end_s, cycle.min_deg, cycle.max_deg,
            cycle.range_deg, RANGE_UNCERTAINTY_DEG[joint],
        )  # fmt: skip
        yield _at_its_peak(plain, exercise, cycle, table)


def _at_its_peak(rep: Rep, exercise: Exercise, cycle: Cycle, table: Table) -> Rep:
    peak, to = cycle.peak, exercise.to
    if peak is None or to is None:
        return rep
    stop = table.between(peak.start_s, peak.end_s)
    band = table.hip_band_deg if to.joint == "hip" else table.knee_band_deg
    return replace(
        rep, peak_deg=to.peak_deg(peak), uncertainty_deg=median_of_known(band[stop]),
        peak_start_s=peak.start_s, peak_end_s=peak.end_s, hip_at_peak_deg=peak.hip_deg,
        knee_at_peak_deg=peak.knee_deg, ankle_at_peak_deg=peak.ankle_deg,
    )  # fmt: skip
