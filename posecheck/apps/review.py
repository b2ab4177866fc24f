"""One recorded clip -> a folder with its report; and the parts of that which a batch does too.

::

    done = review("clip.mp4")
    done.report.grade.verdict, done.folder

What can be refused is refused before the long work; what was begun and not finished leaves
nothing behind.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from posecheck.apps import interrupts
from posecheck.apps.pictures import draw_clip
from posecheck.apps.report_dir import (
    ANGLES,
    PAGE,
    PDF,
    POSES,
    REPORT,
    VIDEO,
    ReportDir,
    default_folder,
)
from posecheck.apps.report_output import write_report
from posecheck.assess.change import Change, change_since
from posecheck.errors import InputError
from posecheck.exercises.language import language_of
from posecheck.exercises.prescription import Prescription
from posecheck.motion.calibration import calibration_of
from posecheck.natives import quietly
from posecheck.present.batch_links import BatchPlace
from posecheck.present.pdf_text import load_reportlab
from posecheck.present.report_files import read_report
from posecheck.session import Session
from posecheck.threads import prefetch
from posecheck.types import Pose, Report, Subject
from posecheck.vision.containers import file_sha256
from posecheck.vision.frames import MODEL_SIDE_PX, VideoSource
from posecheck.vision.landmarker import Landmarker, ModelChoice
from posecheck.vision.model import ensure_model, stderr_bar
from posecheck.vision.pose_log import PoseLog
from posecheck.vision.pose_store import save_poses
from posecheck.vision.still_pictures import StillPictures

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many frames are done, and how many there are."""

LOOKING, DRAWING = "Looking", "Drawing"

# How many frames a second are looked at, in `review` and `grade` alike, unless every frame is asked
# for: what a count needs and no more (benchmarks/SAMPLING.md).
LOOKS_PER_S = 10.0

# Poses that are measured in one go: beside the model one takes 0.9 ms by itself, 0.6 among eight,
# as the processor has its code and data at hand. Four or sixteen gain about as much (measured).
AT_ONCE = 8


@dataclasses.dataclass(frozen=True, slots=True)
class Reviewed:
    """A report and where it is."""

    report: Report
    folder: Path
    change: Change | None = None  # since an earlier report

    @property
    def files(self) -> dict[str, Path]:
        """Return what is in the folder, by its name."""
        names = (PAGE, PDF, VIDEO, REPORT, ANGLES, POSES)
        return {n: self.folder / n for n in names if (self.folder / n).exists()}


@quietly
def review(
    clip: str | Path,
    out: str | Path | None = None,
    prescription: Prescription | None = None,
    *,
    model: ModelChoice = None,
    every_frame: bool = False,
    video: bool = True,
    pdf: bool = False,
    single_file: bool = False,
    earlier: str | Path | None = None,
    subject: Subject | None = None,
    language: str = "en",
    progress: Progress | None = None,
) -> Reviewed:
    """Review a clip and write its report.

    Parameters
    ----------
    clip
        The video file.
    out
        The folder to make, ``<stem>.posecheck`` in the working directory if None.
    prescription
        What was asked for; the default asks for form and no dose.
    model
        The landmark model: ``lite``, ``full``, ``heavy`` (if None), a file, or a
        `posecheck.vision.landmarker.LandmarkModel` of your own.
    every_frame
        Whether to look at every frame, not only at as many as a count needs.
    video
        Whether to write ``annotated.mp4``.
    pdf
        Whether to write ``report.pdf`` too, one page to print.
    single_file
        Whether ``report.html`` holds the video itself, so that it can be sent alone.
    earlier
        A report.json, or the folder it is in, to compare with.
    subject
        Whose session it was, for the heading of the report.
    language
        Of everything that the report says, two letters.
    progress
        Is told how far it is.

    Raises
    ------
    PosecheckError
        One sentence that says what is wrong and what to do.

    """
    clip, language = Path(clip), language_of(language)
    before = None if earlier is None else read_report(_report_file(Path(earlier)))
    if pdf:
        load_reportlab()
    tell = progress or (lambda _what, _done, _total: None)
    with contextlib.ExitStack() as stack:
        per_s = None if every_frame else LOOKS_PER_S
        source = stack.enter_context(VideoSource(clip, max_side_px=MODEL_SIDE_PX, per_s=per_s))
        target = ReportDir(Path(out) if out else default_folder(clip), source=clip)
        folder = stack.enter_context(target)
        asked = prescription or Prescription.default()
        report = _report_on(source, asked, model, folder, language, tell)
        source.close()
        report = dataclasses.replace(report, subject=subject or Subject())
        change = None if before is None else change_since(before, report)
        write_files(
            clip, report, folder, video=video, pdf=pdf, single_file=single_file, change=change,
            tell=tell,
        )  # fmt: skip
    return Reviewed(report, target.path, change)


