"""A change from day to day: said to be one only when it is more than chance."""

from __future__ import annotations

import dataclasses
import math
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.assess.change import Change, change_since
from posecheck.types import Report, Tension


def tension(knee: float, hip: float = 80.0, uncertainty: float = math.nan) -> Tension:
    return Tension(4.0, 7.0, knee, hip, uncertainty)


def report(value: Tension | None, side: str | None = "left") -> Report:
    return cast(
        "Report", SimpleNamespace(tension=value, side=side, language="en", exercise="nerve_glide")
    )


def earlier(value: Tension | None, side: str | None = "left") -> dict[str, Any]:
    plain = None
    if value is not None:
        plain = {k: None if math.isnan(v) else v for k, v in dataclasses.asdict(value).items()}
    return {"tension": plain, "side": side}


def compare(then: float, now: float, **changes: float) -> Change:
    return change_since(earlier(tension(then, **changes)), report(tension(now, **changes)))


def test_more_than_chance() -> None:
    change = compare(30, 15)
    assert change.knee_change_deg == -15
    assert "15° straighter" in change.sentence
    assert "more than chance" in change.sentence


def test_less_than_chance() -> None:
    """A goniometer in one therapist's hands must differ by 7-8°, and so must we at the least."""
    change = compare(20, 26)
    assert change.detectable_deg == pytest.approx(7.2, abs=0.05)
    assert "6° less straight" in change.sentence
    assert "8° or more" in change.sentence
    assert "more than chance" not in change.sentence


def test_no_change() -> None:
    assert "as far as before" in compare(20, 20.2).sentence


@given(st.floats(0, 90), st.floats(0, 90), st.floats(0, 30) | st.just(math.nan))
def test_the_sentence_and_the_numbers_agree(then: float, now: float, half: float) -> None:
    change = compare(then, now, uncertainty=half)
    real = abs(now - then) >= change.detectable_deg
    assert ("more than chance" in change.sentence) == real
    assert change.detectable_deg >= 7.2
    if half > 5.1:
        assert change.detectable_deg == pytest.approx(math.sqrt(2) * half)


def test_another_thigh_makes_another_knee() -> None:
    change = change_since(earlier(tension(30, hip=70)), report(tension(15, hip=95)))
    assert change.hip_change_deg == 25
    assert "25° higher" in change.sentence


@pytest.mark.parametrize(
    ("before", "now", "word"),
    [
        (earlier(None), report(tension(20)), "earlier recording has no point of tension"),
        (earlier(tension(math.nan)), report(tension(20)), "has no point of tension"),
        (earlier(tension(20)), report(None), "No point of tension was found"),
        (earlier(tension(20), "right"), report(tension(20)), "not compared"),
        (earlier(tension(20), None), report(tension(20)), "not compared"),
    ],
)
def test_what_cannot_be_compared(before: dict[str, Any], now: Report, word: str) -> None:
    change = change_since(before, now)
    assert word in change.sentence
    assert math.isnan(change.knee_change_deg)
    assert set(change.as_dict()) == {f.name for f in dataclasses.fields(Change)}
