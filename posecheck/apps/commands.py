"""The commands: each says what it takes, calls the app that does it, and prints the result.

Each imports its own app when it runs, so that help is quick, and one whose libraries are broken
leaves the others alone, the doctor above all.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from posecheck.apps.options import (
    command,
    every_frame_option,
    exercise_option,
    language_option,
    model_option,
    no_open_option,
    no_video_option,
    path,
    pdf_option,
    prescription_option,
    report_folder_option,
    side_option,
    single_file_option,
    variant_option,
)
from posecheck.apps.subject_options import subject_options

if TYPE_CHECKING:
    from pathlib import Path

    from posecheck.apps.review import Reviewed
    from posecheck.exercises.prescription import Prescription
    from posecheck.types import Side, Variant

_SAMPLE = "fault_knee_not_held.mp4"  # the clip of sample_videos/ that is in the package too


@command("review")
@click.argument("clip", type=path, help="the video file")
@report_folder_option
@prescription_option
@exercise_option
@side_option
@variant_option
@every_frame_option
@no_video_option
@pdf_option
@single_file_option
@no_open_option
@language_option
@model_option
@click.option(
    "--earlier",
    metavar="REPORT",
    help="an earlier report of the same leg (its folder or its report.json): says whether the knee "
    "comes farther now, and whether that is more than chance",
    type=path,
)
@subject_options
def _review(
    clip: Path,
    prescription: str | None,
    exercise: str | None,
    side: Side | None,
    variant: Variant | None,
    earlier: Path | None,
    no_open: bool,
    as_json: bool,
    **looks: Any,
) -> None:
    """Look at one recorded clip and write a folder with the report.

    report.html is the page to read, annotated.mp4 the clip with everything drawn in; report.json,
    angles.csv and poses.npz hold the numbers.
    """
    from posecheck.apps.open_page import open_page
    from posecheck.exercises.prescription import Prescription

    asked = _asked_for(prescription) or Prescription.default()
    asked = asked.with_exercise(side=side, variant=variant, name=exercise)
    done = _reviewed(clip, asked, earlier, **looks)
    _print_review(done, as_json)
    # Somebody watches; what a script has made is not opened.
    if not (as_json or no_open) and sys.stdout is not None and sys.stdout.isatty():
        open_page(done.folder / "report.html")


@command("demo")
@report_folder_option
@every_frame_option
@no_video_option
@pdf_option
@single_file_option
@no_open_option
@language_option
@model_option
def _demo(as_json: bool, no_open: bool, **looks: Any) -> None:
    """Review a sample clip and open the report.

    The clip is a rendered one with a planted fault, and comes with Posecheck. Where there is no
    display, the page to open is named.
    """
    from importlib.resources import as_file, files

    from posecheck.apps.open_page import open_page
    from posecheck.apps.summary import short
    from posecheck.exercises.language import words_of
    from posecheck.exercises.prescription import Prescription

    with as_file(files("posecheck.apps") / "sample" / _SAMPLE) as clip:
        done = _reviewed(clip, Prescription.default(), None, **looks)
    page = done.folder / "report.html"
    opened = not (as_json or no_open) and open_page(page)
    words = words_of(done.report.language)
    how = words.text("summary.opened" if opened else "summary.open", page=short(page))
    _print_review(done, as_json, f"\n\n{how}")


@command("live")
@click.option(
    "--camera",
    metavar="N|FILE|URL",
    help="a camera's number or a part of its name, the address of a network camera, or a video "
    "file that stands in for one (default: 0)",
    default="0",
)
@prescription_option
@exercise_option
@click.option(
    "--out",
    metavar="DIR",
    help="the folder of the report (default: report in that of the recording, else live-, the time "
    "and .posecheck, here); an older report in it is replaced",
    type=path,
)
@click.option(
    "--record",
    metavar="DIR",
    help="record the clip and the poses in this folder as they come, so that a crash leaves all "
    "but the last seconds; without it nothing is recorded",
    type=path,
)
@click.option(
    "--no-window",
    is_flag=True,
    help="show nothing: one JSON object a line on standard output for each event, the last of "
    "which is the result; --json prints the same beside the window",
)
@no_open_option
@click.option("--mute", is_flag=True, help="say nothing aloud")
@language_option
@pdf_option
@single_file_option
@subject_options
@model_option
def _live(
    camera: str,
    prescription: str | None,
    exercise: str | None,
    out: Path | None,
    record: Path | None,
    no_window: bool,
    no_open: bool,
    language: str,
    single_file: bool,
    as_json: bool,
    **more: Any,
) -> None:
    """Lead through a session before the camera, by ear and by colour.

    Looks whether it sees well, says what to do, counts aloud, corrects, and writes a report at
    the end. It needs no keyboard: it ends when the exercise is done, on an arm that is held up,
    and also on q, Esc or Ctrl-C. Nothing is recorded unless --record is given.
    """
    from posecheck.apps.live.run import live
    from posecheck.apps.open_page import open_page
    from posecheck.apps.progress import ProgressLine, fitting, put
    from posecheck.apps.summary import json_line, review_json, review_text
    from posecheck.exercises.prescription import Prescription

    as_lines = as_json or no_window
    asked = _asked_for(prescription) or Prescription.default()

    def tell(event: dict[str, Any]) -> None:
        if as_lines and sys.stdout is not None:
            sys.stdout.write(json_line(event))
            sys.stdout.flush()
        elif event["event"] in ("camera", "recording", "voice", "window"):
            put(f"posecheck: {event['text']}\n", sys.stderr)

    if record is None:
        put("Nothing is recorded; --record DIR would keep the clip.\n", sys.stderr)
    with ProgressLine() as progress:
        done = live(
            camera, asked.with_exercise(name=exercise), out, record,
            window=not no_window, language=language, single_file=single_file, tell=tell,
            progress=progress, **more,
        )  # fmt: skip
    _say_if_too_large(done, single_file)
    if as_lines:
        tell({"event": "result", **review_json(done)})
    else:
        print(fitting(review_text(done), sys.stdout))
        if not no_open and sys.stdout is not None and sys.stdout.isatty():
            open_page(done.folder / "report.html")


@command("model")
@model_option
def _model(model: str | None, as_json: bool) -> None:
    """Say where the landmark model is; fetch it if it is missing.

    The model finds the body in a picture. It is fetched and verified if it is missing: the only
    time that Posecheck needs a network.
    """
    from posecheck.apps.summary import print_result
    from posecheck.vision.model import ensure_model, find_model, stderr_bar

    fetched = find_model(model) is None
    found = ensure_model(model, stderr_bar)
    plain = {
        "name": found.name, "path": str(found.path), "sha256": found.sha256, "fetched": fetched,
    }  # fmt: skip
    how = "fetched and verified" if fetched else "here and verified"
    print_result(as_json, plain, f"{found.name}, {how}\n  {found.path}\n  sha256 {found.sha256}")


@command("doctor")
@model_option
def _doctor(model: str | None, as_json: bool) -> None:
    """Say what works on this machine, and what to do about the rest.

    It changes nothing.
    """
    import dataclasses

    from posecheck.apps.doctor import checks
    from posecheck.apps.summary import doctor_text, print_result

    found = checks(model)
    plain = {
        "ok": all(check.ok for check in found if check.needed),
        "checks": [dataclasses.asdict(check) for check in found],
    }
    print_result(as_json, plain, doctor_text(found))


def _reviewed(
    clip: Path,
    prescription: Prescription,
    earlier: Path | None,
    *,
    no_video: bool,
    single_file: bool,
    **looks: Any,
) -> Reviewed:
    from posecheck.apps.progress import ProgressLine
    from posecheck.apps.review import review

    with ProgressLine() as progress:
        done = review(
            clip, prescription=prescription, earlier=earlier, video=not no_video,
            single_file=single_file, progress=progress, **looks,
        )  # fmt: skip
    _say_if_too_large(done, single_file)
    return done


def _say_if_too_large(done: Reviewed, single_file: bool) -> None:
    from posecheck.apps.progress import put
    from posecheck.apps.summary import mail_note

    note = mail_note(done.folder / "report.html") if single_file else ""
    if note:
        put(f"posecheck: {note}\n", sys.stderr)


def _print_review(done: Reviewed, as_json: bool, further: str = "") -> None:
    from posecheck.apps.summary import print_result, review_json, review_text

    print_result(as_json, review_json(done), review_text(done) + further)


def _asked_for(chosen: str | None) -> Prescription | None:
    """Return what was asked for, None where nothing was."""
    from posecheck.exercises.prescription import load_prescription

    return load_prescription(chosen) if chosen else None
