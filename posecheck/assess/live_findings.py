"""What holds at this moment of a session that still goes on: findings and warnings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from posecheck.assess.coverage import judge
from posecheck.assess.sight import Sight
from posecheck.exercises.attempt import Attempt, Running
from posecheck.exercises.prescription import Prescription
from posecheck.exercises.rule import Measures, findings_of
from posecheck.motion.signals import SAME_S
from posecheck.motion.smoothing import LAG_S
from posecheck.motion.table import RecentRows
from posecheck.types import Finding, Words

STEP_S = 0.4  # how often it looks
BEFORE_S = 3.0  # how the body lay before the extension
STAYS_S = 1.2  # a finding stays for so long after it was last seen
JUDGED_S = 3.0  # and where a repetition is judged once it has come back, which is known 1.2 s later
TOLD_S = 3.0  # and a hold that is over, from when it is sure
SIGHT_S = 3.0
# A tempo needs so many repetitions to be one, beside the last, which seems shorter until the next
# begins; a hold so many before it is sure where the first began.
TEMPO_REPS, HOLD_REPS = 3, 2
SHARES_S = 4.0  # a share of the set needs so long
WHOLE = (
    "too_short",
    "cut_off",
    "legs_uncertain",
    "other_leg_unseen",
    "frames_missing",
)  # of a whole clip
AROUND_S = 0.5  # a stop is known as well as looks come so long before and after its ends


class LiveFindings:
    """Finds what is wrong now: show it the recent rows after each push; read what it found.

    `findings` are those that a report would have now, by the same rules; `warnings` are of the last
    seconds. A look for them is spread over three pushes, so that none of them takes long.
    """

    def __init__(self, prescription: Prescription, words: Words | None = None) -> None:
        self.findings: tuple[Finding, ...] = ()
        self.warnings: tuple[str, ...] = ()
        self._prescription, self._exercise = prescription, prescription.exercise_value
        self._words = words
        self._told = {rule.name: rule.told for rule in self._exercise.rules}
        self._looked_s = -np.inf
        self._set = 0
        self._before = 0  # repetitions of the sets before
        self._reps = 0
        self._sure_s = np.nan  # since when it is sure where the first repetition of the set began
        self._steps: list[Callable[[RecentRows, Running], None]] = []  # of a look, that are to come
        self._look: tuple[Attempt, Measures] | None = None

    def push(self, recent: RecentRows, running: Running, busy: bool = False) -> None:
        """Look on, or again if it is time.

        Parameters
        ----------
        recent
            The recent rows, with those of this push.
        running
            The state of the exercise at the newest of them.
        busy
            This push takes long anyhow: look only if it is overdue.

        """
        now = recent.now_s
        if busy and now - self._looked_s < 2 * STEP_S - SAME_S:
            return
        if not self._steps and now - self._looked_s >= STEP_S - SAME_S:
            self._looked_s = now
            self._steps = [self._warn, self._prepare, self._find]
        if self._steps:
            self._steps.pop(0)(recent, running)

    def _prepare(self, recent: RecentRows, running: Running) -> None:
        """Smooth what findings are looked for in."""
        attempt, self._look = running.attempt, None
        if attempt is None:
            return
        if running.set_index != self._set:
            self._set, self._before = running.set_index, self._before + self._reps
            self._sure_s = np.nan
        self._reps = len(attempt.cycles)
        # what looks that come too seldom show is no ground for a correction
        if not running.on or not attempt.cycles or "too_few_looks" in self.warnings:
            return
        if np.isnan(self._sure_s) and self._reps >= HOLD_REPS:
            self._sure_s = recent.now_s
        since = attempt.extend_s - BEFORE_S
        self._look = attempt, Measures.of(recent.table(since))

    def _find(self, recent: RecentRows, running: Running) -> None:
        if self._look is None or not running.on:
            self.findings = ()
            return
        attempt, measures = self._look
        found = [f for f in self._broken(measures, attempt) if self._told[f.rule] != "after"]
        if len(attempt.cycles) > TEMPO_REPS:
            whole = replace(attempt, cycles=attempt.cycles[:-1])
            found += [f for f in self._broken(measures, whole) if self._told[f.rule] == "after"]
        self.findings = tuple(self._numbered(f) for f in found if self._holds(f, attempt, recent))

    def _broken(self, measures: Measures, attempt: Attempt) -> tuple[Finding, ...]:
        exercise = self._exercise
        return findings_of(
            measures,
            [(attempt, exercise.rules, exercise.one_cause)],
            self._prescription,
            self._words,
        )

    def _numbered(self, finding: Finding) -> Finding:
        """Return the finding with its repetition numbered through the session."""
        if finding.rep is None or self._before == 0:
            return finding
        rep = finding.rep + self._before
        reps = tuple(rep + self._before for rep in finding.reps)
        rule = next(rule for rule in self._exercise.rules if rule.name == finding.rule)
        message = rule.message(finding.measured, finding.limit, rep, words=self._words)
        return replace(finding, rep=rep, reps=reps, message=message)

    def _holds(self, finding: Finding, attempt: Attempt, recent: RecentRows) -> bool:
        """Tell whether a finding is of this moment, and will not be another one in the next."""
        now = recent.now_s
        told = self._told[finding.rule]
        if told == "after":
            return True
        if told == "share":
            return now - attempt.tension_s >= SHARES_S
        if told == "over":
            step_s = _step_s(recent, finding.start_s - AROUND_S, finding.end_s + AROUND_S)
            settled_s = now - self._sure_s - LAG_S - step_s
            return 0 <= settled_s <= TOLD_S and finding.limit - finding.measured > step_s
        return now <= finding.end_s + (JUDGED_S if attempt.peaks else STAYS_S)

    def _warn(self, recent: RecentRows, _running: Running) -> None:
        table = recent.table(recent.now_s - SIGHT_S)
        nothing = np.zeros(len(table.t_s), bool)  # not known of the last moments alone
        sight = Sight(table, exercising=nothing, moving=~nothing)
        warnings = judge(sight, self._prescription, live=True).warnings
        self.warnings = tuple(w for w in warnings if w not in WHOLE)


def _step_s(recent: RecentRows, start_s: float, end_s: float) -> float:
    """Return the longest time between two looks from one moment to another (s)."""
    times = recent.times(start_s)
    return float(np.max(np.diff(times[times <= end_s]), initial=0.0))
