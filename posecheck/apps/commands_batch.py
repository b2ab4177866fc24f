"""The commands for many clips: grading them, and comparing the grades with a therapist's."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from posecheck.apps.batch.tasks import Limits
from posecheck.apps.options import (
    command,
    every_frame_option,
    exercise_option,
    language_option,
    model_option,
    path,
    positive_number,
    prescription_option,
    side_option,
    variant_option,
)

if TYPE_CHECKING:
    from pathlib import Path

    from posecheck.apps.batch.runner import Graded

OK, SOME_FAILED = 0, 1
_MOST_WORKERS = 1024
_USUAL = Limits()
_CODES = (
    "Exit code: 0 done, whatever the verdicts; 1 some clips failed; 2 it could not be done, and "
    "why; 130 interrupted."
)


@command("grade", _CODES)
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="PATH...",
    help="clips, folders, globs, manifests (.csv or .parquet), addresses (s3://, https://)",
)
@click.option("--out", metavar="DIR", help="the folder or address of the results", required=True)
@prescription_option
@exercise_option
@side_option
@variant_option
@click.option(
    "--workers",
    metavar="N",
    help="how many clips are worked on at once (default: one a core)",
    type=click.IntRange(1, _MOST_WORKERS),
)
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="work on the cluster of this Dask scheduler, such as tcp://127.0.0.1:8786",
)
@every_frame_option
@click.option("--video", is_flag=True, help="write annotated.mp4 for each clip too")
@click.option(
    "--no-pages",
    is_flag=True,
    help="write the tables alone, no folder for each clip: quicker where there are thousands",
)
@click.option("--resume", is_flag=True, help="go on where an earlier run ended; it does so anyway")
@click.option(
    "--time-limit",
    metavar="SECONDS",
    help=f"stop a clip that takes longer (default: {_USUAL.time_s:g})",
    type=positive_number,
    default=_USUAL.time_s,
)
@click.option(
    "--memory-limit",
    metavar="MIB",
    help=f"stop a clip that takes more memory (default: {_USUAL.memory_mib:g})",
    type=positive_number,
    default=_USUAL.memory_mib,
)
@language_option
@model_option
def _grade(
    paths: tuple[str, ...],
    out: str,
    prescription: str | None,
    no_pages: bool,
    resume: bool,  # noqa: ARG001 - a run goes on in any case
    time_limit: float,
    memory_limit: float,
    as_json: bool,
    **more: Any,
) -> int:
    """Grade many clips: a table, a page, and a report of each.

    Writes grades.csv, grades.parquet, index.html and a folder with the report of each clip (one
    for the same content under two names, two for a clip that is asked for with two
    prescriptions). What is wrong with one clip costs that clip alone. Running it again does only
    what is left to do; with another prescription clips are graded again without being looked at.
    """
    from posecheck.apps.batch.progress import BatchProgress
    from posecheck.apps.batch.tasks import CSV, INDEX, PARQUET
    from posecheck.apps.grade import grade
    from posecheck.apps.progress import put
    from posecheck.apps.summary import json_line
    from posecheck.exercises.prescription import load_prescription

    def tell(event: dict[str, Any]) -> None:
        if event["event"] == "note":
            line.note(event["text"])
        if as_json:
            put(json_line(event), sys.stdout)

    asked = load_prescription(prescription) if prescription else None
    line = BatchProgress()
    try:
        done = grade(
            paths, out, asked, pages=not no_pages,
            time_limit_s=time_limit, memory_limit_mib=memory_limit, tell=tell, watcher=line, **more,
        )  # fmt: skip
    finally:
        line.end()
    line.sum_up(done.summary)
    tell({"event": "result", **done.as_dict()})
    _raise_if_interrupted(done)
    if not as_json:
        put(f"{INDEX}, {CSV} and {PARQUET} are in {done.out}\n", sys.stdout)
    return SOME_FAILED if done.failed else OK


def _raise_if_interrupted(done: Graded) -> None:
    if done.interrupted:
        raise KeyboardInterrupt(
            f"interrupted; {done.summary.done} of {done.summary.total} clips are done and kept. "
            "Run the same command again to go on."
        )


@command("compare")
@click.argument(
    "grades",
    type=path,
    help="grades.csv or grades.parquet of `posecheck grade`, or the folder they are in",
)
@click.argument(
    "labels",
    type=path,
    help="a CSV file, one row a clip: clip (its name), and any of verdict (pass, needs work, "
    "ungradable), reps, side (left, right), faults (names of rules), tension_angle (knee "
    "flexion in degrees, 0 is straight) and peak_angle (the median end range); empty where nothing "
    "is known",
)
@click.option(
    "--out",
    metavar="DIR",
    help="the folder of compare.html (default: here); an older one in it is replaced",
    type=path,
)
def _compare(grades: Path, labels: Path, out: Path | None, as_json: bool) -> None:
    """Say how well grades agree with a therapist's labels.

    Compares them with the labels of somebody who looked at the same clips: verdicts, counts,
    sides and the angles at the point of tension and at the end range, each with a confidence
    interval and a sentence on what it means, and writes compare.html with the charts. The
    clips on which both disagree are listed there, with links to their reports.
    """
    from posecheck.apps.progress import put
    from posecheck.apps.summary import print_result, short
    from posecheck.compare.compare import compare, compare_json, compare_text

    def tell(sentence: str) -> None:
        put(f"{sentence}\n", sys.stderr)

    done = compare(grades, labels, out, tell)
    text = f"{compare_text(done)}\n\nThe charts are in {short(done.page)}"
    print_result(as_json, compare_json(done), text)
