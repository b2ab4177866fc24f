"""Each command of the command line: calls the app that does it, and prints what it returns.

Each imports its own app, so that one whose libraries are broken leaves the others alone, the
doctor above all.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from posecheck.apps import summary
from posecheck.apps.batch.progress import BatchProgress
from posecheck.apps.batch.tasks import CSV, INDEX, PARQUET
from posecheck.apps.progress import ProgressLine, put
from posecheck.errors import InputError
from posecheck.exercises.prescription import Prescription, load_prescription
from posecheck.vision.model import ensure_model, find_model, stderr_bar

if TYPE_CHECKING:
    from posecheck.apps.review import Reviewed

OK, FAILED = 0, 1
_CLONE = Path(__file__).resolve().parents[2]
_CHOSEN = "demo.txt"  # in sample_videos/: the name of the clip to show


def _review(arguments: Namespace) -> None:
    prescription = _prescription(arguments) or Prescription.default()
    done = _reviewed(
        arguments,
        arguments.clip,
        prescription.with_exercise(side=_known(arguments.side), variant=_known(arguments.variant)),
        arguments.earlier,
    )
    _print(arguments, summary.review_json(done), summary.review_text(done))


def _demo(arguments: Namespace) -> None:
    clip = demo_clip(_CLONE / "sample_videos")
    done = _reviewed(arguments, clip, Prescription.default(), None)
    page = summary.short(done.folder / "report.html")
    text = f"{summary.review_text(done)}\n\nOpen this page in a browser: {page}"
    _print(arguments, summary.review_json(done), text)


def _reviewed(
    arguments: Namespace, clip: Path, prescription: Prescription, earlier: Path | None
) -> Reviewed:
    from posecheck.apps.review import review

    progress = ProgressLine()
    try:
        return review(
            clip,
            arguments.out,
            prescription,
            model=arguments.model,
            every_frame=arguments.every_frame,
            video=not arguments.no_video,
            earlier=earlier,
            progress=progress,
        )
    finally:
        progress.end()


def demo_clip(folder: Path) -> Path:
    """The clip that the samples' own note names."""
    try:
        clip = folder / (folder / _CHOSEN).read_text(encoding="utf-8").strip()
    except OSError:
        raise InputError(
            "The sample clips are not here: `posecheck demo` works in a clone of the project "
            "(installed with pip install -e .); try `posecheck review CLIP` with a clip of yours."
        ) from None
    return clip


def _live(arguments: Namespace) -> None:
    from posecheck.apps.live import live

    as_lines = arguments.json or arguments.no_window

    def tell(event: dict[str, Any]) -> None:
        if as_lines:
            sys.stdout.write(_line(event))
            sys.stdout.flush()
        elif event["event"] in ("camera", "recording", "voice", "window"):
            print(f"posecheck: {event['text']}", file=sys.stderr, flush=True)

    if arguments.record is None:
        print("Nothing is recorded; --record DIR would keep the clip.", file=sys.stderr)
    progress = ProgressLine()
    try:
        done = live(
            arguments.camera,
            _prescription(arguments),
            arguments.out,
            arguments.record,
            window=not arguments.no_window,
            mute=arguments.mute,
            language=arguments.language,
            model=arguments.model,
            tell=tell,
            progress=progress,
        )
    finally:
        progress.end()
    if as_lines:
        tell({"event": "result", **summary.review_json(done)})
    else:
        print(summary.review_text(done))


def _grade(arguments: Namespace) -> int:
    from posecheck.apps.grade import grade

    def tell(event: dict[str, Any]) -> None:
        if arguments.json:
            put(_line(event), sys.stdout)

    line = BatchProgress()
    try:
        done = grade(
            arguments.paths,
            arguments.out,
            _prescription(arguments),
            side=_known(arguments.side),
            variant=_known(arguments.variant),
            model=arguments.model,
            workers=arguments.workers,
            dask=arguments.dask,
            every_frame=arguments.every_frame,
            video=arguments.video,
            pages=not arguments.no_pages,
            time_limit_s=arguments.time_limit,
            memory_limit_mib=arguments.memory_limit,
            tell=tell,
            watcher=line,
        )
    finally:
        line.end()
    line.sum_up(done.summary)
    tell({"event": "result", **done.as_dict()})
    if done.interrupted:
        raise KeyboardInterrupt(
            f"interrupted; {done.summary.done} of {done.summary.total} clips are done and kept. "
            "Run the same command again to go on."
        )
    if not arguments.json:
        put(f"{INDEX}, {CSV} and {PARQUET} are in {done.out}\n", sys.stdout)
    return FAILED if done.failed else OK


def _compare(arguments: Namespace) -> None:
    from posecheck.apps.compare import compare
    from posecheck.apps.compare_summary import compare_json, compare_text

    done = compare(arguments.grades, arguments.labels, arguments.out)
    _print(arguments, compare_json(done), compare_text(done))


def _model(arguments: Namespace) -> None:
    fetched = find_model(arguments.model) is None
    model = ensure_model(arguments.model, stderr_bar)
    plain = {
        "name": model.name, "path": str(model.path), "sha256": model.sha256, "fetched": fetched,
    }  # fmt: skip
    _print(
        arguments,
        plain,
        f"{model.name}, {'fetched and verified' if fetched else 'here and verified'}\n"
        f"  {model.path}\n  sha256 {model.sha256}",
    )


def _doctor(arguments: Namespace) -> None:
    from posecheck.apps.doctor import checks

    found = checks(arguments.model)
    plain = {
        "ok": all(check.ok for check in found if check.needed),
        "checks": [dataclasses.asdict(check) for check in found],
    }
    _print(arguments, plain, summary.doctor_text(found))


def _prescription(arguments: Namespace) -> Prescription | None:
    """What was asked for, None where nothing was."""
    chosen = arguments.prescription
    return load_prescription(chosen) if chosen else None


def _known(choice: Any) -> Any:
    """What was chosen, None where it is to be found."""
    return None if choice == "auto" else choice


def _line(event: dict[str, Any]) -> str:
    """One of many, each to be written at once and in one piece: `print` sends the end apart."""
    return f"{json.dumps(event, allow_nan=False)}\n"


def _print(arguments: Namespace, plain: dict[str, Any], text: str) -> None:
    if arguments.json:
        json.dump(plain, sys.stdout, indent=2, ensure_ascii=True, allow_nan=False)
        print()
    else:
        print(text)


COMMANDS: dict[str, Callable[[Namespace], int | None]] = {
    "review": _review,
    "demo": _demo,
    "live": _live,
    "grade": _grade,
    "compare": _compare,
    "model": _model,
    "doctor": _doctor,
}
