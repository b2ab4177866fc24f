"""Frames to poses, by following one person; the only module that runs MediaPipe.

Traps of MediaPipe 0.10.31 that this file takes care of (`finding` of more), all measured: a
strided picture finds nobody without a word; VIDEO mode with one pose smooths unless its time
stamps are stretched.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from posecheck.closing import Closing
from posecheck.errors import ModelError
from posecheck.motion.looks import LookPlanner
from posecheck.motion.people import describe
from posecheck.types import Pose
from posecheck.vision.aside import Aside
from posecheck.vision.finding import Finder, Meant
from posecheck.vision.frames import Frame
from posecheck.vision.hiding import Brush, Image
from posecheck.vision.quiet import quiet_natives
from posecheck.vision.seen import NOTHING, Seen, cut, people_in, size_px

# Time stamps a second for VIDEO mode, which takes milliseconds: stretched by 1,000, the motion
# looks slow and its One-Euro filter lets it through; jitter and error equal IMAGE mode's.
STAMPS_PER_S = 1e6
ODD_LOOKS = 3  # plain ones in a row whose skeleton may be none of a body
EMPTY = np.full((64, 64, 3), 127, np.uint8)  # a picture of nobody


class Landmarker(Closing):
    """Looks at the frames of one clip, in order of time; a context manager.

    After `reset` it looks at another clip as one that was made for it would.
    """

    def __init__(self, model: Path) -> None:
        self._vision, self._image = _mediapipe()
        self._model = model
        # a look at a painted picture must not lead the next plain one astray, nor be led
        self._plain: Any = None
        self._painted: Any = None
        self._spare: Any = None  # opened, and used for nothing so far
        self._afresh: Any = None
        with contextlib.ExitStack() as opened:
            opened.callback(self._close_all)
            self._aside = opened.enter_context(Aside())  # for what is done meanwhile
            self._beside = opened.enter_context(Aside())  # for looks that follow nobody
            self._plain = self._open("VIDEO", 1)
            self._afresh = self._open("IMAGE", 2)
            self._opened = opened.pop_all()
        self._meanwhile: Callable[[], None] | None = None
        self._begin()

    def _begin(self) -> None:
        """What is known before the first frame of a clip: nothing."""
        self._planner = LookPlanner()
        self._finder = Finder(self._look_afresh, self._beside)
        self._brush = Brush()
        self._stamp = -1
        self._lost = True
        self._odd = 0

    def close(self) -> None:
        """Give MediaPipe's threads and memory back."""
        self._opened.close()

    def _close_all(self) -> None:
        _close(self._plain, self._painted, self._spare, self._afresh)

    def reset(self) -> None:
        """Forget the clip.

        The trackers are opened anew: on an empty picture they lose the person, but go on
        smoothing visibilities, and their first steps depend on where the time stamps begin
        (measured). The look that follows nobody is kept, and Python's part of MediaPipe.
        """
        self._beside.end()
        painted, self._painted = self._painted, None
        _close(self._plain, painted)
        self._plain = self._open("VIDEO", 1)
        if painted is not None:  # the next clip will need one as well
            self._spare = self._open("VIDEO", 1)
        self._begin()

    def warm_up(self) -> None:
        """Do before a live session what the first looks take longer for: half a second each."""
        self._painted_tracker()
        self._forget(0.0)
        self._look_afresh(EMPTY)

    def look(self, frame: Frame, meanwhile: Callable[[], None] | None = None) -> Pose:
        """The pose in one frame, NaN where nobody is seen.

        What is to be done ``meanwhile`` is done once, from when the model is at work: Python that
        ran beside the steps before would take turns with them, and delay the look.
        """
        self._meanwhile = meanwhile
        stroke = self._planner.plan()
        if stroke is None:
            seen = self._follow(self._plain, frame.image, frame)
        else:
            painted = self._brush.paint(frame.image, stroke, frame.scale)
            seen = self._follow(self._painted_tracker(), painted, frame)
        if stroke is None:
            seen = self._whole(frame, seen)
        if seen is None and self._finder.due(frame):
            if self._finder.search(frame):
                seen, stroke = self._follow_anew(frame), None
            elif not self._lost:  # the tracker may see in the whole picture whom a search misses
                seen, stroke = self._follow(self._plain, frame.image, frame), None
        self._lost = seen is None
        if seen is not None:
            meant = self._finder.check(frame, seen)
            if meant is Meant.ANOTHER:
                self._planner = LookPlanner()  # where the other one's leg lay says nothing
                seen, stroke = self._follow_anew(frame), None
            elif meant is Meant.NOBODY:
                self._forget(frame.t_s)
                seen = None
        pose = self._pose(frame, seen, hidden=stroke is not None)
        self._planner.push(pose)
        return pose

    def _whole(self, frame: Frame, seen: Seen | None) -> Seen | None:
        """What was seen, unless it has been no body for some looks: then look afresh."""
        self._odd = 0 if seen is None or describe(seen.xy_px).whole else self._odd + 1
        if self._odd < ODD_LOOKS:
            return seen
        self._odd = 0
        self._forget(frame.t_s)
        return None

    def _pose(self, frame: Frame, seen: Seen | None, hidden: bool) -> Pose:
        width, height = (round(n) for n in size_px(frame))
        looked = seen if seen is not None else NOTHING
        plain, painted = (NOTHING, looked) if hidden else (looked, NOTHING)
        return Pose(
            t_s=frame.t_s,
            width_px=width,
            height_px=height,
            xy_px=plain.xy_px,
            visibility=plain.visibility,
            hidden_xy_px=painted.xy_px,
            hidden_visibility=painted.visibility,
            brightness=float(np.float32(frame.image[::16, ::16].mean() / 255)),
            others=self._finder.others if seen is not None else 0,
        )

    def _follow(self, tracker: Any, image: Image, frame: Frame) -> Seen | None:
        """The followed person, by tracking from the frame before."""
        part, offset = cut(image, self._finder.window, frame.scale)
        found = self._detect(tracker, part, frame.t_s)
        return next(people_in(found, part, offset, frame.scale), None)

    def _follow_anew(self, frame: Frame) -> Seen | None:
        """Whoever the finder has settled on, in the picture as it is."""
        self._forget(frame.t_s)
        return self._follow(self._plain, frame.image, frame)

    def _detect(self, tracker: Any, part: Image, t_s: float) -> Any:
        self._stamp = max(round(t_s * STAMPS_PER_S), self._stamp + 1)
        picture = self._picture(part)
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is None:
            return tracker.detect_for_video(picture, self._stamp)
        self._aside.begin(meanwhile)
        try:
            return tracker.detect_for_video(picture, self._stamp)
        finally:
            self._aside.end()

    def _look_afresh(self, part: Image) -> Any:
        return self._afresh.detect(self._picture(part))

    def _picture(self, part: Image) -> Any:
        return self._image.Image(image_format=self._image.ImageFormat.SRGB, data=part)

    def _forget(self, now_s: float) -> None:
        """Make the trackers look for a person afresh: on an empty picture they lose the last."""
        for tracker in (self._plain, self._painted):
            if tracker is not None:
                self._detect(tracker, EMPTY, now_s)

    def _painted_tracker(self) -> Any:
        """The tracker for painted pictures, opened when it is needed first."""
        if self._painted is None:
            self._painted, self._spare = self._spare or self._open("VIDEO", 1), None
        return self._painted

    def _open(self, mode: str, people: int) -> Any:
        base = self._vision.BaseOptions(model_asset_path=str(self._model))
        options = self._vision.PoseLandmarkerOptions(
            base_options=base,
            running_mode=self._vision.RunningMode[mode],
            num_poses=people,
        )
        try:
            with quiet_natives():
                return self._vision.PoseLandmarker.create_from_options(options)
        except (RuntimeError, ValueError, OSError) as error:
            first = str(error).splitlines()[0] if str(error) else "no reason given"
            raise ModelError(
                f"MediaPipe refused the model {self._model}: {first}. "
                "Give another .task file with --model, or fetch it anew with 'posecheck model'."
            ) from error


def _close(*trackers: Any) -> None:
    with quiet_natives():
        for tracker in trackers:
            if tracker is not None:
                tracker.close()


def _mediapipe() -> tuple[Any, Any]:
    try:
        with quiet_natives():
            import mediapipe as mp
            from mediapipe.tasks.python import BaseOptions, vision
    except ImportError as error:
        raise ModelError(
            f"MediaPipe cannot be loaded ({error}). 'posecheck doctor' says what to install."
        ) from error
    vision.BaseOptions = BaseOptions
    return vision, mp
