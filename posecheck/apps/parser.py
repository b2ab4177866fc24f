"""The commands and their options, in words that a therapist can read."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

import posecheck
from posecheck.apps.batch.limits import Limits

_ABOUT = (
    "Posecheck watches a supine nerve glide, recorded or live, and says how it was done: the "
    "angles, the point of tension, the repetitions, what to change, and a verdict. Everything "
    "happens on this machine."
)
_CODES = (
    "Exit code: 0 done, whatever the verdict; 2 it could not be done, and why; 130 interrupted."
)
_BATCH_CODES = (
    "Exit code: 0 done, whatever the verdicts; 1 some clips failed; 2 it could not be done, and "
    "why; 130 interrupted."
)


class UsageError(Exception):
    """The command line makes no sense; one line says why."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line and an exception."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing a page and exiting."""
        raise UsageError(f"{message}; see `{self.prog} --help`.")


def build_parser() -> Parser:
    """The whole command line."""
    parser = Parser(prog="posecheck", description=_ABOUT, epilog=_CODES)
    parser.add_argument("--version", action="version", version=f"posecheck {posecheck.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _review(commands)
    _demo(commands)
    _live(commands)
    _grade(commands)
    _compare(commands)
    _model(commands)
    _doctor(commands)
    return parser


def _review(commands: argparse._SubParsersAction[Parser]) -> None:
    review = _command(
        commands,
        "review",
        "look at one recorded clip and write a folder with the report",
        "Looks at one recorded clip and writes a folder: report.html is the page to read, "
        "annotated.mp4 the clip with everything drawn in; report.json, angles.csv and poses.npz "
        "hold the numbers.",
    )
    review.add_argument("clip", metavar="CLIP", type=Path, help="the video file")
    _folder(review)
    _prescription(review)
    _leg_and_movement(review)
    _looks(review)
    review.add_argument(
        "--earlier", metavar="REPORT", type=Path,
        help="an earlier report of the same leg (its folder or its report.json): says whether "
        "the knee comes farther now, and whether that is more than chance",
    )  # fmt: skip


def _demo(commands: argparse._SubParsersAction[Parser]) -> None:
    demo = _command(
        commands,
        "demo",
        "review a sample clip and say where to look",
        "Reviews a clip of sample_videos/ and says where to look. It needs a clone of the "
        "project, which the sample clips are in.",
    )
    _folder(demo)
    _looks(demo)


def _live(commands: argparse._SubParsersAction[Parser]) -> None:
    live = _command(
        commands,
        "live",
        "lead through a session before the camera, by ear and by colour",
        "Leads through a session before the camera: looks whether it sees well, says what to do, "
        "counts aloud, corrects, and writes a report at the end. It needs no keyboard: it ends "
        "when the exercise is done, on an arm that is held up, and also on q, Esc or Ctrl-C. "
        "Nothing is recorded unless --record is given.",
    )
    live.add_argument(
        "--camera", metavar="N|FILE|URL", default="0",
        help="a camera's number or a part of its name, the address of a network camera, or a "
        "video file that stands in for one (default: 0)",
    )  # fmt: skip
    _prescription(live)
    live.add_argument(
        "--out", metavar="DIR", type=Path,
        help="the folder of the report (default: report in that of the recording, else live-, "
        "the time and .posecheck, here); an older report in it is replaced",
    )  # fmt: skip
    live.add_argument(
        "--record", metavar="DIR", type=Path,
        help="record the clip and the poses in this folder as they come, so that a crash leaves "
        "all but the last seconds; without it nothing is recorded",
    )  # fmt: skip
    live.add_argument(
        "--no-window", action="store_true",
        help="show nothing: one JSON object a line on standard output for each event, the last "
        "of which is the result; --json prints the same beside the window",
    )  # fmt: skip
    live.add_argument("--mute", action="store_true", help="say nothing aloud")
    live.add_argument(
        "--language", default="en", metavar="CODE",
        help="of what is said and shown: en (default) or de",
    )  # fmt: skip
    _model_option(live)


def _grade(commands: argparse._SubParsersAction[Parser]) -> None:
    grade = _command(
        commands,
        "grade",
        "grade many clips: a table, a page, and a folder with the report of each",
        "Grades many clips and writes grades.csv, grades.parquet, index.html and a folder with "
        "the report of each. What is wrong with one clip costs that clip alone. Running it again "
        "does only what is left to do; with another prescription clips are graded again without "
        "being looked at.",
        codes=_BATCH_CODES,
    )
    grade.add_argument(
        "paths", metavar="PATH", nargs="+",
        help="clips, folders, globs, manifests (.csv or .parquet), addresses (s3://, https://)",
    )  # fmt: skip
    grade.add_argument(
        "--out", metavar="DIR", required=True, help="the folder or address of the results"
    )
    _prescription(grade)
    _leg_and_movement(grade)
    grade.add_argument(
        "--workers", metavar="N", type=_at_least_1,
        help="how many clips are worked on at once (default: one a core)",
    )  # fmt: skip
    grade.add_argument(
        "--dask", metavar="ADDRESS",
        help="work on the cluster of this Dask scheduler, such as tcp://127.0.0.1:8786",
    )  # fmt: skip
    grade.add_argument(
        "--every-frame", action="store_true",
        help="look at every frame, not only at as many as the accuracy needs",
    )  # fmt: skip
    grade.add_argument("--video", action="store_true", help="write annotated.mp4 for each clip too")
    grade.add_argument(
        "--no-pages", action="store_true",
        help="write the tables alone, no folder for each clip: quicker where there are thousands",
    )  # fmt: skip
    grade.add_argument(
        "--resume", action="store_true",
        help="go on where an earlier run ended; it does so anyway",
    )  # fmt: skip
    limits = Limits()
    grade.add_argument(
        "--time-limit", metavar="SECONDS", type=_positive, default=limits.time_s,
        help="stop a clip that takes longer (default: %(default)g)",
    )  # fmt: skip
    grade.add_argument(
        "--memory-limit", metavar="MIB", type=_positive, default=limits.memory_mib,
        help="stop a clip that takes more memory (default: %(default)g)",
    )  # fmt: skip
    _model_option(grade)


def _at_least_1(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 1024:
        raise ValueError(text)
    return number


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise ValueError(text)
    return number


def _compare(commands: argparse._SubParsersAction[Parser]) -> None:
    compare = _command(
        commands,
        "compare",
        "say how well grades agree with a therapist's labels",
        "Says how well grades agree with the labels of somebody who looked at the same clips: "
        "verdicts, counts, sides and the angle at the point of tension, each with a confidence "
        "interval and a sentence on what it means, and writes compare.html with the charts.",
    )
    compare.add_argument(
        "grades", metavar="GRADES", type=Path,
        help="grades.csv or grades.parquet of `posecheck grade`, or the folder they are in",
    )  # fmt: skip
    compare.add_argument(
        "labels", metavar="LABELS", type=Path,
        help="a CSV file, one row a clip: clip (its name), and any of verdict (pass, needs work, "
        "ungradable), reps, side (left, right) and tension_angle (knee flexion in degrees, 0 is "
        "straight); empty where nothing is known",
    )  # fmt: skip
    compare.add_argument(
        "--out", metavar="DIR", type=Path,
        help="the folder of compare.html (default: here); an older one in it is replaced",
    )  # fmt: skip


def _model(commands: argparse._SubParsersAction[Parser]) -> None:
    _command(
        commands,
        "model",
        "say where the landmark model is; fetch it if it is missing",
        "Says where the landmark model is, which finds the body in a picture, and what it is. "
        "Fetches and verifies it if it is missing: the only time that Posecheck needs a network.",
    )


def _doctor(commands: argparse._SubParsersAction[Parser]) -> None:
    doctor = _command(
        commands,
        "doctor",
        "say what works on this machine, and what to do about what does not",
        "Says what works on this machine, and what to do about what does not. It changes nothing.",
    )
    _model_option(doctor)


def _command(
    commands: argparse._SubParsersAction[Parser],
    name: str,
    short: str,
    long: str,
    codes: str = _CODES,
) -> Parser:
    command = commands.add_parser(name, help=short, description=long, epilog=codes)
    command.add_argument(
        "--json", action="store_true", help="print the result as JSON on standard output"
    )
    return command


def _prescription(command: Parser) -> None:
    command.add_argument(
        "--prescription", metavar="FILE",
        help="what was asked for: a TOML file, or the name of a ready one (default, "
        "ankle-pumps-10, knee-bends-10, early-irritable)",
    )  # fmt: skip


def _leg_and_movement(command: Parser) -> None:
    command.add_argument(
        "--side", choices=("auto", "left", "right"), default="auto",
        help="the leg that works; by default as prescribed, else found from the motion",
    )  # fmt: skip
    command.add_argument(
        "--variant", choices=("auto", "ankle_pump", "knee_bend"), default="auto",
        help="pumping the foot, or bending the knee and coming back; by default as prescribed, "
        "else found from the motion",
    )  # fmt: skip


def _folder(command: Parser) -> None:
    command.add_argument(
        "--out", metavar="DIR", type=Path,
        help="the folder to write (default: the clip's name with .posecheck, here); an older "
        "report in it is replaced, a folder with anything else in it is left alone",
    )  # fmt: skip


def _looks(command: Parser) -> None:
    command.add_argument(
        "--no-video", action="store_true", help="do without annotated.mp4, which is quicker"
    )
    _model_option(command)


def _model_option(command: Parser) -> None:
    command.add_argument(
        "--model", metavar="FILE", type=Path,
        help="another MediaPipe pose model (.task) than the one that is fetched by itself",
    )  # fmt: skip
