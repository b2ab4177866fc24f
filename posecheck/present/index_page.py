"""The page of a batch: every clip in one table that sorts and searches, without a network."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from markupsafe import Markup

from posecheck.atomic_files import atomic_text
from posecheck.present.html_pages import environment, json_in_script, policy, template_file
from posecheck.present.outcomes import OUTCOMES, Tally, outcome_of, outcome_words, reasons_of
from posecheck.present.spreadsheet import spelled
from posecheck.types import ClipGrade, Words

# A knee angle is one letter of the page: 62 steps of 3° from -10°, which is less than a pixel
# of the small charts; 20,000 of them are then 1 MB.
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LETTERS = np.array(list(LETTERS))
_LOWEST_DEG, _STEP_DEG, _UNKNOWN = -10.0, 3.0, "-"
_SCRIPT_WORDS = ("between", "no_name", "all_one", "all", "some")  # that the script needs


def write_index(
    rows: Iterable[ClipGrade],
    path: Path,
    words: Words,
    *,
    tables: Sequence[str] = (),
    report: str = "report.html",
    notes: Sequence[str] = (),
) -> None:
    """Write ``index.html``, row by row, so that no number of clips needs much memory.

    Parameters
    ----------
    rows
        The clips, in the order in which they are shown at first.
    path
        Where the page goes; reports are found from its folder.
    words
        The language.
    tables
        The names of the tables beside it that it links to.
    report
        The name of the page in each clip's folder.
    notes
        Sentences on what somebody should know of the whole batch.

    """
    tally = Tally(words)
    own = template_file("index.js")
    for_script = {
        "outcomes": outcome_words(words), "letters": LETTERS, "lowest": _LOWEST_DEG,
        "step": _STEP_DEG, "language": words.language,
        "day": words.texts["numbers.date"],
        **{name: words.texts[f"index.{name}"] for name in _SCRIPT_WORDS},
    }  # fmt: skip
    page = (
        environment()
        .get_template("index.html")
        .generate(
            # The counts are those of the rows that were written when they are asked for.
            lines=_lines(rows, tally, report),
            tally=tally,
            notes=[spelled(note) for note in notes],
            language=words.language,
            t=words.text,
            count=words.count,
            outcomes=OUTCOMES,
            outcome_words=outcome_words(words),
            tables=[(name, quote(name)) for name in tables],
            policy=Markup(policy(own)),
            style=Markup(template_file("report.css") + template_file("index.css")),
            words=Markup(json_in_script(for_script)),
            script=Markup(own),
        )
    )
    with atomic_text(path) as stream:
        for piece in page:
            stream.write(piece)


def report_address(folder: str, report: str) -> str:
    """Return the relative address of a clip's page, or nothing where it leaves the batch.

    Parameters
    ----------
    folder
        The clip's, relative to the page.
    report
        The name of the clip's page in it.

    """
    parts = folder.split("/")
    if not folder or folder.startswith("/") or ".." in parts:
        return ""
    try:
        quoted = quote(folder, errors="surrogateescape")  # the bytes of the folder's name
    except UnicodeEncodeError:
        quoted = quote(spelled(folder))
    return f"./{quoted}/{quote(report)}"


def curve_letters(curve_deg: Sequence[float]) -> str:
    """Return a curve of angles in degrees, (n,), as one letter each, a dash where unknown."""
    curve = np.asarray(curve_deg, dtype=float)
    known = np.isfinite(curve)
    steps = np.rint((np.where(known, curve, 0.0) - _LOWEST_DEG) / _STEP_DEG)
    steps = np.clip(steps, 0, len(LETTERS) - 1).astype(np.intp)
    return "".join(np.where(known, _LETTERS[steps], _UNKNOWN).tolist())


def _lines(rows: Iterable[ClipGrade], tally: Tally, report: str) -> Iterator[Markup]:
    """Yield the rows as the script takes them, and count them."""
    for row in rows:
        before = ",\n" if tally.clips else ""
        tally.add(row)
        yield Markup(before + json_in_script(_values(row, report, tally.words)))


def _values(row: ClipGrade, report: str, words: Words) -> list[Any]:
    return [
        spelled(row.clip),
        outcome_of(row),
        row.score,
        words.text(f"sides.{row.side}") if row.side else None,
        _movement(row, words),
        row.reps,
        _known(row.tension_knee_flexion_deg),
        _known(row.tension_hip_flexion_deg),
        spelled(_remark(row, words)),
        spelled(row.subject or "") or None,
        spelled(row.session_date or "") or None,
        report_address(row.folder, report) if row.folder else "",
        curve_letters(row.knee_curve_deg),
        spelled(_names(row, words)),
        _known(row.peak_deg),
    ]


def _movement(row: ClipGrade, words: Words) -> str | None:
    """Return what was repeated, as a person calls it."""
    if row.variant:
        return words.text(f"index.{row.variant}")
    return _exercise(row, words)


def _exercise(row: ClipGrade, words: Words) -> str | None:
    """Return the title of the exercise; its name where the language does not know it."""
    if row.exercise is None:
        return None
    try:
        return words.text(f"exercises.{row.exercise}.title")
    except KeyError:
        return spelled(row.exercise)


def _names(row: ClipGrade, words: Words) -> str:
    """Return what else a clip may be looked for by: above all what the tables call its faults."""
    exercise = (row.exercise, _exercise(row, words))
    names = (row.side, row.variant, *exercise, *row.faults, *row.warnings, row.therapist)
    return " ".join(name for name in names if name)


def _remark(row: ClipGrade, words: Words) -> str:
    if row.verdict is None:
        return row.error or ""
    return "; ".join(reasons_of(row, words))


def _known(value: float) -> float | None:
    return round(value, 1) if math.isfinite(value) else None
