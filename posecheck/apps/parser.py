"""The commands and their options, in words that a therapist can read."""

from __future__ import annotations

import argparse
from pathlib import Path

import posecheck
from posecheck.apps.options import (
    CODES,
    Parser,
    add_command,
    add_folder,
    add_leg_and_movement,
    add_looks,
    add_model,
    add_prescription,
)
from posecheck.apps.parser_batch import add_compare, add_grade

_ABOUT = (
    "Posecheck watches a supine nerve glide, recorded or live, and says how it was done: the "
    "angles, the point of tension, the repetitions, what to change, and a verdict. Everything "
    "happens on this machine."
)


def build_parser() -> Parser:
    """The whole command line."""
    parser = Parser(prog="posecheck", description=_ABOUT, epilog=CODES)
    parser.add_argument("--version", action="version", version=f"posecheck {posecheck.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _review(commands)
    _demo(commands)
    _live(commands)
    add_grade(commands)
    add_compare(commands)
    _model(commands)
    _doctor(commands)
    return parser


def _review(commands: argparse._SubParsersAction[Parser]) -> None:
    review = add_command(
        commands,
        "review",
        "look at one recorded clip and write a folder with the report",
        "Looks at one recorded clip and writes a folder: report.html is the page to read, "
        "annotated.mp4 the clip with everything drawn in; report.json, angles.csv and poses.npz "
        "hold the numbers.",
    )
    review.takes("clip", "CLIP", "the video file", type=Path)
    add_folder(review)
    add_prescription(review)
    add_leg_and_movement(review)
    add_looks(review)
    review.takes(
        "--earlier",
        "REPORT",
        "an earlier report of the same leg (its folder or its report.json): says whether "
        "the knee comes farther now, and whether that is more than chance",
        type=Path,
    )


def _demo(commands: argparse._SubParsersAction[Parser]) -> None:
    demo = add_command(
        commands,
        "demo",
        "review a sample clip and say where to look",
        "Reviews a clip of sample_videos/ and says where to look. It needs a clone of the "
        "project, which the sample clips are in.",
    )
    add_folder(demo)
    add_looks(demo)


def _live(commands: argparse._SubParsersAction[Parser]) -> None:
    live = add_command(
        commands,
        "live",
        "lead through a session before the camera, by ear and by colour",
        "Leads through a session before the camera: looks whether it sees well, says what to do, "
        "counts aloud, corrects, and writes a report at the end. It needs no keyboard: it ends "
        "when the exercise is done, on an arm that is held up, and also on q, Esc or Ctrl-C. "
        "Nothing is recorded unless --record is given.",
    )
    live.takes(
        "--camera",
        "N|FILE|URL",
        "a camera's number or a part of its name, the address of a network camera, or a "
        "video file that stands in for one (default: 0)",
        default="0",
    )
    add_prescription(live)
    live.takes(
        "--out",
        "DIR",
        "the folder of the report (default: report in that of the recording, else live-, "
        "the time and .posecheck, here); an older report in it is replaced",
        type=Path,
    )
    live.takes(
        "--record",
        "DIR",
        "record the clip and the poses in this folder as they come, so that a crash leaves "
        "all but the last seconds; without it nothing is recorded",
        type=Path,
    )
    live.switch(
        "--no-window",
        "show nothing: one JSON object a line on standard output for each event, the last "
        "of which is the result; --json prints the same beside the window",
    )
    live.switch("--mute", "say nothing aloud")
    live.takes("--language", "CODE", "of what is said and shown: en (default) or de", default="en")
    add_model(live)


def _model(commands: argparse._SubParsersAction[Parser]) -> None:
    model = add_command(
        commands,
        "model",
        "say where the landmark model is; fetch it if it is missing",
        "Says where the landmark model is, which finds the body in a picture, and what it is. "
        "Fetches and verifies it if it is missing: the only time that Posecheck needs a network.",
    )
    add_model(model)


def _doctor(commands: argparse._SubParsersAction[Parser]) -> None:
    doctor = add_command(
        commands,
        "doctor",
        "say what works on this machine, and what to do about what does not",
        "Says what works on this machine, and what to do about what does not. It changes nothing.",
    )
    add_model(doctor)
