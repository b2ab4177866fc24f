"""What adding an exercise, a rule or a language takes: one place each, shown by toys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sessions import clean_poses, report_on

from posecheck.exercises import catalogue, language
from posecheck.exercises.attempt import Attempt, Found, Running
from posecheck.exercises.catalogue import EXERCISES, rule_names
from posecheck.exercises.exercise import Exercise, Script
from posecheck.exercises.language import languages, tables_of, words_of
from posecheck.exercises.prescription import Prescription
from posecheck.exercises.repetitions import Cycle
from posecheck.exercises.rule import Asked, Broken, Measures, Rule, RuleWords, findings_of
from posecheck.motion.signals import runs
from posecheck.motion.table import RecentRows, Table
from posecheck.session import Session
from posecheck.types import ClipInfo, ModelInfo, Variant

CLIP = ClipInfo("", None, None, 0.0, 0, 640, 480, 0)


def find(table: Table, _variant: Variant | None) -> Found:
    """A toy: one attempt while the thigh is up, one repetition a second."""
    up = [(a, b) for a, b in runs(table.hip_deg > 60) if table.t_s[b] - table.t_s[a] > 3]
    attempts = []
    for a, b in up:
        start, end = float(table.t_s[a]), float(table.t_s[b])
        cycles = tuple(
            Cycle(t, t + 1.0, 0.0, 20.0) for t in np.arange(start + 1, end - 1, 1.0).tolist()
        )
        attempts.append(
            Attempt(start, start, start + 1, end, end, 20.0, 80.0, "ankle_pump", cycles)
        )
    return Found(attempts, not attempts)


class Nothing:
    """A follower that never sees anything."""

    running, confirmed, settled = Running(), None, None

    def push(self, _recent: RecentRows, _busy: bool = False) -> bool:
        return False


def too_long(_m: Measures, attempt: Attempt, _asked: Asked) -> Iterator[Broken]:
    if attempt.lower_s - attempt.tension_s > 2.0:
        seconds = attempt.lower_s - attempt.tension_s
        yield Broken("held_long", attempt.tension_s, attempt.lower_s, seconds, 2.0)


HELD_LONG = Rule(
    "held_long",
    too_long,
    {"en": RuleWords("Held long", "{number} long.", "Long.", "Up to {limit}.", "Long.", "Long")},
    "The leg was up for long.",
    unit="s",
    uncertainty=0.1,
    severity="advice",
)
TOY = Exercise(
    name="toy",
    find=find,
    follow=lambda _variant: Nothing(),
    moves={"ankle_pump": "ankle"},
    rules=(HELD_LONG,),
    one_cause=lambda broken, _attempt: broken,
    script=Script(
        prompt=lambda _update: "raise_leg", urgent_prompt="raise_leg",
        arrived=lambda _asked: ("hold", None), wait_s=lambda _asked: 1.0,
        repeat=lambda _variant: "pump", lower="lower", over=None, remind="ease",
        is_down=lambda _update: True, over_s=8.0,
    ),
    how_to="raise a leg.",
    no_repetitions="Nothing was repeated.",
    no_tension="Nothing was held.",
)  # fmt: skip


def test_another_exercise_is_one_value_and_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found, counted, graded and named by the one session, without a line elsewhere."""
    from posecheck.exercises import prescription, sections

    for module in (catalogue, prescription, sections):
        monkeypatch.setattr(module, "EXERCISES", (*EXERCISES, TOY))
    asked = Prescription.model_validate({"exercise": {"name": "toy"}})
    monkeypatch.setattr(Prescription, "severity_of", lambda _self, _rule: "advice")
    for live in (False, True):
        session = Session(asked, live=live)
        for pose in clean_poses():
            session.push(pose)
        report = session.finish(CLIP, ModelInfo("", None))
        assert report.exercise == "toy"
        assert len(report.reps) > 5
        assert [f.rule for f in report.findings] == ["held_long"]
        assert report.findings[0].message.endswith("long. Up to 2.0 s.")
        assert report.grade.verdict == "pass"
    assert report_on(clean_poses()).exercise == "nerve_glide"


def test_an_exercise_that_is_unknown_is_one_clear_line(tmp_path: Path) -> None:
    from posecheck.errors import PrescriptionError
    from posecheck.exercises.prescription import load_prescription

    file = tmp_path / "p.toml"
    file.write_text('[exercise]\nname = "handstand"\n')
    with pytest.raises(PrescriptionError, match="nerve_glide"):
        load_prescription(file)


def test_another_rule_is_one_value() -> None:
    """Its finding has its words, its unit, its severity and its doubt."""
    asked = Prescription.default()

    class Advised:
        """The default prescription, which knows the rule."""

        value, cycle_s, range_min_deg = asked.value, asked.cycle_s, asked.range_min_deg

        def severity_of(self, _rule: str) -> str:
            return "advice"

    session = Session(asked)
    for pose in clean_poses():
        session.push(pose)
    table = session.measured().table
    attempts = TOY.find(table, None).attempts
    (found,) = findings_of(
        Measures.of(table), [(a, (HELD_LONG,), TOY.one_cause) for a in attempts],
        Advised(),  # type: ignore[arg-type]
    )  # fmt: skip
    assert (found.rule, found.severity, found.unit) == ("held_long", "advice", "s")
    assert found.uncertainty == 0.1
    unsure = replace(HELD_LONG, uncertainty=1000.0)
    assert not findings_of(
        Measures.of(table), [(a, (unsure,), TOY.one_cause) for a in attempts],
        Advised(),  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize("code", languages())
def test_a_language_lacks_nothing(code: str) -> None:
    """Everything that is said and shown in English, and every rule, has words of its own."""
    english, own = tables_of("en"), tables_of(code)
    lacks = [
        f"[{section}] {name}"
        for section, names in english.items()
        for name in names
        if name not in own.get(section, {})
    ]
    lacks += [
        f"[exercises.{exercise.name}] {what}"
        for exercise in EXERCISES
        for what in ("how_to", "no_repetitions", "no_tension")
        if code != "en" and getattr(exercise, what) is not None
        if what not in own.get("exercises", {}).get(exercise.name, {})
    ]
    lacks += [
        f"[rules.{rule.name}]"
        for exercise in EXERCISES
        for rule in exercise.rules
        if code not in rule.words and rule.name not in own.get("rules", {})
    ]
    assert not lacks, f"{code}.toml lacks {', '.join(lacks)}"
    words = words_of(code)
    assert all(name in words.titles and name in words.say for name in rule_names())


def test_another_language_is_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may bring the words of the rules, and English stands in where it says nothing."""
    rule = EXERCISES[0].rules[0]
    tables = {
        "en": tables_of("en"),
        "xx": {"say": {"welcome": "Xx."}, "rules": {rule.name: {"title": "Xx", "say": "Xx!"}}},
    }
    monkeypatch.setattr(language, "tables_of", tables.__getitem__)
    monkeypatch.setattr(language, "languages", lambda: ("en", "xx"))
    words = words_of("xx")
    assert (words.say["welcome"], words.title(rule.name), words.say[rule.name]) == (
        "Xx.", "Xx", "Xx!",
    )  # fmt: skip
    assert words.say["ready"] == words_of("en").say["ready"]
    assert rule.in_language(words).seen == rule.words["en"].seen
