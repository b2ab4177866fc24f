"""Many scores in one row."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.scoring import JOINTS, Score


@dataclass(frozen=True, slots=True)
class Totals:
    """Several clips under one condition; means over the clips, degrees and seconds."""

    clips: int
    mean_deg: tuple[float, ...]  # one a joint
    without_offset_deg: tuple[float, ...]
    worst_knee_deg: float
    exact: int  # clips whose repetitions are counted right
    sides: int  # clips whose side and variant are right
    tensions: int  # found where there is one, and nowhere else
    late_s: float
    tension_knee_deg: float
    planted: int
    named: int
    false_faults: int
    verdicts: int


def total(scores: Sequence[Score]) -> Totals:
    """Sum up."""
    knees = [s.angles["knee_flexion_deg"].mean_deg for s in scores]
    planted = [s for s in scores if s.fault]
    return Totals(
        clips=len(scores),
        mean_deg=tuple(mean(s.angles[j].mean_deg for s in scores) for j in JOINTS),
        without_offset_deg=tuple(
            mean(s.angles[j].without_offset_deg for s in scores) for j in JOINTS
        ),
        worst_knee_deg=max((k for k in knees if math.isfinite(k)), default=math.nan),
        exact=sum(s.reps == s.true_reps for s in scores),
        sides=sum(s.side_ok and s.variant_ok for s in scores),
        tensions=sum(s.tension_ok for s in scores),
        late_s=mean(abs(s.tension_late_s) for s in scores),
        tension_knee_deg=mean(abs(s.tension_knee_deg) for s in scores),
        planted=len(planted),
        named=sum(s.fault in s.faults for s in planted),
        false_faults=sum(s.false_faults for s in scores),
        verdicts=sum(s.verdict_ok for s in scores),
    )


def mean(values: Iterable[float]) -> float:
    """The mean of the known ones, NaN where there is none."""
    known = [v for v in values if math.isfinite(v)]
    return float(np.mean(known)) if known else math.nan


def deg(value: float, signed: bool = False) -> str:
    """An angle to a tenth, a dash where it is not known."""
    if not math.isfinite(value):
        return "-"
    return f"{value:+.1f}°" if signed else f"{value:.1f}°"


def seconds(value: float) -> str:
    """A time to a hundredth, a dash where it is not known."""
    return f"{value:.2f} s" if math.isfinite(value) else "-"


def of(count: int, all_of_them: int) -> str:
    """``3 of 3``, in bold where some are missing."""
    text = f"{count} of {all_of_them}"
    return text if count == all_of_them else f"**{text}**"
