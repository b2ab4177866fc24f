"""Compare grades with a therapist's labels: the numbers as text and JSON, and a page with charts.

::

    done = compare(Path("graded"), Path("labels.csv"))
    print(compare_text(done))
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from posecheck.compare.agreement import ANSWERS, Agreed, Agreement, agreement_of
from posecheck.compare.disagreements import (
    Disagreement,
    both_sides,
    count_of,
    disagreement_texts,
    disagreements_of,
)
from posecheck.compare.labels import Joined, join, read_labels
from posecheck.compare.page import MARK, write_agreement_page
from posecheck.compare.statistics import kappa_words
from posecheck.compare.words import ANSWER_WORDS, agreement_parts, caveats, verdict_table
from posecheck.errors import InputError, OutputError
from posecheck.natives import refuse_lost_directory
from posecheck.present.grades import read_grades
from posecheck.present.spreadsheet import spelled

SCHEMA = "posecheck.compare/1"
PAGE = "compare.html"
TABLES = ("grades.csv", "grades.parquet")  # what a folder of grades is searched for, in this order
_WIDTH = 88  # characters of a line of text
_MOST_NAMED = 10  # clips that a sentence names
_LONGEST_NAME = 80  # characters of a clip's name
_MARK_WITHIN = 4096  # characters at the start of a page, among which its mark is looked for


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of a comparison, and where its page is."""

    agreement: Agreement
    joined: Joined
    labels: int
    ignored: tuple[str, ...]  # columns of the labels that say nothing here
    page: Path
    disagreements: tuple[Disagreement, ...] = ()


def compare(
    grades: Path,
    labels: Path,
    out: Path | None = None,
    tell: Callable[[str], None] = lambda _sentence: None,
) -> Compared:
    """Compare a table of grades with a table of labels.

    Parameters
    ----------
    grades
        ``grades.csv`` or ``grades.parquet``, or the folder they are in.
    labels
        A CSV file: clip, and any of verdict, reps, side, faults, tension angle and peak angle.
    out
        The folder of ``compare.html``; None: the working directory.
    tell
        Is told in a sentence what is done, and at once which columns of the labels are not used.

    Raises
    ------
    InputError
        If a table cannot be read, or no label belongs to a clip.
    OutputError
        If the page cannot be written, or would replace another file.

    """
    table = _table(grades)
    rows = read_grades(table)
    found = read_labels(labels)
    joined = join(found.labels, rows)
    if not joined.pairs:
        raise InputError(_no_pairs(joined, grades, labels, rows[0].clip if rows else None))
    page = _place(out or Path())
    unused = [ignored_columns(found.ignored)] if found.ignored else []
    for sentence in unused:
        tell(f"Attention: {sentence}")
    pairs = len(joined.pairs)
    tell(f"Comparing {pairs} {'clip' if pairs == 1 else 'clips'} ...")
    agreement = agreement_of(joined.pairs)
    apart = disagreements_of(joined.pairs, table.parent)
    done = Compared(agreement, joined, len(found.labels), found.ignored, page, apart)
    write_agreement_page(agreement, page, list(left_out(done)), apart, unused)
    return done


def ignored_columns(names: Sequence[str]) -> str:
    """Say which columns of the labels are not used, and what to call them if they should be.

    Parameters
    ----------
    names
        The columns, as the table calls them.

    """
    one = len(names) == 1
    shown = ", ".join(map(_shown, names))
    return (
        f"The {'column' if one else 'columns'} {shown} of the labels {'is' if one else 'are'} NOT "
        "used: no name of clip, verdict, reps, side, faults, tension_angle or peak_angle is known "
        f"for {'it' if one else 'them'}. Rename what should be."
    )


def left_out(done: Compared) -> Iterator[str]:
    """Yield sentences that say what is not compared, and name it."""
    joined = done.joined
    yield from _named(joined.unmatched, "label has no clip", "labels have no clip")
    yield from _named(
        joined.ambiguous, "label fits several clips", "labels fit several clips each",
        " Give the folder as well.",
    )  # fmt: skip
    yield from _named(
        joined.twice, "clip is labelled more than once", "clips are labelled more than once",
        " None of their labels is used.",
    )  # fmt: skip
    if joined.unlabelled:
        have = "graded clip has" if joined.unlabelled == 1 else "graded clips have"
        yield f"{joined.unlabelled} {have} no label."


def compare_text(done: Compared) -> str:
    """Return all numbers with what they mean, in lines for a terminal."""
    clips = done.agreement.clips
    lines = [f"{clips} {'clip' if clips == 1 else 'clips'} compared, of {done.labels} labels."]
    said = [*([ignored_columns(done.ignored)] if done.ignored else []), *left_out(done)]
    lines += [line for sentence in said for line in _wrapped(sentence)]
    for part in agreement_parts(done.agreement):
        lines += ["", part.title]
        lines += [f"  {name:<39}{value}" for name, value in part.numbers]
        if part.title == "Verdict":
            lines += ["", *_crossed(done.agreement)]
        lines += [line for s in part.sentences for line in _wrapped(s, "  ")]
    lines += ["", *_disagreements(done)]
    lines += ["", *(line for s in caveats(done.agreement) for line in _wrapped(s))]
    # A terminal of Windows may not know the typographers' minus.
    return "\n".join(lines).replace("−", "-")


