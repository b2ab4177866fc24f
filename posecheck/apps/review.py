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
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from posecheck.apps import interrupts
from posecheck.apps.pictures import draw_clip
from posecheck.apps.report_dir import ANGLES, PAGE, POSES, REPORT, VIDEO, ReportDir
from posecheck.assess.change import Change, change_since
from posecheck.assess.messages import warning_note
from posecheck.assess.prescription import Prescription
from posecheck.errors import InputError
from posecheck.present.page import write_page
from posecheck.present.tables import read_report, write_csv, write_json
from posecheck.session import Session
from posecheck.types import Pose, Report
from posecheck.vision.containers import file_sha256
from posecheck.vision.frames import Frame, VideoSource, prefetch
from posecheck.vision.landmarker import Landmarker
from posecheck.vision.model import ModelFile, ensure_model, stderr_bar
from posecheck.vision.pose_store import PoseLog

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many frames are done, and how many there are."""

LOOKING, DRAWING = "Looking", "Drawing"
_MODEL_SIDE_PX = 1280  # more pixels than that show the model nothing


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
    model: str | Path | None = None,
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
        Another landmark model than the one that is fetched by itself.
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
        source = stack.enter_context(VideoSource(clip, max_side_px=_MODEL_SIDE_PX))
        target = ReportDir(Path(out) if out else Path(f"{clip.stem}.posecheck"), source=clip)
        folder = stack.enter_context(target)
        report = _look(source, prescription or Prescription.default(), model, folder, tell)
        source.close()
        change = None if before is None else change_since(before, report)
        _write(clip, report, folder, change, video, tell)
    return Reviewed(report, target.path, change)


def _look(
    source: VideoSource,
    prescription: Prescription,
    model: str | Path | None,
    folder: Path,
    tell: Progress,
) -> Report:
    """Every frame through the landmark model and the session; keeps the poses in the folder."""
    found: ModelFile = ensure_model(model, stderr_bar)
    log, session = PoseLog(), Session(prescription)
    with (
        Landmarker(found.path) as landmarker,
        contextlib.closing(prefetch(source)) as frames,
        # Each works ahead of the next: one decodes, one looks, and this one measures.
        contextlib.closing(prefetch(_looked(landmarker, frames))) as poses,
    ):
        tell(LOOKING, 0, source.expected_frames)
        for pose in poses:
            # As it is kept, so that grading it again from the file gives the same report.
            session.push(log.append(pose))
            tell(LOOKING, len(log), source.expected_frames)
            interrupts.check()
    log.save(folder / POSES, found.sha256)
    del log  # most of what a long clip takes, and the report needs room too
    info = dataclasses.replace(source.info, sha256=file_sha256(source.path))
    report = session.finish(info, found.info)
    return _with_warning(report, "cut_off") if source.truncated else report


def _looked(landmarker: Landmarker, frames: Iterable[Frame]) -> Iterator[Pose]:
    for frame in frames:
        yield landmarker.look(frame)


def _write(
    clip: Path,
    report: Report,
    folder: Path,
    change: Change | None,
    video: bool,
    tell: Progress,
) -> None:
    def tick(done: int, total: int) -> None:
        tell(DRAWING, done, total)
        interrupts.check()

    compared = change.as_dict() if change else None
    pictures = draw_clip(clip, report, folder / VIDEO if video else None, tick)
    write_csv(report, folder / ANGLES)
    write_json(report, folder / REPORT, change=compared)
    write_page(report, folder / PAGE, frames=pictures, video=video, change=compared)


def _report_file(path: Path) -> Path:
    if not path.exists():
        raise InputError(f"{path} is not there; --earlier takes a report.json or its folder.")
    return path / REPORT if path.is_dir() else path


def _with_warning(report: Report, name: str) -> Report:
    quality = dataclasses.replace(
        report.quality,
        warnings=(*report.quality.warnings, name),
        notes=(*report.quality.notes, warning_note(name)),
    )
    return dataclasses.replace(report, quality=quality)
