"""The page and the PDF of a report with its pictures, made in a process that may be killed.

A clip is decoded for its pictures, and what people send is decoded in guarded processes alone.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from posecheck.apps.batch.tasks import Limits
from posecheck.apps.batch.worker_process import WorkerError, WorkerProcess
from posecheck.apps.pictures import draw_clip
from posecheck.apps.report_dir import PAGE, PDF
from posecheck.apps.web.exchange.measured_again import measured_again
from posecheck.apps.web.review.fold import Step
from posecheck.errors import InputError, PosecheckError
from posecheck.exercises.language import words_of
from posecheck.natives import quietly
from posecheck.present.report_page import write_page
from posecheck.present.report_pdf import write_pdf
from posecheck.present.report_reader import load_report
from posecheck.types import Report, Subject

PRINT = "posecheck.apps.web.exchange.printing:print_report"
LIMITS = Limits(time_s=180.0, memory_mib=2048.0)
_AT_ONCE = threading.BoundedSemaphore(1)  # the other core is for those who browse

Kind = Literal["pdf", "html"]


@dataclass(frozen=True, slots=True)
class PrintTask:
    """What the worker process is told."""

    kind: Kind
    folder: Path  # of the report as it stands
    machine: Path  # of the machine's
    steps: tuple[Step, ...]  # the corrections that hold
    said: Subject  # of the clip, as it stands now
    video: Path | None
    language: str | None  # of the sentences; None: that of the report
    out: Path  # a folder that is there


def printed(task: PrintTask) -> Path:
    """Have a report printed; return the file.

    Parameters
    ----------
    task
        What is wanted.

    Raises
    ------
    PosecheckError
        One sentence that says why it cannot be.

    """
    with _AT_ONCE:
        worker = WorkerProcess(background=True)
        try:
            why: str | None = worker.run(PRINT, task, LIMITS)
        except WorkerError as error:
            raise InputError(f"The report cannot be printed: {error}") from error
        finally:
            worker.close()
    if why is not None:
        raise InputError(why)
    return _file(task)


@quietly
def print_report(task: PrintTask) -> str | None:
    """Print a report; what the worker process calls. Returns why it cannot be, if it cannot."""
    try:
        report, has_places = _report(task)
        said = replace(task.said, therapist=report.subject.therapist)
        report = replace(report, subject=said)
        words = words_of(task.language or report.language)
        pictures = {}
        if task.video is not None and has_places:
            pictures = draw_clip(task.video, report, None, lambda _done, _total: None)
        if task.kind == "pdf":
            write_pdf(report, _file(task), words, frames=pictures)
        else:
            write_page(report, _file(task), words, frames=pictures)
    except PosecheckError as error:
        return str(error)
    return None


def _report(task: PrintTask) -> tuple[Report, bool]:
    """Return the report, and whether it says where the joints are in the picture."""
    try:
        return measured_again(task.folder, task.machine, task.steps, task.language), True
    except PosecheckError:  # a report that was taken in without its poses is printed as it is
        return load_report(task.folder), False


def _file(task: PrintTask) -> Path:
    return task.out / (PDF if task.kind == "pdf" else PAGE)
