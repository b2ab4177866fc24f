"""What a live session asks for in a nerve glide: raise, straighten, stop, pump or bend, lower."""

from __future__ import annotations

from posecheck.exercises.exercise import Script
from posecheck.exercises.nerve_glide.tension import RAISED_DEG
from posecheck.exercises.rule import Asked
from posecheck.types import Update

HOLD_S = 3.0  # before the first repetition, where no length is prescribed
DOWN_DEG = 15.0  # a knee bent by so much more than at the point of tension
REST_SEEN_S = 0.6  # the leg is down for so long: the set is over


def _prompt(update: Update) -> str:
    up = update.angles.hip_flexion_deg > RAISED_DEG
    return "straighten" if up else "raise_leg"


def _arrived(asked: Asked) -> tuple[str, int | None]:
    hold_s = asked.value("dose.hold_s")
    return ("hold", None) if hold_s is None else ("hold_seconds", max(round(hold_s), 1))


def _is_down(update: Update) -> bool:
    """Tell whether the leg has been put down or bent again; not where it is not seen."""
    tension = update.tension
    bent = tension is not None and (
        update.angles.knee_flexion_deg - tension.knee_flexion_deg > DOWN_DEG
    )
    return bool(update.angles.hip_flexion_deg < RAISED_DEG or bent)


SCRIPT = Script(
    prompt=_prompt,
    urgent_prompt="straighten",  # a leg that is up is not told to come up
    arrived=_arrived,
    wait_s=lambda asked: float(asked.value("dose.hold_s") or HOLD_S),
    repeat=lambda variant: "bend" if variant == "knee_bend" else "pump",
    lower="lower",
    over="put_down",
    remind="ease",
    is_down=_is_down,
    over_s=REST_SEEN_S,
)
