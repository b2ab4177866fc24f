"""The public names: whoever changes one changes this test, and the changelog."""

from __future__ import annotations

import posecheck

PUBLIC = [
    "Angles", "CameraError", "ClipError", "ClipInfo", "Cue", "Deduction", "ExerciseSet", "Finding",
    "Flaws", "Grade", "Graded", "Guide", "InputError", "MissingDependencyError", "ModelError",
    "ModelInfo", "OutputError", "Plot", "Pose", "PosecheckError", "Prescription",
    "PrescriptionError", "Quality", "Rep", "Report", "Reviewed", "Series", "Session", "Stage",
    "Subject", "Tension", "Update", "grade", "live", "load_poses", "load_prescription",
    "load_report", "plot", "regrade", "review", "updates",
]  # fmt: skip


def test_the_public_names() -> None:
    assert posecheck.__all__ == PUBLIC
    assert set(PUBLIC) <= set(dir(posecheck))


def test_every_public_name_is_there_and_documented() -> None:
    for name in PUBLIC:
        assert getattr(posecheck, name).__doc__, name


def test_what_is_not_there_is_an_attribute_error() -> None:
    assert not hasattr(posecheck, "utils")
