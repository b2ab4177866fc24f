"""What of a set that still goes on a report would uphold.

Repetitions are counted as they come, from the last few of them. Before one is told, the set is
found once more as a report finds it, in all that is remembered; what is not found so is not told.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from posecheck.exercises.attempt import Attempt, Running
from posecheck.exercises.nerve_glide.attempts import find_attempts
from posecheck.exercises.nerve_glide.provisional import Provisional
from posecheck.exercises.repetitions import LOOKS_MIN_PER_S, Cycle
from posecheck.motion.signals import SAME_S, looks_per_s
from posecheck.motion.table import RecentRows
from posecheck.types import Array, Variant

AGAIN_S, ENDED_S = 0.2, 2.0  # how often one that is not found is looked for, and until when
# One that so much later begins and ends where it did may be judged.
SETTLES_S, SAME_CYCLE_S = 0.4, 0.05
# A repetition that is seen in fewer looks may turn out to be none; where looks come so seldom that
# the report is marked, it needs more of them (sticks and clips at 4 to 25 looks a second).
REP_LOOKS_MIN, REP_LOOKS_MIN_IF_FEW = 5, 7


class _Confirmation:
    """Takes each running state, and tells what is confirmed of it: `attempt` and `settled`."""

    def __init__(self, variant: Variant | None) -> None:
        self.attempt: Attempt | None = None  # the one that runs, as far as it is confirmed
        self.settled: Attempt | None = None  # the same without repetitions that may still change
        self._variant = variant
        self._set = 0
        self._found: Attempt | None = None  # as a report has it, once it has repetitions
        self._seen: tuple[Cycle, ...] = ()  # when it was looked for last
        self._unchanging = 0  # so many were the same then and the time before
        self._looked_s = -np.inf
        self._claimed = 0  # repetitions that there seemed to be then

    def push(self, recent: RecentRows, running: Running) -> None:
        """Take the state at the newest of the recent rows."""
        claimed, now = running.attempt, recent.now_s
        if claimed is None:
            return
        if running.set_index != self._set:
            self._set, self._found, self._unchanging = running.set_index, None, 0
            self._claimed, self._seen = 0, ()
        if self._is_due(claimed, now):
            self._looked_s, self._claimed = now, len(claimed.cycles)
            self._look(recent, claimed)
        found = self._found or replace(claimed, cycles=())
        self.attempt = replace(found, lower_s=claimed.lower_s, rest_s=claimed.rest_s)
        self.settled = replace(self.attempt, cycles=found.cycles[: self._unchanging])

    def _is_due(self, claimed: Attempt, now: float) -> bool:
        if now - claimed.rest_s > ENDED_S:
            return False
        told, seem = len(self._found.cycles) if self._found else 0, len(claimed.cycles)
        waited_s = now - self._looked_s + SAME_S
        if seem > told:
            return seem > self._claimed or waited_s >= AGAIN_S
        return told > self._unchanging and waited_s >= SETTLES_S

    def _look(self, recent: RecentRows, claimed: Attempt) -> None:
        """Find the claimed set as it is now; what was told stays told."""
        times = recent.times()
        if claimed.extend_s < times[0]:  # its beginning is forgotten
            found = claimed
        else:
            # of a single pump a report does not know what it is, but a second one will follow
            variant = claimed.variant if len(claimed.cycles) == 1 else self._variant
            attempts = [
                a
                for a in find_attempts(recent.table(), variant)
                if a.extend_s < claimed.rest_s and a.rest_s > claimed.tension_s
            ]
            found = max(attempts, key=lambda a: len(a.cycles), default=replace(claimed, cycles=()))
        cycles = found.cycles[: len(claimed.cycles)]
        if not _is_seen(cycles, times[times >= found.extend_s]):
            return
        if self._found is None or len(cycles) >= len(self._found.cycles):
            self._found = replace(found, cycles=cycles)
        self._unchanging = sum(_same(a, b) for a, b in zip(cycles, self._seen, strict=False))
        self._seen = cycles


class GlideFollower:
    """The follower of the nerve glide: it counts at once, and tells what a report would confirm.

    Parameters
    ----------
    variant
        What is repeated, None where that is to be found.

    """

    def __init__(self, variant: Variant | None) -> None:
        self._provisional, self._confirmation = Provisional(variant), _Confirmation(variant)

    @property
    def running(self) -> Running:
        """The state at the newest row."""
        return self._provisional.running

    @property
    def confirmed(self) -> Attempt | None:
        """The attempt that runs, or the last one, as far as it is confirmed."""
        return self._confirmation.attempt

    @property
    def settled(self) -> Attempt | None:
        """The same without repetitions that may still change."""
        return self._confirmation.settled

    def push(self, recent: RecentRows, busy: bool = False) -> bool:
        """Look again if it is time, and tell whether it was; while `busy` a little later."""
        looked = self._provisional.push(recent, busy)
        self._confirmation.push(recent, self.running)
        return looked


def _same(one: Cycle, other: Cycle) -> bool:
    return (
        abs(one.start_s - other.start_s) < SAME_CYCLE_S
        and abs(one.end_s - other.end_s) < SAME_CYCLE_S
    )


def _is_seen(cycles: tuple[Cycle, ...], times: Array) -> bool:
    """Tell whether looks at these times (n,) see such repetitions well enough."""
    if not cycles:
        return False
    during = (times >= cycles[0].start_s) & (times <= cycles[-1].end_s)
    few = looks_per_s(times, np.ones(len(times), bool)) < LOOKS_MIN_PER_S
    return bool(during.sum() >= len(cycles) * (REP_LOOKS_MIN_IF_FEW if few else REP_LOOKS_MIN))
