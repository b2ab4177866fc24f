"""Whether the model takes the legs for each other, or draws them between the two."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from posecheck.motion.medians import known_median
from posecheck.motion.skeleton import ANKLE, HEEL, KNEE, TOE
from posecheck.motion.working_leg import Legs
from posecheck.types import Array, Mask

KNEE_OFF, ANKLE_OFF = 0.06, 0.09  # in trunk lengths
# A foot shorter than this share of its usual length is drawn in between the feet: in 3-23 % of
# the plain looks where the legs conflict, in none of the painted ones (46 rendered clips).
FOOT_SHORT = 0.65
# One that leaps away from its neighbours is read wrongly: over 8 % of the looks of a moment in 9
# of 46 rendered clips, in most others not a single one, fast pumps included.
FOOT_OFF = 0.13
CONFLICT = 0.08  # share of the plain looks of the last moments that may be wrong


def conflict(looks: Sequence[Legs]) -> bool:
    """Whether the legs swapped names or were drawn off their places in too many plain looks."""
    labels = [x.label for x in looks if x.label >= 0]
    jumps = sum(a != b for a, b in pairwise(labels))
    return bool(jumps > 0 or (off_places(looks) | short_feet(looks)).mean() > CONFLICT)


def off_places(looks: Sequence[Legs]) -> Mask:
    """In which of the looks (n,) the working leg is lost or leaps away from its neighbours."""
    places = np.array([x.seen_px for x in looks])
    lost = ~np.isfinite(places[:, KNEE, 0])
    off: Mask = lost.copy()
    seen = np.flatnonzero(~lost)
    inner = seen[1:-1]
    trunk_px = np.array([looks[i].trunk_px for i in inner])[:, None]
    leaps = (places - _usual(places, lost))[inner]  # (k, 5, 2)
    away = np.hypot(leaps[..., 0], leaps[..., 1]) / trunk_px
    foot = away[:, HEEL:].max(axis=1) > FOOT_OFF
    off[inner] = (away[:, KNEE] > KNEE_OFF) | (away[:, ANKLE] > ANKLE_OFF) | foot
    return off


def _usual(places: Array, lost: Mask) -> Array:
    """The median (n, 5, 2) of each look and of those that are seen among its six neighbours.

    All at once: a median of NumPy's for each look costs more than all else here.
    """
    known = np.where(lost[:, None, None], np.nan, places)
    beyond = np.full((3, *places.shape[1:]), np.nan)
    windows = sliding_window_view(np.concatenate((beyond, known, beyond)), 7, axis=0)
    return known_median(windows, axis=-1)


def short_feet(looks: Sequence[Legs]) -> Mask:
    """In which of the looks (n,) the foot of the working leg is shorter than it is usually."""
    places = np.array([x.seen_px for x in looks])
    short: Mask = np.zeros(len(looks), bool)
    seen = np.flatnonzero(np.isfinite(places[:, KNEE, 0]))
    if len(seen):
        foot = np.hypot(*(places[:, TOE] - places[:, HEEL])[seen].T)
        short[seen] = foot < FOOT_SHORT * np.percentile(foot, 75)
    return short
