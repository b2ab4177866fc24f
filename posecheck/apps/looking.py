"""What a review and a batch do alike with one clip: look at it, and write its folder."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from posecheck.apps import interrupts
from posecheck.apps.pictures import draw_clip
from posecheck.apps.report_dir import ANGLES, PAGE, REPORT, VIDEO
from posecheck.assess.change import Change
from posecheck.assess.warnings import warning_note
from posecheck.exercises.language import words_of
from posecheck.present.report_files import write_csv, write_json
from posecheck.present.report_page import write_page
from posecheck.session import Session
from posecheck.threads import prefetch
from posecheck.types import Array, ClipInfo, ModelInfo, Pose, Report
from posecheck.vision.frames import VideoSource
from posecheck.vision.landmarker import Landmarker
from posecheck.vision.pose_log import PoseLog

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many frames are done, and how many there are."""

LOOKING, DRAWING = "Looking", "Drawing"

# How many frames a second are looked at, in `review` and `grade` alike, unless every frame is asked
# for: what a count needs and no more (benchmarks/SAMPLING.md).
LOOKS_PER_S = 10.0

# Poses that are measured in one go: beside the model one takes 0.9 ms by itself, 0.6 among eight,
# as the processor has its code and data at hand. Four or sixteen gain about as much (measured).
AT_ONCE = 8


def look(source: VideoSource, landmarker: Landmarker, session: Session, tell: Progress) -> PoseLog:
    """The frames of the source through the landmark model and the session."""
    log = PoseLog()
    waiting: list[Pose] = []
    with contextlib.closing(prefetch(source)) as frames:
        tell(LOOKING, 0, source.expected_frames)
        for frame in frames:
            # One decodes ahead; poses are measured while the model looks for the next.
            measure = None
            if len(waiting) == AT_ONCE:
                measure, waiting = partial(_measure, waiting, log, session), []
            waiting.append(landmarker.look(frame, measure))
            tell(LOOKING, frame.index + 1, source.expected_frames)
            interrupts.check()
    _measure(waiting, log, session)
    log.frame_t_s = source.frame_t_s
    return log


def _measure(poses: Sequence[Pose], log: PoseLog, session: Session) -> None:
    for pose in poses:
        # As it is kept, so that grading it again from the file gives the same report.
        session.push(log.append(pose))


def finish(
    session: Session, info: ClipInfo, model: ModelInfo, truncated: bool, frame_t_s: Array
) -> Report:
    """The report on all that was pushed, with a warning where the clip breaks off."""
    report = session.finish(info, model, frame_t_s)
    return _with_warning(report, "cut_off") if truncated else report


def write_files(
    clip: Path,
    report: Report,
    folder: Path,
    *,
    video: bool,
    change: Change | None = None,
    plotly_js: str = "inline",
    tell: Progress,
) -> None:
    """The pictures and files of a report, but for its poses."""

    def tick(done: int, total: int) -> None:
        tell(DRAWING, done, total)
        interrupts.check()

    compared = change.as_dict() if change else None
    pictures = draw_clip(clip, report, folder / VIDEO if video else None, tick)
    write_csv(report, folder / ANGLES)
    write_json(report, folder / REPORT, change=compared)
    write_page(
        report, folder / PAGE, words_of(), frames=pictures, video=video, change=compared,
        plotly_js=plotly_js,
    )  # fmt: skip


def _with_warning(report: Report, name: str) -> Report:
    quality = dataclasses.replace(
        report.quality,
        warnings=(*report.quality.warnings, name),
        notes=(*report.quality.notes, warning_note(name)),
    )
    return dataclasses.replace(report, quality=quality)
