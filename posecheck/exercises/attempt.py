"""An attempt at an exercise, and what was found of them in a clip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from posecheck.exercises.repetitions import Cycle, Peak
from posecheck.types import Phase, Variant

LEVEL_S = 0.5  # of a stop that a hole has cut: its median is then one of five looks


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at an exercise: times in seconds, levels in degrees.

    The leg sets out, arrives where the repetitions start from (the point of tension of a glide),
    repeats what is repeated, and goes back to rest.
    """

    extend_s: float  # it sets out
    tension_s: float  # it has arrived
    glide_s: float  # the first repetition begins, or the leg is lowered
    lower_s: float  # the repetitions are over and the leg leaves
    rest_s: float  # it is back
    knee_deg: float  # when it had arrived
    hip_deg: float
    variant: Variant | None  # what is repeated, None where nothing is
    cycles: tuple[Cycle, ...]
    hold_seen: bool = True  # it was looked at all of the time until the first repetition
    certainty: float = 1.0  # that it is this exercise and no other one, 0 to 1

    @property
    def level_seen(self) -> bool:
        """Whether the stop was seen for long enough to tell where the joints were in it."""
        return self.hold_seen or self.glide_s - self.tension_s >= LEVEL_S

    @property
    def peaks(self) -> tuple[Peak, ...]:
        """The stops at the end range, where the exercise goes to one in every repetition."""
        return tuple(c.peak for c in self.cycles if c.peak is not None)

    @property
    def phases(self) -> tuple[tuple[Phase, float, float], ...]:
        """The phases with their start and end, in seconds; in between it is ``rest``."""
        if self.peaks:
            return tuple(phase for cycle in self.cycles for phase in _phases_of(cycle))
        glide_s = self.glide_s if self.cycles or not self.hold_seen else self.lower_s
        return (
            ("extend", self.extend_s, self.tension_s),
            ("hold", self.tension_s, glide_s),
            ("glide", glide_s, self.lower_s),
            ("lower", self.lower_s, self.rest_s),
        )


def _phases_of(cycle: Cycle) -> Iterator[tuple[Phase, float, float]]:
    if cycle.peak is not None:
        yield "extend", cycle.start_s, cycle.peak.start_s
        yield "hold", cycle.peak.start_s, cycle.peak.end_s
        yield "lower", cycle.peak.end_s, cycle.end_s


@dataclass(frozen=True, slots=True)
class Found:
    """The attempts in order of time, and whether somebody did something else instead."""

    attempts: list[Attempt]
    something_else: bool


@dataclass(frozen=True, slots=True)
class Running:
    """The state of a session at one moment; `attempt` is the set that is on, or the last one."""

    phase: Phase = "rest"
    set_index: int = 0
    attempt: Attempt | None = None
    on: bool = False  # the attempt goes on
    raised_s: float = float("nan")  # since when the thigh is up
