"""Active knee extensions: the thigh stands, the knee is straightened as far as it goes, and back.

The nerve glide with knee bends looks alike. What tells them apart: a test goes back to the bent
knee each time, a glide bends the knee by a part of its way from a tension that was held before.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from posecheck.exercises.attempt import Attempt, Found
from posecheck.exercises.end_range import SMOOTHING_S, EndRange, Way, attempts_of, sure
from posecheck.motion.signals import filled, percentile, smooth
from posecheck.motion.table import Table
from posecheck.types import Array, Variant

# Each limit with the values on either side, from rendered extensions (6, two with a drifting
# thigh) and from 30 rendered and 5 photographed glides.
#
# A knee that is straightened by less is not tested.
LEAST_DEG = 15.0
# The thigh stands: extensions 73 degrees and more before and after, 64 with a drifting thigh.
STANDS_DEG, SURELY_DEG = 50.0, 65.0
# The thigh's way as a share of the knee's: at most 0.1, with a drifting thigh 0.32.
THIGH_SHARE, THIGH_LITTLE = 0.6, 0.4
# The way back, as a share of the way from the most bent knee to the straightest: extensions 0.86
# and more, bends of glides 0.33 to 0.58. Where it is between, somebody has to say what is done.
RETURNS, RETURNS_FULLY = 0.72, 0.84
BENT_PERCENTILE, STRAIGHT_PERCENTILE = 95, 3
# Of one stop alone it cannot be told whether it is tested or held; nor of stops as long as a hold.
ONCE, LONG_STOP_S, STOP_S = 0.4, 6.0, 3.0


def is_extension(way: Way) -> float:
    """Return how sure it is that a way of the knee is done with a thigh that stands, 0 to 1."""
    stands = min(way.hip_before_deg, way.hip_after_deg)
    share = abs(way.hip_way_deg) / max(-way.knee_way_deg, 1.0)
    return min(sure(stands, STANDS_DEG, SURELY_DEG), sure(share, THIGH_SHARE, THIGH_LITTLE))


TO = EndRange("knee", "straightest", LEAST_DEG, is_extension, thigh_min_deg=STANDS_DEG)


def find(table: Table, _variant: Variant | None = None) -> Found:
    """Find the sets of knee extensions.

    Parameters
    ----------
    table
        What was measured.

    """
    found = attempts_of(table, TO)
    once = sum(len(attempt.cycles) for attempt in found) == 1
    return Found([_with_doubt(attempt, table, once) for attempt in found], False)


def _with_doubt(attempt: Attempt, table: Table, once: bool) -> Attempt:
    """Return the attempt with how sure it is that it is no glide with large bends."""
    a = attempt
    stop_s = float(np.median([p.end_s - p.start_s for p in a.peaks]))
    held = sure(stop_s, LONG_STOP_S, STOP_S)
    if once:
        return replace(a, certainty=min(a.certainty, ONCE, held))
    knee = _while_it_stands(a, table)
    whole = percentile(knee, BENT_PERCENTILE) - percentile(knee, STRAIGHT_PERCENTILE)
    returned = float(np.median([c.range_deg for c in a.cycles])) / whole
    return replace(a, certainty=min(a.certainty, held, sure(returned, RETURNS, RETURNS_FULLY)))


def _while_it_stands(attempt: Attempt, table: Table) -> Array:
    """Return the knee (k,) from when the thigh was raised for an attempt until it was lowered."""
    hip, knee = (
        smooth(table.t_s, filled(table.t_s, x), SMOOTHING_S)
        for x in (table.hip_deg, table.knee_deg)
    )
    down = table.t_s[hip < STANDS_DEG]
    since_s = down[down < attempt.extend_s].max(initial=-np.inf)
    until_s = down[down > attempt.rest_s].min(initial=np.inf)
    stands: Array = knee[table.between(since_s, until_s) & (hip >= STANDS_DEG) & np.isfinite(knee)]
    return stands
