"""Every cue and every rule has its words, in every language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from posecheck.apps.looking import LOOKS_PER_S
from posecheck.assess import guide
from posecheck.assess.setup import HINTS
from posecheck.exercises.catalogue import rule_names
from posecheck.present import phrases
from posecheck.types import Cue

CUES = (
    "welcome", "come_into_view", "lie_down", "turn_side_on", "come_closer", "move_back",
    "more_light", "alone", "ready", "slow_computer", "slow_camera", "raise_leg", "straighten",
    "hold", "hold_seconds", "pump", "bend", "lower", "other_leg", "next_set", "count", "last_one",
    "put_right", "well_done", "ease", "rest", "rest_over", "arm_seen", "done", "stopped", "sat_up",
    "left", "camera_lost", "camera_back",
)  # fmt: skip
WITH_NUMBER = {"hold_seconds", "next_set", "count", "rest", "slow_computer", "slow_camera"}
LONGEST_LINE = 32  # characters; it is read from four metres


def test_english_and_german_are_there() -> None:
    assert phrases.languages() == ("en", "de")


@pytest.mark.parametrize("language", phrases.languages())
@pytest.mark.parametrize("name", [*CUES, *rule_names()])
def test_every_cue_has_words_to_say_and_to_show(language: str, name: str) -> None:
    table = phrases._tables()[language]
    said, shown = table["say"][name], table["show"][name]
    assert ("{number}" in said) == (name in WITH_NUMBER)
    assert 0 < len(shown) <= LONGEST_LINE
    assert re.fullmatch(r"[\w .,{}]+", said), "an engine reads symbols aloud"


@pytest.mark.parametrize("kind", ["say", "show"])
def test_no_language_has_words_that_english_lacks(kind: str) -> None:
    for table in phrases._tables().values():
        assert set(table[kind]) <= set(phrases._tables()["en"][kind])


def test_the_guide_says_nothing_that_has_no_words() -> None:
    """Whatever its source hands to `_say`, and every hint of the set-up."""
    said = re.findall(r'_say\(\s*"\w+",\s*"(\w+)"', Path(guide.__file__).read_text("utf-8"))
    assert len(said) > 10
    assert {*said, *HINTS} <= {*CUES}


@pytest.mark.parametrize("language", phrases.languages())
def test_what_is_said_of_the_looks(language: str) -> None:
    """How many there are and how many are needed."""
    needed = f"{LOOKS_PER_S:.0f}"
    for name in ("slow_computer", "slow_camera"):
        spoken = phrases.text(Cue(1.0, "remind", name, 6), language)
        assert {"6", needed} <= set(re.findall(r"\d+", spoken))
    for name in ("looks", "few_looks", "few_pictures"):
        shown = phrases.line(name, language, 6)
        assert len(shown) <= LONGEST_LINE
        assert re.findall(r"\d+", shown) == (["6"] if name == "looks" else ["6", needed])


@pytest.mark.parametrize("language", phrases.languages())
@pytest.mark.parametrize("name", ["stopped", "sat_up", "left", "ready", "camera_back"])
def test_who_has_done_nothing_is_not_praised_for_it(name: str, language: str) -> None:
    """Praise is a cue of its own, said where there was a repetition."""
    praise = phrases.text(Cue(1.0, "praise", "well_done"), language).split()[-2:]
    assert " ".join(praise) not in phrases.text(Cue(1.0, "end", name), language)


def test_numbers_are_filled_in() -> None:
    assert phrases.text(Cue(1.0, "count", "count", 7), "de") == "7"
    assert phrases.text(Cue(1.0, "rest", "rest", 30), "en") == "Rest for 30 seconds."
    assert phrases.line("next_set", "de", 2) == "Durchgang 2"


def test_what_a_language_lacks_is_said_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = {"en": {"say": {"done": "Finished."}, "show": {}}, "xx": {"say": {}, "show": {}}}
    monkeypatch.setattr(phrases, "_tables", lambda: tables)
    assert phrases.text(Cue(0.0, "end", "done"), "xx") == "Finished."
    assert phrases.text(Cue(0.0, "end", "done"), "nowhere") == "Finished."
