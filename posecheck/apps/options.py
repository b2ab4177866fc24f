"""What the commands' parsers are made of: a command, and the options that several share."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

CODES = "Exit code: 0 done, whatever the verdict; 2 it could not be done, and why; 130 interrupted."


class UsageError(Exception):
    """The command line makes no sense; one line says why."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line and an exception."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing a page and exiting."""
        raise UsageError(f"{message}; see `{self.prog} --help`.")

    def takes(self, name: str, called: str, about: str, **more: Any) -> None:
        """An argument, or an option with a value, which the help calls ``called``."""
        self.add_argument(name, metavar=called, help=about, **more)

    def switch(self, name: str, about: str) -> None:
        """An option without a value: off unless it is given."""
        self.add_argument(name, action="store_true", help=about)

    def choice(self, name: str, answers: Sequence[str], about: str) -> None:
        """An option that is one of these; ``auto``, which leaves it open, unless it is given."""
        self.add_argument(name, choices=("auto", *answers), default="auto", help=about)


def add_command(
    commands: argparse._SubParsersAction[Parser],
    name: str,
    short: str,
    long: str,
    codes: str = CODES,
) -> Parser:
    """A further command of a group."""
    command = commands.add_parser(name, help=short, description=long, epilog=codes)
    command.switch("--json", "print the result as JSON on standard output")
    return command


def add_prescription(command: Parser) -> None:
    """What was asked for."""
    command.takes(
        "--prescription",
        "FILE",
        "what was asked for: a TOML file, or the name of a ready one (default, "
        "ankle-pumps-10, knee-bends-10, early-irritable)",
    )


def add_leg_and_movement(command: Parser) -> None:
    """Which leg works, and how."""
    command.choice(
        "--side",
        ("left", "right"),
        "the leg that works; by default as prescribed, else found from the motion",
    )
    command.choice(
        "--variant",
        ("ankle_pump", "knee_bend"),
        "pumping the foot, or bending the knee and coming back; by default as prescribed, "
        "else found from the motion",
    )


def add_folder(command: Parser) -> None:
    """Where a report goes."""
    command.takes(
        "--out",
        "DIR",
        "the folder to write (default: the clip's name with .posecheck, here); an older "
        "report in it is replaced, a folder with anything else in it is left alone",
        type=Path,
    )


def add_every_frame(command: Parser) -> None:
    """How many looks are taken."""
    command.switch("--every-frame", "look at every frame, not only at as many as a count needs")


def add_looks(command: Parser) -> None:
    """What a report is made with."""
    add_every_frame(command)
    command.switch("--no-video", "do without annotated.mp4, which is quicker")
    add_model(command)


def add_model(command: Parser) -> None:
    """Which landmark model."""
    command.takes(
        "--model",
        "lite|full|heavy|FILE",
        "the model that finds the body: heavy (the default) is the most exact, full and lite are "
        "quicker, each is fetched when it is first needed; or a MediaPipe pose model of yours "
        "(.task)",
    )
