"""Posecheck watches the supine nerve glide and says how it was done.

The whole program in a few lines::

    import posecheck

    prescription = posecheck.load_prescription("ankle-pumps-10")
    done = posecheck.review("clip.mp4", prescription=prescription)
    print(done.report.grade.verdict, done.folder)

and of a whole folder ``posecheck.grade("clips", "graded").counts``. What was reviewed is read back
with ``posecheck.load_report(folder)``, and graded again without the clip with
``posecheck.regrade(folder, prescription)``. With landmarks of one's own,
``session = posecheck.Session()``, ``session.push_landmarks(t_s, xy_px)`` for each, and
``session.finish()``. A live one leads through the exercise:
``session = posecheck.Session(prescription, live=True)``,
``guide = posecheck.Guide(prescription)``, and for each pose
``cues = guide.push(session.push(pose), pose)``; or all of it: ``posecheck.live(0)``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from posecheck._version import __version__ as __version__

if TYPE_CHECKING:
    from posecheck.apps.batch.runner import Graded
    from posecheck.apps.grade import grade
    from posecheck.apps.live.run import live
    from posecheck.apps.notebook import Plot, plot
    from posecheck.apps.regrade import regrade
    from posecheck.apps.review import Reviewed, review
    from posecheck.assess.guide import Guide
    from posecheck.errors import (
        CameraError,
        ClipError,
        InputError,
        MissingDependencyError,
        ModelError,
        OutputError,
        PosecheckError,
        PrescriptionError,
    )
    from posecheck.exercises.prescription import Prescription, load_prescription
    from posecheck.present.replay import updates
    from posecheck.present.report_reader import load_report
    from posecheck.session import Session
    from posecheck.types import (
        Angles,
        ClipInfo,
        Cue,
        Deduction,
        ExerciseSet,
        Finding,
        Flaws,
        Grade,
        ModelInfo,
        Pose,
        Quality,
        Rep,
        Report,
        Series,
        Stage,
        Subject,
        Tension,
        Update,
    )
    from posecheck.vision.pose_store import load_poses

# Where each public name lives. It is imported when it is first asked for, so that
# `import posecheck` is light and `posecheck --help` quick.
_HOMES = {
    "posecheck.apps.batch.runner": ("Graded",),
    "posecheck.apps.grade": ("grade",),
    "posecheck.apps.live.run": ("live",),
    "posecheck.apps.notebook": ("Plot", "plot"),
    "posecheck.apps.regrade": ("regrade",),
    "posecheck.apps.review": ("Reviewed", "review"),
    "posecheck.assess.guide": ("Guide",),
    "posecheck.exercises.prescription": ("Prescription", "load_prescription"),
    "posecheck.errors": (
        "CameraError", "ClipError", "InputError", "MissingDependencyError", "ModelError",
        "OutputError", "PosecheckError", "PrescriptionError",
    ),
    "posecheck.present.replay": ("updates",),
    "posecheck.present.report_reader": ("load_report",),
    "posecheck.session": ("Session",),
    "posecheck.types": (
        "Angles", "ClipInfo", "Cue", "Deduction", "ExerciseSet", "Finding", "Flaws", "Grade",
        "ModelInfo", "Pose", "Quality", "Rep", "Report", "Series", "Stage", "Subject", "Tension",
        "Update",
    ),
    "posecheck.vision.pose_store": ("load_poses",),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Angles", "CameraError", "ClipError", "ClipInfo", "Cue", "Deduction", "ExerciseSet", "Finding",
    "Flaws", "Grade", "Graded", "Guide", "InputError", "MissingDependencyError", "ModelError",
    "ModelInfo", "OutputError", "Plot", "Pose", "PosecheckError", "Prescription",
    "PrescriptionError", "Quality", "Rep", "Report", "Reviewed", "Series", "Session", "Stage",
    "Subject", "Tension", "Update", "grade", "live", "load_poses", "load_prescription",
    "load_report", "plot", "regrade", "review", "updates",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
