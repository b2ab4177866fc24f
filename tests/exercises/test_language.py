"""Every cue and every rule has its words, in every language."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from posecheck.apps.review import LOOKS_PER_S
from posecheck.assess import guide
from posecheck.assess.setup import HINTS
from posecheck.exercises.catalogue import rule_names
from posecheck.exercises.language import SECTIONS, languages, tables_of, words_of
from posecheck.types import PHASES, WARNINGS, Cue, Joint, Variant, Verdict

CUES = (
    "welcome", "come_into_view", "lie_down", "turn_side_on", "come_closer", "move_back",
    "more_light", "alone", "ready", "slow_computer", "slow_camera", "raise_leg", "straighten",
    "hold", "hold_seconds", "pump", "bend", "lower", "put_down", "other_leg", "next_set",
    "straight_leg_raise", "active_knee_extension", "heel_slide", "back", "again", "again_or_rest",
    "begin_set", "best", "best_left", "best_right",
    "count", "last_one", "put_right", "ease", "rest", "another_set", "rest_over", "arm_seen",
    "done", "finished", "stopped", "sat_up", "left", "camera_lost", "camera_still",
    "camera_back",
    *get_args(Verdict), "dose", "no_repetitions", "no_tension", "no_exercise", "not_seen",
)  # fmt: skip
WITH_NUMBER = {
    "hold_seconds", "next_set", "begin_set", "count", "rest", "best", "best_left", "best_right",
    "slow_computer", "slow_camera",
}  # fmt: skip
LONGEST_LINE = 32  # characters; it is read from four metres


def test_english_and_german_are_there() -> None:
    assert languages() == ("en", "de")


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", [*CUES, *rule_names()])
def test_every_cue_has_words_to_say_and_to_show(language: str, name: str) -> None:
    words = words_of(language)
    said, shown = words.say[name], words.show[name]
    assert ("{number}" in said) == (name in WITH_NUMBER)
    assert 0 < len(shown) <= LONGEST_LINE
    assert re.fullmatch(r"[\w .,{}]+", said), "an engine reads symbols aloud"


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("section", SECTIONS)
def test_no_language_has_words_that_english_lacks(section: str, language: str) -> None:
    assert set(tables_of(language)[section]) <= set(tables_of("en")[section])


@pytest.mark.parametrize("language", languages())
def test_a_text_has_no_gap_that_nothing_fills(language: str) -> None:
    """What stands in braces is filled in by name, so no language has another name than English."""
    own, english = words_of(language).texts, words_of("en").texts
    for name in english:
        assert gaps(own[name]) <= gaps(english[name]), name


def gaps(text: str) -> set[str | None]:
    return {field for _, field, _, _ in Formatter().parse(text)} - {None}


@pytest.mark.parametrize("language", languages())
def test_what_pictures_and_pages_show_has_words(language: str) -> None:
    words = words_of(language)
    for table, names in (
        (words.titles, (*rule_names(), *WARNINGS)), (words.phases, PHASES),
        (words.variants, get_args(Variant)), (words.verdicts, get_args(Verdict)),
        (words.show, get_args(Joint)),
    ):  # fmt: skip
        assert {*names} <= {*table}


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", WARNINGS)
def test_what_kept_a_session_from_being_graded_can_be_said(language: str, name: str) -> None:
    words = words_of(language)
    assert words.spoken(Cue(1.0, "result", name)).rstrip(".") == words.line(name) != name


def test_the_guide_says_nothing_that_has_no_words() -> None:
    """Whatever its source hands to `_say`, and every hint of the set-up."""
    said = re.findall(r'_say\(\s*"\w+",\s*"(\w+)"', Path(guide.__file__).read_text("utf-8"))
    assert len(said) > 10
    assert {*said, *HINTS} <= {*CUES}


@pytest.mark.parametrize("language", languages())
def test_what_is_said_of_the_looks(language: str) -> None:
    """How many there are and how many are needed."""
    needed = f"{LOOKS_PER_S:.0f}"
    for name in ("slow_computer", "slow_camera"):
        spoken = words_of(language).spoken(Cue(1.0, "remind", name, 6))
        assert {"6", needed} <= set(re.findall(r"\d+", spoken))
    for name in ("looks", "few_looks", "few_pictures"):
        shown = words_of(language).line(name, 6)
        assert len(shown) <= LONGEST_LINE
        assert re.findall(r"\d+", shown) == (["6"] if name == "looks" else ["6", needed])


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", [n for n in CUES if n != "pass"])
def test_praise_is_for_the_report_to_give(name: str, language: str) -> None:
    said = words_of(language).say[name].lower()
    assert not any(praise in said for praise in ("well done", "gut gemacht", "das war richtig"))


def test_numbers_are_filled_in() -> None:
    assert words_of("de").spoken(Cue(1.0, "count", "count", 7)) == "7"
    assert words_of("en").spoken(Cue(1.0, "rest", "rest", 30)) == "Rest for 30 seconds."
    assert words_of("de").line("next_set", 2) == "Durchgang 2"


def test_what_has_no_words_is_told_by_its_name() -> None:
    words = words_of("en")
    assert words.spoken(Cue(0.0, "end", "not_known")) == "not known"
    assert words.title("not_known") == "Not known"
    with pytest.raises(KeyError):
        words_of("nowhere")
