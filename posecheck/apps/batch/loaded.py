"""The landmarker of a batch: loaded once, and as new for each clip."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from posecheck.vision.landmarker import Landmarker, LandmarkModel


class Loaded:
    """One landmarker at a time, kept for the next clip; opened anew for another model."""

    def __init__(self, opened: Callable[[LandmarkModel], Landmarker]) -> None:
        self._opened = opened
        self._landmarker: Landmarker | None = None
        self._model: LandmarkModel | None = None
        self._reset: _Reset | None = None

    def ready(self, model: LandmarkModel) -> Landmarker:
        """What looks with this model, ready for a clip; a new one where a reset has failed."""
        if self._model == model:
            self.make_ready()
        if self._end_of_reset() is not None or self._model != model:
            self.close()
        if self._landmarker is None:
            self._landmarker, self._model = self._opened(model), model
        return self._landmarker

    def make_ready(self) -> None:
        """Begin with the reset: it takes a tenth of a second, in which files can be written."""
        if self._landmarker is not None and self._reset is None:
            self._reset = _Reset(self._landmarker)
            self._reset.start()

    def close(self) -> None:
        """Let go of the model."""
        self._end_of_reset()
        landmarker, self._landmarker = self._landmarker, None
        if landmarker is not None:
            with contextlib.suppress(Exception):  # one whose reset failed may be closed by half
                landmarker.close()

    def _end_of_reset(self) -> BaseException | None:
        reset, self._reset = self._reset, None
        if reset is None:
            return None
        reset.join()
        return reset.error


class _Reset(threading.Thread):
    """Keeps the error for whoever wants to look."""

    def __init__(self, landmarker: Landmarker) -> None:
        super().__init__(name="posecheck-reset", daemon=True)
        self._landmarker = landmarker
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self._landmarker.reset()
        except BaseException as error:
            self.error = error
