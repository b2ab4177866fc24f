"""A made-up session: updates and reports with every part filled in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from posecheck.exercises.language import words_of
from posecheck.types import (
    PHASES,
    Angles,
    Array,
    ClipInfo,
    Deduction,
    ExerciseSet,
    Finding,
    Grade,
    ModelInfo,
    Quality,
    Rep,
    Report,
    Series,
    Stage,
    Tension,
    Update,
)

ENGLISH, GERMAN = words_of("en"), words_of("de")

# Joints of a person who lies on the back with the left leg raised, in a 640 x 480 picture.
WORKING = ((345, 272), (345, 193), (298, 139), (284, 121), (316, 86))
RESTING = ((340, 277), (272, 275), (201, 277), (190, 281), (165, 252))
TRUNK = ((461, 275), (496, 260))
TENSION = Tension(4.5, 7.5, 24.8, 83.5, 2.9)


def make_finding(**changes: Any) -> Finding:
    """Return a fault of the knee."""
    values: dict[str, Any] = {
        "rule": "knee_not_held",
        "severity": "fault",
        "rep": 2,
        "start_s": 9.4,
        "end_s": 11.2,
        "measured": 17.5,
        "limit": 8.0,
        "unit": "deg",
        "message": "Keep the knee still while the foot moves: it moved by 17°, 8° is the limit.",
        "uncertainty": 1.5,
        "joint": "knee",
    }
    return Finding(**{**values, **changes})


def make_angles(**changes: float) -> Angles:
    """Return the angles at the point of tension."""
    values = {
        "t_s": 9.2,
        "hip_flexion_deg": 83.4,
        "knee_flexion_deg": 24.9,
        "ankle_dorsiflexion_deg": -12.2,
        "resting_hip_flexion_deg": 2.0,
        "resting_knee_flexion_deg": 4.0,
        "head_lift_deg": 0.5,
        "confidence": 0.95,
    }
    return Angles(**{**values, **changes})


def make_update(**changes: Any) -> Update:
    """Return a moment in the middle of the pumping."""
    values: dict[str, Any] = {
        "t_s": 9.2,
        "phase": "glide",
        "side": "left",
        "variant": "ankle_pump",
        "angles": make_angles(),
        "working_px": np.array(WORKING, dtype=float),
        "resting_px": np.array(RESTING, dtype=float),
        "trunk_px": np.array(TRUNK, dtype=float),
        "tension": TENSION,
        "hold_s": 3.0,
        "hold_target_s": float("nan"),
        "set_index": 1,
        "reps": 4,
        "reps_target": 10,
    }
    return Update(**{**values, **changes})


def make_series(frames: int = 200, rate_hz: float = 10.0) -> Series:
    """Return a rest, an extension, a hold, some pumps and a lowering."""
    t = np.arange(frames) / rate_hz
    share = np.linspace(0, 1, frames)
    phase = np.digitize(share, [0.1, 0.22, 0.37, 0.9]).astype(np.int8)
    knee = np.interp(share, [0, 0.1, 0.22, 0.9, 1], [90, 90, 24.8, 24.8, 80])
    ankle = np.where(phase == PHASES.index("glide"), 18 * np.sin(2 * np.pi * t / 1.8), -2.0)
    knee[frames // 4 : frames // 4 + 2] = np.nan

    def still(value: float) -> Array:
        return np.full(frames, value)

    return Series(
        t_s=t,
        phase=phase,
        hip_flexion_deg=still(83.5),
        knee_flexion_deg=knee,
        ankle_dorsiflexion_deg=ankle,
        resting_hip_flexion_deg=still(2),
        resting_knee_flexion_deg=still(4),
        head_lift_deg=still(0),
        confidence=still(0.9),
        hip_uncertainty_deg=still(4),
        knee_uncertainty_deg=still(3),
        ankle_uncertainty_deg=still(5),
        working_px=np.tile(np.array(WORKING, dtype=float), (frames, 1, 1)),
        resting_px=np.tile(np.array(RESTING, dtype=float), (frames, 1, 1)),
        trunk_px=np.tile(np.array(TRUNK, dtype=float), (frames, 1, 1)),
    )


def make_report(findings: Sequence[Finding] | None = None, **changes: Any) -> Report:
    """Return a report of twenty seconds with two findings, faults first."""
    advice = make_finding(
        rule="too_fast", severity="advice", rep=3, start_s=11.4, end_s=12.1, measured=0.7,
        limit=1.0, unit="s", joint=None, message="Move more slowly: one pump took 0.7 s.",
    )  # fmt: skip
    reps = tuple(
        Rep(i + 1, 1, 7.5 + 1.8 * i, 9.3 + 1.8 * i, -18.04, 19.0, 37.04, float("nan"))
        for i in range(6)
    )
    values: dict[str, Any] = {
        "posecheck": "0.1.0",
        "clip": ClipInfo("example.mp4", "ab" * 32, None, 20.0, 200, 640, 480, 0),
        "model": ModelInfo("pose_landmarker_full", "cd" * 32),
        "prescription": {"name": "Supine nerve glide", "reps": None, "limits": {"thigh_deg": 8.0}},
        "side": "left",
        "variant": "ankle_pump",
        "quality": Quality(
            1.0, 0.98, 4.0, float("nan"), ("legs_uncertain",),
            ("For a while the two legs could not be told apart: put the camera a little higher.",),
            ("legs_uncertain",),
        ),
        "tension": TENSION,
        "sets": (ExerciseSet(1, "left", "ankle_pump", TENSION, 6),),
        "reps": reps,
        "findings": (make_finding(), advice) if findings is None else tuple(findings),
        "grade": Grade(
            "needs_work", 71, ("The knee was not kept still in 1 of 6 repetitions.",),
            (Deduction("knee_not_held", 25, "knee not kept still in repetition 2"),
             Deduction("too_fast", 4, "repetition 3 was fast")),
        ),
        "series": make_series(),
        "exercise": "nerve_glide",
    }  # fmt: skip
    return Report(**{**values, **changes})


def make_stage(name: str = "exercise", **changes: Any) -> Stage:
    values: dict[str, Any] = {
        "t_s": 9.2, "name": name, "hint": None, "ready": 0.0, "rest_left_s": float("nan"),
        "correction": None, "ending": 0.0, "message": None,
    }  # fmt: skip
    return Stage(**{**values, **changes})
