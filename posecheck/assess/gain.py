"""What has changed within one session, between two sets of the same exercise."""

from __future__ import annotations

import math
from collections.abc import Sequence

from posecheck.assess.change import detectable_deg
from posecheck.exercises.catalogue import exercise_named
from posecheck.types import ExerciseSet, Words


def gain(sets: Sequence[ExerciseSet], words: Words) -> str | None:
    """Say whether an end range has changed since it was measured before something else was done.

    It is held against what one person's end range differs by from one measurement to the next; what
    is lastingly wrong in a clip is the same in both.

    Parameters
    ----------
    sets
        Of the session, in order of time.
    words
        The language.

    Returns
    -------
    str or None
        None where nothing was measured before and after something else.

    """
    for i, first in enumerate(sets):
        again = [s for s in sets[i + 1 :] if (s.exercise, s.side) == (first.exercise, first.side)]
        last = again[-1] if again else None
        if last is None or first.summary is None or last.summary is None:
            continue
        between = sets[i + 1 : sets.index(last)]
        if all(s.exercise == first.exercise for s in between):
            continue
        exercise = exercise_named(first.exercise)
        before, after = first.summary.median_deg, last.summary.median_deg
        least = detectable_deg(math.nan, math.nan, exercise.peak_sd_deg)
        sign = 1.0 if exercise.to is None else exercise.to.sign
        way = "more" if sign * (after - before) > 0 else "less"
        return words.text(
            f"gain.{way}" if abs(after - before) >= least else "gain.chance",
            exercise=words.text(f"exercises.{exercise.name}.title"),
            before=words.number(before), after=words.number(after),
            change=words.number(abs(after - before)), least=words.number(math.ceil(least)),
        )  # fmt: skip
    return None
