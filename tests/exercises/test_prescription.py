"""The prescription: what it takes, what it refuses, and what follows from it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from posecheck.errors import PrescriptionError
from posecheck.exercises.catalogue import all_rules, rule_names
from posecheck.exercises.nerve_glide.rules import hold_min_s
from posecheck.exercises.prescription import (
    Prescription,
    load_prescription,
    parse_prescription,
    ready_prescriptions,
)
from posecheck.exercises.sections import Severities

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DEFAULT = Prescription.default()
DOSE_FIELDS = {name: r.dose_field for name, r in all_rules().items() if r.dose_field}
READY = Path(load_prescription.__code__.co_filename).parent / "nerve_glide" / "prescriptions"
SECTIONS = ("exercise", "dose", "usual", "limits", "view", "coverage", "severity")


def written(text: str) -> Prescription:
    """The prescription of a file with this text."""
    return parse_prescription(text.encode(), "my.toml")


def refusal(text: str) -> str:
    """What is said of a file with this text."""
    with pytest.raises(PrescriptionError) as caught:
        written(text)
    message = str(caught.value)
    assert message.startswith("my.toml: ")
    assert "\n" not in message
    return message


def test_default_file_is_the_default() -> None:
    """The documented file and the code say the same, field by field."""
    assert load_prescription("default") == DEFAULT == written("")
    on_file = tomllib.loads((READY / "default.toml").read_text(encoding="utf-8"))
    stated = {s: set(on_file[s]) for s in SECTIONS}
    known = {s: set(type(getattr(DEFAULT, s)).model_fields) for s in SECTIONS}
    known["dose"] = set()  # named in comments, for TOML has no "not asked for"
    for section in ("limits", "severity"):  # a rule that is new says its own, and need not be here
        assert stated.pop(section) <= known.pop(section)
    assert stated == known
    text = (READY / "default.toml").read_text(encoding="utf-8")
    assert all(f"# {field} = " in text for field in type(DEFAULT.dose).model_fields)


@pytest.mark.parametrize("name", ready_prescriptions())
def test_ready_files_load_by_name_and_by_path(name: str) -> None:
    """A ready file is the same however it is named."""
    underscored = name.replace("-", "_")
    (file,) = READY.parents[1].glob(f"*/prescriptions/{underscored}.toml")
    by_path = load_prescription(file)
    assert load_prescription(name) == load_prescription(underscored) == by_path
    assert by_path.as_dict()["name"]


def test_ready_files() -> None:
    """The ready files ask for what their names say."""
    assert {"default", "ankle-pumps-10", "knee-bends-10"} <= set(ready_prescriptions())
    pumps = load_prescription("ankle-pumps-10")
    assert (pumps.dose.repetitions, pumps.dose.hold_s) == (10, 3.0)
    assert pumps.cycle_s("ankle_pump") == (1.0, 2.0)
    assert load_prescription("knee-bends-10").exercise.variant == "knee_bend"


def test_a_file_of_the_same_name_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in the working directory is meant before what comes with Posecheck."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "default").write_text('name = "mine"')
    assert load_prescription("default").name == "mine"


def test_everything_wrong_is_named_at_once() -> None:
    """One line names every unknown and every wrong field, with what is allowed."""
    message = refusal(
        """
        thigh_drift_deg = 3
        view = 3
        [limits]
        thigh_drift_degs = 4
        bounce_deg = "a"
        pelvis_lift = nan
        [dose]
        repetitions = 0
        cycle_min_s = 5
        cycle_max_s = 3
        [exercise]
        side = "both"
        alternate_legs = 1
        [coverages]
        a = 1
        """
    )
    for part in (
        "limits.thigh_drift_degs is unknown (did you mean limits.thigh_drift_deg?)",
        "thigh_drift_deg is unknown (did you mean limits.thigh_drift_deg?)",
        "coverages is unknown (did you mean coverage?)",
        "view must be a section, written [view]",
        "limits.bounce_deg must be a number above 0 and at most 120, not 'a'",
        "limits.pelvis_lift must be a number above 0 and at most 1, not nan",
        "dose.repetitions must be a whole number from 1 to 200, not 0",
        "dose.cycle_max_s must be more than dose.cycle_min_s (5)",
        'exercise.side must be "auto", "left" or "right", not \'both\'',
        "exercise.alternate_legs must be true or false, not 1",
    ):
        assert part in message


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[usual]\ncycle_min_s_pump = 9", "usual.cycle_max_s_pump must be more than usual.cycle"),
        ("[dose]\nrepetitions = 10.0", "a whole number"),
        ("[dose]\nrepetitions = true", "a whole number"),
        ('[dose]\nhold_s = "3"', "a number above 0"),
        ("[dose]\nhold_s = inf", "a number above 0"),
        ("[dose]\nrepetitions = 1" + "0" * 400, "a whole number"),
        ("[dose]\nhold_s = 0x" + "f" * 9000, "not that number"),
        ("[dose]\nrepetitions = " + "1" * 9000, "not valid TOML"),
        ("a = " + "[" * 90_000, "not valid TOML"),
        ('name = """a\nb"""', "one line of at most 80"),
        ('"a\\nb" = 1', "a?b is unknown (known here: name, description"),
        ("[limits]\nzzz = 1", "known here: thigh_drift_deg, knee_not_held_deg"),
        ('[severity]\nhands_not_behind_thigh = "fault"', '"advice" or "off"'),
        ('name = "x"\n[dose\na = 1', "line 2"),
    ],
)
def test_refusals(text: str, part: str) -> None:
    """Each kind of mistake is named in words."""
    assert part in refusal(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("[dose]\nreps = 10", "dose.repetitions"),
        ("reps = 10", "dose.repetitions"),
        ("[dose]\nhold_seconds = 3", "dose.hold_s"),
        ("[dose]\nrest = 60", "dose.rest_s"),
        ("[limits]\nhold_s = 3", "dose.hold_s"),
        ("hold_s = 3", "dose.hold_s"),
        ("[dose]\ncycle_min_s_pump = 1.0", "usual.cycle_min_s_pump"),
        ("[exercise]\nrepetitions = 5", "dose.repetitions"),
        ('[dose]\nside = "left"', "exercise.side"),
        ("[limits]\nthigh_drift = 8", "limits.thigh_drift_deg"),
        ("[severity]\nthigh_drift_deg = 8", "limits.thigh_drift_deg"),
        ('[severity]\nthigh_drift_deg = "advice"', "severity.thigh_drift"),
        ('[limits]\nbouncing = "off"', "severity.bouncing"),
        ("[dosage]\nsets = 3", "dose"),
    ],
)
def test_the_field_that_was_meant_is_named_with_its_table(text: str, meant: str) -> None:
    """Of the tables, the one that takes such a value."""
    assert f"is unknown (did you mean {meant}?)" in refusal(text)


@pytest.mark.parametrize(
    "text", ['[dose]\nspeed = "fast"', "[limits]\nzzz = [1]", "[dosis]\na = 1"]
)
def test_where_nothing_is_near_all_that_are_known_are_named(text: str) -> None:
    assert "is unknown (known here: " in refusal(text)


def test_files_that_are_none(tmp_path: Path) -> None:
    """Missing, folder, binary, huge, unreadable name: one line each."""
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xd8\xff\xe0")
    huge = tmp_path / "huge.toml"
    huge.write_bytes(b"#" * 1_100_000)
    for path, part in (
        (tmp_path / "missing.toml", "no such file; give a TOML file or one of ankle-pumps-10"),
        (tmp_path, "not a file"),
        (binary, "not a text file"),
        (huge, "larger than 1 MB"),
        ("x" * 5000, "cannot be the name"),
        ("a\0b", "a?b: "),
        ("odd\nname", "no such file"),
    ):
        with pytest.raises(PrescriptionError) as caught:
            load_prescription(path)
        assert part in str(caught.value)
        assert "\n" not in str(caught.value)


def test_names_and_marks(tmp_path: Path) -> None:
    """A file without a name is called by its own; a byte order mark does no harm."""
    path = tmp_path / "monday.toml"
    path.write_bytes(b"\xef\xbb\xbf[dose]\r\nrepetitions = 12\r\n")
    assert load_prescription(path).name == "monday"
    assert load_prescription(str(path)).dose.repetitions == 12


def test_every_rule_has_a_severity_and_every_field_a_description() -> None:
    """No rule without a severity, no field without a word on it."""
    assert set(Severities.model_fields) == set(rule_names())
    for section in SECTIONS:
        model = getattr(DEFAULT, section)
        assert isinstance(model, BaseModel)
        assert all(f.description for f in type(model).model_fields.values())
    with pytest.raises(KeyError):
        DEFAULT.severity_of("no_such_rule")


def test_default_severities() -> None:
    """The default asks for form: dose rules are advice, what is not asked for is off."""
    told = {rule: DEFAULT.severity_of(rule) for rule in rule_names()}
    tips = {r.name for r in all_rules().values() if r.severity == "advice" and r.applies(DEFAULT)}
    assert {r for r, s in told.items() if s == "advice"} == {*DOSE_FIELDS, *tips}
    assert {r for r, s in told.items() if s == "off"} == {"hands_not_behind_thigh"}


@pytest.mark.parametrize(("rule", "field"), DOSE_FIELDS.items())
def test_a_stated_dose_makes_its_rule_a_fault(rule: str, field: str) -> None:
    """Only the matching rule, and not against the file's own word."""
    stated = written(f"[dose]\n{field} = 3.0")
    changed = {r for r in rule_names() if stated.severity_of(r) != DEFAULT.severity_of(r)}
    assert changed == {rule}
    assert stated.severity_of(rule) == "fault"
    kept = written(f'[dose]\n{field} = 3.0\n[severity]\n{rule} = "advice"')
    assert kept.severity_of(rule) == "advice"


