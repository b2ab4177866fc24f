"""A therapist's labels: read from a table as people make them, and joined with the grades."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from posecheck.compare.agreement import Label, Pair
from posecheck.errors import InputError
from posecheck.exercises.catalogue import rule_names
from posecheck.exercises.language import words_of
from posecheck.present.spreadsheet import (
    Sheet,
    columns_of,
    is_unknown,
    number,
    read_sheet,
    restored,
)
from posecheck.types import ClipGrade, Side, Verdict

_SPELLINGS = {
    "clip": (
        "clip", "clips", "clip_name", "file", "filename", "file_name", "name", "video",
        "video_file",
    ),
    "verdict": ("verdict", "grade", "label", "rating", "result", "judgement"),
    "reps": (
        "reps", "rep", "repetitions", "repetition", "count", "rep_count", "number_of_reps",
        "number_of_repetitions",
    ),
    "side": ("side", "leg"),
    "angle": (
        "tension_knee_flexion_deg", "tension_knee_flexion", "tension_angle", "tension_angle_deg",
        "tension_deg", "tension", "angle", "angle_deg", "knee_angle", "knee_angle_deg",
        "knee_flexion", "knee_flexion_deg",
    ),
    "peak": (
        "peak_angle", "peak_angle_deg", "peak_deg", "peak", "end_range", "end_range_deg",
        "end_range_angle",
    ),
    "faults": ("faults",),
}  # fmt: skip
_VERDICTS: dict[str, Verdict] = {
    "pass": "pass", "passed": "pass", "done well": "pass", "ok": "pass",
    "needs work": "needs_work", "needswork": "needs_work",
    "ungradable": "ungradable", "cannot be graded": "ungradable", "not gradable": "ungradable",
}  # fmt: skip
_SIDES: dict[str, Side] = {
    "left": "left", "l": "left", "links": "left",
    "right": "right", "r": "right", "rechts": "right",
}  # fmt: skip
_NO_FAULTS = frozenset(("none", "no fault", "no faults"))
_MOST_REPS = 1000
_LOWEST_DEG, _HIGHEST_DEG = -45.0, 180.0
_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a table, and its columns that say nothing here."""

    labels: tuple[Label, ...]
    ignored: tuple[str, ...]


def read_labels(path: Path) -> Labels:
    """Read labels: a column with the clip's name, and any of verdict, reps, side, faults, angles.

    Raises
    ------
    InputError
        If the table cannot be read, lacks these columns, or has cells that mean nothing; the
        message names the lines.

    """
    sheet = read_sheet(path)
    columns = _columns(sheet, path)
    labels: list[Label] = []
    wrong: list[str] = []
    for line, row in sheet.rows:
        cells = {name: row[i].strip() for name, i in columns.items()}
        try:
            labels.append(_label(cells))
        except ValueError as error:
            wrong.append(f"line {line}: {error}")
    if wrong:
        more = len(wrong) - _MOST_SHOWN
        tail = f"; and {more} more" if more > 0 else ""
        raise InputError(f"{path}: {'; '.join(wrong[:_MOST_SHOWN])}{tail}.")
    if not labels:
        raise InputError(f"{path} has no rows below its header.")
    used = set(columns.values())
    return Labels(
        tuple(labels), tuple(name for i, name in enumerate(sheet.header) if i not in used)
    )


def _columns(sheet: Sheet, path: Path) -> dict[str, int]:
    found = columns_of(sheet.header, _SPELLINGS, str(path))
    if "clip" not in found or len(found) < 2:
        raise InputError(
            f"{path} needs a column `clip` and at least one of `verdict`, `reps`, `side`, "
            "`faults`, `tension_angle` and `peak_angle`; its columns are "
            f"{', '.join(sheet.header)}."
        )
    return found


def _label(cells: dict[str, str]) -> Label:
    clip = restored(cells["clip"])
    if not clip:
        raise ValueError("there is no clip's name")
    return Label(clip, **dict(_said(cells)))


def _said(cells: dict[str, str]) -> Iterator[tuple[str, Any]]:
    for name, cell in cells.items():
        if name == "faults" and _plain(cell) in _NO_FAULTS:
            yield "faults", ()
            continue
        if name == "clip" or is_unknown(cell):
            continue
        if name == "verdict":
            yield "verdict", _word(cell, _VERDICTS, "verdict", "pass, needs work or ungradable")
        elif name == "side":
            yield "side", _word(cell, _SIDES, "side", "left or right")
        elif name == "faults":
            yield "faults", _rules(cell)
        elif name == "reps":
            yield "reps", _count(cell)
        elif name == "peak":
            yield "peak_deg", _angle(cell, "an angle of the end range")
        else:
            yield "tension_knee_flexion_deg", _angle(cell)


