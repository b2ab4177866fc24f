"""What the commands' parsers are made of: a command, and the options that several share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

CODES = "Exit code: 0 done, whatever the verdict; 2 it could not be done, and why; 130 interrupted."


class UsageError(Exception):
    """The command line makes no sense; one line says why."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line and an exception."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing a page and exiting."""
        raise UsageError(f"{message}; see `{self.prog} --help`.")


def add_command(
    commands: argparse._SubParsersAction[Parser],
    name: str,
    short: str,
    long: str,
    codes: str = CODES,
) -> Parser:
    """A further command of a group."""
    command = commands.add_parser(name, help=short, description=long, epilog=codes)
    command.add_argument(
        "--json", action="store_true", help="print the result as JSON on standard output"
    )
    return command


def add_prescription(command: Parser) -> None:
    """What was asked for."""
    command.add_argument(
        "--prescription", metavar="FILE",
        help="what was asked for: a TOML file, or the name of a ready one (default, "
        "ankle-pumps-10, knee-bends-10, early-irritable)",
    )  # fmt: skip


def add_leg_and_movement(command: Parser) -> None:
    """Which leg works, and how."""
    command.add_argument(
        "--side", choices=("auto", "left", "right"), default="auto",
        help="the leg that works; by default as prescribed, else found from the motion",
    )  # fmt: skip
    command.add_argument(
        "--variant", choices=("auto", "ankle_pump", "knee_bend"), default="auto",
        help="pumping the foot, or bending the knee and coming back; by default as prescribed, "
        "else found from the motion",
    )  # fmt: skip


def add_folder(command: Parser) -> None:
    """Where a report goes."""
    command.add_argument(
        "--out", metavar="DIR", type=Path,
        help="the folder to write (default: the clip's name with .posecheck, here); an older "
        "report in it is replaced, a folder with anything else in it is left alone",
    )  # fmt: skip


def add_looks(command: Parser) -> None:
    """What a report is made with."""
    command.add_argument(
        "--no-video", action="store_true", help="do without annotated.mp4, which is quicker"
    )
    add_model(command)


def add_model(command: Parser) -> None:
    """Another landmark model."""
    command.add_argument(
        "--model", metavar="FILE", type=Path,
        help="another MediaPipe pose model (.task) than the one that is fetched by itself",
    )  # fmt: skip
