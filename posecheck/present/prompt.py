"""What the screen of a live session says: one sign, one line, one number."""

from __future__ import annotations

import math

from posecheck.present import phrases
from posecheck.present.cards import Sign, sign_of
from posecheck.types import Stage, Update

_HOLD_S = 3.0  # fills the ring where the prescription asks for no length


def said(update: Update, stage: Stage, language: str, notice: str | None) -> tuple[Sign, str]:
    """Return the sign and the line that say most: what is wrong before what to do."""
    if notice is not None:
        return "camera", phrases.line(notice, language)
    if stage.name == "set_up":
        return "good" if stage.hint is None else "camera", phrases.line(
            stage.hint or "ready", language
        )
    if stage.correction is not None:
        fault = any(f.severity == "fault" for f in update.findings)
        return "fault" if fault else "advice", phrases.line(stage.correction, language)
    rest = "stopped" if stage.name == "done" else "ready"
    name = stage.message or {
        "rest": rest, "extend": "straighten", "hold": "hold", "lower": "lower",
        "glide": "bend" if update.variant == "knee_bend" else "pump",
    }[update.phase]  # fmt: skip
    number = update.set_index + 1 if name == "next_set" else None
    if name == "hold_seconds" and math.isfinite(update.hold_target_s):
        number = round(update.hold_target_s)
    if stage.name != "done":
        return sign_of(update), phrases.line(name, language, number)
    counted = update.reps > 0 or update.set_index > 1
    return "good" if counted else "idle", phrases.line(name, language, number)


def dial_of(update: Update, stage: Stage, language: str) -> tuple[float, str, str]:
    """Return how full the ring is, the number in it, and the words below."""
    # What is counted from the first pump on is known only when it is done.
    if update.phase == "hold" and stage.message not in ("pump", "bend"):
        held = max(update.hold_s, 0.0) if math.isfinite(update.hold_s) else 0.0
        target = update.hold_target_s
        full = math.isfinite(target) and target > 0
        share = held / target if full else held / _HOLD_S
        return share, f"{math.floor(held)}", phrases.line("hold", language)
    if update.reps_target:
        words = phrases.line("of", language, update.reps_target)
        return update.reps / update.reps_target, str(update.reps), words
    return 1.0 if update.reps else 0.0, str(update.reps), phrases.line("times", language)
