"""What a live session asks for where each repetition goes to an end range and back."""

from __future__ import annotations

from posecheck.exercises.end_range import NEXT_SET_S
from posecheck.exercises.exercise import Script


def script_of(exercise: str) -> Script:
    """Return the script of an exercise, whose phrases bear its name.

    Parameters
    ----------
    exercise
        Its name: the language files have a phrase of that name that asks for the movement.

    """
    return Script(
        prompt=lambda _update: exercise,
        urgent_prompt="",
        arrived=lambda _asked: None,
        wait_s=lambda _asked: float("inf"),
        repeat=lambda _variant: exercise,
        lower="back",
        over=None,
        remind="ease",
        is_down=lambda update: update.phase == "rest",
        over_s=NEXT_SET_S,
    )
