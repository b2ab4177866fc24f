"""Which exercise is asked for: by option, by a manifest's column and by a prescription."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import posecheck
from posecheck.apps.batch.inputs import list_jobs
from posecheck.apps.batch.plan import Settings, plan
from posecheck.cli import main
from posecheck.errors import InputError, PrescriptionError
from posecheck.exercises.catalogue import EXERCISES, exercise_called
from posecheck.exercises.prescription import Prescription, parse_prescription

Capture = pytest.CaptureFixture[str]
NAMES = [exercise.name for exercise in EXERCISES]
COMMANDS = {
    "review": ("posecheck.apps.review.review", ("clip.mp4",)),
    "live": ("posecheck.apps.live.run.live", ("--mute",)),
    "grade": ("posecheck.apps.grade.grade", ("clips", "--out", "out")),
}


@pytest.fixture(params=COMMANDS)
def asked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command, which does nothing, and returns the exercise that was asked for."""
    place, arguments = COMMANDS[request.param]
    found: list[str | None] = []

    def note(*given: Any, prescription: Any = None, exercise: Any = None, **_more: Any) -> None:
        asked_for = [p for p in (*given, prescription) if isinstance(p, Prescription)]
        found.append(asked_for[0].exercise.name if asked_for else exercise)
        raise InputError("Enough is known.")

    monkeypatch.setattr(place, note)

    def run(*options: str) -> str | None:
        assert main([request.param, *arguments, *options]) == 2
        return found[0] if found else None

    return run


@pytest.mark.parametrize("name", NAMES)
def test_every_exercise_can_be_asked_for(name: str, asked: Any) -> None:
    assert asked("--exercise", name) == name


@pytest.mark.parametrize("options", [(), ("--exercise", "auto")])
def test_by_default_it_is_found_from_the_motion(options: tuple[str, ...], asked: Any) -> None:
    assert asked(*options) in ("auto", None)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ("straight_leg_rise", "did you mean straight_leg_raise"),
        ("heelslides", "did you mean heel_slide"),
        ("squat", "nerve_glide, straight_leg_raise, active_knee_extension and heel_slide"),
    ],
)
def test_a_wrong_name_is_one_sentence(wrong: str, word: str, asked: Any, capsys: Capture) -> None:
    assert asked("--exercise", wrong) is None
    said = capsys.readouterr().err
    assert word in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_name_may_be_written_with_hyphens_or_spaces(name: str) -> None:
    assert exercise_called(name.replace("_", "-")) == name
    assert exercise_called(name.replace("_", " ").title()) == name


def test_a_variant_of_another_exercise_is_refused() -> None:
    text = b'[exercise]\nname = "heel_slide"\nvariant = "ankle_pump"'
    with pytest.raises(PrescriptionError, match=r"heel_slide.*ankle_pump.*nerve_glide"):
        parse_prescription(text, "my.toml")
    with pytest.raises(PrescriptionError, match=r"heel_slide.*ankle_pump.*nerve_glide"):
        posecheck.load_prescription("ankle-pumps-10").with_exercise(name="heel_slide")
    assert parse_prescription(text.replace(b"heel_slide", b"nerve_glide"), "my.toml")


def test_a_wrong_name_in_a_prescription_names_the_nearest() -> None:
    text = b'[exercise]\nname = "heel_slides"'
    with pytest.raises(PrescriptionError, match="did you mean heel_slide"):
        parse_prescription(text, "my.toml")


def jobs_of(folder: Path, *rows: str) -> Any:
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        (folder / name).write_bytes(name.encode())
    (folder / "list.csv").write_text("\n".join(("clip,exercise,side", *rows)))
    return list_jobs([str(folder / "list.csv")])


def test_a_manifest_says_it_of_a_clip(tmp_path: Path) -> None:
    jobs = jobs_of(tmp_path, "a.mp4,Straight leg raise,left", "b.mp4,auto,", "c.mp4,,")
    assert [job.exercise for job in jobs] == ["straight_leg_raise", None, None]
    todo = plan(jobs, Settings("out", exercise="heel_slide"))
    names = {
        p.task.job.name: Prescription.model_validate_json(p.task.prescription).exercise.name
        for p in todo.planned
    }
    assert names == {"a.mp4": "straight_leg_raise", "b.mp4": "heel_slide", "c.mp4": "heel_slide"}


def test_what_makes_no_sense_is_a_problem_of_its_row(tmp_path: Path) -> None:
    wrong, right, _ = jobs_of(tmp_path, "a.mp4,heel slid,", "b.mp4,heel_slide,", "c.mp4,,")
    assert "did you mean heel_slide" in wrong.problem
    assert right.problem is None
    todo = plan([right], Settings("out", variant="ankle_pump"))
    assert "ankle_pump" in todo.problems[0]
    assert not todo.planned


def test_the_same_clip_with_two_exercises_is_graded_with_neither(tmp_path: Path) -> None:
    found = jobs_of(tmp_path, "a.mp4,heel_slide,", "a.mp4,straight_leg_raise,")
    assert "more than once" in found[0].problem
