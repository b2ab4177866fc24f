"""MediaPipe's landmark model behind `Landmarker`; the only module that runs MediaPipe.

Every look is a fresh one: the person is detected anew in each frame. MediaPipe's VIDEO mode goes on
from the frame before instead. It costs a fifth less, but it drifts off a raised leg and back, and
stays at an empty place where somebody was; on motionless photographs its landmarks tremble six
times as much (measured with the heavy model).

A trap of MediaPipe 0.10.31: in a picture whose rows are padded it finds nobody, without an error.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from posecheck.errors import ModelError
from posecheck.natives import silence_native_stderr
from posecheck.threads import BackgroundWorker, Closing
from posecheck.types import Pose
from posecheck.vision.detections import Detection, pose_of
from posecheck.vision.frames import Frame, Image
from posecheck.vision.person_finder import PersonFinder

PEOPLE = 2  # that are told apart in one look
EMPTY = np.full((64, 64, 3), 127, np.uint8)  # a picture of nobody


class MediaPipeLandmarker(Closing):
    """A `Landmarker` with two instances of the model: one looks, one checks who else is there.

    Parameters
    ----------
    model
        A ``.task`` bundle of a person detector and a landmark model.

    Raises
    ------
    ModelError
        One line: MediaPipe or the model cannot be loaded, and what to do.

    """

    def __init__(self, model: Path) -> None:
        self._vision, self._image = _mediapipe()
        self._model = model
        with contextlib.ExitStack() as opened:
            self._main = self._open(opened)
            self._second = self._open(opened)
            # the workers are closed first, once they have come to their end
            self._meanwhile_worker = opened.enter_context(BackgroundWorker())
            self._second_worker = opened.enter_context(BackgroundWorker())
            self._opened = opened.pop_all()
        self._meanwhile: Callable[[], None] | None = None
        self._finder = self._new_finder()

    def close(self) -> None:
        """Give MediaPipe's threads and memory back."""
        self._opened.close()

    def reset(self) -> None:
        """Forget the clip, so that the next one is looked at as by a new landmarker."""
        self._second_worker.wait()
        self._finder = self._new_finder()

    def warm_up(self) -> None:
        """Do before a live session what the first looks take longer for: half a second each."""
        self._detect(EMPTY)
        self._detect_second(EMPTY)

    def look(self, frame: Frame, meanwhile: Callable[[], None] | None = None) -> Pose:
        """Find the landmarks of the followed person in one frame, NaN where nobody is seen.

        Parameters
        ----------
        frame
            The picture, later than the one before.
        meanwhile
            Work that is done once, from when the model is at work: Python that ran beside the
            steps before would take turns with them, and delay the look.

        """
        self._meanwhile = meanwhile
        person = self._finder.find(frame)
        return pose_of(frame, person, self._finder.others, self._finder.touched)

    def _new_finder(self) -> PersonFinder:
        return PersonFinder(self._detect, self._detect_second, self._second_worker)

    def _detect(self, image: Image) -> Sequence[Detection]:
        picture = self._picture(image)
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is None:
            return detections(self._main.detect(picture), image)
        self._meanwhile_worker.submit(meanwhile)
        try:
            found = self._main.detect(picture)
        finally:
            self._meanwhile_worker.wait()
        return detections(found, image)

    def _detect_second(self, image: Image) -> Sequence[Detection]:
        return detections(self._second.detect(self._picture(image)), image)

    def _picture(self, image: Image) -> Any:
        return self._image.Image(image_format=self._image.ImageFormat.SRGB, data=image)

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


def detections(found: Any, image: Image) -> Sequence[Detection]:
    """Convert what MediaPipe found, in shares of a picture, to pixels of it.

    Parameters
    ----------
    found
        A ``PoseLandmarkerResult``.
    image
        The picture (h, w, 3) that was looked at.

    """
    height, width = image.shape[:2]
    return [
        Detection(
            np.array([(p.x * width, p.y * height) for p in person]),
            np.array([p.visibility for p in person], np.float16),
        )
        for person in found.pose_landmarks
    ]


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
