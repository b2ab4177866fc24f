"""Corrections and praise, from updates alone."""

from __future__ import annotations

from typing import Any

import pytest
from present_factory import make_angles, make_finding, make_update

from posecheck.assess.coach import EVERY_S, Coach
from posecheck.types import Cue, Update

FAULT = {"findings": (make_finding(rule="thigh_drift"),)}
NAN = float("nan")


def said(*parts: tuple[float, dict[str, Any]], rep_s: float = 2.0) -> list[Cue]:
    """What is said in stretches of so many seconds, while a repetition is counted each `rep_s`."""
    coach, t_s = Coach(), 0.0
    cues: list[Cue] = []
    for seconds, changes in parts:
        for _ in range(round(10 * seconds)):
            update: Update = make_update(**{"reps": int(t_s / rep_s), **changes})
            cues += coach.push(update, t_s)
            t_s += 0.1
    return cues


def names(cues: list[Cue]) -> list[str]:
    return [cue.name for cue in cues]


def test_what_was_corrected_and_put_right_is_praised() -> None:
    assert names(said((2, FAULT), (8, {}))) == ["thigh_drift", "put_right"]


def test_praise_waits_for_repetitions_without_it() -> None:
    """A fault of a slow repetition is known only after it: until then nothing is right."""
    cues = said((2, FAULT), (20, {}), rep_s=6.0)
    assert names(cues) == ["thigh_drift", "put_right"]
    assert cues[1].t_s >= 12.0
    assert names(said((2, FAULT), (20, {"reps": 1}))) == ["thigh_drift"]


@pytest.mark.parametrize(
    "unseen", [{"warnings": ("too_few_looks",)}, {"angles": make_angles(knee_flexion_deg=NAN)}]
)
def test_what_cannot_be_seen_is_not_praised(unseen: dict[str, Any]) -> None:
    assert names(said((2, FAULT), (20, unseen))) == ["thigh_drift"]
    cues = said((2, FAULT), (6, unseen), (8, {}))
    assert names(cues) == ["thigh_drift", "put_right"]
    assert cues[1].t_s > 8 + 2.9


def test_a_stop_that_is_over_cannot_be_put_right() -> None:
    hold = {"findings": (make_finding(rule="tension_not_held"),)}
    assert names(said((2, hold), (10, {}))) == ["tension_not_held"]


def test_corrections_do_not_crowd() -> None:
    other = {"findings": (*FAULT["findings"], make_finding(rule="head_lifted"))}
    cues = said((1, FAULT), (12, other))
    assert names(cues)[:2] == ["thigh_drift", "head_lifted"]
    assert cues[1].t_s - cues[0].t_s >= EVERY_S


def test_nothing_is_corrected_outside_a_set() -> None:
    assert said((5, {**FAULT, "phase": "rest"})) == []
