"""The copy of a clip that the review page plays: upright, and every frame where it is shown.

A player that is asked for a moment between the middle of one frame and that of the next shows
that frame, at once: no frame is stored out of its order (no B-frames), one of a few needs no other,
and each keeps the clip's own time, whatever the rate is or does. `FRAMES` lists these times.
"""

from __future__ import annotations

import json
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from posecheck.apps.batch.clip_progress import told_in
from posecheck.apps.web.folders import FRAMES, REVIEW_COPY
from posecheck.atomic_files import atomic_text
from posecheck.errors import OutputError, PosecheckError
from posecheck.natives import quietly
from posecheck.present.video import VideoSink
from posecheck.threads import prefetch
from posecheck.vision.frames import VideoSource

MAKE = "posecheck.apps.web.queue.review_copy:make_review_copy"
COPYING = "Copying"
LONGER_SIDE_PX = 1280
KEYFRAME_EVERY = 10  # frames: so many are decoded at most for one that is jumped to
TIME_DIGITS = 3  # of seconds, as ``angles.csv`` has them


@dataclass(frozen=True, slots=True)
class CopyTask:
    """What a worker process is told."""

    clip: Path
    out: Path  # a folder that is there
    progress: Path | None = None


@dataclass(frozen=True, slots=True)
class Copied:
    """What came of it."""

    error: str | None = None  # one sentence
    unwritten: bool = False  # it is not the clip's fault


@quietly
def make_review_copy(task: CopyTask) -> Copied:
    """Write the copy and the times of its frames; what a worker process calls.

    Parameters
    ----------
    task
        Which clip, and where the two files go.

    """
    try:
        _write(task)
    except OutputError as error:
        return Copied(str(error), unwritten=True)
    except PosecheckError as error:
        return Copied(str(error))
    return Copied()


def _write(task: CopyTask) -> None:
    tell = told_in(task.progress) if task.progress else None
    with ExitStack() as stack:
        source = stack.enter_context(VideoSource(task.clip, max_side_px=LONGER_SIDE_PX))
        frames = stack.enter_context(closing(prefetch(source)))
        sink: VideoSink | None = None
        for frame in frames:
            if sink is None:
                height, width = frame.image.shape[:2]
                sink = stack.enter_context(
                    VideoSink(
                        task.out / REVIEW_COPY, width, height,
                        keyframe_every=KEYFRAME_EVERY, in_order=True,
                    )
                )  # fmt: skip
            sink.write(frame.image, frame.t_s)
            if tell is not None:
                tell(COPYING, frame.index + 1, source.expected_frames)
        times = [round(float(t_s), TIME_DIGITS) for t_s in source.frame_t_s]
    with atomic_text(task.out / FRAMES) as stream:
        json.dump({"t_s": times}, stream, separators=(",", ":"))
