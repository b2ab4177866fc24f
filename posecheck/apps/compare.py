"""Compares grades with a therapist's labels, and writes a page with charts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from posecheck.apps.batch.progress import printable
from posecheck.apps.batch.tasks import TABLES
from posecheck.apps.labels import read_labels
from posecheck.apps.matching import Joined, join
from posecheck.assess.comparison import Agreement, agreement_of
from posecheck.errors import InputError, OutputError
from posecheck.present.agreement_page import MARK, write_agreement_page
from posecheck.present.grades import read_grades
from posecheck.present.spreadsheet import spelled

PAGE = "compare.html"
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of a comparison, and where its page is."""

    agreement: Agreement
    joined: Joined
    labels: int
    ignored: tuple[str, ...]  # columns of the labels that say nothing here
    page: Path


def compare(grades: Path, labels: Path, out: Path | None = None) -> Compared:
    """Compare a table of grades with a table of labels.

    Parameters
    ----------
    grades
        ``grades.csv`` or ``grades.parquet``, or the folder they are in.
    labels
        A CSV file: clip, and any of verdict, reps, side and tension angle.
    out
        The folder of ``compare.html``; None: the working directory.

    Raises
    ------
    InputError
        If a table cannot be read, or no label belongs to a clip.
    OutputError
        If the page cannot be written, or would replace another file.

    """
    rows = read_grades(_table(grades))
    found = read_labels(labels)
    joined = join(found.labels, rows)
    if not joined.pairs:
        raise InputError(_no_pairs(joined, grades, labels, rows[0].clip if rows else None))
    page = _place(out or Path())
    agreement = agreement_of(joined.pairs)
    done = Compared(agreement, joined, len(found.labels), found.ignored, page)
    write_agreement_page(agreement, page, list(left_out(done)))
    return done


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
    if done.ignored:
        yield f"Columns of the labels that are not used: {', '.join(map(_shown, done.ignored))}."


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
    try:
        out.mkdir(parents=True, exist_ok=True)
        if page.exists():
            with page.open(encoding="utf-8", errors="replace") as stream:
                if MARK not in stream.read(4096):
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
    plain = printable(spelled(name))
    return plain if len(plain) <= 80 else f"{plain[:79]}…"
