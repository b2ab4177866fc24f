"""The documents know every command and option, and its commands are those that are tested."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from posecheck.cli import command_line, main
from posecheck.exercises.catalogue import rule_names
from posecheck.exercises.prescription import ready_prescriptions

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = "\n".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
COMMANDS = command_line.commands


def options() -> Iterator[tuple[str, str]]:
    for name, command in COMMANDS.items():
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--"):
                    yield name, option


def test_the_commands_are_there() -> None:
    assert set(COMMANDS) == {"review", "demo", "live", "grade", "compare", "model", "doctor"}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_in_the_documents(command: str) -> None:
    assert f"`posecheck {command}" in TEXT


@pytest.mark.parametrize(("command", "option"), list(options()))
def test_every_option_is_in_the_documents(command: str, option: str) -> None:
    assert option in TEXT, f"{command} {option}"


@pytest.mark.parametrize("name", [*rule_names(), *ready_prescriptions()])
def test_every_rule_and_prescription_is_in_the_documents(name: str) -> None:
    assert f"`{name}`" in TEXT


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    for name in COMMANDS:
        assert f"\n  {name} " in said


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_is_there_for_people(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"Usage: posecheck {command}")
    assert said.err == ""
    for parameter in COMMANDS[command].params:
        assert isinstance(parameter, click.Option | click.Argument)
        assert parameter.help, parameter
