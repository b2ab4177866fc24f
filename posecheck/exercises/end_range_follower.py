"""Sets of repetitions to an end range while they happen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from posecheck.exercises.attempt import Attempt, Found, Running
from posecheck.exercises.end_range import NEXT_SET_S, REST_S, EndRange
from posecheck.exercises.repetitions import Cycle
from posecheck.motion.signals import SAME_S, filled, median_of_known, smooth
from posecheck.motion.table import RecentRows, Table
from posecheck.types import Phase, Variant

STEP_S = 0.3  # how often it looks
PUT_OFF_S = 0.1  # a look can wait so long
BEFORE_S = REST_S + 1.0  # a repetition is looked at again from so long before it
ENDED_S = 0.6  # a repetition that has ended so long ago will not change any more
NEWEST_S, SMOOTHING_S = 1.0, 0.1
MOVES_DEG_S = 8.0  # of the joint; what is slower stands still
AWAY_SHARE = 0.4  # of the smallest way: so far from where it lay the leg is on its way
LEAST_LOOKS = 6


class EndRangeFollower:
    """Counts repetitions once they have come back, and tells whether the leg is on its way.

    Parameters
    ----------
    find
        The attempts of a table.
    to
        What a repetition is.

    """

    def __init__(self, find: Callable[[Table, Variant | None], Found], to: EndRange) -> None:
        self._find, self._to = find, to
        self._looked_s = self._since_s = -np.inf
        self._set = 0
        self._cycles: tuple[Cycle, ...] = ()  # of the set, that have come back
        self._attempt: Attempt | None = None
        self.running = Running()

    @property
    def confirmed(self) -> Attempt | None:
        """The set that is on, or the last one, with the repetitions that have come back."""
        return self._attempt

    @property
    def settled(self) -> Attempt | None:
        """The same: what has come back does not change any more."""
        return self._attempt

    def push(self, recent: RecentRows, busy: bool = False) -> bool:
        """Look again if it is time, and tell whether it was; while `busy` a little later.

        Parameters
        ----------
        recent
            The recent rows, with those of this push.
        busy
            This push takes long anyhow.

        """
        now = recent.now_s
        if now - self._looked_s < STEP_S - SAME_S + busy * PUT_OFF_S:
            return False
        self._looked_s = now
        table = recent.table(self._since_s)
        if len(table.t_s) >= LEAST_LOOKS:
            self._count(table, now)
            self._say(table, now)
        return True

    def _count(self, table: Table, now: float) -> None:
        """Add what has come back since the last look."""
        for attempt in self._find(table, None).attempts:
            for cycle in attempt.cycles:
                last_s = self._cycles[-1].end_s if self._cycles else -np.inf
                if cycle.start_s < last_s - SAME_S or cycle.end_s > now - ENDED_S:
                    continue
                if not self._cycles or self._begins_set(cycle, attempt):
                    self._set, self._cycles = self._set + 1, ()
                self._cycles += (cycle,)
                first = self._cycles[0].start_s
                self._attempt = replace(
                    attempt, cycles=self._cycles, extend_s=first, tension_s=first, glide_s=first
                )
        if len(self._cycles) > 1:  # the one before tells how large they are
            self._since_s = self._cycles[-2].start_s - BEFORE_S

    def _begins_set(self, cycle: Cycle, attempt: Attempt) -> bool:
        """Tell whether a repetition is the first of another set, after a rest or of another leg."""
        last = self._cycles[-1]
        with_last = attempt.extend_s <= last.start_s + ENDED_S or last.start_s < self._since_s
        return cycle.start_s - last.end_s > NEXT_SET_S or not with_last

    def _say(self, table: Table, now: float) -> None:
        """Note the phase of the newest moment, and how long the set has gone on."""
        phase = self._phase(table, now)
        running = self.running
        resting_s = now - self._cycles[-1].end_s if self._cycles else np.inf
        on = bool(self._cycles) and (phase != "rest" or resting_s < NEXT_SET_S)
        raised_s = running.raised_s
        if phase != "rest" and np.isnan(raised_s):
            raised_s = now - NEWEST_S
        elif phase == "rest" and not on:
            raised_s = float("nan")
        if self._attempt is not None and on:
            self._attempt = replace(self._attempt, lower_s=now, rest_s=now)
        self.running = Running(phase, self._set, self._attempt, on, raised_s)

    def _phase(self, table: Table, now: float) -> Phase:
        angle = self._to.towards(table.hip_deg, table.knee_deg)
        smoothed = smooth(table.t_s, filled(table.t_s, angle), SMOOTHING_S)
        late = (table.t_s >= now - NEWEST_S) & np.isfinite(smoothed)
        if late.sum() < LEAST_LOOKS // 2:
            return self.running.phase
        if median_of_known(table.hip_deg[late]) < self._to.thigh_min_deg:
            return "rest"
        newest, known = smoothed[late], smoothed[np.isfinite(smoothed)]
        speed = float(newest[-1] - newest[0]) / float(np.ptp(table.t_s[late]))
        if newest[-1] - known.min() < AWAY_SHARE * self._to.least_deg:
            return "rest"
        if abs(speed) < MOVES_DEG_S:
            return "hold" if self.running.phase in ("extend", "hold") else self.running.phase
        return "extend" if speed > 0 else "lower"
