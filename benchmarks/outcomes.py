"""The tables of the conditions: what was found in spoiled clips, and what was missed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.misses import Miss, misses
from benchmarks.scoring import JOINTS, Score
from benchmarks.spoiling import Condition
from benchmarks.totals import deg, mean, of, seconds, total


@dataclass(frozen=True, slots=True)
class Outcome:
    """One spoiled clip's score, and the score of the clip it was made from."""

    score: Score
    warnings: tuple[str, ...]
    untouched: Score


def table(
    untouched: Sequence[Outcome], rows: Iterable[tuple[Condition, list[Outcome]]]
) -> Iterator[str]:
    """A row a condition."""
    yield (
        "| condition | hip | knee | ankle | counts exact | tension: found, start, knee | "
        "side & variant | faults named, false | verdict right | warnings |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    if untouched:
        yield _row(f"untouched ({len(untouched)} clips)", untouched, plain=True)
    for condition, outcomes in rows:
        yield _row(f"`{condition.name}`: {condition.words}", outcomes)
    yield ""
    yield (
        "Angles: mean absolute error over frames, then clips; in brackets what the condition "
        "changes on the same clips. Tension: how far its start and the knee there are off, either "
        "way. Warnings: the clips that were given each. **Bold**: not all."
    )


def _row(name: str, outcomes: Sequence[Outcome], plain: bool = False) -> str:
    its, n = total([o.score for o in outcomes]), len(outcomes)
    cells = []
    for i, joint in enumerate(JOINTS):
        change = mean(
            o.score.angles[joint].mean_deg - o.untouched.angles[joint].mean_deg for o in outcomes
        )
        cells.append(deg(its.mean_deg[i]) + ("" if plain else f" ({deg(change, signed=True)})"))
    tension = f"{of(its.tensions, n)}, {seconds(its.late_s)}, {deg(its.tension_knee_deg)}"
    false = f"**{its.false_faults}**" if its.false_faults else "0"
    cells += [
        of(its.exact, n), tension, of(its.sides, n),
        f"{of(its.named, its.planted) if its.planted else '-'}, {false}",
        of(its.verdicts, n), _warned(outcomes) or "-",
    ]  # fmt: skip
    return f"| {name} | {' | '.join(cells)} |"


def _warned(outcomes: Sequence[Outcome]) -> str:
    names = sorted({w for o in outcomes for w in o.warnings})
    return ", ".join(f"`{w}` {sum(w in o.warnings for o in outcomes)}" for w in names)


def listed(rows: Iterable[tuple[Condition, list[Outcome]]]) -> Iterator[str]:
    """Every miss by its clip's name; what the untouched clip misses too is not the condition's."""
    yield "Misses:"
    yield ""
    none = True
    for condition, outcomes in rows:
        for o in outcomes:
            what = [*misses(o.score), *unwarned(condition, o)]
            if not what:
                continue
            none = False
            before = {m.kind for m in misses(o.untouched)}
            told = "; ".join(
                f"{m.words} (untouched too)" if m.kind in before else m.words for m in what
            )
            yield f"- `{condition.name}`, `{o.score.name}`: {told}"
    if none:
        yield "none."


def unwarned(condition: Condition, outcome: Outcome) -> Iterator[Miss]:
    """The warning that the condition calls for, where it was not given."""
    if condition.warning is not None and condition.warning not in outcome.warnings:
        yield Miss("warning", f"no warning `{condition.warning}`")
