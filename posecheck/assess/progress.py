"""What has changed over the sessions of weeks, and whether that is more than chance.

A session is what was filmed of one side on one day. Of several clips of it the median counts, with
the widest of their bands: what is wrong in the set-up of a day is the same in all of them. Days are
whole numbers here, as ``date.toordinal`` counts them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from posecheck.assess.change import TENSION_SD_DEG, detectable_deg, half_band_deg
from posecheck.exercises.catalogue import EXERCISES
from posecheck.types import Side, Variant, Verdict

GLIDE = "nerve_glide"
# Of the range of repetitions there is no figure from day to day; taken from the knee extension
# (2.6-2.9°, PMID 25364856), as it is another difference of the same angles.
_RANGE_SD_DEG = 2.9
_WEEK = 7  # days


@dataclass(frozen=True, slots=True)
class ClipResult:
    """The numbers of a clip; NaN where one is unknown."""

    day: int
    verdict: Verdict
    side: Side | None = None
    exercise: str | None = None
    variant: Variant | None = None
    reps: int = 0
    symptoms_before: int | None = None  # 0 to 10
    symptoms_after: int | None = None
    tension_knee_deg: float = math.nan
    tension_uncertainty_deg: float = math.nan
    range_deg: float = math.nan
    range_uncertainty_deg: float = math.nan
    peak_deg: float = math.nan
    peak_uncertainty_deg: float = math.nan

    @property
    def is_graded(self) -> bool:
        """Whether its numbers count."""
        return self.verdict != "ungradable"


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that is followed over the sessions."""

    name: str
    exercise: str
    sd_deg: float  # from one measurement of a person to the next
    sign: float  # +1 where more degrees are farther, -1 where fewer are
    value: Callable[[ClipResult], tuple[float, float]]  # and its own half band; NaN: not of it


@dataclass(frozen=True, slots=True)
class Point:
    """What was measured in a session."""

    day: int
    value_deg: float
    uncertainty_deg: float  # half of the 95 % band, with what differs from day to day


@dataclass(frozen=True, slots=True)
class Moved:
    """The newest session against an earlier one."""

    since: int
    before_deg: float
    now_deg: float
    detectable_deg: float  # the smallest change that is more than chance

    @property
    def change_deg(self) -> float:
        """The difference."""
        return self.now_deg - self.before_deg

    @property
    def is_more_than_chance(self) -> bool:
        """Whether the difference is one that chance does not explain."""
        return abs(self.change_deg) >= self.detectable_deg


@dataclass(frozen=True, slots=True)
class Trend:
    """One measure of one side, over the sessions in order of time."""

    measure: Measure
    side: Side
    points: tuple[Point, ...]

    @property
    def since_first(self) -> Moved | None:
        """The newest session against the first; None where there is one alone."""
        return self._moved(0)

    @property
    def since_last(self) -> Moved | None:
        """The newest session against the one before; None where there are fewer than two."""
        return self._moved(-2)

    def _moved(self, earlier: int) -> Moved | None:
        if len(self.points) < 2:
            return None
        before, now = self.points[earlier], self.points[-1]
        least = detectable_deg(before.uncertainty_deg, now.uncertainty_deg, self.measure.sd_deg)
        return Moved(before.day, before.value_deg, now.value_deg, least)


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """What was done on one day with one side."""

    day: int
    side: Side | None
    verdicts: Mapping[Verdict, int]  # how many clips of each
    reps: int  # of those that could be graded
    symptoms_before: int | None  # of the first clip that says it
    symptoms_after: int | None  # of the last
    values: Mapping[str, Point]  # by the measure's name


@dataclass(frozen=True, slots=True)
class Week:
    """How much of what was prescribed was done in a week."""

    monday: int
    done: int  # days with a clip
    asked: float | None  # sessions a week, of the version in force at its end; None: not said


def _of_glide(clip: ClipResult, variant: Variant) -> tuple[float, float]:
    if clip.variant != variant:
        return math.nan, math.nan
    return clip.range_deg, clip.range_uncertainty_deg


