"""Corrections: each said once and kindly, the most important first, and praise when put right."""

from __future__ import annotations

import numpy as np

from posecheck.assess.scoring import cost_of
from posecheck.exercises.catalogue import all_rules
from posecheck.types import Cue, Finding, Update

EVERY_S = 5.0  # at most one correction in so long
# Not seen for so long, and in so many repetitions: put right. One is judged after the next began.
RIGHT_S, RIGHT_REPS = 3.0, 2
JUDGED_S = 1.0  # a repetition that has been counted is judged so soon
AGAIN_S = 10.0  # not seen for so long, a rule may be said once more
AT_MOST = 2


class Coach:
    """Says corrections and praise: push every update; get what is to be said.

    Parameters
    ----------
    between
        Whether it speaks all of a set, also while the leg comes, goes and rests.

    """

    def __init__(self, between: bool = False) -> None:
        self.rule: str | None = None  # what is being corrected
        self._between = between
        self._said: dict[str, int] = {}
        self._seen: dict[str, tuple[float, int]] = {}  # when last, and after which repetition
        self._said_s = self._counted_s = -np.inf
        self._reps = 0

    def push(self, update: Update, now_s: float) -> tuple[Cue, ...]:
        """Return a correction, or praise, or nothing."""
        if not self._between and update.phase not in ("hold", "glide"):
            self.rule = None
            return ()
        now = now_s, update.reps
        if update.reps != self._reps:
            self._reps, self._counted_s = update.reps, now_s
        new = [f for f in update.findings if self._may(f.rule, now_s)]
        self._seen.update((f.rule, now) for f in update.findings if f not in new)
        if self.rule is not None:
            if not update.is_clear:  # what cannot be seen is not put right
                self._seen[self.rule] = now
            elif self._is_right(self.rule, now):
                rule, self.rule = self.rule, None
                return () if _is_over(rule) else (Cue(now_s, "praise", "put_right"),)
        if not new or now_s - self._said_s < EVERY_S:
            return ()
        self.rule = max(new, key=_weight).rule
        self._said[self.rule] = self._said.get(self.rule, 0) + 1
        self._said_s, self._seen[self.rule] = now_s, now
        return (Cue(now_s, "correct", self.rule),)

    def _may(self, rule: str, now_s: float) -> bool:
        times = self._said.get(rule, 0)
        return times == 0 or (times < AT_MOST and now_s - self._seen[rule][0] >= AGAIN_S)

    def _is_right(self, rule: str, now: tuple[float, int]) -> bool:
        last_s, reps = self._seen[rule]
        if self._between and now[0] - self._counted_s < JUDGED_S:
            return False
        return now[0] - last_s >= RIGHT_S and now[1] - reps >= RIGHT_REPS


def _is_over(rule: str) -> bool:
    """Tell whether a rule is about what has passed, so that it cannot be put right."""
    known = all_rules()
    return rule in known and known[rule].told == "over"


def _weight(finding: Finding) -> tuple[bool, int, str]:
    return finding.severity == "fault", cost_of(finding.rule).first, finding.rule
