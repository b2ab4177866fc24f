"""The README knows every command and option, and its commands are those that are tested."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from posecheck.apps.commands import COMMANDS
from posecheck.apps.parser import build_parser
from posecheck.exercises.catalogue import rule_names
from posecheck.exercises.prescription import ready_prescriptions

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


def commands() -> dict[str, argparse.ArgumentParser]:
    """The commands by their names."""
    parser = build_parser()
    (group,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    return dict(group.choices)


def options() -> Iterator[tuple[str, str]]:
    for name, parser in commands().items():
        for action in parser._actions:
            for option in action.option_strings:
                if option.startswith("--"):
                    yield name, option


def test_every_command_can_be_run() -> None:
    assert set(commands()) == set(COMMANDS)


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`posecheck {command}" in README


@pytest.mark.parametrize(("command", "option"), list(options()))
def test_every_option_is_in_the_readme(command: str, option: str) -> None:
    assert option in README, f"{command} {option}"


@pytest.mark.parametrize("name", [*rule_names(), *ready_prescriptions()])
def test_every_rule_and_prescription_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("command", sorted(commands()))
def test_help_is_there_for_people(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    from posecheck.cli import main

    assert main([command, "--help"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"usage: posecheck {command}")
    assert said.err == ""
    for action in commands()[command]._actions:
        assert action.help, action
