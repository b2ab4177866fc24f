"""What each quality warning means and what to change, in one sentence."""

from __future__ import annotations

from posecheck.exercises.catalogue import EXERCISES
from posecheck.exercises.exercise import Exercise
from posecheck.exercises.language import words_of
from posecheck.types import Words


def warning_note(name: str, exercise: Exercise = EXERCISES[0], words: Words | None = None) -> str:
    """Return one sentence for a quality warning: what it means and what to change.

    Parameters
    ----------
    name
        Of the warning.
    exercise
        That was asked for.
    words
        The language; English if None.

    Raises
    ------
    KeyError
        There is no such warning.

    """
    words = words or words_of()
    return words.text(f"notes.{name}", how_to=exercise.said("how_to", words))
