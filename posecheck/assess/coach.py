"""Corrections: each said once and kindly, the most important first, and praise when put right."""

from __future__ import annotations

import numpy as np

from posecheck.assess.scoring import COSTS, OTHER
from posecheck.types import Cue, Finding, Update

EVERY_S = 5.0  # at most one correction in so long
RIGHT_S = 3.0  # not seen for so long: put right
AGAIN_S = 10.0  # not seen for so long, a rule may be said once more
AT_MOST = 2
NO_PRAISE = frozenset({"tension_not_held"})  # what is over cannot be put right


class Coach:
    """Push every update; get what is to be said."""

    def __init__(self) -> None:
        self.rule: str | None = None  # what is being corrected
        self._said: dict[str, int] = {}
        self._seen_s: dict[str, float] = {}
        self._said_s = -np.inf

    def push(self, update: Update, now_s: float) -> tuple[Cue, ...]:
        """A correction, or praise, or nothing."""
        if update.phase not in ("hold", "glide"):
            self.rule = None
            return ()
        new = [f for f in update.findings if self._may(f.rule, now_s)]
        self._seen_s.update((f.rule, now_s) for f in update.findings if f not in new)
        if self.rule is not None and now_s - self._seen_s[self.rule] >= RIGHT_S:
            rule, self.rule = self.rule, None
            return () if rule in NO_PRAISE else (Cue(now_s, "praise", "put_right"),)
        if not new or now_s - self._said_s < EVERY_S:
            return ()
        self.rule = max(new, key=_weight).rule
        self._said[self.rule] = self._said.get(self.rule, 0) + 1
        self._said_s = self._seen_s[self.rule] = now_s
        return (Cue(now_s, "correct", self.rule),)

    def _may(self, rule: str, now_s: float) -> bool:
        times = self._said.get(rule, 0)
        return times == 0 or (times < AT_MOST and now_s - self._seen_s[rule] >= AGAIN_S)


def _weight(finding: Finding) -> tuple[bool, int, str]:
    return finding.severity == "fault", COSTS.get(finding.rule, OTHER).first, finding.rule