MEASURES: tuple[Measure, ...] = (
    Measure(
        "tension", GLIDE, TENSION_SD_DEG, -1.0,
        lambda clip: (clip.tension_knee_deg, clip.tension_uncertainty_deg),
    ),
    Measure(
        "range_ankle_pump", GLIDE, _RANGE_SD_DEG, 1.0, lambda clip: _of_glide(clip, "ankle_pump")
    ),
    Measure(
        "range_knee_bend", GLIDE, _RANGE_SD_DEG, 1.0, lambda clip: _of_glide(clip, "knee_bend")
    ),
    *(
        Measure(
            e.name, e.name, e.peak_sd_deg, e.to.sign,
            lambda clip: (clip.peak_deg, clip.peak_uncertainty_deg),
        )
        for e in EXERCISES if e.to is not None
    ),
)  # fmt: skip


def summaries(clips: Iterable[ClipResult]) -> tuple[SessionSummary, ...]:
    """Return the sessions in order of time; clips of a day are in the order of being filmed."""
    sessions: dict[tuple[int, str], list[ClipResult]] = {}
    for clip in clips:
        sessions.setdefault((clip.day, clip.side or ""), []).append(clip)
    return tuple(_summary(found) for _, found in sorted(sessions.items()))


def trends(sessions: Sequence[SessionSummary]) -> tuple[Trend, ...]:
    """Return each measure of each side that was measured at all."""
    found: list[Trend] = []
    sides: tuple[Side, ...] = ("left", "right")
    for measure in MEASURES:
        for side in sides:
            points = tuple(
                s.values[measure.name] for s in sessions
                if s.side == side and measure.name in s.values
            )  # fmt: skip
            if points:
                found.append(Trend(measure, side, points))
    return tuple(found)


def weeks(
    clips: Iterable[ClipResult], prescribed: Sequence[tuple[int, float | None]], until: int
) -> tuple[Week, ...]:
    """Count the days of each week on which something was filmed, graded or not.

    Parameters
    ----------
    clips
        All of them.
    prescribed
        From which day on how many sessions a week were asked for; None: not said.
    until
        The last day that counts, usually today.

    """
    days = {clip.day for clip in clips if clip.day <= until}
    starts = [day for day, _ in prescribed if day <= until]
    first = min([*days, *starts], default=None)
    if first is None:
        return ()
    done = Counter(_monday(day) for day in days)
    in_order = sorted(prescribed, key=lambda one: one[0])  # of one day the last one holds
    return tuple(
        Week(monday, done[monday], _asked(in_order, monday + _WEEK))
        for monday in _mondays(_monday(first), until)
    )


def _summary(clips: Sequence[ClipResult]) -> SessionSummary:
    graded = [clip for clip in clips if clip.is_graded]
    before = (c.symptoms_before for c in clips if c.symptoms_before is not None)
    after = [c.symptoms_after for c in clips if c.symptoms_after is not None]
    values = {m.name: point for m in MEASURES if (point := _point(m, graded)) is not None}
    return SessionSummary(
        clips[0].day, clips[0].side, Counter(c.verdict for c in clips),
        sum(clip.reps for clip in graded), next(before, None), after[-1] if after else None, values,
    )  # fmt: skip


def _point(measure: Measure, clips: Sequence[ClipResult]) -> Point | None:
    found = [measure.value(clip) for clip in clips if clip.exercise == measure.exercise]
    known = [(value, own) for value, own in found if math.isfinite(value)]
    if not known:
        return None
    widest = max(half_band_deg(own, measure.sd_deg) for _, own in known)
    return Point(clips[0].day, median(value for value, _ in known), widest)


def _asked(prescribed: Sequence[tuple[int, float | None]], before: int) -> float | None:
    asked = [per_week for day, per_week in prescribed if day < before]
    return asked[-1] if asked else None


def _monday(day: int) -> int:
    return day - (day - 1) % 7  # the first day of all is a Monday


def _mondays(first: int, until: int) -> Iterator[int]:
    monday = first
    while monday <= until:
        yield monday
        monday += _WEEK
