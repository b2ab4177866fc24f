"""The second look at a clip's frames: the annotated video, and a picture of each finding."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from posecheck.exercises.language import words_of
from posecheck.present.overlay import Overlay
from posecheck.present.panel_layout import body_points
from posecheck.present.replay import updates
from posecheck.present.video import VideoSink
from posecheck.threads import prefetch
from posecheck.types import Finding, Report, Update
from posecheck.vision.frames import Frame, VideoSource

Tick = Callable[[int, int], None]

VIDEO_SIDE_PX = 1920  # a video of a larger clip is made smaller: nobody reads a report in 4K
_PAGE_SIDE_PX = 960
_MOST_PICTURES = 12  # each is some 80 KB of the page; faults come first
_QUALITY = 82
_SAME_S = 0.002  # a video file rounds its time stamps
_PLACES = 1500  # frames that tell where the person lies: all of a long clip would fill memory


def draw_clip(clip: Path, report: Report, video: Path | None, tick: Tick) -> dict[int, bytes]:
    """Write the annotated video, if asked for, and return JPEGs by the index of their finding.

    The frames are decoded once more, for memory holds none of them.

    Parameters
    ----------
    clip
        The video file.
    report
        What is drawn.
    video
        Where the annotated video goes; None writes none.
    tick
        Is told how many frames are done, and how many there are.

    """
    wanted = finding_frames(report)
    if video is None and not wanted:
        return {}
    pictures: dict[int, bytes] = {}
    last = max(wanted.values(), default=-1)
    t_s = report.series.t_s
    near_s = min(_SAME_S, 0.4 * float(np.diff(t_s).min(initial=_SAME_S)))
    total = len(t_s) if video is not None else last + 1
    tick(0, total)
    with contextlib.ExitStack() as stack:
        # one state each; if only for the pictures, the others are not even converted
        source = stack.enter_context(
            VideoSource(
                clip,
                max_side_px=VIDEO_SIDE_PX,
                only_s=None if video is not None else t_s[[*wanted.values()]] - near_s,
            )
        )
        frames = stack.enter_context(contextlib.closing(prefetch(source)))
        draw = _Drawing(report, source.width_px)
        sink: VideoSink | None = None
        for i, frame, update in _matched(frames, updates(report), near_s):
            if video is not None and sink is None:
                height, width = frame.image.shape[:2]
                sink = stack.enter_context(VideoSink(video, width, height))
            findings = [k for k, index in wanted.items() if index <= i and k not in pictures]
            if sink is not None or findings:
                image = draw(frame, update)
            if sink is not None:
                sink.write(image, frame.t_s)
            for k in findings:
                pictures[k] = jpeg(image)
            tick(i + 1, total)
            if sink is None and i >= last:
                break
    return pictures


def _matched(
    frames: Iterable[Frame], states: Iterator[Update], near_s: float
) -> Iterator[tuple[int, Frame, Update]]:
    """Yield each frame with the state of its time, numbered; a recording may lack a frame."""
    numbered = enumerate(states)
    for frame in frames:
        for i, state in numbered:
            if state.t_s >= frame.t_s - near_s:
                yield i, frame, state
                break


def finding_frames(report: Report) -> dict[int, int]:
    """Return the frame that shows each finding, the middle of it, by the finding's index."""
    t_s = report.series.t_s
    order = sorted(enumerate(report.findings), key=lambda item: item[1].severity != "fault")
    return {i: _frame_at(t_s, _middle(f)) for i, f in order[:_MOST_PICTURES] if len(t_s)}


def jpeg(image: NDArray[np.uint8], side_px: int = _PAGE_SIDE_PX) -> bytes:
    """Return a picture for a page.

    Parameters
    ----------
    image
        The picture, (height, width, 3), red, green and blue.
    side_px
        The longest side that it may have, in pixels.

    """
    picture = Image.fromarray(image)
    picture.thumbnail((side_px, side_px))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


class _Drawing:
    """The overlay, made when the first frame tells its size."""

    def __init__(self, report: Report, full_width_px: int) -> None:
        self._report, self._full_width_px = report, full_width_px
        self._overlay: Overlay | None = None
        self._scale = 1.0

    def __call__(self, frame: Frame, update: Update) -> NDArray[np.uint8]:
        if self._overlay is None:
            self._overlay = self._make(frame)
        return self._overlay.draw(frame.image, _scaled(update, self._scale))

    def _make(self, frame: Frame) -> Overlay:
        height, width = frame.image.shape[:2]
        self._scale = width / self._full_width_px
        overlay = Overlay(width, height, words_of(self._report.language), for_player=True)
        s = self._report.series
        every = slice(None, None, 1 + len(s.t_s) // _PLACES)
        overlay.avoid(
            self._scale * body_points(s.working_px[every], s.resting_px[every], s.trunk_px[every])
        )
        return overlay


def _scaled(update: Update, scale: float) -> Update:
    if scale == 1.0:
        return update
    return dataclasses.replace(
        update,
        working_px=update.working_px * scale,
        resting_px=update.resting_px * scale,
        trunk_px=update.trunk_px * scale,
    )


def _middle(finding: Finding) -> float:
    times = [t for t in (finding.start_s, finding.end_s) if math.isfinite(t)]
    return sum(times) / len(times) if times else 0.0


def _frame_at(t_s: NDArray[np.floating], at_s: float) -> int:
    return int(np.argmin(np.abs(t_s - at_s)))