def test_head_and_hands() -> None:
    """The head may be free, and hands are looked at only where they are asked for."""
    assert written('[exercise]\nhead = "any"').severity_of("head_lifted") == "off"
    hands = written('[exercise]\nsupport = "hands"')
    assert hands.severity_of("hands_not_behind_thigh") == "advice"


def test_tempo_range_and_hold_come_from_the_dose_where_stated() -> None:
    """And a stated end beyond the usual range does not make every repetition wrong."""
    assert DEFAULT.cycle_s("ankle_pump") == (0.5, 4.0)
    assert DEFAULT.cycle_s("knee_bend") == (2.0, 10.0)
    assert written("[dose]\ncycle_min_s = 5").cycle_s("ankle_pump") == (5.0, float("inf"))
    assert written("[dose]\ncycle_max_s = 1.5").cycle_s("knee_bend") == (0.0, 1.5)
    assert DEFAULT.range_min_deg("knee_bend") == 10.0
    assert written("[dose]\nrange_min_deg = 20").range_min_deg("ankle_pump") == 20.0
    assert hold_min_s(DEFAULT) == 1.0
    assert hold_min_s(written("[dose]\nhold_s = 3")) == 2.5
    assert hold_min_s(written("[dose]\nhold_s = 0.6")) == 0.3


