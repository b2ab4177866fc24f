"""What was seen over the last seconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class SlidingWindow(Generic[T]):
    """Holds what was seen, and when (seconds, rising); what is older than a span is forgotten."""

    def __init__(self, for_s: float) -> None:
        self._for_s = for_s
        self._seen: deque[tuple[float, T]] = deque()

    def __len__(self) -> int:
        return len(self._seen)

    def __iter__(self) -> Iterator[T]:
        """Go through the things, the oldest first."""
        return (what for _, what in self._seen)

    @property
    def times(self) -> list[float]:
        """When each was seen."""
        return [t for t, _ in self._seen]

    @property
    def last_s(self) -> float:
        """When the newest was seen; -inf where there is none."""
        return self._seen[-1][0] if self._seen else float("-inf")

    def since(self, t_s: float) -> list[T]:
        """Return those seen at this time or later."""
        return [what for t, what in self._seen if t >= t_s]

    def push(self, t_s: float, what: T) -> None:
        """Add one, and forget what is too old by now."""
        self._seen.append((t_s, what))
        self.forget(t_s)

    def forget(self, now_s: float) -> None:
        """Forget what is too old by now."""
        self.drop_before(now_s - self._for_s)

    def drop_before(self, t_s: float) -> None:
        """Forget what was seen before this time."""
        while self._seen and self._seen[0][0] < t_s:
            self._seen.popleft()

    def clear(self) -> None:
        """Forget everything."""
        self._seen.clear()
