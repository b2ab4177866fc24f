"""The clips on which grades and labels disagree, each with the report to look at."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Literal
from urllib.parse import quote

from posecheck.compare.agreement import Pair, answer_of, is_graded
from posecheck.exercises.language import words_of
from posecheck.present.index_page import report_address
from posecheck.present.outcomes import reasons_of
from posecheck.present.spreadsheet import spelled
from posecheck.present.written_values import number
from posecheck.types import Verdict

What = Literal["verdict", "reps", "side", "faults", "tension_knee_flexion_deg", "peak_deg"]

REPORT = "report.html"  # the page in each clip's folder
# What two measurements with a goniometer by one rater differ by before it means anything: of a
# SEM of 2.6° it is 1.96 * sqrt(2) * 2.6° (J Sport Rehabil 2015, PMID 25364856).
DETECTABLE_DEG = 7.2

_TEXTS = {
    "en": {
        "title": "Clips on which you disagree", "clip": "Clip", "you": "You",
        "grade": "Posecheck", "count": "{n} of {all} clips. Those that Posecheck let pass and you "
        "did not come first. Angles are listed where they are more than {deg}° apart, which is "
        "what two measurements by one person may differ by.",
        "none": "There is none: where both say something, they say the same.",
        "more": "and {n} more, in {page}", "not_graded": "Not graded", "no_fault": "no fault",
        "rep": "1 repetition", "reps": "{n} repetitions", "left": "left leg",
        "right": "right leg", "knee": "knee at {deg}", "peak": "end range {deg}",
    },
    "de": {
        "title": "Clips, bei denen Sie nicht übereinstimmen", "clip": "Clip", "you": "Sie",
        "grade": "Posecheck", "count": "{n} von {all} Clips. Zuerst stehen die, die Posecheck "
        "bestehen ließ und Sie nicht. Winkel stehen hier, wenn sie mehr als {deg}° "
        "auseinanderliegen; so viel können zwei Messungen einer Person sich unterscheiden.",
        "none": "Keine: Wo beide etwas sagen, sagen sie dasselbe.",
        "more": "und {n} weitere, in {page}", "not_graded": "Nicht bewertet",
        "no_fault": "kein Fehler", "rep": "1 Wiederholung", "reps": "{n} Wiederholungen",
        "left": "linkes Bein", "right": "rechtes Bein", "knee": "Knie bei {deg}",
        "peak": "Endstellung {deg}",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing of which the two say different things."""

    what: What
    label: Any
    grade: Any  # None where a clip has no verdict


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A clip, with all that is said differently of it."""

    pair: Pair
    differences: tuple[Difference, ...]
    report: Path | None  # its page, where there is one


def disagreements_of(pairs: Sequence[Pair], folder: Path) -> tuple[Disagreement, ...]:
    """Return the clips on which the two disagree, the gravest first.

    Parameters
    ----------
    pairs
        Labels and grades, as they are compared.
    folder
        Where the table of the grades is; reports are looked for beside it.

    """
    found = [
        Disagreement(pair, differences, _report(folder, pair.row.folder))
        for pair in pairs
        if (differences := tuple(_differences(pair)))
    ]
    return tuple(sorted(found, key=lambda one: _rank(one.pair)))


def disagreement_texts(language: str = "en") -> dict[str, str]:
    """Return what is said around the list in a language, or in English."""
    return _TEXTS.get(language, _TEXTS["en"])


def count_of(apart: Sequence[Disagreement], clips: int, language: str = "en") -> str:
    """Return in a sentence how many of the clips these are, and what is listed."""
    return disagreement_texts(language)["count"].format(n=len(apart), all=clips, deg=DETECTABLE_DEG)


def both_sides(one: Disagreement, language: str = "en") -> tuple[list[str], list[str]]:
    """Return what the labels and what the grades say, where they differ, in the same order."""
    label = [_said(d.what, d.label, language) for d in one.differences]
    grade = [_said(d.what, d.grade, language) for d in one.differences]
    if one.differences[0].what == "verdict" and one.pair.row.verdict != "pass":
        reasons = reasons_of(one.pair.row, words_of(language))
        grade[0] = f"{grade[0]} ({'; '.join(map(spelled, reasons))})"
    return label, grade


def page_address(report: Path, page: Path) -> str:
    """Return the address of a report, relative to the page that links to it.

    Parameters
    ----------
    report, page
        Both files, wherever they are.

    """
    try:
        relative = os.path.relpath(report, page.parent)
    except ValueError:  # on another drive of Windows
        return report.absolute().as_uri()
    return "/".join(quote(os.fsencode(part), safe="") for part in PurePath(relative).parts)


def _differences(pair: Pair) -> Iterator[Difference]:
    label, row = pair.label, pair.row
    if label.verdict is not None and answer_of(label.verdict) != answer_of(row.verdict):
        yield Difference("verdict", label.verdict, row.verdict)
    if not is_graded(pair):  # of these nothing is claimed
        return
    if None not in (label.reps, row.reps) and label.reps != row.reps:
        yield Difference("reps", label.reps, row.reps)
    if label.side and row.side and label.side != row.side:
        yield Difference("side", label.side, row.side)
    if label.faults is not None and set(label.faults) != set(row.faults):
        yield Difference("faults", label.faults, row.faults)
    angles: tuple[What, ...] = ("tension_knee_flexion_deg", "peak_deg")
    for angle in angles:
        said, found = getattr(label, angle), getattr(row, angle)
        if math.isfinite(found - said) and abs(found - said) > DETECTABLE_DEG:
            yield Difference(angle, said, found)


def _rank(pair: Pair) -> int:
    """Order the clips: let pass, then faulted, then not graded, then what differs in numbers."""
    label, grade = pair.label.verdict, answer_of(pair.row.verdict)
    if label is None or answer_of(label) == grade:
        return 3
    if "not_graded" in (grade, answer_of(label)):
        return 2
    return 0 if grade == "pass" else 1


def _said(what: What, value: Any, language: str) -> str:
    texts, words = disagreement_texts(language), words_of(language)
    if what == "verdict":
        verdict: Verdict | None = value
        return words.verdicts[verdict] if verdict else texts["not_graded"]
    if what == "reps":
        return texts["rep"] if value == 1 else texts["reps"].format(n=value)
    if what == "side":
        return texts[value]
    if what == "faults":
        return ", ".join(words.title(rule) for rule in value) or texts["no_fault"]
    digits = 0 if abs(value - round(value)) < 0.05 else 1
    return texts["peak" if what == "peak_deg" else "knee"].format(deg=number(value, "°", digits))


def _report(folder: Path, name: str | None) -> Path | None:
    """Return the page of a clip, if it is in the batch and there."""
    if not name or not report_address(name, REPORT):
        return None
    page = folder / name / REPORT
    try:
        return page if page.is_file() else None
    except (OSError, ValueError):
        return None