def test_values_are_frozen_and_can_be_varied() -> None:
    """A prescription does not change; another one can be made of it."""
    with pytest.raises(ValidationError):
        DEFAULT.limits.bounce_deg = 3.0  # type: ignore[attr-defined]
    left = DEFAULT.with_exercise(side="left", variant="knee_bend")
    assert (left.exercise.side, left.exercise.variant) == ("left", "knee_bend")
    assert DEFAULT.exercise.side == "auto"
    assert left.with_exercise() == left


optional = st.none() | st.floats(0.5, 20)


@given(
    reps=st.none() | st.integers(1, 200),
    hold=optional,
    shortest=optional,
    limit=st.floats(0.1, 120),
    head=st.sampled_from(["down", "any"]),
)
def test_as_dict_holds_every_value(
    reps: int | None, hold: float | None, shortest: float | None, limit: float, head: str
) -> None:
    """A prescription can be made again of what the report says of it."""
    dose = {"repetitions": reps, "hold_s": hold, "cycle_min_s": shortest}
    values: dict[str, Any] = {
        "dose": dose, "limits": {"bounce_deg": limit}, "exercise": {"head": head}
    }  # fmt: skip
    prescription = Prescription.model_validate(values)
    assert Prescription.model_validate(prescription.as_dict()) == prescription
    for variant in ("ankle_pump", "knee_bend"):
        low, high = prescription.cycle_s("ankle_pump" if variant == "ankle_pump" else "knee_bend")
        assert low < high


@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda s: s.encode()))
def test_any_bytes_load_or_are_refused_in_one_line(content: bytes) -> None:
    """No traceback, whatever is in the file."""
    try:
        assert parse_prescription(content, "x").name
    except PrescriptionError as error:
        assert "\n" not in str(error)  # noqa: PT017
