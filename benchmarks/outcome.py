"""What a report says that must not depend on the moment of a look, and where two differ."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.still_true import OTHER
from posecheck.exercises.prescription import Prescription
from posecheck.motion.track import Measured, Tracker
from posecheck.session import Session
from posecheck.types import ClipInfo, ModelInfo, Pose, Report

TENSION_S, TENSION_DEG = 0.3, 2.0  # how far the tension may move (issue 15)
KINDS = ("count", "side", "variant", "verdict", "faults", "tension")
NOTHING = ClipInfo("", None, None, 0.0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The decisions of a report, and its first tension (NaN where there is none)."""

    reps: tuple[int, ...]  # of each set that has any
    side: str | None
    variant: str | None
    verdict: str
    faults: tuple[str, ...]
    tension_s: float
    knee_deg: float


@dataclass(frozen=True, slots=True)
class Change:
    """One decision that came out otherwise."""

    kind: str  # of `KINDS`
    words: str


def measure(poses: Sequence[Pose]) -> Measured:
    """What the engine measures, whatever the prescription."""
    tracker = Tracker()
    for pose in poses:
        tracker.push(pose)
    tracker.finish()
    return tracker.measured()


def report_under(prescription: Prescription, measured: Measured) -> Report:
    """The report on what was measured, under a prescription."""
    return Session.restored(prescription, measured).finish(NOTHING, ModelInfo("", None))


def outcome(report: Report) -> Outcome:
    """The decisions of a report."""
    tension = report.tension
    return Outcome(
        reps=tuple(s.reps for s in report.sets if s.reps),
        side=report.side,
        variant=report.variant,
        verdict=report.grade.verdict,
        faults=tuple(sorted({f.rule for f in report.findings if f.severity == "fault"})),
        tension_s=math.nan if tension is None else tension.start_s,
        knee_deg=math.nan if tension is None else tension.knee_flexion_deg,
    )


def changes(before: Outcome, now: Outcome, mirrored: bool = False) -> Iterator[Change]:
    """Each decision that must be the same and is not."""
    side = OTHER[before.side] if mirrored and before.side else before.side
    pairs = (
        ("count", _counts(before.reps), _counts(now.reps)),
        ("side", str(side), str(now.side)),
        ("variant", str(before.variant), str(now.variant)),
        ("verdict", before.verdict, now.verdict),
        ("faults", ", ".join(before.faults) or "none", ", ".join(now.faults) or "none"),
    )
    for kind, old, new in pairs:
        if old != new:
            yield Change(kind, f"{kind} {old} -> {new}")
    late_s, more_deg = shift(before, now)
    if math.isnan(before.tension_s) != math.isnan(now.tension_s):
        yield Change("tension", "tension lost" if math.isnan(now.tension_s) else "tension found")
    elif abs(late_s) > TENSION_S or abs(more_deg) > TENSION_DEG:
        yield Change("tension", f"tension {late_s:+.2f} s, {more_deg:+.1f}°")


def shift(before: Outcome, now: Outcome) -> tuple[float, float]:
    """How far the tension has moved (s, degrees); NaN where one has none."""
    return now.tension_s - before.tension_s, now.knee_deg - before.knee_deg


def _counts(reps: tuple[int, ...]) -> str:
    return " + ".join(str(n) for n in reps) or "0"
