"""The tables of the steadiness suite."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.outcome import KINDS, TENSION_DEG, TENSION_S, Change
from benchmarks.varied import Variation

PLAIN = "default"


@dataclass(frozen=True, slots=True)
class Run:
    """One clip in one variation under one prescription, beside the clip as it is reviewed."""

    family: str
    clip: str
    variation: Variation
    prescription: str
    asked: bool  # the clip shows what the prescription asks for, or nothing at all
    changes: tuple[Change, ...]
    late_s: float  # how far the tension moved, NaN where one has none
    more_deg: float
    grounds: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())  # before and now, if it changed


def tables(runs: Sequence[Run]) -> Iterator[str]:
    """A table for the default prescription, one for the others, and every change."""
    asked = [r for r in runs if r.prescription != PLAIN and r.asked]
    other = [r for r in runs if r.prescription != PLAIN and not r.asked]
    groups = (
        ("Without a dose (`default`)", [r for r in runs if r.prescription == PLAIN]),
        ("Under the other ready prescriptions, where they ask for what is done", asked),
        ("Under those that ask for the other variant", other),
    )
    for title, group in groups:
        yield f"## {title}"
        yield ""
        yield from _table(group)
        yield ""
    yield (
        "Changed: runs in which a decision is not that of the clip as `review` takes it. Tension: "
        f"the largest shift of its start and of the knee there; more than {TENSION_S:g} s or "
        f"{TENSION_DEG:g}° counts as changed."
    )
    yield ""
    yield "## Every change"
    yield ""
    yield from _changes(runs)


def _table(runs: Sequence[Run]) -> Iterator[str]:
    yield f"| clips | variation | runs | {' | '.join(KINDS)} | tension: start, knee |"
    yield f"|---|---|---|{'---|' * (len(KINDS) + 1)}"
    families = _in_order(r.family for r in runs)
    variations = _in_order(r.variation.group for r in runs)
    for family in families:
        for variation in variations:
            group = [r for r in runs if (r.family, r.variation.group) == (family, variation)]
            if group:
                yield f"| {family} | {variation} | {_row(group)} |"
    for variation in variations:
        group = [r for r in runs if r.variation.group == variation]
        yield f"| **all** | {variation} | {_row(group)} |"
    if runs:
        yield f"| **all** | **all** | {_row(runs)} |"


def _row(runs: Sequence[Run]) -> str:
    counts = [sum(any(c.kind == kind for c in r.changes) for r in runs) for kind in KINDS]
    cells = [f"**{n}**" if n else "0" for n in counts]
    late_s, more_deg = _largest(r.late_s for r in runs), _largest(r.more_deg for r in runs)
    tension = "-" if math.isnan(late_s) else f"{late_s:+.2f} s, {more_deg:+.1f}°"
    return f"{len(runs)} | {' | '.join(cells)} | {tension}"


def _changes(runs: Sequence[Run]) -> Iterator[str]:
    """Each with what was measured; a prescription that shares the default's change is left out."""
    plain = {(r.clip, r.variation.name): r.changes for r in runs if r.prescription == PLAIN}
    none = True
    for r in runs:
        same = r.prescription != PLAIN and plain.get((r.clip, r.variation.name)) == r.changes
        if not r.changes or same:
            continue
        none = False
        words = "; ".join(c.words for c in r.changes)
        yield f"- `{r.clip}`, {r.variation.name}, `{r.prescription}`: {words}"
        before, now = r.grounds
        yield from (f"  - before: {line}" for line in before)
        yield from (f"  - now: {line}" for line in now)
    if none:
        yield "none."


def _in_order(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _largest(values: Iterable[float]) -> float:
    """The one that is farthest from 0, NaN of none."""
    known = [v for v in values if math.isfinite(v)]
    return max(known, key=abs, default=math.nan)
