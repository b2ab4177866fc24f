"""What finds a person's landmarks: the two protocols that every landmark model is put behind.

MediaPipe's is the one that comes with Posecheck (`posecheck.vision.mediapipe_landmarker`). Another
one is a file of its own with a `LandmarkModel` that opens a `Landmarker`; `review`, `live` and
`grade` take it as their ``model``. `PersonFinder` says who of several people is meant, whatever
model detects them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from posecheck.types import ModelInfo, Pose

if TYPE_CHECKING:  # so that naming a model loads no decoder
    from posecheck.vision.frames import Frame


class Landmarker(Protocol):
    """Looks at the frames of one clip, in order of time, and follows one person.

    The instance belongs to one thread at a time.
    """

    def look(self, frame: Frame, meanwhile: Callable[[], None] | None = None) -> Pose:
        """Find the person's landmarks in one frame.

        Parameters
        ----------
        frame
            The picture, later than the one before.
        meanwhile
            Work that is done once before this returns, if possible while the model is in native
            code; what it raises is raised here.

        Returns
        -------
        Pose
            In pixels of the full picture, NaN where nobody is seen.

        """

    def warm_up(self) -> None:
        """Do before a live session what the first looks take longer for."""

    def reset(self) -> None:
        """Forget the clip, so that the next one is looked at as by a new landmarker."""

    def close(self) -> None:
        """Give threads and memory back; a second call does nothing."""


class LandmarkModel(Protocol):
    """A landmark model before it is loaded: small and hashable, and it can be pickled."""

    @property
    def name(self) -> str:
        """Return its name, under which `posecheck.motion.calibration.calibration_of` knows it."""

    @property
    def sha256(self) -> str:
        """Return a hash that tells it from every other model; kept poses are found by it."""

    @property
    def info(self) -> ModelInfo:
        """Return what a report says about it."""

    def open(self) -> Landmarker:
        """Load it.

        Raises
        ------
        ModelError
            One line: it cannot be loaded, and what to do.

        """


ModelChoice = str | Path | LandmarkModel | None
"""How a model is chosen: by a word, a file, as a value of one's own, or not at all."""
