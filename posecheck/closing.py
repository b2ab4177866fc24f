"""What has to be closed again: the base of the cameras, files, windows and voices of the edges."""

from __future__ import annotations

from types import TracebackType
from typing import TypeVar

_C = TypeVar("_C", bound="Closing")


class Closing:
    """A context manager that closes at the end of its block; subclasses say how."""

    def __enter__(self: _C) -> _C:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave(kind is not None)

    def close(self) -> None:
        """Let go of what is held."""
        raise NotImplementedError

    def _leave(self, failed: bool) -> None:  # noqa: ARG002
        """The block has ended, `failed` by an exception."""
        self.close()
