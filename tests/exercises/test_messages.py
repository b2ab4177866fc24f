"""What is said to the person on the mat."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.assess.warnings import warning_note
from posecheck.exercises.catalogue import all_rules, rule_names
from posecheck.types import WARNINGS

JARGON = re.compile(
    r"flexion|extension|pelvi|azimuth|elevation|supine|prone|severity|threshold|landmark|"
    r"amplitude|frequency|oscillat|deg\b|nan|none|drift|plateau|variant|tension|nerve|\{|\}|_",
    re.IGNORECASE,
)
reps = st.none() | st.integers(1, 200)


@given(rule=st.sampled_from(rule_names()), measured=st.floats(0.05, 180), limit=st.floats(0.05, 90))
def test_every_rule_is_said_in_a_short_line_without_jargon(
    rule: str, measured: float, limit: float
) -> None:
    """Every rule has one or two short sentences that a lay person understands."""
    for rep in (None, 128):
        message = all_rules()[rule].message(measured, limit, rep)
        assert len(message) < 160
        assert not JARGON.search(message)
        assert message[0].isupper()
        assert message.endswith(".")
        assert "  " not in message
        assert ("repetition 128" in message) == (rep is not None)


@given(rule=st.sampled_from(rule_names()), rep=reps)
def test_an_unknown_number_is_not_said(rule: str, rep: int | None) -> None:
    """Missing is NaN, and NaN is never shown."""
    for nothing in (math.nan, 0.0):
        message = all_rules()[rule].message(nothing, 8.0, rep)
        assert not re.search(r"nan|\b0[.°]", message, re.IGNORECASE)


@pytest.mark.parametrize("name", WARNINGS)
def test_every_warning_says_what_to_change(name: str) -> None:
    """Every quality warning has one short line without jargon."""
    note = warning_note(name)
    assert len(note) < 160
    assert not JARGON.search(note)
    assert ":" in note
    assert note.endswith(".")


def test_messages_say_what_was_measured() -> None:
    """The number in the sentence is the one in the finding."""
    assert "moved 14° in repetition 2" in all_rules()["thigh_drift"].message(14.2, 8, 2)
    assert "in repetition 2" in all_rules()["thigh_drift"].message(14.2, 8, 2, 2)
    assert "in repetitions 2 to 4" in all_rules()["thigh_drift"].message(14.2, 8, 2, 4)
    assert "in repetitions 2 and 5" in all_rules()["thigh_drift"].message(14.2, 8, reps=(2, 5))
    assert "moved 14°." in all_rules()["thigh_drift"].message(-14.2, 8, None)
    assert "0.3 s" in all_rules()["too_fast"].message(0.31, 0.5, 1)
    assert "at least 0.5 s" in all_rules()["too_fast"].message(0.31, 0.5, 1)


def test_a_number_never_reads_like_the_limit_that_it_breaks() -> None:
    """0.96 s of 1 s is not said as 1.0 s."""
    message = all_rules()["tension_not_held"].message(0.96, 1.0, None)
    assert "0.96 s" in message
    assert "9.6°" in all_rules()["range_too_small"].message(9.6, 10, None)


def test_units() -> None:
    """Each rule's numbers have one unit."""
    assert {all_rules()[rule].unit for rule in rule_names()} == {"deg", "s", "trunk", "fraction"}
    with pytest.raises(KeyError):
        all_rules()["no_such_rule"].message(1, 2, None)
