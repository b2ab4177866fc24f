"""The exercises that there are: one entry each."""

from __future__ import annotations

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


def exercise_named(name: str) -> Exercise:
    """Return the exercise of a name.

    Raises
    ------
    KeyError
        There is none.

    """
    return {exercise.name: exercise for exercise in EXERCISES}[name]


def all_rules() -> dict[str, Rule]:
    """Return the rules of all exercises by their names; what several share is there once."""
    return {rule.name: rule for exercise in EXERCISES for rule in exercise.rules}


def rule_names() -> tuple[str, ...]:
    """Return the names of all rules that findings may have."""
    return tuple(all_rules())
