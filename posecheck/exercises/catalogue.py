"""The exercises that there are: one entry each."""

from __future__ import annotations

from difflib import get_close_matches

from posecheck.exercises.active_knee_extension import ACTIVE_KNEE_EXTENSION
from posecheck.exercises.exercise import Exercise
from posecheck.exercises.heel_slide import HEEL_SLIDE
from posecheck.exercises.nerve_glide import NERVE_GLIDE
from posecheck.exercises.rule import Rule
from posecheck.exercises.straight_leg_raise import STRAIGHT_LEG_RAISE

EXERCISES: tuple[Exercise, ...] = (
    NERVE_GLIDE,  # the usual one
    STRAIGHT_LEG_RAISE,
    ACTIVE_KNEE_EXTENSION,
    HEEL_SLIDE,
)

_SIMILAR = 0.5  # ratio of letters in common (difflib): no two of the names are as near


def exercise_named(name: str) -> Exercise:
    """Return the exercise of a name.

    Raises
    ------
    KeyError
        There is none.

    """
    return {exercise.name: exercise for exercise in EXERCISES}[name]


def exercise_called(text: str) -> str:
    """Return the name of the exercise that somebody has written, hyphens or capitals in it or not.

    Raises
    ------
    ValueError
        There is none; the message ends a sentence that begins with what was written.

    """
    names = [exercise.name for exercise in EXERCISES]
    written = "_".join(text.lower().replace("-", " ").replace("_", " ").split())
    if written in names:
        return written
    near = get_close_matches(written, names, n=1, cutoff=_SIMILAR)
    known = f"{', '.join(names[:-1])} and {names[-1]}"
    raise ValueError(
        f"is no exercise that is known; did you mean {near[0]}?"
        if near
        else f"is no exercise that is known; those are {known}"
    )


def all_rules() -> dict[str, Rule]:
    """Return the rules of all exercises by their names; what several share is there once."""
    return {rule.name: rule for exercise in EXERCISES for rule in exercise.rules}


def rule_names() -> tuple[str, ...]:
    """Return the names of all rules that findings may have."""
    return tuple(all_rules())
