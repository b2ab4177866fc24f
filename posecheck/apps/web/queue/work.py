"""What is to be done for one clip: the very task of ``posecheck grade``, and the copy for the page.

Everything is made in the clip's folder of work, which stays when the work is broken off: the cache
of the batch finds there what was looked at, measured and graded, and nothing is done again.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from posecheck.apps.batch.tasks import GRADE_CLIP, ClipJob, GradeTask, stem_of
from posecheck.apps.report_dir import PAGE, REPORT
from posecheck.apps.review import LOOKS_PER_S
from posecheck.apps.web.clips.said import said_of
from posecheck.apps.web.folders import FRAMES, PLOTLY_FROM_REPORT, REVIEW_COPY, ClipFolder, Folders
from posecheck.apps.web.queue.leases import Lease
from posecheck.apps.web.queue.review_copy import CopyTask
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import Clip, Patient, PrescriptionVersion
from posecheck.atomic_files import StagingFolder, link_or_copy, remove_leftovers
from posecheck.exercises.prescription import Prescription
from posecheck.present.report_page import write_plotly
from posecheck.vision.model import from_anywhere

PROGRESS = "progress.json"
# What part of the work each stage is, by how long they take with the heavy model.
STAGES = {"Looking": (0.0, 0.8), "Drawing": (0.8, 0.88), "Copying": (0.88, 1.0)}


@dataclass(frozen=True, slots=True)
class Work:
    """One clip that is worked on."""

    lease: Lease
    folder: ClipFolder
    size: int  # of the file, bytes
    grading: GradeTask
    copying: CopyTask

    @property
    def progress(self) -> Path:
        """Where the worker says how far it is."""
        return self.folder.work / PROGRESS

    @property
    def is_graded(self) -> bool:
        """Whether the report is there and the copy alone is missing: the report was taken in."""
        has_report = (self.folder.machine / REPORT).is_file()
        return has_report and not self.is_copied and not self.folder.review_copy.is_file()

    @property
    def is_copied(self) -> bool:
        """Whether the copy for the page was made already; its times are written last."""
        return (self.folder.work / FRAMES).is_file()


def work_on(session: Session, room: Room, lease: Lease, runs: str = GRADE_CLIP) -> Work | None:
    """Return what is to be done; None where the clip, or its file, is gone.

    Parameters
    ----------
    session
        A reading one.
    room
        Where the files are, and with which model they are looked at.
    lease
        It says which clip.
    runs
        The function that grades.

    """
    clip = session.get(Clip, lease.clip_id)
    patient = None if clip is None else session.get(Patient, clip.patient_id)
    if clip is None or patient is None:
        return None
    folder = room.folders.clip(clip.patient_id, clip.sha256)
    video = folder.video
    if video is None:
        return None
    progress = folder.work / PROGRESS
    stem = stem_of(clip.name)
    grading = GradeTask(
        job=ClipJob(os.fspath(video.absolute()), clip.name, stem, said=said_of(clip, patient)),
        out=os.fspath(folder.work.absolute()),
        prescription=_prescription(session, clip),
        folder=stem,
        model=from_anywhere(room.settings.model),
        per_s=LOOKS_PER_S,
        language=patient.language,
        limits=room.settings.limits,
        runs=runs,
        progress=progress,
        plotly_js=PLOTLY_FROM_REPORT,
    )
    return Work(lease, folder, clip.size, grading, CopyTask(video, folder.work, progress))


def _prescription(session: Session, clip: Clip) -> str:
    version = (
        None
        if clip.prescription_id is None
        else session.get(PrescriptionVersion, clip.prescription_id)
    )
    asked = (
        Prescription.default() if version is None else Prescription.model_validate(version.values)
    )
    return json.dumps(asked.as_dict(), sort_keys=True)


def share_done(told: tuple[str, int, int] | None) -> tuple[float, str]:
    """Return how much of all the work is done, 0 to 1, and the name of the stage.

    Examples
    --------
    >>> share_done(("Looking", 50, 100)), share_done(None)
    ((0.4, 'looking'), (0.0, ''))

    """
    if told is None or told[0] not in STAGES:
        return 0.0, ""
    stage, done, total = told
    begin, end = STAGES[stage]
    share = min(1.0, done / total) if total > 0 else 0.0
    return round(begin + (end - begin) * share, 3), stage.lower()


@contextlib.contextmanager
def placed(folders: Folders, work: Work, report: Path) -> Iterator[Callable[[], None]]:
    """Make everything ready beside its place; gives what puts it there, in a few renames.

    That may be called again after an error of the database. What was made stays in the folder
    of work until it is known that the database has kept the result.

    Parameters
    ----------
    folders
        The data folder.
    work
        What was done.
    report
        The folder of the report in the folder of work, or that in its place already.

    """
    folder = work.folder
    remove_leftovers(folder.machine)
    if (report / PAGE).is_file() and not folders.plotly.is_file():
        write_plotly(folders.plotly)
    with contextlib.ExitStack() as stack:
        ready: list[Callable[[], object]] = []
        if report != folder.machine:
            staging = StagingFolder(folder.machine)
            stack.callback(staging.close)
            for file in sorted(report.iterdir()):
                link_or_copy(file, staging.folder / file.name)
            ready.append(staging.commit)
        for name in (REVIEW_COPY, FRAMES):
            made, target = folder.work / name, folder.path / name
            if made.is_file():
                part = stack.enter_context(_linked(made, target))
                ready.append(lambda part=part, target=target: part.replace(target))  # type: ignore[misc]

        def put() -> None:
            while ready:
                ready[0]()
                ready.pop(0)

        yield put


@contextlib.contextmanager
def _linked(made: Path, target: Path) -> Iterator[Path]:
    part = target.with_name(f".{target.name}.new")
    part.unlink(missing_ok=True)
    link_or_copy(made, part)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def forget(folder: ClipFolder) -> None:
    """Remove the folder of work, and what is empty above it: the clip may have been deleted."""
    shutil.rmtree(folder.work, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.path.rmdir()
        folder.path.parent.rmdir()
