"""What is said to the person on the mat: what was seen, and what to do about it.

Short and kind, in everyday words; read on a page, shown in a picture and spoken aloud.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

Number = Callable[[float, float], str]


def _rounded(measured: float, limit: float, digits: int) -> str:
    # 0.96 s against a limit of 1 s must not read as "1.0 s instead of 1.0 s"
    if measured != limit and f"{measured:.{digits}f}" == f"{limit:.{digits}f}":
        digits += 1
    return f"{measured:.{digits}f}"


def _degrees(measured: float, limit: float) -> str:
    return f"{_rounded(measured, limit, 0)}°"


def _seconds(measured: float, limit: float) -> str:
    return f"{_rounded(measured, limit, 1)} s"


def _percent(measured: float, limit: float) -> str:
    return f"{_rounded(100 * measured, 100 * limit, 0)} %"


@dataclass(frozen=True, slots=True)
class Wording:
    """One rule in words; `seen` may hold {number} and {when}, `plain` is said without a number."""

    seen: str
    plain: str
    advice: str
    number: Number = _degrees
    unit: str = "deg"


WORDINGS = {
    "thigh_drift": Wording(
        "Your thigh moved {number}{when}.",
        "Your thigh moved{when}.",
        "Hold it still with both hands behind the thigh, or with a band.",
    ),
    "knee_not_held": Wording(
        "Your knee moved {number}{when} while you pumped.",
        "Your knee moved{when} while you pumped.",
        "Keep the knee still and move only the foot.",
    ),
    "past_tension": Wording(
        "Your knee went {number} straighter than at the first pull{when}.",
        "Your knee went straighter than at the first pull{when}.",
        "Stop at the first pull; never force it.",
    ),
    "tension_not_held": Wording(
        "You stopped for {number} at the first pull{when}.",
        "You did not stop at the first pull{when}.",
        "Stay there calmly for at least {limit}.",
        _seconds,
        "s",
    ),
    "bouncing": Wording(
        "Your knee bounced by {number}{when}.",
        "Your knee bounced{when}.",
        "Move slowly and smoothly, without any jerk.",
    ),
    "too_fast": Wording(
        "You moved too fast: {number}{when}.",
        "You moved too fast{when}.",
        "Take at least {limit} for one movement to and fro.",
        _seconds,
        "s",
    ),
    "too_slow": Wording(
        "You moved very slowly: {number}{when}.",
        "You moved very slowly{when}.",
        "One movement to and fro may take up to {limit}.",
        _seconds,
        "s",
    ),
    "range_too_small": Wording(
        "Your movement was small{when}: {number}.",
        "Your movement was small{when}.",
        "Aim for {limit} if that stays comfortable.",
    ),
    "head_lifted": Wording(
        "Your head came up {number}{when}.",
        "Your head came up{when}.",
        "Let it rest on the mat or on a small pillow.",
    ),
    "other_leg_moved": Wording(
        "Your other leg moved {number}{when}.",
        "Your other leg moved{when}.",
        "Let it lie still and relaxed on the mat.",
    ),
    "pelvis_lifted": Wording(
        "Your hips came off the mat{when}.",
        "Your hips came off the mat{when}.",
        "Keep your lower back and hips resting on it.",
        _percent,
        "trunk",
    ),
    "hands_not_behind_thigh": Wording(
        "Your hands were not seen behind your thigh{when}.",
        "Your hands were not seen behind your thigh{when}.",
        "Hold the thigh from behind with both hands.",
        _percent,
        "fraction",
    ),
}

WARNING_NOTES = {
    "no_person": "Nobody was seen: get your whole body into the picture and switch on more light.",
    "not_supine": "You were not seen lying on your back: lie flat and film from the side.",
    "not_side_on": "The camera did not see you from the side: place it beside you, at hip height.",
    "too_small": "You are small in the picture: come closer until you fill half of its width.",
    "out_of_frame": "Part of you was outside the picture: show all of you, raised foot included.",
    "second_person": "Somebody else was in the picture: only the one lying down was followed. "
    "Ask others to step out.",
    "tracking_lost": "You were lost from sight for a while: use more light and keep the camera "
    "still.",
    "legs_uncertain": "Your two legs were hard to tell apart: raise the camera a little, or film "
    "from the side of the leg that works.",
    "other_leg_unseen": "Your other leg was not seen lying: leave it on the surface, and film so "
    "that it is in the picture beside the one that works.",
    "too_few_frames": "The clip has too few pictures a second to count by: record with 15 or more, "
    "as every phone does unless it is told otherwise.",
    "too_few_looks": "This computer was too slow to look often enough: close other programs, or "
    "record the session and review it afterwards.",
    "not_this_exercise": "Another exercise was seen: hold one thigh up, straighten that knee to "
    "the first pull and stop there, then pump the foot or bend the knee.",
    "too_short": "The clip is too short to judge: record from lying down until the leg is back "
    "down.",
    "cut_off": "The recording breaks off before its end, so only what is there was looked at: "
    "copy it from the camera again.",
}


def finding_message(
    rule: str, measured: float, limit: float, rep: int | None, last_rep: int | None = None
) -> str:
    """What was seen and what to do, in one or two short sentences.

    Parameters
    ----------
    rule
        One of ``posecheck.types.RULES``; KeyError for any other.
    measured, limit
        In the unit of ``finding_unit(rule)``; the sign of `measured` is not said, and where it
        is 0 or NaN no number is.
    rep
        The repetition in which it was seen first, None for none.
    last_rep
        The last one in which it was seen, if that is another.

    """
    words = WORDINGS[rule]
    when = "" if rep is None else f" in repetition {rep}"
    if rep is not None and last_rep is not None and last_rep > rep:
        when = f" in repetitions {rep} to {last_rep}"
    advice = words.advice.format(limit=words.number(limit, math.nan))
    if measured == 0 or not math.isfinite(measured):
        return f"{words.plain.format(when=when)} {advice}"
    number = words.number(abs(measured), limit)
    return f"{words.seen.format(number=number, when=when)} {advice}"


def finding_unit(rule: str) -> str:
    """The unit of a rule's numbers: ``deg``, ``s``, ``trunk`` (lengths) or ``fraction``."""
    return WORDINGS[rule].unit


def warning_note(name: str) -> str:
    """One sentence for a quality warning: what it means and what to change."""
    return WARNING_NOTES[name]
