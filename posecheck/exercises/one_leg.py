"""Whether one leg works and the other one rests."""

from __future__ import annotations

from posecheck.motion.signals import runs, spread
from posecheck.motion.table import Table
from posecheck.types import Array, Mask

# The other leg is the raised one, and has been lowered: glides never; a dead bug for 2.6 s, and the
# thigh that rests moves by 59 degrees. Where the picture is dark the names alone change.
TURNS_S, STEADY_S, TURNS_DEG = 1.0, 0.25, 40.0
RANGE_LOOKS = 10  # of so few no range is told


def taking_turns_s(table: Table, inside: Mask) -> float:
    """Return how long the label that the raised leg bears less often was steady (s).

    Parameters
    ----------
    table
        What was measured.
    inside
        The looks (n,) that count.

    """
    t, label = table.t_s[inside], table.raised_label[inside]
    known = label >= 0
    t, label = t[known], label[known]
    if not len(t):
        return 0.0
    rarer = 0 if (label == 0).sum() < (label == 1).sum() else 1
    return float(sum(t[b] - t[a] for a, b in runs(label == rarer) if t[b] - t[a] > STEADY_S))


def range_deg(angle: Array) -> float:
    """Return the way from the 5th to the 95th percentile (degrees), 0 of hardly anything.

    Parameters
    ----------
    angle
        (n,) in degrees, NaN where unknown.

    """
    return spread(angle) if (angle == angle).sum() > RANGE_LOOKS else 0.0
