"""What looks at clips: loaded once, and as new for each of them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from posecheck.apps.looking import Looker


class ReusableLooker(Looker, Protocol):
    """A `Landmarker`, or something a test makes up."""

    def reset(self) -> None:
        """Be ready for another clip."""

    def close(self) -> None:
        """Give everything back."""


class Loaded:
    """One looker at a time, kept for the next clip; opened anew for another model."""

    def __init__(self, opened: Callable[[Path], ReusableLooker]) -> None:
        self._opened = opened
        self._looker: ReusableLooker | None = None
        self._model: Path | None = None
        self._reset: _Reset | None = None

    def ready(self, model: Path) -> ReusableLooker:
        """What looks with this model, ready for a clip; a new one where a reset has failed."""
        if self._model == model:
            self.make_ready()
        if self._end_of_reset() is not None or self._model != model:
            self.close()
        if self._looker is None:
            self._looker, self._model = self._opened(model), model
        return self._looker

    def make_ready(self) -> None:
        """Begin with the reset: it takes a tenth of a second, in which files can be written."""
        if self._looker is not None and self._reset is None:
            self._reset = _Reset(self._looker)
            self._reset.start()

    def close(self) -> None:
        """Let go of the model."""
        self._end_of_reset()
        looker, self._looker = self._looker, None
        if looker is not None:
            with contextlib.suppress(Exception):  # one whose reset failed may be closed by half
                looker.close()

    def _end_of_reset(self) -> BaseException | None:
        reset, self._reset = self._reset, None
        if reset is None:
            return None
        reset.join()
        return reset.error


class _Reset(threading.Thread):
    """Keeps the error for whoever wants to look."""

    def __init__(self, looker: ReusableLooker) -> None:
        super().__init__(name="posecheck-reset", daemon=True)
        self._looker = looker
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self._looker.reset()
        except BaseException as error:
            self.error = error
