"""Whether a movement is the nerve glide that it could be taken for.

Dead bugs, bicycles and leg raises also bring a knee to its straightest and move it there. What
tells the glide: one leg works, its thigh is up and stays about where it is while the knee is
straightened through a large part of its range, the knee stops there before anything is repeated,
and what is repeated has a rhythm. Somebody who does something else gets no point of tension.

An active knee extension that stops at its end range each time, or ends nearly straight, is the same
movement as a glide with large knee bends, and is taken for one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from posecheck.exercises.attempt import Attempt
from posecheck.exercises.nerve_glide.extension import HIP_SMOOTHING_S, KNEE_SMOOTHING_S
from posecheck.exercises.one_leg import TURNS_DEG, TURNS_S, range_deg, taking_turns_s
from posecheck.exercises.repetitions import likeness, looked_at
from posecheck.motion.holes import holes_in
from posecheck.motion.signals import share_of_time, smooth
from posecheck.motion.table import Table
from posecheck.types import Array

# Each limit with the values on either side of it, from 20 rendered and 5 photographed glides (two
# of them of irritable patients), and from other exercises: rendered dead bugs, bicycles, crunches,
# flutter kicks, knees drawn to the chest, both knees extended at once, and 16 photographs with
# sensor noise.
#
# How far the knee is straightened: glides 39 degrees and more; of the others the dead bug 43, both
# knees at once 59, the rest at most 6.
EXTENSION_DEG = 30.0
# How long it stops: glides 0.9 s and more, a dead bug 0.2 s. A knee that is nearly straight is at
# its end range whether it stops there or bounces: glides 10 to 38 degrees, a dead bug 51.
STOP_S, NEARLY_STRAIGHT_DEG = 0.35, 40.0
# A picture that begins at the tension shows no extension; then several repetitions must tell.
BEGUN_MAX_DEG, BEGUN_REPS, BEGUN_S, BEGUN_ALIKE = 60.0, 3, 0.5, 0.75
# The hip at the tension: glides 74 degrees and more; a bicycle 48, knees to the chest 43 to 55.
HIP_MIN_DEG = 48.0
# The thigh's way meanwhile: glides 3 degrees, with a drifting thigh 21; a dead bug 35.
THIGH_MOVED_DEG = 28.0
# The other thigh's way while the knee is straightened, and shortly before: glides at most 5
# degrees; 31 to 50 in a straight leg raise beside a foot that is flat on the mat, where first the
# one leg and then the other is the raised one (sticks).
OTHER_MOVED_DEG, BEFORE_S = 25.0, 1.0
# The other thigh is as high, or nearly: glides never, a bicycle for 6.3 s.
BOTH_UP_S, AS_HIGH_DEG = 1.0, 15.0
# Share of the time in which the other leg is seen apart: glides 0.99 and more, both knees 0.2.
OTHER_SEEN = 0.6
# Standard deviation over mean of the durations: glides at most 0.14, tremble 0.38 and 0.77.
RHYTHM_REPS, UNEVEN = 3, 0.5
# The range of a leg that does anything: people who lie still at most 6, a flutter kick 23.
OTHERWISE_DEG, OTHERWISE_SMOOTHING_S = 15.0, 0.2


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen of one attempt; degrees and seconds."""

    extension_deg: float  # how far the knee was straightened while the thigh was up
    begun: bool  # the picture begins with the thigh up and the knee straightened
    thigh_moved_deg: float  # while the knee was straightened
    hip_deg: float
    knee_deg: float
    stop_s: float
    taking_turns_s: float  # how long the other leg was the raised one
    other_moved_deg: float  # the range of the other thigh
    other_before_deg: float  # its way while the knee was straightened
    both_up_s: float  # how long the other thigh was up as far
    other_seen: float  # share of the time in which the other leg was seen apart
    likeness: float  # of one repetition to the next
    unevenness: float  # of the repetitions' durations, 0 for a metronome


