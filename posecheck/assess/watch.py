"""What holds at this moment of a session that still goes on: findings and warnings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from posecheck.assess.coverage import Sight, judge
from posecheck.assess.form import Calm, Measures, calm_of, find
from posecheck.assess.messages import finding_message
from posecheck.assess.prescription import Prescription
from posecheck.motion.provisional import Running
from posecheck.motion.recent import Recent
from posecheck.motion.tension import Attempt
from posecheck.types import Array, Finding

STEP_S = 0.4  # how often it looks
BEFORE_S = 3.0  # how the body lay before the extension
LATE_S = 10.0  # of the set, beside its beginning
STAYS_S = 1.2  # a finding stays for so long after it was last seen
SIGHT_S = 3.0
TEMPO = ("too_fast", "too_slow", "range_too_small")
TEMPO_REPS = 3  # a tempo needs so many repetitions to be one
SHARES = ("hands_not_behind_thigh",)
SHARES_S = 4.0  # a share of the set needs so long
WHOLE = ("too_short", "cut_off", "legs_uncertain", "other_leg_unseen")  # of a whole clip


@dataclass(frozen=True, slots=True)
class Look:
    """What findings are looked for in: the beginning of a set and its last repetitions."""

    now_s: float
    attempt: Attempt  # with these repetitions alone
    first: int  # repetitions of the session before them
    counted: int  # of the set
    measures: Measures
    calm: Calm


class Watch:
    """Show it the recent rows after each push; read `findings` and `warnings`.

    A look is spread over three pushes, so that none of them takes long.
    """

    def __init__(self, prescription: Prescription) -> None:
        self.findings: tuple[Finding, ...] = ()
        self.warnings: tuple[str, ...] = ()
        self._prescription = prescription
        self._looked_s = -np.inf
        self._set = 0
        self._before = 0  # repetitions of the sets before
        self._reps = 0
        self._steps: list[Callable[[Recent, Running], None]] = []  # of a look, that are to come
        self._look: Look | None = None

    def push(self, recent: Recent, running: Running, busy: bool = False) -> None:
        """Look on, or again if it is time; while `busy` only if it is overdue."""
        now = recent.now_s
        if busy and now - self._looked_s < 2 * STEP_S - 1e-6:
            return
        if not self._steps and now - self._looked_s >= STEP_S - 1e-6:
            self._looked_s = now
            self._steps = [self._warn, self._prepare, self._find]
        if self._steps:
            self._steps.pop(0)(recent, running)

    def _prepare(self, recent: Recent, running: Running) -> None:
        """Smooth what findings are looked for in."""
        attempt, now, self._look = running.attempt, recent.now_s, None
        if attempt is None or not running.on:
            return
        if running.set_index != self._set:
            self._set, self._before = running.set_index, self._before + self._reps
        self._reps = len(attempt.cycles)
        if not attempt.cycles:
            return
        late_s = max(attempt.glide_s, now - LATE_S)
        late = tuple(c for c in attempt.cycles if c.start_s >= late_s - 0.1)
        cycles = late or attempt.cycles[-1:]
        first = self._before + len(attempt.cycles) - len(cycles)
        measures = _measures(recent, attempt, min(late_s, cycles[0].start_s))
        self._look = Look(
            now, replace(attempt, cycles=cycles), first, len(attempt.cycles), measures,
            calm_of(measures),
        )  # fmt: skip

    def _find(self, _recent: Recent, running: Running) -> None:
        look = self._look
        if look is None or not running.on:
            self.findings = ()
            return
        found = find(look.measures, [look.attempt], self._prescription, look.calm)
        self.findings = tuple(_numbered(f, look.first) for f in found if self._holds(f, look))

    def _holds(self, finding: Finding, look: Look) -> bool:
        if finding.rule in TEMPO:
            return len(look.attempt.cycles) >= TEMPO_REPS
        if finding.rule in SHARES:
            return look.now_s - look.attempt.tension_s >= SHARES_S
        if finding.rule == "tension_not_held":
            return look.counted == 1
        return look.now_s <= finding.end_s + STAYS_S

    def _warn(self, recent: Recent, _running: Running) -> None:
        since = recent.now_s - SIGHT_S
        times = recent.times(since)
        seen = {
            n: recent.column(n, since)
            for n in (
                "tracked", "hip", "knee", "confidence", "lying", "inside", "size", "azimuth",
                "elevation", "others",
            )
        }  # fmt: skip
        nothing = np.zeros(len(times), bool)  # not known of the last moments alone
        usable = np.isfinite(seen["hip"]) & np.isfinite(seen["knee"])
        sight = Sight(
            times, seen["tracked"], usable.astype(float), seen["confidence"], seen["lying"],
            seen["inside"], seen["size"], seen["azimuth"], seen["elevation"], seen["others"],
            nothing, nothing, nothing,
        )  # fmt: skip
        warnings = judge(sight, self._prescription).warnings
        self.warnings = tuple(w for w in warnings if w not in WHOLE)


def _numbered(finding: Finding, before: int) -> Finding:
    """The finding with its repetition numbered through the session."""
    if finding.rep is None or before == 0:
        return finding
    rep = finding.rep + before
    message = finding_message(finding.rule, finding.measured, finding.limit, rep)
    return replace(finding, rep=rep, message=message)


def _measures(recent: Recent, attempt: Attempt, late_s: float) -> Measures:
    """The beginning of the set and its last seconds; what lies between is left out."""
    since = attempt.extend_s - BEFORE_S
    times = recent.times(since)
    kept = (times <= attempt.glide_s) | (times >= late_s - 1.0)

    def column(name: str) -> Array:
        values: Array = recent.column(name, since)[kept]
        return values

    return Measures(
        times[kept], column("hip"), column("knee"), column("raw_knee"), column("resting_hip"),
        column("resting_knee"), column("head"), column("pelvis"), column("hands"),
        column("resting_x"), column("resting_z"),
    )  # fmt: skip
