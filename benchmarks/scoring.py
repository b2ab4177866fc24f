"""One clip's report against its truth."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from posecheck.types import Report

Floats = NDArray[np.floating[Any]]
JOINTS = ("hip_flexion_deg", "knee_flexion_deg", "ankle_dorsiflexion_deg")


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of a rendered clip."""

    name: str
    clip: Path
    fps: float
    side: str
    variant: str | None
    fault: str | None
    tension: dict[str, float] | None
    reps: tuple[dict[str, float], ...]
    angles: dict[str, Floats]  # one value a frame


@dataclass(frozen=True, slots=True)
class AngleError:
    """How far a measured angle is from the true one, over the frames that have one."""

    mean_deg: float
    without_offset_deg: float  # the clip's own median error taken off
    seen: float  # the part of the frames that have one


@dataclass(frozen=True, slots=True)
class Score:
    """One row of the table."""

    name: str
    angles: dict[str, AngleError]
    reps: int
    true_reps: int
    side_ok: bool
    variant_ok: bool
    tension_ok: bool  # found where there is one, and nowhere else
    tension_late_s: float  # NaN where there is none
    tension_knee_deg: float
    faults: tuple[str, ...]
    fault: str | None
    verdict: str
    verdict_ok: bool

    @property
    def false_faults(self) -> int:
        """Faults that were not planted."""
        return len([f for f in self.faults if f != self.fault])


def truths(folder: Path) -> list[Truth]:
    """Every clip of a folder that has a truth file."""
    return [read_truth(path) for path in sorted(folder.glob("*.truth.json"))]


def read_truth(path: Path) -> Truth:
    """Read ``NAME.truth.json``, which stands beside ``NAME.mp4``."""
    plain = json.loads(path.read_text(encoding="utf-8"))
    name = path.name.removesuffix(".truth.json")
    return Truth(
        name=name,
        clip=path.with_name(f"{name}.mp4"),
        fps=float(plain["fps"]),
        side=plain["side"],
        variant=plain["variant"],
        fault=plain["fault"],
        tension=plain["tension"],
        reps=tuple(plain["reps"]),
        angles={joint: np.array(plain["angles"][joint], dtype=float) for joint in JOINTS},
    )


def angle_error(t_s: Floats, measured: Floats, truth: Truth, joint: str) -> AngleError:
    """Compare at the true frame that is nearest in time."""
    true = truth.angles[joint]
    at = np.clip(np.rint(t_s * truth.fps).astype(int), 0, len(true) - 1)
    off = measured - true[at]
    off = off[np.isfinite(off)]
    if not len(off):
        return AngleError(math.nan, math.nan, 0.0)
    return AngleError(
        float(np.abs(off).mean()),
        float(np.abs(off - np.median(off)).mean()),
        len(off) / len(measured),
    )


def score(report: Report, truth: Truth) -> Score:
    """Hold a report against the truth."""
    found, true = report.tension, truth.tension
    both = found is not None and true is not None
    faults = tuple(sorted({f.rule for f in report.findings if f.severity == "fault"}))
    verdict = report.grade.verdict
    return Score(
        name=truth.name,
        angles={
            joint: angle_error(report.series.t_s, getattr(report.series, joint), truth, joint)
            for joint in JOINTS
        },
        reps=len(report.reps),
        true_reps=len(truth.reps),
        # Where nothing is done, no leg works.
        side_ok=true is None or report.side == truth.side,
        variant_ok=report.variant == truth.variant,
        tension_ok=(found is None) == (true is None),
        tension_late_s=found.start_s - true["start_s"] if both else math.nan,  # type: ignore[union-attr,index]
        tension_knee_deg=(
            found.knee_flexion_deg - true["knee_flexion_deg"] if both else math.nan  # type: ignore[union-attr,index]
        ),
        faults=faults,
        fault=truth.fault,
        verdict=verdict,
        verdict_ok=verdict in _right_verdicts(truth),
    )


def _right_verdicts(truth: Truth) -> tuple[str, ...]:
    if truth.fault:
        return ("needs_work",)
    return ("pass",) if truth.reps else ("needs_work", "ungradable")
