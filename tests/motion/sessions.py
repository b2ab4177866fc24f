"""Runs a session over poses, and compares reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from figure import Figure
from script import Script

from posecheck.exercises.prescription import Prescription
from posecheck.motion.track import Measured
from posecheck.session import Session
from posecheck.types import ClipInfo, ModelInfo, Pose, Report
from posecheck.vision.pose_store import load_poses

CLIP = ClipInfo("made_up.mp4", None, None, 0.0, 0, 640, 480, 0)
DATA = Path(__file__).resolve().parents[1] / "data"
MODEL = ModelInfo("sticks", None)


def report_on(poses: Sequence[Pose], prescription: Prescription | None = None) -> Report:
    """The report of one session."""
    session = Session(prescription or Prescription.default())
    for pose in poses:
        session.push(pose)
    return session.finish(CLIP, MODEL)


@cache
def clean_poses() -> tuple[Pose, ...]:
    """A short exercise without a fault: tension from 3.6 to 5.6 s, then 4 pumps."""
    return tuple(Figure().film(clean_script()))


def clean_script() -> Script:
    """What `clean_poses` shows."""
    return Script().stay(1.6).extend(over_s=2).stay(2).pumps(4).stay(0.6).lower(1.5).stay(0.8)


@cache
def clean_report() -> Report:
    """The report on `clean_poses`."""
    return report_on(clean_poses())


@cache
def stored_measured(name: str, phase: int = 0) -> Measured:
    """What is measured of a clip's landmarks in `tests/data`, whatever is asked for in it."""
    session = Session()
    for pose in load_poses(DATA / f"{name}.npz")[phase:]:
        session.push(pose)
    return session.measured()


@cache
def stored_report(name: str) -> Report:
    """The report on what was seen in a sample clip, as `tests/data` keeps it."""
    return Session.restored(Prescription.default(), stored_measured(name)).finish(CLIP, MODEL)


def faults(report: Report) -> list[str]:
    """The rules that were broken, faults only, each once."""
    return sorted({f.rule for f in report.findings if f.severity == "fault"})


def difference(a: Any, b: Any, where: str = "report") -> str:
    """The first place at which two reports differ, empty where they do not."""
    if is_dataclass(a):
        parts = [(f.name, getattr(a, f.name), getattr(b, f.name)) for f in fields(a)]
    elif isinstance(a, tuple):
        if len(a) != len(b):
            return f"{where}: {len(a)} and {len(b)}"
        parts = [(str(i), x, y) for i, (x, y) in enumerate(zip(a, b, strict=True))]
    elif isinstance(a, np.ndarray):
        return "" if np.array_equal(a, b, equal_nan=a.dtype.kind == "f") else where
    else:
        return "" if a == b or (a != a and b != b) else f"{where}: {a} and {b}"
    return next((d for n, x, y in parts if (d := difference(x, y, f"{where}.{n}"))), "")