def look(source: VideoSource, landmarker: Landmarker, session: Session, tell: Progress) -> PoseLog:
    """Look at a clip: its frames go through the landmark model and the session.

    Parameters
    ----------
    source
        The frames.
    landmarker
        What finds a body in a frame.
    session
        What measures it; every pose is pushed to it.
    tell
        Is told how far it is.

    Returns
    -------
    PoseLog
        The poses, with the times of all frames. Where the picture stands still there are none.

    """
    log, still = PoseLog(), StillPictures()
    waiting: list[Pose] = []
    with contextlib.closing(prefetch(source)) as frames:
        tell(LOOKING, 0, source.expected_frames)
        for frame in frames:
            # One decodes ahead; poses are measured while the model looks for the next.
            measure = None
            if len(waiting) >= AT_ONCE:
                measure, waiting = partial(_measure, waiting, log, session), []
            waiting += still.push(frame.image, landmarker.look(frame, measure))
            tell(LOOKING, frame.index + 1, source.expected_frames)
            interrupts.check()
    _measure([*waiting, *still.flush()], log, session)
    log.frame_t_s = source.frame_t_s
    return log


def write_files(
    clip: Path,
    report: Report,
    folder: Path,
    *,
    video: bool,
    pdf: bool = False,
    single_file: bool = False,
    change: Change | None = None,
    plotly_js: str = "inline",
    place: BatchPlace | None = None,
    tell: Progress,
) -> None:
    """Write the pictures and files of a report, but for its poses.

    Parameters
    ----------
    clip
        The video file, which is decoded once more for the pictures.
    report
        What is written.
    folder
        Where the files go.
    video
        Whether to write ``annotated.mp4``.
    pdf, single_file
        As those of `review`.
    change
        What has changed since an earlier report.
    plotly_js
        How the page finds its charts' library: ``inline``, or the address of a copy.
    place
        Where the report stands in a batch.
    tell
        Is told how far it is.

    """

    def tick(done: int, total: int) -> None:
        tell(DRAWING, done, total)
        interrupts.check()

    compared = change.as_dict() if change else None
    pictures = draw_clip(clip, report, folder / VIDEO if video else None, tick)
    write_report(
        report, folder, pictures, video=video, pdf=pdf, single_file=single_file, change=compared,
        plotly_js=plotly_js, place=place,
    )  # fmt: skip


def _report_on(
    source: VideoSource,
    prescription: Prescription,
    model: ModelChoice,
    folder: Path,
    language: str,
    tell: Progress,
) -> Report:
    """Return what the landmark model and the session find; the poses are kept in the folder."""
    found = ensure_model(model, stderr_bar)
    calibration = calibration_of(found.name)
    session = Session(prescription, calibration=calibration, language=language)
    with contextlib.closing(found.open()) as landmarker:
        log = look(source, landmarker, session, tell)
    save_poses(log.poses(found.sha256), folder / POSES)
    frame_t_s = log.frame_t_s
    del log  # most of what a long clip takes, and the report needs room too
    info = dataclasses.replace(source.info, sha256=file_sha256(source.path))
    return session.finish(info, found.info, frame_t_s, source.flaws)


def _report_file(path: Path) -> Path:
    if not path.exists():
        raise InputError(f"{path} is not there; --earlier takes a report.json or its folder.")
    return path / REPORT if path.is_dir() else path


def _measure(poses: Sequence[Pose], log: PoseLog, session: Session) -> None:
    for pose in poses:
        # As it is kept, so that grading it again from the file gives the same report.
        session.push(log.append(pose))
