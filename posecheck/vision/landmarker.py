"""Frames to poses, by following one person; the only module that runs MediaPipe.

Every look is a fresh one: the person is detected anew in each frame. MediaPipe's VIDEO mode goes on
from the frame before instead. It costs a fifth less, but it drifts off a raised leg and back, and
stays at an empty place where somebody was; on motionless photographs its landmarks tremble six
times as much (measured with the heavy model).

A trap of MediaPipe 0.10.31: in a picture whose rows are padded it finds nobody, without an error.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from posecheck.errors import ModelError
from posecheck.natives import silence_native_stderr
from posecheck.threads import BackgroundWorker, Closing
from posecheck.types import Pose
from posecheck.vision.finding import Finder
from posecheck.vision.frames import Frame
from posecheck.vision.seen import NOTHING, Image, Seen, size_px

PEOPLE = 2  # that are told apart in one look
EMPTY = np.full((64, 64, 3), 127, np.uint8)  # a picture of nobody


class Landmarker(Closing):
    """Looks at the frames of one clip, in order of time; a context manager.

    After `reset` it looks at another clip as one that was made for it would.
    """

    def __init__(self, model: Path) -> None:
        self._vision, self._image = _mediapipe()
        self._model = model
        with contextlib.ExitStack() as opened:
            self._look = self._open(opened)
            self._look_beside = self._open(opened)
            # what is closed first, once it has come to its end
            self._aside = opened.enter_context(BackgroundWorker())  # for what is done meanwhile
            self._beside = opened.enter_context(BackgroundWorker())  # for looks at who is there
            self._opened = opened.pop_all()
        self._meanwhile: Callable[[], None] | None = None
        self._finder = self._new_finder()

    def close(self) -> None:
        """Give MediaPipe's threads and memory back."""
        self._opened.close()

    def reset(self) -> None:
        """Forget the clip."""
        self._beside.wait()
        self._finder = self._new_finder()

    def warm_up(self) -> None:
        """Do before a live session what the first looks take longer for: half a second each."""
        self._detect(EMPTY)
        self._detect_beside(EMPTY)

    def look(self, frame: Frame, meanwhile: Callable[[], None] | None = None) -> Pose:
        """The pose in one frame, NaN where nobody is seen.

        What is to be done ``meanwhile`` is done once, from when the model is at work: Python that
        ran beside the steps before would take turns with them, and delay the look.
        """
        self._meanwhile = meanwhile
        return self._pose(frame, self._finder.find(frame))

    def _new_finder(self) -> Finder:
        return Finder(self._detect, self._detect_beside, self._beside)

    def _pose(self, frame: Frame, seen: Seen | None) -> Pose:
        width, height = (round(n) for n in size_px(frame))
        looked = seen if seen is not None else NOTHING
        return Pose(
            t_s=frame.t_s,
            width_px=width,
            height_px=height,
            xy_px=looked.xy_px,
            visibility=looked.visibility,
            brightness=float(np.float32(frame.image[::16, ::16].mean() / 255)),
            others=self._finder.others if seen is not None else 0,
            touched=self._finder.touched if seen is not None else False,
        )

    def _detect(self, part: Image) -> Any:
        picture = self._picture(part)
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is None:
            return self._look.detect(picture)
        self._aside.submit(meanwhile)
        try:
            return self._look.detect(picture)
        finally:
            self._aside.wait()

    def _detect_beside(self, part: Image) -> Any:
        return self._look_beside.detect(self._picture(part))

    def _picture(self, part: Image) -> Any:
        return self._image.Image(image_format=self._image.ImageFormat.SRGB, data=part)

    def _open(self, opened: contextlib.ExitStack) -> Any:
        base = self._vision.BaseOptions(model_asset_path=str(self._model))
        options = self._vision.PoseLandmarkerOptions(
            base_options=base,
            running_mode=self._vision.RunningMode.IMAGE,
            num_poses=PEOPLE,
        )
        try:
            with silence_native_stderr():
                landmarker = self._vision.PoseLandmarker.create_from_options(options)
        except (RuntimeError, ValueError, OSError) as error:
            first = str(error).splitlines()[0] if str(error) else "no reason given"
            raise ModelError(
                f"MediaPipe refused the model {self._model}: {first}. "
                "Give another .task file with --model, or fetch it anew with 'posecheck model'."
            ) from error
        opened.callback(_close, landmarker)
        return landmarker


def _close(landmarker: Any) -> None:
    with silence_native_stderr():
        landmarker.close()


def _mediapipe() -> tuple[Any, Any]:
    try:
        with silence_native_stderr():
            import mediapipe as mp
            from mediapipe.tasks.python import BaseOptions, vision
    except ImportError as error:
        raise ModelError(
            f"MediaPipe cannot be loaded ({error}). 'posecheck doctor' says what to install."
        ) from error
    vision.BaseOptions = BaseOptions
    return vision, mp
