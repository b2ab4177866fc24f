"""What the person of `figure` does: joint angles over time, written as a score is.

::

    script = Script().stay(1).extend().stay(3).pumps(6).stay(0.5).lower().stay(1)
    script.at(times)            # every channel at those times
    script.tension_s, script.reps

A move follows the minimum-jerk curve, a repetition a cosine or a sine: what people do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from posecheck.types import Array

CHANNELS = {
    "hip": 82.0, "knee": 88.0, "ankle": 0.0, "resting_hip": 0.0, "resting_knee": 0.0,
    "resting_ankle": -15.0, "head": 0.0, "pelvis": 0.0, "hands": 1.0, "other": 0.0,
}  # fmt: skip
TENSION_DEG = 25.0


def jerk(share: Array) -> Array:
    """From 0 to 1 with minimum jerk."""
    s = np.clip(share, 0.0, 1.0)
    eased: Array = s**3 * (10 - 15 * s + 6 * s**2)
    return eased


@dataclass
class Script:
    """Grows by one passage a call; `end_s` is how long it is so far."""

    now: dict[str, float]
    end_s: float = 0.0
    reps: list[tuple[float, float]] = field(default_factory=list)
    extended: list[float] = field(default_factory=list)  # when each extension was over
    _moves: list[tuple[str, float, Callable[[Array], Array]]] = field(default_factory=list)

    def __init__(self, **start: float) -> None:
        self.now = {**CHANNELS, **start}
        self.start = dict(self.now)
        self.end_s, self.reps, self.extended, self._moves = 0.0, [], [], []

    @property
    def tension_s(self) -> float:
        """When the last extension was over."""
        return self.extended[-1]

    def at(self, times: Array) -> dict[str, Array]:
        """Every channel (n,) at `times` (n,)."""
        out = {name: np.full(len(times), value) for name, value in self.start.items()}
        for name, since, curve in self._moves:
            on = times >= since
            out[name][on] = curve(times[on] - since)
        return out

    def stay(self, seconds: float) -> Script:
        """Nothing moves."""
        self.end_s += seconds
        return self

    def move(self, over_s: float = 2.0, **to: float) -> Script:
        """Every channel that is named goes to its value."""
        for name, value in to.items():
            self.aside(name, value, over_s)
        return self.stay(over_s)

    def aside(self, name: str, to: float, over_s: float = 1.0, after_s: float = 0.0) -> Script:
        """Like `move`, while the score goes on."""
        was = self.now[name]

        def curve(t: Array) -> Array:
            return was + (to - was) * jerk(t / over_s)

        self._moves.append((name, self.end_s + after_s, curve))
        self.now[name] = to
        return self

    def extend(self, to: float = TENSION_DEG, over_s: float = 2.5) -> Script:
        """Straighten the knee to the point of tension."""
        self.move(over_s, knee=to)
        self.extended.append(self.end_s)
        return self

    def lower(self, over_s: float = 2.0, knee: float = 88.0) -> Script:
        """Bend the knee back to where it began."""
        return self.move(over_s, knee=knee)

    def pumps(self, n: float, period_s: float = 1.8, size: float = 32.0) -> Script:
        """`n` full ankle cycles of `size` degrees about where the ankle is; n may end on a half."""
        return self._cycles(
            "ankle", n, period_s, lambda turns: 0.5 * size * np.sin(2 * np.pi * turns)
        )

    def bends(self, n: float, period_s: float = 3.0, size: float = 35.0) -> Script:
        """`n` full knee cycles from the point of tension and back; n may end on a half."""
        return self._cycles(
            "knee", n, period_s, lambda turns: 0.5 * size * (1 - np.cos(2 * np.pi * turns))
        )

    def _cycles(
        self, name: str, n: float, period_s: float, shape: Callable[[Array], Array]
    ) -> Script:
        was = self.now[name]

        def curve(t: Array) -> Array:
            return was + shape(np.minimum(t / period_s, n))

        self._moves.append((name, self.end_s, curve))
        self.reps += [
            (self.end_s + i * period_s, self.end_s + (i + 1) * period_s) for i in range(int(n))
        ]
        self.now[name] = float(curve(np.array([n * period_s]))[0])
        return self.stay(n * period_s)

    def wobble(self, name: str, size: float, hz: float, over_s: float) -> Script:
        """A channel swings by ±size/2 for about so long, as the score goes on."""
        was, whole_s = self.now[name], round(over_s * hz) / hz

        def curve(t: Array) -> Array:
            swing: Array = was + 0.5 * size * np.sin(2 * np.pi * hz * np.minimum(t, whole_s))
            return swing

        self._moves.append((name, self.end_s, curve))
        return self
