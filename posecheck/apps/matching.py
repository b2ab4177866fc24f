"""Labels and grades of the same clips, joined by name."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from posecheck.assess.comparison import Label, Pair
from posecheck.types import ClipGrade


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