def _disagreements(done: Compared) -> Iterator[str]:
    texts, apart = disagreement_texts(), done.disagreements
    yield texts["title"]
    if not apart:
        yield f"  {texts['none']}"
        return
    yield from _wrapped(count_of(apart, done.agreement.clips), "  ")
    for one in apart[:_MOST_NAMED]:
        label, grade = (", ".join(side) for side in both_sides(one))
        yield f"  {_shown(one.pair.row.clip)}"
        yield from _wrapped(f"{texts['you']}: {label}", "      ")
        yield from _wrapped(f"{texts['grade']}: {grade}", "      ")
        if one.report is not None:
            yield f"      {_printable(str(one.report))}"
    if len(apart) > _MOST_NAMED:
        yield f"  {texts['more'].format(n=len(apart) - _MOST_NAMED, page=PAGE)}"


def compare_json(done: Compared) -> dict[str, Any]:
    """Return the same as plain values; unknown numbers are None."""
    agreement, joined = done.agreement, done.joined
    plain: dict[str, Any] = {
        "schema": SCHEMA,
        "clips": agreement.clips,
        "labels": done.labels,
        "unmatched": list(joined.unmatched),
        "ambiguous": list(joined.ambiguous),
        "labelled_twice": list(joined.twice),
        "unlabelled": joined.unlabelled,
        "ignored_columns": list(done.ignored),
        "verdict": _verdict_json(agreement),
        "reps": {
            "exact": asdict(agreement.reps_exact),
            "within_one": asdict(agreement.reps_within_one),
            "mean_absolute_error": asdict(agreement.reps_error),
        },
        "side": asdict(agreement.side),
        "faults": asdict(agreement.faults),
        "tension_knee_flexion_deg": asdict(agreement.tension_deg),
        "peak_deg": asdict(agreement.peak_deg),
        "disagreements": [
            {"clip": spelled(one.pair.row.clip),
             "report": None if one.report is None else spelled(str(one.report)),
             "differences": [asdict(difference) for difference in one.differences]}
            for one in done.disagreements
        ],
        "page": str(done.page),
    }  # fmt: skip
    cleaned: dict[str, Any] = _cleaned(plain)
    return cleaned


def _table(grades: Path) -> Path:
    if not grades.is_dir():
        return grades
    for name in TABLES:
        if (grades / name).exists():
            return grades / name
    raise InputError(f"{grades} holds no {' or '.join(TABLES)}; is it what `--out` named?")


def _no_pairs(joined: Joined, grades: Path, labels: Path, clip: str | None) -> str:
    if clip is None:
        return f"{grades} has no rows, so there is nothing to compare."
    if joined.ambiguous or joined.twice:
        return (
            f"No label of {labels} belongs to one clip of {grades} alone: {len(joined.ambiguous)} "
            f"fit several clips, {len(joined.twice)} clips are labelled more than once."
        )
    return (
        f"No label of {labels} belongs to a clip of {grades}: there it says "
        f"{_shown(joined.unmatched[0])}, here {_shown(clip)}."
    )


def _place(out: Path) -> Path:
    """Return where the page goes, if it replaces nothing but an older one."""
    page = out / PAGE
    refuse_lost_directory(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        if page.exists():
            with page.open(encoding="utf-8", errors="replace") as stream:
                if MARK not in stream.read(_MARK_WITHIN):
                    raise OutputError(
                        f"{page} is something else and is left alone; give --out another folder."
                    )
    except OSError as error:
        raise OutputError(
            f"The page cannot be written to {out} ({error.strerror or error}); give --out a "
            "folder that can be written."
        ) from error
    return page


def _named(names: tuple[str, ...], one: str, several: str, advice: str = "") -> Iterator[str]:
    if names:
        shown = ", ".join(map(_shown, names[:_MOST_NAMED]))
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        yield f"{len(names)} {one if len(names) == 1 else several}: {shown}{more}.{advice}"


def _shown(name: str) -> str:
    """Return a name in one line, without what a terminal would obey."""
    plain = _printable(name)
    return plain if len(plain) <= _LONGEST_NAME else f"{plain[: _LONGEST_NAME - 1]}…"


def _printable(name: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in spelled(name))


def _verdict_json(agreement: Agreement) -> dict[str, Any]:
    def with_words(agreed: Agreed) -> dict[str, Any]:
        return {**asdict(agreed), "words": kappa_words(agreed.kappa.value)}

    return {
        "graded_clips": with_words(agreement.verdict),
        "all_clips": with_words(agreement.verdict_all),
        "let_pass": asdict(agreement.let_pass),
        "faulted": asdict(agreement.faulted),
        "table": [
            {"label": "ungradable" if label == "not_graded" else label, "grade": grade,
             "clips": agreement.table.get((label, grade), 0)}
            for label in ANSWERS for grade in ANSWERS
        ],
        "not_graded": {k: asdict(v) for k, v in agreement.not_graded.items()},
    }  # fmt: skip


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _cleaned(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(one) for one in value]
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value


def _crossed(agreement: Agreement) -> Iterator[str]:
    yield f"  {'You, below; Posecheck, on the right':<38}" + "".join(
        f"{ANSWER_WORDS[answer]:>12}" for answer in ANSWERS
    )
    for label, counts in verdict_table(agreement):
        yield f"  {label:<38}" + "".join(f"{count:>12}" for count in counts)
    yield ""


def _wrapped(sentence: str, indent: str = "") -> list[str]:
    return textwrap.wrap(sentence, _WIDTH, initial_indent=indent, subsequent_indent=indent)
