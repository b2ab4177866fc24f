"""Pictures, truths and scores that are made up."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.footage import Image, Shot
from benchmarks.scoring import JOINTS, AngleError, Score, Truth

TRUTH = Truth(
    name="a_pump",
    clip=Path("a_pump.mp4"),
    fps=25.0,
    side="left",
    variant="ankle_pump",
    fault=None,
    tension={"start_s": 4.0, "end_s": 7.0, "knee_flexion_deg": 20.0, "hip_flexion_deg": 80.0},
    reps=({"start_s": 7.0, "end_s": 8.5}, {"start_s": 8.5, "end_s": 10.0}),
    angles={joint: np.arange(251.0) for joint in JOINTS},
)

SCORE = Score(
    name="a_pump",
    angles={joint: AngleError(2.0, 1.0, 1.0) for joint in JOINTS},
    reps=2,
    true_reps=2,
    side_ok=True,
    variant_ok=True,
    tension_ok=True,
    tension_late_s=0.1,
    tension_knee_deg=-1.0,
    faults=(),
    fault=None,
    verdict="pass",
    verdict_ok=True,
)

NO_TENSION = {"tension_ok": False, "tension_late_s": math.nan, "tension_knee_deg": math.nan}


def a_score(**changes: Any) -> Score:
    """A good score, but for some changes."""
    return replace(SCORE, **changes)


def picture(value: int = 0, height: int = 6, width: int = 8) -> Image:
    return np.full((height, width, 3), value, np.uint8)


def film(frames: int = 26, fps: float = 25.0) -> list[Shot]:
    """Each frame is as bright as its number."""
    return [Shot(i / fps, picture(i)) for i in range(frames)]


def values(shots: list[Shot]) -> list[int]:
    return [int(s.image[0, 0, 0]) for s in shots]
