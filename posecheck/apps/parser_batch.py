"""The commands for many clips: grading them, and comparing the grades with a therapist's."""

from __future__ import annotations

import argparse
from pathlib import Path

from posecheck.apps.batch.tasks import Limits
from posecheck.apps.options import (
    Parser,
    add_command,
    add_every_frame,
    add_leg_and_movement,
    add_model,
    add_prescription,
)

_CODES = (
    "Exit code: 0 done, whatever the verdicts; 1 some clips failed; 2 it could not be done, and "
    "why; 130 interrupted."
)


def add_grade(commands: argparse._SubParsersAction[Parser]) -> None:
    """`posecheck grade`."""
    grade = add_command(
        commands,
        "grade",
        "grade many clips: a table, a page, and a folder with the report of each",
        "Grades many clips and writes grades.csv, grades.parquet, index.html and a folder with "
        "the report of each (one for the same content under two names, two for a clip that is "
        "asked for with two prescriptions). What is wrong with one clip costs that clip alone. "
        "Running it again does only what is left to do; with another prescription clips are "
        "graded again without being looked at.",
        codes=_CODES,
    )
    grade.takes(
        "paths",
        "PATH",
        "clips, folders, globs, manifests (.csv or .parquet), addresses (s3://, https://)",
        nargs="+",
    )
    grade.takes("--out", "DIR", "the folder or address of the results", required=True)
    add_prescription(grade)
    add_leg_and_movement(grade)
    grade.takes(
        "--workers",
        "N",
        "how many clips are worked on at once (default: one a core)",
        type=_at_least_1,
    )
    grade.takes(
        "--dask",
        "ADDRESS",
        "work on the cluster of this Dask scheduler, such as tcp://127.0.0.1:8786",
    )
    add_every_frame(grade)
    grade.switch("--video", "write annotated.mp4 for each clip too")
    grade.switch(
        "--no-pages",
        "write the tables alone, no folder for each clip: quicker where there are thousands",
    )
    grade.switch("--resume", "go on where an earlier run ended; it does so anyway")
    limits = Limits()
    grade.takes(
        "--time-limit",
        "SECONDS",
        "stop a clip that takes longer (default: %(default)g)",
        type=_positive,
        default=limits.time_s,
    )
    grade.takes(
        "--memory-limit",
        "MIB",
        "stop a clip that takes more memory (default: %(default)g)",
        type=_positive,
        default=limits.memory_mib,
    )
    add_model(grade)


def add_compare(commands: argparse._SubParsersAction[Parser]) -> None:
    """`posecheck compare`."""
    compare = add_command(
        commands,
        "compare",
        "say how well grades agree with a therapist's labels",
        "Says how well grades agree with the labels of somebody who looked at the same clips: "
        "verdicts, counts, sides and the angle at the point of tension, each with a confidence "
        "interval and a sentence on what it means, and writes compare.html with the charts.",
    )
    compare.takes(
        "grades",
        "GRADES",
        "grades.csv or grades.parquet of `posecheck grade`, or the folder they are in",
        type=Path,
    )
    compare.takes(
        "labels",
        "LABELS",
        "a CSV file, one row a clip: clip (its name), and any of verdict (pass, needs work, "
        "ungradable), reps, side (left, right) and tension_angle (knee flexion in degrees, 0 is "
        "straight); empty where nothing is known",
        type=Path,
    )
    compare.takes(
        "--out",
        "DIR",
        "the folder of compare.html (default: here); an older one in it is replaced",
        type=Path,
    )


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
