"""What is said to the person on the mat."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.assess.messages import finding_message, finding_unit, warning_note
from posecheck.types import RULES, WARNINGS

JARGON = re.compile(
    r"flexion|extension|pelvi|azimuth|elevation|supine|prone|severity|threshold|landmark|"
    r"amplitude|frequency|oscillat|deg\b|nan|none|drift|plateau|variant|tension|nerve|\{|\}|_",
    re.IGNORECASE,
)
reps = st.none() | st.integers(1, 200)


@given(rule=st.sampled_from(RULES), measured=st.floats(0.05, 180), limit=st.floats(0.05, 90))
def test_every_rule_is_said_in_a_short_line_without_jargon(
    rule: str, measured: float, limit: float
) -> None:
    """Every rule has one or two short sentences that a lay person understands."""
    for rep in (None, 128):
        message = finding_message(rule, measured, limit, rep)
        assert len(message) < 160
        assert not JARGON.search(message)
        assert message[0].isupper()
        assert message.endswith(".")
        assert "  " not in message
        assert ("repetition 128" in message) == (rep is not None)


@given(rule=st.sampled_from(RULES), rep=reps)
def test_an_unknown_number_is_not_said(rule: str, rep: int | None) -> None:
    """Missing is NaN, and NaN is never shown."""
    for nothing in (math.nan, 0.0):
        message = finding_message(rule, nothing, 8.0, rep)
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
    assert "moved 14° in repetition 2" in finding_message("thigh_drift", 14.2, 8, 2)
    assert "in repetition 2" in finding_message("thigh_drift", 14.2, 8, 2, 2)
    assert "in repetitions 2 to 4" in finding_message("thigh_drift", 14.2, 8, 2, 4)
    assert "moved 14°." in finding_message("thigh_drift", -14.2, 8, None)
    assert "0.3 s" in finding_message("too_fast", 0.31, 0.5, 1)
    assert "at least 0.5 s" in finding_message("too_fast", 0.31, 0.5, 1)


def test_a_number_never_reads_like_the_limit_that_it_breaks() -> None:
    """0.96 s of 1 s is not said as 1.0 s."""
    message = finding_message("tension_not_held", 0.96, 1.0, None)
    assert "0.96 s" in message
    assert "9.6°" in finding_message("range_too_small", 9.6, 10, None)


def test_units() -> None:
    """Each rule's numbers have one unit."""
    assert {finding_unit(rule) for rule in RULES} == {"deg", "s", "trunk", "fraction"}
    with pytest.raises(KeyError):
        finding_message("no_such_rule", 1, 2, None)
