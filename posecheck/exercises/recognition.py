"""Which exercise was done when: that of the prescription, or what the motion tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from posecheck.exercises.attempt import Attempt
from posecheck.exercises.exercise import Exercise
from posecheck.motion.table import Table
from posecheck.types import Variant

Done = tuple[Exercise, Attempt]
LIKELY = 0.5  # of two exercises that claim the same time the likelier one has it
UNLIKELY = 0.1  # less sure than this, and it is not done, whatever was asked for
REPEATED = 2  # repetitions within one stop at the end range: it is a stop that they start from


@dataclass(frozen=True, slots=True)
class Recognised:
    """The attempts in order of time, each with its exercise."""

    attempts: tuple[Done, ...]
    something_else: bool  # instead of them there was another exercise


def recognise(
    table: Table, exercises: Sequence[Exercise], variant: Variant | None = None
) -> Recognised:
    """Find the attempts at one of several exercises; of one alone it is not asked which it is.

    Parameters
    ----------
    table
        What was measured.
    exercises
        What may have been done, the usual one first.
    variant
        What is repeated, None where that is to be found.

    """
    found: list[Done] = []
    otherwise = False
    for exercise in exercises:
        here = exercise.find(table, variant)
        otherwise |= here.something_else
        found += [(exercise, a) for a in here.attempts if a.certainty >= UNLIKELY]
    if len(exercises) > 1:
        found = [one for one in found if not _is_a_stop(one, found)]
        found = _settled(found)
    found.sort(key=lambda one: one[1].extend_s)
    return Recognised(tuple(found), otherwise and not found)


def _is_a_stop(one: Done, others: list[Done]) -> bool:
    """Tell whether what seems a stop at an end range is where another exercise repeats."""
    return any(
        sum(p.start_s <= c.start_s and c.end_s <= p.end_s for c in other.cycles) >= REPEATED
        for p in one[1].peaks
        for exercise, other in others
        if exercise is not one[0]
    )


def _settled(found: list[Done]) -> list[Done]:
    """Return the likeliest of those that claim the same time, of equals the one that is first.

    What goes to an end range again and again may also be taken for a glide with large bends, so
    the glide is as unsure as the other is sure.
    """
    kept: list[Done] = []
    weighed = [(exercise, _weighed(exercise, attempt, found)) for exercise, attempt in found]
    for exercise, attempt in sorted(weighed, key=lambda one: -one[1].certainty):
        taken = any(e is not exercise and _at_once(attempt, a) for e, a in kept)
        if attempt.certainty >= LIKELY and not taken:
            kept.append((exercise, attempt))
    return kept


def _weighed(exercise: Exercise, attempt: Attempt, found: list[Done]) -> Attempt:
    if attempt.peaks:
        return attempt
    rivals = [a for e, a in found if e is not exercise and a.peaks and _at_once(a, attempt)]
    doubt = max((a.certainty for a in rivals), default=0.0)
    return replace(attempt, certainty=min(attempt.certainty, 1.0 - doubt))


def _at_once(one: Attempt, other: Attempt) -> bool:
    return one.extend_s < other.rest_s and other.extend_s < one.rest_s
