"""Exercises whose repetition is one way of a joint to its end range and back.

A straight leg raise, an active knee extension and a heel slide differ in the joint, in which of its
ends is the end range, and in what the rest of the leg does meanwhile; how their repetitions are
found is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from posecheck.exercises.attempt import Attempt, Found
from posecheck.exercises.one_leg import TURNS_DEG, TURNS_S, range_deg, taking_turns_s
from posecheck.exercises.repetitions import OVER_NOISE, Cycle, Peak, noise_deg
from posecheck.motion.holes import holes_in, overlap_s
from posecheck.motion.signals import (
    crossing,
    filled,
    median_of_known,
    share_of_time,
    smooth,
    turning_points,
)
from posecheck.motion.table import Table
from posecheck.types import Array, End, Joint, Mask, Variant

SMOOTHING_S = 0.15  # width of the mean in which ways and their ends are read
# Of the way: what must be gone back before a turn counts; where a repetition begins and ends; and
# the half of it, from which its very beginning is extrapolated. A movement of least jerk takes 0.8
# times as long to the first as from there to the half; a little less is taken.
SWING, BEGUN, HALF_WAY, EXTRAPOLATE = 0.5, 0.08, 0.5, 0.6
EXTRAPOLATED_MAX_S = 1.0
BACK = 0.6  # of the way there, that the way back must have at least, and the other way round
REST_S = 1.0  # so much before and after a way tells where it begins and ends
AT_END_DEG, AT_END_SHARE = 4.0, 0.08  # at the end range: so near to it, whichever is more
SHORTEST_S = 0.8  # there and back
NEXT_SET_S = 8.0  # a longer rest begins another set
KNOWN_MIN = 0.7  # of a way, that must have been seen
SAME_LEG = 0.8  # share of the looks that call the leg by one name: with another it is another leg
# Share of the looks in which the other thigh is lower than the one that works: with two legs at
# once it never is. A planted movement of the other leg leaves 10 degrees and more between them.
AS_HIGH_DEG, APART, APART_LOOKS = 6.0, 0.5, 3
OTHER_SEEN = 0.6  # share of the time in which the other leg is seen apart
LIKELY = 0.5  # less sure than this, and it is not this exercise
SURE_STEPS = 4.0  # of a logistic curve, between a limit and what is far enough from it


@dataclass(frozen=True, slots=True)
class Way:
    """One way to an end range and back, and where the leg was meanwhile; degrees and seconds."""

    start_s: float
    end_s: float
    peak: Peak
    there_deg: float  # of the joint that is followed
    back_deg: float
    hip_before_deg: float
    knee_before_deg: float
    hip_after_deg: float
    knee_after_deg: float
    most_bent_deg: float  # the knee, on all of the way

    @property
    def hip_way_deg(self) -> float:
        """How far the hip was flexed on the way there; negative where it was extended."""
        return self.peak.hip_deg - self.hip_before_deg

    @property
    def knee_way_deg(self) -> float:
        """How far the knee was flexed on the way there; negative where it was straightened."""
        return self.peak.knee_deg - self.knee_before_deg

    @property
    def lift_thighs(self) -> float:
        """How far the heel rose on the way there, in lengths of the thigh.

        Thigh and shank are taken for equally long, so that it follows from the angles alone.
        """
        at_end = _height(self.peak.hip_deg, self.peak.knee_deg)
        return at_end - _height(self.hip_before_deg, self.knee_before_deg)


def _height(hip_deg: float, knee_deg: float) -> float:
    return float(np.sin(np.radians(hip_deg)) - np.sin(np.radians(knee_deg - hip_deg)))


def sure(value: float, limit: float, far: float) -> float:
    """Return how sure it is that a value lies on the side of a limit where `far` lies, 0 to 1.

    Parameters
    ----------
    value, limit
        In one unit; at the limit it is 0.5.
    far
        A value that leaves hardly a doubt (0.98).

    """
    return float(1.0 / (1.0 + np.exp(-SURE_STEPS * (value - limit) / (far - limit))))


@dataclass(frozen=True, slots=True)
class EndRange:
    """What a repetition is.

    Attributes
    ----------
    joint, end
        The joint whose end range it is, and which of its ends.
    least_deg
        The smallest way there, in degrees.
    is_way
        How sure it is that a way is one of this exercise, 0 to 1.
    refined
        The same ways with their peaks read more exactly, where the exercise knows how.
    thigh_min_deg
        With a thigh that lies lower the leg is at rest, whatever the joint does; NaN where it may.

    """

    joint: Joint
    end: End
    least_deg: float
    is_way: Callable[[Way], float]
    refined: Callable[[Sequence[Way], Table], Sequence[Way]] = lambda found, _table: found
    thigh_min_deg: float = float("nan")

    @property
    def sign(self) -> float:
        """+1 where a larger angle is nearer to the end range, else -1."""
        return 1.0 if self.end == "most flexed" else -1.0

    def towards(self, hip_deg: Array, knee_deg: Array) -> Array:
        """Return what grows towards the end range, in degrees.

        Parameters
        ----------
        hip_deg, knee_deg
            (n,) flexion in degrees.

        """
        return self.sign * (hip_deg if self.joint == "hip" else knee_deg)

    def peak_deg(self, peak: Peak) -> float:
        """Return the angle of the joint at the end range (degrees)."""
        return peak.hip_deg if self.joint == "hip" else peak.knee_deg

    def best_deg(self, peaks: Sequence[float]) -> float:
        """Return the angle that is nearest to the end range, NaN of none.

        Parameters
        ----------
        peaks
            In degrees, all known.

        """
        return max(peaks, key=lambda deg: self.sign * deg, default=float("nan"))


def finder(to: EndRange) -> Callable[[Table, Variant | None], Found]:
    """Return what finds the sets of an exercise; there are no variants.

    Parameters
    ----------
    to
        What a repetition is.

    """
    return lambda table, _variant: Found(attempts_of(table, to), False)


def attempts_of(table: Table, to: EndRange) -> list[Attempt]:
    """Find the sets: repetitions of one leg with no long rest between them.

    Parameters
    ----------
    table
        What was measured.
    to
        What a repetition is.

    """
    found = [(way, to.is_way(way)) for way in ways(table, to)]
    kept = [(way, how) for way, how in found if how > LIKELY]
    refined = to.refined([way for way, _ in kept], table)
    sets: list[list[tuple[Way, float]]] = []
    for way, (_, how) in zip(refined, kept, strict=True):
        if sets and _goes_on(table, sets[-1][-1][0], way):
            sets[-1].append((way, how))
        else:
            sets.append([(way, how)])
    # the knee's single looks are the noisier ones of the leg
    noise = noise_deg(table.raw_knee_deg)
    made = [_attempt(one, to) for one in sets if _one_leg(table, [way for way, _ in one])]
    return [a for a in made if _size_deg(a) >= OVER_NOISE * noise]


def _size_deg(attempt: Attempt) -> float:
    return float(np.median([c.range_deg for c in attempt.cycles]))


def _goes_on(table: Table, last: Way, next_: Way) -> bool:
    """Tell whether a repetition follows on another one of the same leg."""
    names = [_name(table, way) for way in (last, next_)]
    changed = all(name is not None for name in names) and names[0] != names[1]
    return next_.start_s - last.end_s <= NEXT_SET_S and not changed


def _name(table: Table, way: Way) -> int | None:
    """Return the label that the leg clearly bears on a way."""
    labels = table.raised_label[table.between(way.start_s, way.end_s)]
    labels = labels[labels >= 0]
    share = float(labels.mean()) if len(labels) else 0.5
    return None if 1 - SAME_LEG < share < SAME_LEG else round(share)


def _one_leg(table: Table, found: Sequence[Way]) -> bool:
    """Tell whether one leg works in a set and the other one rests, or moves less."""
    inside = table.between(found[0].start_s, found[-1].end_s)
    rests = table.resting_hip_deg
    if share_of_time(table.t_s, np.isfinite(rests), inside) < OTHER_SEEN:
        return False
    turns = taking_turns_s(table, inside) > TURNS_S and range_deg(rests[inside]) > TURNS_DEG
    return not turns and _apart(table, found) > APART


def _apart(table: Table, found: Sequence[Way]) -> float:
    """Return the share of the looks beyond half way in which the other thigh lies lower.

    It counts where it was seen: legs that are at one place in the picture hide each other at the
    end range, but come there and leave from where they were.
    """
    beyond, at_end = np.zeros(len(table.t_s), bool), np.zeros(len(table.t_s), bool)
    for way in found:
        at_end |= table.between(way.peak.start_s, way.peak.end_s)
        half = 0.5 * (way.peak.hip_deg + min(way.hip_before_deg, way.peak.hip_deg))
        beyond |= table.between(way.start_s, way.end_s) & (table.hip_deg >= half)
    beyond &= np.isfinite(table.resting_hip_deg)
    if beyond.sum() < APART_LOOKS:
        return 0.0
    lower = table.resting_hip_deg < table.hip_deg - AS_HIGH_DEG
    at_end &= np.isfinite(table.resting_hip_deg)  # there above all, as far as it is seen
    return float(min(lower[beyond].mean(), lower[at_end].mean() if at_end.any() else 1.0))


def _attempt(found: Sequence[tuple[Way, float]], to: EndRange) -> Attempt:
    first, last = found[0][0], found[-1][0]
    peaks = [way.peak for way, _ in found]
    return Attempt(
        extend_s=first.start_s, tension_s=first.start_s, glide_s=first.start_s,
        lower_s=last.end_s, rest_s=last.end_s,
        knee_deg=float(np.median([p.knee_deg for p in peaks])),
        hip_deg=float(np.median([p.hip_deg for p in peaks])),
        variant=None, cycles=tuple(_cycle(way, to) for way, _ in found), hold_seen=False,
        certainty=float(np.median([how for _, how in found])),
    )  # fmt: skip


def _cycle(way: Way, to: EndRange) -> Cycle:
    peak_deg = to.peak_deg(way.peak)
    other = peak_deg - to.sign * way.there_deg
    return Cycle(way.start_s, way.end_s, min(peak_deg, other), max(peak_deg, other), way.peak)


def ways(table: Table, to: EndRange) -> list[Way]:
    """Find every way to the end range and back, whatever the exercise.

    Parameters
    ----------
    table
        What was measured.
    to
        The joint and its end.

    Returns
    -------
    list of Way
        In order of time.

    """
    times = table.t_s
    hip, knee = (
        smooth(times, filled(times, x), SMOOTHING_S) for x in (table.hip_deg, table.knee_deg)
    )
    bridged = Leg(times, hip, knee, to.towards(hip, knee))
    turns = turning_points(bridged.towards, SWING * to.least_deg, SWING * to.least_deg)
    tops = [i for i, kind in turns if kind > 0]
    holes = holes_in(times)
    found = []
    for before, top, after in zip([0, *tops], tops, [*tops[1:], len(times) - 1], strict=False):
        way = _way(table, bridged, to, before, top, after)
        if way is not None and not overlap_s(way.start_s, way.end_s, holes):
            found.append(way)
    return found


@dataclass(frozen=True, slots=True)
class Leg:
    """The working leg, smoothed and with its short gaps bridged; (n,) seconds and degrees."""

    t_s: Array
    hip_deg: Array
    knee_deg: Array
    towards: Array  # what grows towards the end range


def _way(table: Table, leg: Leg, to: EndRange, first: int, top: int, last: int) -> Way | None:
    """Return the way over one top, between its neighbours; None where it is too small or unseen."""
    before, after = leg.towards[first : top + 1], leg.towards[top : last + 1]
    low, back = float(np.nanmin(before)), float(np.nanmin(after))
    there_deg, back_deg = float(leg.towards[top]) - low, float(leg.towards[top]) - back
    if there_deg < to.least_deg or min(there_deg, back_deg) < BACK * max(there_deg, back_deg):
        return None
    start = _edge(leg, top, -1, low, there_deg)
    end = _edge(leg, top, 1, back, back_deg)
    inside = table.between(start, end)
    seen = share_of_time(leg.t_s, np.isfinite(table.knee_deg).astype(float), inside)
    if end - start < SHORTEST_S or not seen >= KNOWN_MIN:
        return None
    beside = (
        table.between(max(start - REST_S, float(leg.t_s[first])), start),
        table.between(end, min(end + REST_S, float(leg.t_s[last]))),
    )
    hip, knee = ([_level(x, rest, inside, end) for rest, end in zip(beside, (0, -1), strict=True)]
                 for x in (leg.hip_deg, leg.knee_deg))  # fmt: skip
    return Way(
        start, end, _peak(table, leg, to, top, inside), there_deg, back_deg,
        hip[0], knee[0], hip[1], knee[1], float(np.nanmax(leg.knee_deg[inside])),
    )  # fmt: skip


def _level(angle: Array, rest: Mask, inside: Mask, end: int) -> float:
    """Return the angle beside a way: the median of the rest, else the nearest that is known."""
    level = median_of_known(angle[rest])
    return level if np.isfinite(level) else float(angle[inside & np.isfinite(angle)][end])


def _edge(leg: Leg, top: int, step: int, low: float, way_deg: float) -> float:
    """Return when the way begins (step -1) or ends (1)."""
    times, angle = leg.t_s, leg.towards
    begun = crossing(times, angle, low + BEGUN * way_deg, top, step)
    half = crossing(times, angle, low + HALF_WAY * way_deg, top, step)
    if not np.isfinite(begun):  # cut off by the clip, or by a gap
        at = top
        while 0 <= at + step < len(angle) and np.isfinite(angle[at + step]):
            at += step
        return float(times[at])
    further = min(EXTRAPOLATE * abs(begun - half), EXTRAPOLATED_MAX_S)
    return float(np.clip(begun + step * further, times[0], times[-1]))


def _peak(table: Table, leg: Leg, to: EndRange, top: int, inside: Mask) -> Peak:
    """Return the stop at the end range, with the joints in it."""
    most, span = float(leg.towards[top]), np.flatnonzero(inside & np.isfinite(leg.towards))
    room_deg = max(AT_END_DEG, AT_END_SHARE * (most - float(leg.towards[span].min())))
    first = last = top
    while first > span[0] and leg.towards[first - 1] > most - room_deg:
        first -= 1
    while last < span[-1] and leg.towards[last + 1] > most - room_deg:
        last += 1
    stop = slice(first, last + 1)
    hip, knee = median_of_known(leg.hip_deg[stop]), median_of_known(leg.knee_deg[stop])
    return Peak(
        float(leg.t_s[first]), float(leg.t_s[last]),
        to.sign * most if to.joint == "hip" else hip,
        to.sign * most if to.joint == "knee" else knee,
        median_of_known(table.ankle_deg[stop]),
    )  # fmt: skip
