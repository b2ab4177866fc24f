"""Heel slides: the heel is drawn along the surface to the seat, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from posecheck.exercises.end_range import REST_S, SMOOTHING_S, EndRange, Way, finder, sure
from posecheck.motion.signals import median_of_known, smooth
from posecheck.motion.table import Table
from posecheck.types import Array

# Each limit with the values on either side, from rendered heel slides (5), straight leg raises and
# knee extensions, and from other exercises (dead bug, bicycle, knee to the chest).
#
# A knee that is bent by less is not slid; the same as in a glide is an extension.
LEAST_DEG = 20.0
# The leg lies before and after: at most 5 degrees at hip and knee; a thigh that stands 45 and more.
LIES_DEG, SURELY_DEG = 45.0, 30.0
THIGH_LIES_DEG, SURELY_LIES_DEG = 30.0, 18.0
# How far the heel rose, in lengths of the thigh: at most 0.1; a knee that is drawn to the chest 0.8
# and more, a raised leg 1.3.
LIFT_THIGHS, ON_THE_MAT = 0.6, 0.35
# How much more the knee was bent than the hip: twice as much; a knee to the chest as much.
KNEE_SHARE, KNEE_ALL = 1.25, 1.6
# How far the heel came, in lengths of the leg, tells the knee's angle without the knee: both are
# shortened alike by the view. Its length is that of the leg while it lies straight. Errors of that
# reading are -2 to +4 degrees on 4 rendered slides, those of the knee as it is seen -8 to +1, so it
# weighs more.
STRAIGHT_DEG, LEG_LOOKS, CHORD_WEIGHT = 15.0, 4, 0.7


def is_slide(way: Way) -> float:
    """Return how sure it is that a way of the knee is a heel slide, 0 to 1."""
    lies = max(way.knee_before_deg, way.knee_after_deg)
    return min(
        sure(lies, LIES_DEG, SURELY_DEG),
        sure(max(way.hip_before_deg, way.hip_after_deg), THIGH_LIES_DEG, SURELY_LIES_DEG),
        sure(abs(way.lift_thighs), LIFT_THIGHS, ON_THE_MAT),
        sure(way.knee_way_deg / max(way.hip_way_deg, 1.0), KNEE_SHARE, KNEE_ALL),
    )


def by_the_chord(found: Sequence[Way], table: Table) -> Sequence[Way]:
    """Read the knee at its most bent from how near the heel came to the hip.

    With a thigh and a shank of about the same length, the way from hip to ankle is that of the
    straight leg times the cosine of half the knee's flexion.

    Parameters
    ----------
    found
        The ways, in order of time.
    table
        What was measured.

    """
    chord, other = (
        smooth(table.t_s, np.hypot(x, z), SMOOTHING_S)
        for x, z in (
            (table.working_x_trunks, table.working_z_trunks),
            (table.resting_x_trunks, table.resting_z_trunks),
        )
    )
    out = []
    for way in found:
        leg = _length(way, table, chord, other)
        stop = chord[table.between(way.peak.start_s, way.peak.end_s) & np.isfinite(chord)]
        if leg > 0 and len(stop):
            by_chord = 2 * np.degrees(np.arccos(min(float(stop.min()) / leg, 1.0)))
            knee_deg = CHORD_WEIGHT * by_chord + (1 - CHORD_WEIGHT) * way.peak.knee_deg
            way = replace(way, peak=replace(way.peak, knee_deg=float(knee_deg)))
        out.append(way)
    return out


def _length(way: Way, table: Table, chord: Array, other: Array) -> float:
    """Return the length of the leg in trunk lengths, NaN where it was not seen straight.

    Where both legs lie, the one may be taken for the other, which looks 1.16 times as long where it
    lies nearer to the camera. The other one rests all the time: the leg that is as long as that
    while they lie is not the one that slides.
    """
    lies = table.between(way.start_s - REST_S, way.end_s + REST_S)
    lies &= np.abs(table.knee_deg) < STRAIGHT_DEG
    if lies.sum() < LEG_LOOKS:
        return float("nan")
    straight = chord / np.cos(np.radians(table.knee_deg / 2))
    followed, beside = median_of_known(straight[lies]), median_of_known(other[lies])
    rests = median_of_known(other[table.between(way.peak.start_s, way.peak.end_s)])
    taken_for_it = abs(followed - rests) < abs(beside - rests)
    return beside if taken_for_it else followed


TO = EndRange("knee", "most flexed", LEAST_DEG, is_slide, by_the_chord)
find = finder(TO)
