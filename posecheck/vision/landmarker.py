"""Frames to poses; the only module that runs MediaPipe.

Traps of MediaPipe 0.10.31 that this file takes care of, all measured: a strided picture finds
nobody without a word; VIDEO mode with one pose smooths unless its time stamps are stretched;
it goes on reporting a person who has left until somebody looks afresh; a body that is small in
the picture, or seen from far off the side, is found only in a part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from posecheck.closing import Closing
from posecheck.errors import ModelError
from posecheck.motion.looks import LookPlanner
from posecheck.motion.people import (
    Window,
    box_around,
    describe,
    search_windows,
    window_around,
    windows_beside,
)
from posecheck.motion.skeleton import N_LANDMARKS
from posecheck.types import Array, Pose
from posecheck.vision.frames import Frame
from posecheck.vision.hiding import Brush, Image
from posecheck.vision.quiet import quiet_natives

# Time stamps a second for VIDEO mode, which takes milliseconds: stretched by 1,000, the motion
# looks slow and its One-Euro filter lets it through; jitter and error equal IMAGE mode's.
STAMPS_PER_S = 1e6
CHECK_S = 5.0  # a fresh look for further people, and whether the followed one is still there
STANDING_S = 2.0  # the next one while the followed person does not lie
DOUBT_S = 0.8  # the next fresh look after one that did not find the followed person
DOUBTS = 3  # so many in a row: the person has gone
ODD_LOOKS = 3  # plain ones in a row whose skeleton may be none of a body
SEARCH_S = 0.5  # between two searches while nobody is seen
SAME_TRUNKS = 0.6  # mid-hips nearer than this, in trunk lengths, are one person's

BESIDE_MIN = 0.5  # smaller ones, in trunks of the followed person, are pictures on the wall

NOBODY = np.full((N_LANDMARKS, 2), np.nan, np.float32)
UNSEEN = np.full(N_LANDMARKS, np.nan, np.float16)
EMPTY = np.full((64, 64, 3), 127, np.uint8)  # a picture of nobody


@dataclass(frozen=True, slots=True)
class Seen:
    """One person: landmarks in pixels of the full picture, and their visibility."""

    xy_px: Array  # (33, 2) float32
    visibility: Array  # (33,) float16


class Landmarker(Closing):
    """Looks at the frames of one clip, in order of time; a context manager.

    After `reset` it looks at another clip as one that was made for it would.
    """

    def __init__(self, model: Path) -> None:
        self._vision, self._image = _mediapipe()
        self._model = model
        # a look at a painted picture must not lead the next plain one astray, nor be led
        self._plain = self._open("VIDEO", 1)
        self._painted: Any = None
        self._afresh = self._open("IMAGE", 2)
        self._begin()

    def _begin(self) -> None:
        """What is known before the first frame of a clip: nothing."""
        self._planner = LookPlanner()
        self._brush = Brush()
        self._stamp = -1
        self._window: Window | None = None  # the part of the picture that is looked at
        self._lost = True
        self._doubts = 0
        self._odd = 0
        self._check_s = -np.inf
        self._search_s = -np.inf
        self._others = 0

    def close(self) -> None:
        """Give MediaPipe's threads and memory back."""
        self._end_tracking()
        with quiet_natives():
            self._afresh.close()

    def _end_tracking(self) -> None:
        with quiet_natives():
            self._plain.close()
            if self._painted is not None:
                self._painted.close()

    def reset(self) -> None:
        """Forget the clip.

        The trackers are opened anew: on an empty picture they lose the person, but go on
        smoothing visibilities, and their first steps depend on where the time stamps begin
        (measured). The look that follows nobody is kept, and Python's part of MediaPipe.
        """
        self._end_tracking()
        self._painted = None
        self._plain = self._open("VIDEO", 1)
        self._begin()

    def warm_up(self) -> None:
        """Do before a live session what the first looks take longer for: half a second each."""
        self._painted_tracker()
        self._forget(0.0)
        self._afresh.detect(self._picture(EMPTY))

    def look(self, frame: Frame) -> Pose:
        """The pose in one frame, NaN where nobody is seen."""
        stroke = self._planner.plan()
        if stroke is None:
            seen = self._follow(self._plain, frame.image, frame)
        else:
            painted = self._brush.paint(frame.image, stroke, frame.scale)
            seen = self._follow(self._painted_tracker(), painted, frame)
        if stroke is None:
            seen = self._whole(frame, seen)
        if seen is None and frame.t_s - self._search_s >= SEARCH_S:
            self._search(frame)
            self._search_s = frame.t_s
            seen = None if self._lost else self._follow(self._plain, frame.image, frame)
            stroke = None
        self._lost = seen is None
        if seen is not None and frame.t_s >= self._check_s:
            checked = self._check(frame, seen)
            if checked is not seen:  # looked at anew, as it is
                seen, stroke = checked, None
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
        height, width = (round(n / frame.scale) for n in frame.image.shape[:2])
        nothing = Seen(NOBODY, UNSEEN)
        looked = seen if seen is not None else nothing
        plain, painted = (nothing, looked) if hidden else (looked, nothing)
        return Pose(
            t_s=frame.t_s,
            width_px=width,
            height_px=height,
            xy_px=plain.xy_px,
            visibility=plain.visibility,
            hidden_xy_px=painted.xy_px,
            hidden_visibility=painted.visibility,
            brightness=float(np.float32(frame.image[::16, ::16].mean() / 255)),
            others=self._others if seen is not None else 0,
        )

    def _follow(self, tracker: Any, image: Image, frame: Frame) -> Seen | None:
        """The followed person, by tracking from the frame before."""
        part, offset = _cut(image, self._window, frame.scale)
        found = self._detect(tracker, part, frame.t_s)
        return next(_people(found, part, offset, frame.scale), None)

    def _detect(self, tracker: Any, part: Image, t_s: float) -> Any:
        self._stamp = max(round(t_s * STAMPS_PER_S), self._stamp + 1)
        return tracker.detect_for_video(self._picture(part), self._stamp)

    def _fresh(self, frame: Frame, window: Window | None) -> list[Seen]:
        """Everybody in a part of the frame, whoever was followed before."""
        part, offset = _cut(frame.image, window, frame.scale)
        found = self._afresh.detect(self._picture(part))
        return list(_people(found, part, offset, frame.scale))

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
            self._painted = self._open("VIDEO", 1)
        return self._painted

    def _search(self, frame: Frame) -> None:
        """Look for somebody in parts of the picture, and look there from now on."""
        height, width = frame.image.shape[:2]
        for window in search_windows(width / frame.scale, height / frame.scale):
            people = self._fresh(frame, window)
            if people:
                best = max(people, key=lambda s: describe(s.xy_px).rank)
                self._settle(frame, best, window)
                return
        self._window = None

    def _settle(self, frame: Frame, person: Seen, found_in: Window | None) -> None:
        """Follow this person from now on."""
        height, width = (n / frame.scale for n in frame.image.shape[:2])
        close = window_around(person.xy_px, width, height)
        again = self._fresh(frame, close)
        self._window = close if any(_same(s, person) for s in again) else found_in
        self._forget(frame.t_s)
        self._lost = False
        self._doubts = 0

    def _check(self, frame: Frame, seen: Seen) -> Seen | None:
        """Whether a fresh look agrees: the person is there, and nobody else is meant."""
        people = self._fresh(frame, None)
        height, width = (n / frame.scale for n in frame.image.shape[:2])
        if not any(_same(s, seen) for s in people):
            people += self._fresh(frame, window_around(seen.xy_px, width, height))
        here = any(_same(s, seen) for s in people)
        lies = describe(seen.xy_px).lies
        if not lies:  # somebody who lies may be small beside who stands
            for window in search_windows(width, height):
                people += self._fresh(frame, window) if window is not None else []
        others = [s for s in people if not _same(s, seen)]
        if lies and not others:
            others = self._beside(frame, seen)
        self._others = min(len(others), 1)
        meant = max(others, key=lambda s: describe(s.xy_px).rank, default=None)
        if meant is not None and describe(meant.xy_px).lies and not lies:
            self._settle(frame, meant, None)
            self._planner = LookPlanner()  # where the other one's leg lay says nothing
            self._check_s = frame.t_s + DOUBT_S
            return self._follow(self._plain, frame.image, frame)
        self._doubts = 0 if here else self._doubts + 1
        self._check_s = frame.t_s + (DOUBT_S if not here else CHECK_S if lies else STANDING_S)
        if self._doubts >= DOUBTS:
            self._forget(frame.t_s)
            self._window, self._doubts = None, 0
            return None
        return seen

    def _beside(self, frame: Frame, seen: Seen) -> list[Seen]:
        """Whoever is found once the followed person is painted over: it cannot be the same."""
        height, width = (n / frame.scale for n in frame.image.shape[:2])
        box = box_around(seen.xy_px, width, height)
        left, top, right, bottom = (round(n * frame.scale) for n in box)
        image = np.array(frame.image)
        image[top:bottom, left:right] = np.median(image[::16, ::16].reshape(-1, 3), axis=0)
        without = replace(frame, image=image)
        found = [s for w in windows_beside(box, width, height) for s in self._fresh(without, w)]
        mine = describe(seen.xy_px).trunk_px
        bodies = [(s, describe(s.xy_px)) for s in found]
        return [s for s, d in bodies if d.whole and d.trunk_px > BESIDE_MIN * mine]

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


def _cut(image: Image, window: Window | None, scale: float) -> tuple[Image, Array]:
    """The part of the picture in a window, dense in memory, and where it begins (pixels)."""
    if window is None:
        return image, np.zeros(2)
    left, top, right, bottom = (round(n * scale) for n in window)
    return np.ascontiguousarray(image[top:bottom, left:right]), np.array([left, top])


def _people(found: Any, part: Image, offset: Array, scale: float) -> Iterator[Seen]:
    height, width = part.shape[:2]
    for person in found.pose_landmarks:
        xy = np.array([(p.x * width, p.y * height) for p in person])
        visibility = np.array([p.visibility for p in person], np.float16)
        yield Seen(((xy + offset) / scale).astype(np.float32), visibility)


def _same(a: Seen, b: Seen) -> bool:
    """Whether two skeletons are one person's."""
    one, other = describe(a.xy_px), describe(b.xy_px)
    apart = float(np.hypot(*(one.hips_px - other.hips_px)))
    return apart < SAME_TRUNKS * max(one.trunk_px, other.trunk_px)
