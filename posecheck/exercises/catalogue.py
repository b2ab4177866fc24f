"""The exercises that there are: one entry each."""

from __future__ import annotations

from posecheck.exercises.exercise import Exercise
from posecheck.exercises.nerve_glide import NERVE_GLIDE
from posecheck.exercises.rule import Rule

EXERCISES: tuple[Exercise, ...] = (NERVE_GLIDE,)


def all_rules() -> dict[str, Rule]:
    """Return the rules of all exercises by their names; what several share is there once."""
    return {rule.name: rule for exercise in EXERCISES for rule in exercise.rules}


def rule_names() -> tuple[str, ...]:
    """Return the names of all rules that findings may have."""
    return tuple(all_rules())
