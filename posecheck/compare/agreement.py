"""Grades beside the labels of somebody who looked at the same clips."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from posecheck.compare.statistics import (
    Estimate,
    Limits,
    cohen_kappa,
    limits_of_agreement,
    mean_absolute_error,
    share,
    within,
)
from posecheck.types import ClipGrade, Side, Verdict

Answer = Literal["pass", "needs_work", "not_graded"]
ANSWERS: tuple[Answer, ...] = ("pass", "needs_work", "not_graded")


@dataclass(frozen=True, slots=True)
class Label:
    """What somebody says of a clip; what they do not say is None or NaN."""

    clip: str
    verdict: Verdict | None = None
    reps: int | None = None
    side: Side | None = None
    tension_knee_flexion_deg: float = math.nan
    peak_deg: float = math.nan  # the median end range
    faults: tuple[str, ...] | None = None  # rules; none where nobody says that there was none


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and the grade of the same clip."""

    label: Label
    row: ClipGrade


@dataclass(frozen=True, slots=True)
class Agreed:
    """Labels of two sides: how often they are the same, and beyond chance."""

    same: Estimate
    kappa: Estimate


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well grades and labels agree.

    Counts, sides and angles are compared in the clips that were graded: of the others
    Posecheck claims nothing.
    """

    clips: int
    verdict: Agreed  # of clips that both call pass or needs_work
    verdict_all: Agreed  # not graded being a third answer
    let_pass: Estimate  # of those labelled needs_work and graded
    faulted: Estimate  # of those labelled pass and graded
    table: dict[tuple[Answer, Answer], int]  # clips by label and grade
    not_graded: dict[Verdict, Estimate]  # of the clips with that label
    reps_exact: Estimate
    reps_within_one: Estimate
    reps_error: Estimate
    side: Agreed
    faults: Estimate  # the same rules broken, no more and no fewer
    tension_deg: Limits  # grade minus label
    peak_deg: Limits  # the same of the end range
    pairs: tuple[Pair, ...] = field(repr=False)


def agreement_of(pairs: Sequence[Pair]) -> Agreement:
    """Compare each pair; a clip counts wherever both sides say something."""
    judged = [
        (answer_of(p.label.verdict), answer_of(p.row.verdict)) for p in pairs if p.label.verdict
    ]
    both = [answers for answers in judged if "not_graded" not in answers]
    graded = [pair for pair in pairs if is_graded(pair)]
    reps = [
        (pair.row.reps, pair.label.reps)
        for pair in graded
        if pair.row.reps is not None and pair.label.reps is not None
    ]
    counted = [grade for grade, _ in reps], [label for _, label in reps]
    sides = [(p.label.side, p.row.side) for p in graded if p.label.side and p.row.side]
    angles = (
        [pair.row.tension_knee_flexion_deg for pair in graded],
        [pair.label.tension_knee_flexion_deg for pair in graded],
    )
    peaks = [pair.row.peak_deg for pair in graded], [pair.label.peak_deg for pair in graded]
    return Agreement(
        clips=len(pairs),
        verdict=_agreed(both),
        verdict_all=_agreed(judged),
        let_pass=_graded_as(both, "needs_work", "pass"),
        faulted=_graded_as(both, "pass", "needs_work"),
        table=dict(Counter(judged)),
        not_graded=_not_graded(pairs),
        reps_exact=within(*counted, 0),
        reps_within_one=within(*counted, 1),
        reps_error=mean_absolute_error(*counted),
        side=_agreed(sides),
        faults=_same_faults(graded),
        tension_deg=limits_of_agreement(*angles),
        peak_deg=limits_of_agreement(*peaks),
        pairs=tuple(pairs),
    )


def is_graded(pair: Pair) -> bool:
    """Return whether Posecheck says anything of the clip."""
    return answer_of(pair.row.verdict) != "not_graded"


def answer_of(verdict: Verdict | None) -> Answer:
    """Return a verdict as it is compared: whoever says nothing has not graded the clip."""
    # Who cannot see it and who cannot open it are as far as the reader of the grade.
    return "not_graded" if verdict is None or verdict == "ungradable" else verdict


def _agreed(labels: Sequence[tuple[Any, Any]]) -> Agreed:
    first, second = [one for one, _ in labels], [other for _, other in labels]
    same = sum(one == other for one, other in labels)
    return Agreed(share(same, len(labels)), cohen_kappa(first, second))


def _graded_as(answers: Sequence[tuple[Answer, Answer]], label: Answer, grade: Answer) -> Estimate:
    """Return the share of clips with the label that have the grade."""
    grades = [found for given, found in answers if given == label]
    return share(grades.count(grade), len(grades))


def _same_faults(graded: Sequence[Pair]) -> Estimate:
    said = [pair for pair in graded if pair.label.faults is not None]
    same = sum(set(pair.label.faults or ()) == set(pair.row.faults) for pair in said)
    return share(same, len(said))


def _not_graded(pairs: Sequence[Pair]) -> dict[Verdict, Estimate]:
    found: dict[Verdict, Estimate] = {}
    for verdict in ("pass", "needs_work", "ungradable"):
        of_it = [pair for pair in pairs if pair.label.verdict == verdict]
        if of_it:
            found[verdict] = share(sum(not is_graded(pair) for pair in of_it), len(of_it))
    return found
