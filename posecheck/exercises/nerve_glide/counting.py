"""Repetitions of one set, counted as they come.

They are found over the last few of them and added to those known, so that a count never falls.
A repetition counts once it has come back, or once it must have, by its own tempo, in the time
that the smoother lags behind.
"""

from __future__ import annotations

import numpy as np

from posecheck.exercises.nerve_glide.bends import bends
from posecheck.exercises.nerve_glide.extension import KNEE_SMOOTHING_S, SPEED_LOOKS, STILL_DEG_S
from posecheck.exercises.nerve_glide.pumps import PUMP_SMOOTHING_S, is_clear, pumps
from posecheck.exercises.nerve_glide.tension import NEAR_MAX_DEG, larger_share
from posecheck.exercises.repetitions import Cycle, looked_at, noise_deg
from posecheck.motion.holes import holes_in
from posecheck.motion.signals import smooth
from posecheck.motion.smoothing import LAG_S
from posecheck.motion.table import Table
from posecheck.types import Array, Variant

AGAIN_S, KEPT_CYCLES = 9.0, 3  # repetitions that are looked at again: so late, at least so many
BEFORE_SHARE = 0.2  # of the first of them, before it
BACK_SHARE = {"ankle_pump": 0.3, "knee_bend": 0.85}  # of its range: a repetition has come back
TURNED_S = 0.15  # so long after its second extreme a movement has turned
SAME_DEG = 3.0  # a knee moves as before
SURE_CYCLES = 4  # so many, and what they are is settled
AFTER_END_S = 0.25  # the extremes of a repetition lie before it has ended, or so soon after
RETURN_SHARE = 0.5  # of the time from top to bottom: after it a pump is back in its middle
REST_LOOKS, REST_BEFORE_S = 5, 0.1  # of the foot, before the first pump, that tell where it rests
STRADDLES, DWELLS_S = 0.3, 0.6  # a first pump goes to both sides of the rest, or stays at its end


class Counting:
    """Counts repetitions: `look` again and again; read `cycles` and their `variant`."""

    def __init__(self, wanted: Variant | None) -> None:
        self.cycles: list[Cycle] = []
        self.variant = wanted
        self._wanted = wanted
        self._settled = 0  # so many of them are not looked at again
        self._again_s = np.nan  # from here on they are

    def since(self, now_s: float, tension_s: float) -> float:
        """Return from when on repetitions are looked at again; those before are settled.

        Parameters
        ----------
        now_s, tension_s
            The time of the newest look and of the arrival at the point of tension, in seconds.

        """
        since_s = tension_s if np.isnan(self._again_s) else self._again_s
        if now_s - since_s <= 2 * AGAIN_S:
            return since_s
        if not self.cycles or now_s - self.cycles[-1].end_s > AGAIN_S:
            self._settled, self._again_s = len(self.cycles), now_s - AGAIN_S / 2
        else:
            late = sum(c.start_s >= now_s - AGAIN_S for c in self.cycles)
            self._settled = max(self._settled, len(self.cycles) - max(late, KEPT_CYCLES))
            # a little earlier, so that the first is seen to begin
            first = self.cycles[self._settled]
            self._again_s = first.start_s - BEFORE_SHARE * (first.end_s - first.start_s)
        return self._again_s

    def look(self, table: Table, level_deg: float) -> None:
        """Count what has come back; the knee is at `level_deg` at the point of tension."""
        old = self.cycles[: self._settled]
        found, variant = self._found(table, level_deg)
        if variant is None:
            return
        moves = table.ankle_deg if variant == "ankle_pump" else table.knee_deg
        if found and not _is_back(found[-1], table.t_s, moves, variant):
            found = found[:-1]
        elif len(old) + len(found) == 1 and variant == "ankle_pump":
            found = found if _is_whole(found[0], table) else []
        if len(old) + len(found) >= len(self.cycles):
            self.cycles, self.variant = old + found, variant

    def _found(self, table: Table, level_deg: float) -> tuple[list[Cycle], Variant | None]:
        """Return the repetitions in sight, and what they are."""
        wanted = self._wanted
        if wanted is None and len(self.cycles) >= SURE_CYCLES:
            wanted = self.variant
        smoothed = smooth(table.t_s, table.knee_deg, KNEE_SMOOTHING_S)
        bent: list[Cycle] = []
        if wanted != "ankle_pump":
            bent = bends(table.t_s, table.knee_deg, level_deg, noise_deg(table.raw_knee_deg))
        pumped: list[Cycle] = []
        if wanted != "knee_bend":
            held = _held_part(table, smoothed, level_deg)
            if held is not None:
                pumped = pumps(
                    held.t_s, held.ankle_deg, held.knee_deg, noise_deg(held.raw_ankle_deg)
                )
                lone = len(pumped) == 1 and wanted is None and not bent
                if lone and not is_clear(pumped[0], held.t_s, held.knee_deg):
                    pumped = []
        variant, holes = larger_share(pumped, bent), holes_in(table.t_s)
        pumped, bent = looked_at(pumped, holes), looked_at(bent, holes)
        return (pumped if variant == "ankle_pump" else bent), variant


def _held_part(table: Table, smoothed: Array, level: float) -> Table | None:
    """Return the part in which a foot that swings pumps: not while the knee is on its way."""
    if len(smoothed) < SPEED_LOOKS:
        return None
    near = np.abs(smoothed - level) < NEAR_MAX_DEG
    held = np.flatnonzero(near & (np.abs(np.gradient(smoothed, table.t_s)) < STILL_DEG_S))
    if not len(held):
        return None
    first, last = int(held[0]), int(held[-1])
    # a knee that moves as it did before, while the foot pumped, is not on its way
    if (
        near[last:].all()
        and np.max(smoothed[last:]) < np.max(smoothed[first : last + 1]) + SAME_DEG
    ):
        last = len(smoothed) - 1
    return table.part(first, last)


def _is_whole(first: Cycle, table: Table) -> bool:
    """Tell whether the first pump is no mere half: the foot rests in its middle, or at its end."""
    early = table.t_s < first.start_s - REST_BEFORE_S
    before = table.ankle_deg[early & np.isfinite(table.ankle_deg)]
    room = STRADDLES * first.range_deg
    if len(before) < REST_LOOKS or first.min_deg + room < np.median(before) < first.max_deg - room:
        return True
    return bool(table.t_s[-1] - first.end_s > DWELLS_S)


def _is_back(cycle: Cycle, times: Array, moves: Array, variant: Variant) -> bool:
    """Tell whether the last cycle in sight is over: it has come back, or must have by now."""
    inside = np.flatnonzero((times >= cycle.start_s) & np.isfinite(moves))
    if len(inside) < SPEED_LOOKS:
        return False
    t, smoothed = times[inside], smooth(times[inside], moves[inside], PUMP_SMOOTHING_S)
    cut = t <= cycle.end_s + AFTER_END_S
    top, bottom = int(np.argmax(smoothed[cut])), int(np.argmin(smoothed[cut]))
    now = float(t[-1])
    if variant == "knee_bend":
        back = smoothed[top] - smoothed[-1] >= BACK_SHARE[variant] * cycle.range_deg
        due = now >= 2 * t[top] - cycle.start_s - LAG_S
        return bool(back or due)
    first, second = sorted((top, bottom))
    back = abs(smoothed[-1] - smoothed[second]) >= BACK_SHARE[variant] * cycle.range_deg
    turned = now - t[second] >= TURNED_S
    due = turned and now >= (1 + RETURN_SHARE) * t[second] - RETURN_SHARE * t[first] - LAG_S
    return bool(back or due)