def _word(cell: str, words: dict[str, Any], what: str, known: str) -> Any:
    plain = _plain(cell)
    if plain not in words:
        raise ValueError(f"the {what} {cell[:40]!r} is not {known}")
    return words[plain]


def _rules(cell: str) -> tuple[str, ...]:
    """Return the rules that a cell names, by the names of the tables or the titles of the pages."""
    known = {_plain(words_of().title(name)): name for name in rule_names()}
    known |= {_plain(name): name for name in rule_names()}
    named = [part for part in re.split(r"[;,|\n]", cell) if part.strip()]
    rules = (
        _word(part.strip(), known, "fault", "the name of a rule, such as too_fast")
        for part in named
    )
    return tuple(sorted(set(rules)))


def _plain(cell: str) -> str:
    return " ".join(re.sub(r"[\s_-]+", " ", cell.lower()).split())


def _count(cell: str) -> int:
    value = _number(cell)
    if not 0 <= value <= _MOST_REPS or value != int(value):
        raise ValueError(f"{cell[:40]!r} is not a count of repetitions")
    return int(value)


def _angle(cell: str, what: str = "a knee angle") -> float:
    value = _number(cell)
    if not _LOWEST_DEG <= value <= _HIGHEST_DEG:
        raise ValueError(f"{cell[:40]!r} is not {what} in degrees (0 is straight)")
    return value


def _number(cell: str) -> float:
    try:
        return number(cell)
    except ValueError:
        return math.inf


@dataclass(frozen=True, slots=True)
class Joined:
    """The pairs, and the names that have no partner or too many."""

    pairs: tuple[Pair, ...]
    unmatched: tuple[str, ...]  # labels of clips that are not among the grades
    ambiguous: tuple[str, ...]  # labels that could be of more than one clip
    twice: tuple[str, ...]  # clips with more than one label; none of them is used
    unlabelled: int  # grades without a label


_Name = tuple[str, ...]  # a path from its end: file, folder, the folder above


def join(labels: Sequence[Label], rows: Sequence[ClipGrade]) -> Joined:
    """Find each label's clip.

    The folder, or a part of it, and the suffix may be missing on either side; what both have
    must be the same, but for upper and lower case. Of several clips that fit, the one with
    just that name is meant, then those that need no suffix added; clips with the same content
    are one.

    Parameters
    ----------
    labels
        What somebody says of the clips.
    rows
        What Posecheck says of them.

    """
    by_name: dict[str, list[int]] = defaultdict(list)
    by_stem: dict[str, list[tuple[_Name, int]]] = defaultdict(list)
    for i, row in enumerate(rows):
        by_name[row.clip].append(i)
        name = _name(row.clip)
        for stem in {name[0], _stem(name[0])}:
            by_stem[stem].append((name, i))
    found: list[tuple[Label, int]] = []
    unmatched: list[str] = []
    ambiguous: list[str] = []
    for label in labels:
        candidates = by_name.get(label.clip) or _candidates(label, by_stem)
        if not candidates:
            unmatched.append(label.clip)
        elif not _are_one([rows[i] for i in candidates]):
            ambiguous.append(label.clip)
        else:
            found.append((label, candidates[0]))
    times = Counter(i for _, i in found)
    return Joined(
        tuple(Pair(label, rows[i]) for label, i in found if times[i] == 1),
        tuple(unmatched),
        tuple(ambiguous),
        tuple(rows[i].clip for i in times if times[i] > 1),
        len(rows) - len(times),
    )


def _candidates(label: Label, by_stem: dict[str, list[tuple[_Name, int]]]) -> list[int]:
    name = _name(label.clip)
    near = {i: other for stem in {name[0], _stem(name[0])} for other, i in by_stem.get(stem, ())}
    fits = [i for i, other in near.items() if _same_end(name[1:], other[1:])]
    whole = [i for i in fits if near[i][0] == name[0]]
    # x.mp4 and x.mov are two clips; x may be either.
    cut = [i for i in fits if name[0] == _stem(near[i][0]) or _stem(name[0]) == near[i][0]]
    return sorted(whole or cut)


def _name(clip: str) -> _Name:
    plain = unicodedata.normalize("NFC", clip.strip()).casefold().replace("\\", "/")
    parts = [part for part in plain.split("/") if part not in ("", ".")]
    return tuple(reversed(parts)) or ("",)


def _stem(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return stem if dot and stem and suffix else name


def _same_end(one: _Name, other: _Name) -> bool:
    return all(a == b for a, b in zip(one, other, strict=False))


def _are_one(rows: Sequence[ClipGrade]) -> bool:
    return len(rows) == 1 or (len({r.sha256 for r in rows}) == 1 and rows[0].sha256 is not None)
