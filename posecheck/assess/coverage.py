"""What the camera could and could not see: fractions, the view, and the warnings that follow."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from posecheck.assess.file_flaws import file_notes, file_warnings, how_much, missing_s, touched
from posecheck.assess.sight import Sight, attended
from posecheck.assess.warnings import warning_note
from posecheck.exercises.language import words_of
from posecheck.exercises.prescription import Prescription
from posecheck.exercises.repetitions import LOOKS_MIN_PER_S
from posecheck.exercises.sections import View
from posecheck.motion.holes import HOLE_STEPS, overlap_s
from posecheck.motion.signals import looks_per_s, median_of_known, runs, share_of_time
from posecheck.motion.table import COLUMN_OF, COLUMNS
from posecheck.types import WARNINGS, Array, Flaws, Mask, Quality, Words

# A body that lies is about 3.4 trunk lengths long; MediaPipe misses one that takes less than
# about a third of the picture (measured).
BODY_IN_TRUNKS = 3.4
BODY_MIN_SHARE = 0.33
SHORTEST_S = 4.0  # no hold and repetition fit into less
LOST_S = 1.0
TRACKED_MIN = 0.5
LYING_MIN = 0.5
INSIDE_MIN = 0.9
CERTAIN_MIN = 0.85  # of the exercise's time that must be known and steady
# Share of the time of each set in which the resting leg was seen: 0.6 and more in 62 rendered
# clips, none where both legs are up, one behind the other. Whether it moves cannot be told without.
OTHER_LEG_MIN = 0.4
STEADY = 0.25  # confidence of a look in which the legs were told apart: 0.6 and more, usually
OTHERS_MIN = 2  # how often somebody else must have been seen to come
OTHERS_SHARE = 0.5  # or for how much of the time
RATE_LOOKS = 10  # beside a hole, of fewer no rate is told
SAME_RATE_PER_S = 0.05  # a file of 6 frames a second, whose stamps are rounded, has 6
TOUCHED_S = 0.5  # a hand at a leg for so long, in all, has helped or hindered it
# Time between two looks that is not known to have passed as they show: so much, and more steps
# than usual, for a clip of one frame a second is no clip of nobody.
HOLE_S = 0.6
# So soon before or after what is taken for an exercise it may have gone on: a knee bend whose
# beginning was not seen looks like an extension.
BESIDE_S = 2.0
# Warnings that bar a pass wherever they are given.
BARRING = frozenset(
    {
        "legs_uncertain",
        "other_leg_unseen",
        "too_few_frames",
        "too_few_looks",
        "not_side_on",
        # of a body half as large 2 of 5 repetitions were counted, and passed (rendered)
        "too_small",
        "time_uncertain",
    }
)
# What is read from the picture's angles, and so not from a view that is too oblique.
ANGLES = (
    "hip_deg", "knee_deg", "ankle_deg", "resting_hip_deg", "resting_knee_deg", "hip_band_deg",
    "knee_band_deg", "ankle_band_deg", "raw_knee_deg", "raw_ankle_deg",
)  # fmt: skip


def usable_shares(sight: Sight) -> tuple[float, float]:
    """Return the usable share of the exercise and of what was `attended`, NaN without one."""
    if not sight.exercising.any():
        return float("nan"), float("nan")
    sight = sight.through_holes()
    t_s, usable = sight.t_s, sight.usable
    return _share(t_s, usable, sight.exercising), _share(t_s, usable, attended(sight))


def judge(
    sight: Sight,
    prescription: Prescription,
    *,
    live: bool = False,
    flaws: Flaws | None = None,
    words: Words | None = None,
) -> Quality:
    """Judge the quality of a clip: fractions over all of it, warnings over what is `attended`.

    Parameters
    ----------
    sight
        What was seen.
    prescription
        What view it allows, and how the exercise is done.
    live
        Too few looks are the machine's doing in a live session, the file's elsewhere.
    flaws
        What the file lacks.
    words
        The language of the notes; English if None.

    """
    words = words or words_of()
    sight = sight.through_holes()
    few = too_few(sight)
    tracked, usable = (_share(sight.t_s, x) for x in (sight.table.tracked, sight.usable))
    sight = sight.rows(attended(sight))
    exercise = sight.exercising if sight.exercising.any() else np.ones(len(sight.t_s), bool)
    azimuth, elevation = (
        median_of_known(x[exercise]) for x in (sight.table.azimuth_deg, sight.table.elevation_deg)
    )
    looked_at = _looked_at(sight)
    seen = tracked  # nobody can be missed in a hole
    if not looked_at.all():
        seen = share_of_time(sight.t_s, sight.table.tracked, looked_at)
    found = set(_body(sight, seen, exercise))
    if too_oblique(np.array(azimuth), np.array(elevation), prescription.view):
        found.add("not_side_on")
    if not looked_at.all():
        found.add("frames_missing")
    if tracked > 0 and (_lost(sight) > LOST_S or any(_lost_after(sight))):
        found.add("tracking_lost")
    if tracked > 0 and sight.exercising.any() and _uncertain(sight) > 1 - CERTAIN_MIN:
        found.add("legs_uncertain")
    if any(seen < OTHER_LEG_MIN for seen in _other_leg_seen(sight)):
        found.add("other_leg_unseen")
    if np.sum(np.diff(np.nan_to_num(sight.table.others), prepend=0) > 0) >= OTHERS_MIN or (
        share_of_time(sight.t_s, sight.table.others > 0, np.ones(len(sight.t_s), bool))
        > OTHERS_SHARE
    ):
        found.add("second_person")
    length = float(sight.t_s[-1] - sight.t_s[0]) if len(sight.t_s) else 0.0
    if length < SHORTEST_S and not sight.exercising.any():
        found.add("too_short")
    if few:  # nor do so few tell another exercise
        found.add("too_few_looks" if live else "too_few_frames")
    elif sight.something_else and usable >= TRACKED_MIN:
        found.add("not_this_exercise")
    flaws = Flaws() if flaws is None else flaws
    found.update(file_warnings(flaws))
    warnings = tuple(w for w in WARNINGS if w in found)
    notes = tuple(
        warning_note(w, prescription.exercise_value, words) + how_much(w, flaws, words)
        for w in warnings
    )
    barring = tuple(w for w in warnings if _bars(w, sight, flaws))
    notes = (*notes, *file_notes(flaws, words))
    return Quality(tracked, usable, azimuth, elevation, warnings, notes, barring)


def too_few(sight: Sight) -> bool:
    """Tell whether there are too few looks a second, while the leg moves, to count by.

    Where almost all is one hole, no rate is known.
    """
    sight = sight.through_holes()
    if sight.holes and np.count_nonzero(_looked_at(sight)) < RATE_LOOKS:
        return False
    moving = sight.moving if sight.moving.any() else np.ones(len(sight.t_s), bool)
    return looks_per_s(sight.t_s, moving) < LOOKS_MIN_PER_S - SAME_RATE_PER_S


def too_oblique(azimuth_deg: Array, elevation_deg: Array, view: View) -> Mask:
    """Tell whether the camera stands farther off the side than angles can be read from.

    Parameters
    ----------
    azimuth_deg, elevation_deg
        (n,) each, or numbers as arrays without axes, in degrees.
    view
        What a prescription allows.

    Returns
    -------
    Mask
        Of the same shape.

    """
    off: Mask = (np.abs(azimuth_deg) > view.max_azimuth_deg) | (
        np.abs(elevation_deg) > view.max_elevation_deg
    )
    return off


def readable(values: Array, view: View) -> Array:
    """Blank the angles where the view is too oblique to read them.

    Parameters
    ----------
    values
        Rows (n, len(COLUMNS)) of the table.
    view
        What a prescription allows.

    """
    azimuth, elevation = (values[:, COLUMN_OF[n]] for n in ("azimuth_deg", "elevation_deg"))
    blank = too_oblique(azimuth, elevation, view)[:, None] & np.isin(COLUMNS, ANGLES)
    return np.where(blank, np.nan, values)


def _bars(warning: str, sight: Sight, flaws: Flaws) -> bool:
    """Tell whether a warning of a clip touches its exercise, so that it cannot be a pass."""
    exercise = sight.exercising
    if warning == "frames_missing":
        begun = [(sight.t_s[a] - BESIDE_S, sight.t_s[b] + BESIDE_S) for a, b in runs(sight.moving)]
        beside = not begun or any(overlap_s(a, b, list(sight.holes)) > 0 for a, b in begun)
        return beside or (missing_s(flaws) > 0 and touched(sight, flaws, warning))
    if warning == "cut_off":
        return touched(sight, flaws, warning)
    if warning == "tracking_lost":
        inside = [sight.rows(_only(a, b, len(exercise))) for a, b in runs(exercise)]
        return any(_lost(part) > LOST_S for part in inside) or any(_lost_after(sight))
    if warning == "second_person":
        seconds = sum(_length(sight.t_s[a : b + 1]) for a, b in runs(exercise))
        return _share(sight.t_s, sight.table.touched, exercise) * seconds > TOUCHED_S
    return warning in BARRING


def _looked_at(sight: Sight) -> Mask:
    """Tell which rows stand for a look (n,)."""
    return np.ones(len(sight.t_s), bool) if sight.hidden is None else ~sight.hidden


def _only(first: int, last: int, n: int) -> Mask:
    here = np.arange(n)
    inside: Mask = (first <= here) & (here <= last)
    return inside


def _length(times: Array) -> float:
    return float(times[-1] - times[0]) if len(times) else 0.0


def _share(times: Array, values: Array, during: Mask | None = None) -> float:
    """Return the share of the time in which `values` hold; a hole between two looks is none of it.

    Parameters
    ----------
    times, values
        Seconds, and 1 where something holds; (n,) each.
    during
        The looks (n,) between which the time counts, all of them if None.

    """
    inside = np.ones(len(times), bool) if during is None else during
    between = inside[1:] & inside[:-1]
    steps = np.diff(times)[between]
    if not len(steps):
        return _mean(values[inside])
    known = np.nan_to_num(np.asarray(values, float))
    hole_s = max(HOLE_S, HOLE_STEPS * float(np.median(steps)))
    held = np.where(steps <= hole_s, (0.5 * (known[1:] + known[:-1]))[between], 0.0)
    return float((steps * held).sum() / steps.sum())


def _body(sight: Sight, tracked: float, exercise: Mask) -> list[str]:
    """Return the warnings about how the person lies in the picture."""
    if tracked == 0 or not len(sight.t_s):
        return ["no_person"]
    found = []
    if tracked < TRACKED_MIN and not sight.exercising.any():
        found.append("no_person")
    # neither is so where nothing is known
    if share_of_time(sight.t_s, sight.table.lying, exercise) < LYING_MIN:
        found.append("not_supine")
    if median_of_known(sight.table.trunk_share[exercise]) * BODY_IN_TRUNKS < BODY_MIN_SHARE:
        found.append("too_small")
    if share_of_time(sight.t_s, sight.table.inside, exercise) < INSIDE_MIN:
        found.append("out_of_frame")
    return found


def _lost(sight: Sight) -> float:
    """Return the longest time (s) between two moments at which knee and hip are known.

    What of it is a hole does not count: then nobody was lost, for nobody was looked for.
    """
    times, holes = sight.t_s, list(sight.holes)
    known = times[sight.usable > 0]
    if len(known) < 2:
        return _length(times) - (overlap_s(times[0], times[-1], holes) if len(times) else 0.0)
    usual = float(np.median(np.diff(times)))
    return max(
        (b - a - overlap_s(a, b, holes) for a, b in pairwise(known) if b - a > HOLE_STEPS * usual),
        default=0.0,
    )


def _lost_after(sight: Sight) -> Iterator[bool]:
    """Yield for each set whether the leg was lost while it still worked, for long or for good."""
    times, known = sight.t_s, np.flatnonzero(sight.usable > 0)
    for _, last in runs(sight.exercising):
        later = known[known > last]
        until = int(later[0]) if len(later) else len(times) - 1
        gone_s = times[until] - times[last]
        yield gone_s - overlap_s(times[last], times[until], list(sight.holes)) > LOST_S


def _uncertain(sight: Sight) -> float:
    """Return the share of the exercise in which the legs could not be told apart steadily."""
    unsure = np.where(_looked_at(sight), sight.table.confidence < STEADY, np.nan)
    return share_of_time(sight.t_s, unsure, sight.exercising)


def _other_leg_seen(sight: Sight) -> Iterator[float]:
    """Yield for each set the share of its time in which the resting leg was seen."""
    seen = np.where(_looked_at(sight), np.isfinite(sight.table.resting_hip_deg), np.nan)
    for a, b in runs(sight.exercising):
        yield share_of_time(sight.t_s, seen, sight.table.between(sight.t_s[a], sight.t_s[b]))


def _mean(values: Array) -> float:
    known = np.nan_to_num(np.asarray(values, float))
    return float(known.mean()) if len(known) else 0.0
