"""A memory of the last seconds forgets what is older, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from posecheck.motion.sliding_window import SlidingWindow

SPAN_S = 2.0


@given(st.lists(st.floats(0.01, 1.5), max_size=40))
def test_it_holds_the_span_and_no_more(steps: list[float]) -> None:
    """After every step: exactly what is at most so old, the oldest first."""
    lately: SlidingWindow[int] = SlidingWindow(SPAN_S)
    times: list[float] = []
    for i, step in enumerate(steps):
        times.append((times[-1] if times else 0.0) + step)
        lately.push(times[-1], i)
        kept = [k for k, t in enumerate(times) if t >= times[-1] - SPAN_S]
        assert list(lately) == kept
        assert lately.times == [times[k] for k in kept]
        assert lately.last_s == times[-1]
        assert lately.since(times[-1]) == [i]


def test_what_is_forgotten_on_purpose() -> None:
    """What came before a moment, what is too old by now, or all."""
    lately: SlidingWindow[str] = SlidingWindow(SPAN_S)
    for t_s, what in ((0.0, "a"), (0.5, "b"), (1.0, "c"), (1.5, "d")):
        lately.push(t_s, what)
    lately.drop_before(0.5)
    assert list(lately) == ["b", "c", "d"]
    lately.forget(3.2)
    assert list(lately) == ["d"]
    lately.clear()
    assert len(lately) == 0
    assert lately.last_s == float("-inf")