def evidence(attempt: Attempt, raised: Table, table: Table) -> Evidence:
    """Collect what speaks for an attempt.

    Parameters
    ----------
    attempt
        What may be a nerve glide.
    raised
        The stretch of a raised thigh that it was found in, without gaps.
    table
        All that was measured.

    """
    a = attempt
    extending = raised.between(a.extend_s, a.tension_s)
    smoothed = smooth(raised.t_s, raised.knee_deg, KNEE_SMOOTHING_S)
    hip = smooth(raised.t_s, raised.hip_deg, HIP_SMOOTHING_S)
    # all of it, for some stop on the way
    before = smoothed[(raised.t_s <= a.tension_s) & np.isfinite(smoothed)]
    high = float(before.max()) if len(before) else a.knee_deg
    straightening = table.between(a.extend_s - BEFORE_S, a.tension_s)
    inside = table.between(a.extend_s, a.lower_s)
    durations = [c.end_s - c.start_s for c in looked_at(a.cycles, holes_in(table.t_s))]
    step = np.gradient(table.t_s) if len(table.t_s) > 1 else np.zeros(len(table.t_s))
    moves = raised.ankle_deg if a.variant == "ankle_pump" else raised.knee_deg
    both = inside & (table.resting_hip_deg > table.hip_deg - AS_HIGH_DEG)
    return Evidence(
        extension_deg=high - a.knee_deg,
        begun=bool(raised.t_s[0] - table.t_s[0] < BEGUN_S),
        thigh_moved_deg=_way(hip[extending]),
        hip_deg=a.hip_deg,
        knee_deg=a.knee_deg,
        stop_s=a.glide_s - a.tension_s,
        taking_turns_s=taking_turns_s(table, inside),
        other_moved_deg=range_deg(table.resting_hip_deg[inside]),
        other_before_deg=range_deg(table.resting_hip_deg[straightening]),
        both_up_s=float(step[both].sum()),
        other_seen=share_of_time(table.t_s, np.isfinite(table.resting_hip_deg), inside)
        if inside.any()
        else 0.0,
        likeness=likeness(a.cycles, raised.t_s, moves) if a.cycles else 0.0,
        unevenness=float(np.std(durations) / np.mean(durations)) if durations else 0.0,
    )


def is_glide(attempt: Attempt, raised: Table, table: Table) -> bool:
    """Tell whether what speaks for an attempt is enough to call it a nerve glide.

    Parameters
    ----------
    attempt
        What may be a nerve glide.
    raised
        The stretch of a raised thigh that it was found in, without gaps.
    table
        All that was measured.

    """
    e = evidence(attempt, raised, table)
    turns = e.taking_turns_s > TURNS_S and e.other_moved_deg > TURNS_DEG
    turns |= e.other_before_deg > OTHER_MOVED_DEG
    one_leg = not turns and e.both_up_s < BOTH_UP_S and e.other_seen > OTHER_SEEN
    held = e.hip_deg > HIP_MIN_DEG and e.thigh_moved_deg < THIGH_MOVED_DEG
    if len(attempt.cycles) >= RHYTHM_REPS and e.unevenness > UNEVEN:
        return False
    if e.extension_deg < EXTENSION_DEG:
        straightened = e.begun and e.knee_deg < BEGUN_MAX_DEG and len(attempt.cycles) >= BEGUN_REPS
        return one_leg and held and straightened and e.likeness > BEGUN_ALIKE
    stopped = e.stop_s >= STOP_S or e.knee_deg < NEARLY_STRAIGHT_DEG
    return one_leg and held and stopped


def moves_otherwise(table: Table) -> bool:
    """Tell whether a leg moves far again and again, whatever for."""
    angles = (table.hip_deg, table.knee_deg, table.resting_hip_deg)
    return any(
        range_deg(smooth(table.t_s, x, OTHERWISE_SMOOTHING_S)) > OTHERWISE_DEG for x in angles
    )


def _way(angle: Array) -> float:
    """Return the way from the smallest to the largest that is known (degrees), 0 of none."""
    known = angle[np.isfinite(angle)]
    return float(np.ptp(known)) if len(known) else 0.0
