"""The options of a record: what is said of a session arrives as it was meant, or is refused."""

from __future__ import annotations

from typing import Any

import pytest

from posecheck.cli import main
from posecheck.errors import InputError
from posecheck.types import Subject

Capture = pytest.CaptureFixture[str]
COMMANDS = {
    "review": ("posecheck.apps.review.review", "clip.mp4"),
    "live": ("posecheck.apps.live.run.live", "--mute"),
}


@pytest.fixture(params=COMMANDS)
def said(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command, which does nothing, and returns the subject it was called with."""
    place, argument = COMMANDS[request.param]
    found: list[Subject] = []

    def note(*_arguments: object, subject: Subject, **_options: object) -> None:
        found.append(subject)
        raise InputError("Enough is known.")

    monkeypatch.setattr(place, note)

    def run(*options: str) -> Subject | None:
        assert main([request.param, argument, *options]) == 2
        return found[0] if found else None

    return run


def test_all_that_can_be_said(said: Any) -> None:
    assert said(
        "--subject", " K-204\n", "--date", "30.3.2026", "--therapist", "Jo Doe",
        "--note", "Slept.\nOk", "--symptoms", "4", "0",
    ) == Subject("K-204", "2026-03-30", "Jo Doe", 4, 0, "Slept.\nOk")  # fmt: skip


def test_nothing_is_said(said: Any) -> None:
    assert said() == Subject()


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--symptoms", "4"), "--symptoms"),
        (("--symptoms", "4", "11"), "11"),
        (("--date", "3/4/2026"), "write it like 2026-03-30"),
        (("--date", "31.2.2026"), "write it like 2026-03-30"),
        (("--subject", "k" * 201), "200 characters"),
    ],
)
def test_what_is_refused(options: tuple[str, ...], word: str, said: Any, capsys: Capture) -> None:
    assert said(*options) is None
    (line,) = capsys.readouterr().err.splitlines()
    assert word in line
