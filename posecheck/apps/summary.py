"""What the commands print: a report in a few plain lines, or everything as JSON."""

from __future__ import annotations

import json
import math
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from posecheck.apps.progress import fitting
from posecheck.exercises.catalogue import exercise_named
from posecheck.exercises.language import words_of
from posecheck.present.report_files import report_to_dict
from posecheck.types import Report, Words

if TYPE_CHECKING:
    from posecheck.apps.doctor import Check
    from posecheck.apps.review import Reviewed

_WIDTH = 88
_SURE = 0.8  # less sure which exercise it was, and it is said
_MAILED_BYTES = 20_000_000  # much mail ends at 25 MB, and what is sent grows on the way
_WHAT_IT_IS = {
    "report.html": "page", "report.pdf": "pdf", "annotated.mp4": "video",
    "report.json": "report", "angles.csv": "angles", "poses.npz": "poses",
}  # fmt: skip


def print_result(as_json: bool, plain: dict[str, Any], text: str) -> None:
    """Print what a command has found, on standard output.

    Parameters
    ----------
    as_json
        Whether it is printed for a program.
    plain
        The result as plain values, for a program.
    text
        The same for a person.

    """
    if as_json:
        print(json.dumps(plain, indent=2, ensure_ascii=True, allow_nan=False))
    else:
        print(fitting(text, sys.stdout))


def json_line(event: dict[str, Any]) -> str:
    """Return one event of many as a line, to be written in one piece; `print` sends its end apart.

    Parameters
    ----------
    event
        Plain values, none of which is infinite or NaN.

    """
    return f"{json.dumps(event, allow_nan=False)}\n"


def review_text(done: Reviewed) -> str:
    """Return verdict, reasons, numbers, and where the files are."""
    report, lines = done.report, []
    words, score = words_of(report.language), ""
    if report.grade.score is not None:
        score = f", {words.text('summary.score', number=report.grade.score)}"
    lines.append(f"{report.clip.name}: {words.verdicts[report.grade.verdict]}{score}")
    lines += ["", *_bullets(report.grade.reasons)]
    lines += ["", *(f"  {name:<18}{value}" for name, value in _numbers(report, words))]
    notes = report.quality.notes or report.quality.warnings
    if notes:
        lines += ["", words.text("summary.could_not_tell"), *_bullets(notes)]
    if done.change is not None:
        lines += ["", *_wrapped(words.text("summary.since", sentence=done.change.sentence))]
    lines += ["", words.text("summary.in", folder=f"{short(done.folder)}/"), *_files(done, words)]
    return "\n".join(lines)


def review_json(done: Reviewed) -> dict[str, Any]:
    """Return the report as in report.json, and where it is."""
    plain = report_to_dict(done.report)
    if done.change is not None:
        change = done.change.as_dict()
        plain["change"] = {
            k: None if isinstance(v, float) and not math.isfinite(v) else v
            for k, v in change.items()
        }
    files = {name: str(path) for name, path in done.files.items()}
    return {**plain, "folder": str(done.folder), "files": files}


def mail_note(page: Path) -> str:
    """Return one sentence where a page is too large to be mailed, else nothing."""
    size = page.stat().st_size
    if size <= _MAILED_BYTES:
        return ""
    return f"{short(page)} has {size / 1e6:.0f} MB, which is too large for most mail."


def doctor_text(checks: list[Check]) -> str:
    """Return one line a check, and what to do below those that failed."""
    lines = []
    for check in checks:
        sign = "ok" if check.ok else "MISSING" if check.needed else "-"
        lines.append(f"{sign:<9}{check.name:<11}{check.detail}")
        if not check.ok and check.fix:
            lines.append(f"{'':<20}what to do: {check.fix}")
    missing = [check.name for check in checks if not check.ok and check.needed]
    if missing:
        lines += ["", f"Clips cannot be reviewed yet: see {', '.join(missing)} above."]
    else:
        lines += ["", "Recorded clips can be reviewed on this machine."]
    return "\n".join(lines)


def short(path: Path) -> str:
    """Return a path as seen from here, where that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def _numbers(report: Report, words: Words) -> Iterator[tuple[str, str]]:
    def text(name: str, **values: object) -> str:
        return words.text(f"summary.{name}", **values)

    if report.subject.name:
        yield text("person"), report.subject.name
    yield text("leg"), words.text(f"sides.{report.side}") if report.side else text("no_leg")
    if report.exercise:
        yield text("exercise"), _exercise(report, words)
    if report.variant or not report.exercise:
        movement = words.variants[report.variant] if report.variant else text("no_movement")
        yield text("movement"), movement
    yield text("repetitions"), str(len(report.reps))
    if report.summary is not None:
        yield from _end_range(report, words)
        return
    tension = report.tension
    if tension is None:
        yield text("tension"), text("no_tension")
        return
    band = f" ± {tension.uncertainty_deg:.0f}°" if math.isfinite(tension.uncertainty_deg) else ""
    start = words.number(tension.start_s, 1)
    held = words.number(tension.end_s - tension.start_s, 1)
    yield text("tension"), text("tension_at", start=start, held=held)
    yield text("knee"), text("knee_is", degrees=f"{tension.knee_flexion_deg:.0f}°{band}")
    if math.isfinite(tension.hip_flexion_deg):
        yield text("hip"), text("hip_is", degrees=f"{tension.hip_flexion_deg:.0f}°")


def _exercise(report: Report, words: Words) -> str:
    """Return which exercise it was, and how sure that is where it is not."""
    title = words.text(f"exercises.{report.exercise}.title")
    if not report.exercise_certainty < _SURE:
        return title
    percent = f"{100 * report.exercise_certainty:.0f}"
    return words.text("summary.certainty", exercise=title, percent=percent)


def _end_range(report: Report, words: Words) -> Iterator[tuple[str, str]]:
    """Yield the end range of the set that the report is of: best, median and each repetition."""
    summary, exercise = report.summary, exercise_named(report.exercise or "")
    if summary is None or exercise.to is None:
        return
    there = f"summary.{exercise.to.joint}_peak_is"
    known = math.isfinite(summary.uncertainty_deg)
    band = f" ± {summary.uncertainty_deg:.0f}°" if known else ""
    best, median = f"{summary.best_deg:.0f}°", f"{summary.median_deg:.0f}°{band}"
    yield words.text("summary.median"), words.text(there, degrees=median)
    yield words.text("summary.best"), words.text(there, degrees=best)
    of_set = next((one.index for one in report.sets if one.summary == summary), 0)
    peaks = [r.peak_deg for r in report.reps if r.set == of_set and math.isfinite(r.peak_deg)]
    yield words.text("summary.peaks"), ", ".join(f"{deg:.0f}°" for deg in peaks)


def _files(done: Reviewed, words: Words) -> Iterator[str]:
    for name in done.files:
        yield f"  {name:<16}{words.text(f'summary.{_WHAT_IT_IS[name]}')}"


def _bullets(sentences: tuple[str, ...]) -> Iterator[str]:
    for sentence in sentences:
        yield from textwrap.wrap(
            sentence, _WIDTH, initial_indent="  - ", subsequent_indent="    "
        ) or ["  -"]


def _wrapped(sentence: str) -> list[str]:
    return textwrap.wrap(sentence, _WIDTH)
