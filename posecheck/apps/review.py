"""One recorded clip -> a folder with its report.

::

    done = review("clip.mp4")
    done.report.grade.verdict, done.folder

What can be refused is refused before the long work; what was begun and not finished leaves
nothing behind.
"""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path

from posecheck.apps.looking import LOOKS_PER_S, Progress, finish, look, write_files
from posecheck.apps.report_dir import ANGLES, PAGE, POSES, REPORT, VIDEO, ReportDir
from posecheck.assess.change import Change, change_since
from posecheck.errors import InputError
from posecheck.exercises.prescription import Prescription
from posecheck.motion.calibration import calibration_of
from posecheck.present.report_files import read_report
from posecheck.session import Session
from posecheck.types import Report
from posecheck.vision.containers import file_sha256
from posecheck.vision.frames import MODEL_SIDE_PX, VideoSource
from posecheck.vision.landmarker import ModelChoice
from posecheck.vision.model import ensure_model, stderr_bar
from posecheck.vision.pose_store import save_poses


@dataclasses.dataclass(frozen=True, slots=True)
class Reviewed:
    """A report and where it is."""

    report: Report
    folder: Path
    change: Change | None = None  # since an earlier report

    @property
    def files(self) -> dict[str, Path]:
        """What is in the folder, by its name."""
        names = (PAGE, VIDEO, REPORT, ANGLES, POSES)
        return {n: self.folder / n for n in names if (self.folder / n).exists()}


def review(
    clip: str | Path,
    out: str | Path | None = None,
    prescription: Prescription | None = None,
    *,
    model: ModelChoice = None,
    every_frame: bool = False,
    video: bool = True,
    earlier: str | Path | None = None,
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
    earlier
        A report.json, or the folder it is in, to compare with.
    progress
        Is told how far it is.

    Raises
    ------
    PosecheckError
        One sentence that says what is wrong and what to do.

    """
    clip = Path(clip)
    before = None if earlier is None else read_report(_report_file(Path(earlier)))
    tell = progress or (lambda _what, _done, _total: None)
    with contextlib.ExitStack() as stack:
        per_s = None if every_frame else LOOKS_PER_S
        source = stack.enter_context(VideoSource(clip, max_side_px=MODEL_SIDE_PX, per_s=per_s))
        target = ReportDir(Path(out) if out else Path(f"{clip.stem}.posecheck"), source=clip)
        folder = stack.enter_context(target)
        report = _look(source, prescription or Prescription.default(), model, folder, tell)
        source.close()
        change = None if before is None else change_since(before, report)
        write_files(clip, report, folder, video=video, change=change, tell=tell)
    return Reviewed(report, target.path, change)


def _look(
    source: VideoSource,
    prescription: Prescription,
    model: ModelChoice,
    folder: Path,
    tell: Progress,
) -> Report:
    """Through the landmark model and the session; keeps the poses in the folder."""
    found = ensure_model(model, stderr_bar)
    session = Session(prescription, calibration=calibration_of(found.name))
    with contextlib.closing(found.open()) as landmarker:
        log = look(source, landmarker, session, tell)
    save_poses(log.poses(found.sha256), folder / POSES)
    frame_t_s = log.frame_t_s
    del log  # most of what a long clip takes, and the report needs room too
    info = dataclasses.replace(source.info, sha256=file_sha256(source.path))
    return finish(session, info, found.info, source.truncated, frame_t_s)


def _report_file(path: Path) -> Path:
    if not path.exists():
        raise InputError(f"{path} is not there; --earlier takes a report.json or its folder.")
    return path / REPORT if path.is_dir() else path
