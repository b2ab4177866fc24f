"""A rule of form is one value: what it measures, what it allows, what it costs, what it says.

To add a rule to an exercise write its value in the exercise's ``rules.py`` and list it there; the
prescription then knows its limits and its severity, reports and the live session its words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np

from posecheck.exercises.attempt import Attempt
from posecheck.motion.holes import holes_in, with_unknown
from posecheck.motion.signals import smooth
from posecheck.motion.table import Table
from posecheck.types import Array, Finding, Joint, Variant, Words, decimal

# Widths of the Gaussian means for what changes slowly, for a repetition, and for the leg that is
# seen less often.
SMOOTHING_S, QUICK_S, RESTING_SMOOTHING_S = 0.2, 0.1, 0.4
SLOW = ("hip_deg", "knee_deg", "head_deg", "pelvis_trunks", "working_z_trunks")
RESTING = ("resting_hip_deg", "resting_x_trunks", "resting_z_trunks")
# Looks that are less sure than this tell no fault: in a clip darkened to a quarter of its light the
# legs are taken for each other in them, and knee, thigh and resting leg leap. From 0.5 to 0.7 false
# findings vanish on two such clips, and no planted one does on 96 others. A bounce makes looks less
# sure itself, so it is read from the single ones.
SURE = 0.6

Unit = Literal["deg", "s", "trunk", "fraction"]
Severity = Literal["fault", "advice", "auto"]
Told = Literal["while", "after", "over", "share"]
FALLBACK = "en"


class Asked(Protocol):
    """What a rule or an exercise may ask a prescription."""

    def value(self, field: str) -> Any:
        """Return the value of a field by its dotted name, such as ``dose.hold_s``."""

    def cycle_s(self, variant: Variant | None) -> tuple[float, float]:
        """Return the shortest and the longest repetition (s)."""

    def range_min_deg(self, variant: Variant) -> float:
        """Return the smallest range of a repetition (degrees)."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What rules read of an attempt: the table, and some of its columns smoothed."""

    table: Table
    smoothed: Table  # the columns `SLOW` and `RESTING`; the others as they are
    quick_knee_deg: Array  # (n,), smoothed less than there

    @classmethod
    def of(cls, table: Table) -> Measures:
        """Smooth what is read, but not the looks that are unsure of their legs.

        Nothing lasts through a hole.
        """
        table, _ = with_unknown(table, holes_in(table.t_s))
        unsure = table.confidence < SURE
        legs = ("hip_deg", "knee_deg", *RESTING)
        blanked = {name: np.where(unsure, np.nan, getattr(table, name)) for name in legs}
        table = replace(table, **blanked)
        slow = smooth(table.t_s, np.array([getattr(table, name) for name in SLOW]), SMOOTHING_S)
        resting = np.array([getattr(table, name) for name in RESTING])
        resting = smooth(table.t_s, resting, RESTING_SMOOTHING_S)
        changed = dict(zip((*SLOW, *RESTING), (*slow, *resting), strict=True))
        return cls(table, replace(table, **changed), smooth(table.t_s, table.knee_deg, QUICK_S))


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that was broken in an attempt, before it is worded; numbers are in its unit."""

    rule: str
    start_s: float
    end_s: float
    measured: float
    limit: float
    rep: int | None = None  # of the attempt, from 0
    last_rep: int | None = None  # where it goes on into later ones

    def overlaps(self, others: Iterable[Broken]) -> bool:
        """Tell whether any of the others was at the same time."""
        return any(b.start_s < self.end_s and self.start_s < b.end_s for b in others)


@dataclass(frozen=True, slots=True)
class Limit:
    """A number in the section ``[limits]`` of a prescription."""

    field: str  # with its unit, as ``thigh_drift_deg``
    default: float
    description: str  # where the default is from
    most: float = 120.0
    least: float = 0.0
    least_allowed: bool = False  # whether `least` itself may be given

    @property
    def dotted(self) -> str:
        """The name of the limit in the whole prescription."""
        return f"limits.{self.field}"


class Cost(NamedTuple):
    """The points of a fault for the first time, for each further repetition, and at most."""

    first: int = 15
    further: int = 3
    most: int = 30


USUAL_COST = Cost()


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A rule in one language.

    `seen` may hold {number} and {when}, `plain` {when} alone (where there is no number), `advice`
    {limit}. `say` is spoken in a live session and `show` stands on its screen.
    """

    title: str
    seen: str
    plain: str
    advice: str
    say: str
    show: str


Measure = Callable[[Measures, Attempt, Asked], Iterable[Broken]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of form."""

    name: str
    measure: Measure  # where it is broken in one attempt
    words: Mapping[str, RuleWords]  # by language, at least in English
    severity_means: str  # what it is about, beside its severity in a prescription
    unit: Unit = "deg"
    uncertainty: float = 0.0  # half of the 95 % band of what is measured within a clip, in its unit
    uncertainty_share: float = math.inf  # of the limit: the band is never taken larger
    severity: Severity = "fault"  # by default; auto: advice, but a fault once the dose states it
    dose_field: str | None = None  # of the dose, which makes an ``auto`` rule a fault
    never_a_fault: bool = False
    applies: Callable[[Asked], bool] = lambda _asked: True
    limits: tuple[Limit, ...] = ()
    cost: Cost = USUAL_COST
    joint: Joint | None = None  # where it is drawn
    # When a live session may speak of it: while it is seen; after some repetitions that have it;
    # once the stop that it is about is over; when it is a share of a long enough time.
    told: Told = "while"

    def doubt(self, limit: float) -> float:
        """Return the band that a measured value must leave before it is a finding."""
        return min(self.uncertainty, self.uncertainty_share * limit)

    def in_language(self, words: Words | None = None) -> RuleWords:
        """Return its words: its own, else those of the language's file, else English."""
        english = self.words[FALLBACK]
        if words is None:
            return english
        if words.language in self.words:
            return self.words[words.language]
        return RuleWords(**{
            f.name: words.texts.get(f"rules.{self.name}.{f.name}", getattr(english, f.name))
            for f in fields(RuleWords)
        })  # fmt: skip

    def message(
        self, measured: float, limit: float, rep: int | None = None, last_rep: int | None = None,
        words: Words | None = None, reps: Sequence[int] = (),
    ) -> str:  # fmt: skip
        """Return what was seen and what to do, in one or two short sentences.

        Parameters
        ----------
        measured, limit
            In the rule's unit; the sign of `measured` is not said, and where it is 0 or NaN no
            number is.
        rep, last_rep
            The repetition in which it was seen first, and the last one if that is another; None for
            none.
        words
            The language; English if None.
        reps
            Instead of `rep` and `last_rep` all repetitions in which it was seen, in order.

        """
        own = self.in_language(words)
        if not reps and rep is not None:
            reps = range(rep, max(rep, last_rep or rep) + 1)
        at = _when(words, reps)
        advice = own.advice.format(limit=decimal(_number(limit, math.nan, self.unit), words))
        if measured == 0 or not math.isfinite(measured):
            return f"{own.plain.format(when=at)} {advice}"
        number = decimal(_number(abs(measured), limit, self.unit), words)
        return f"{own.seen.format(number=number, when=at)} {advice}"


# How English says in which repetitions.
WHEN = {
    "one": " in repetition {rep}",
    "several": " in repetitions {rep} to {last}",
    "listed": " in repetitions {reps} and {last}",
}


def _when(words: Words | None, reps: Sequence[int]) -> str:
    """Return in which repetitions, which are in order; nothing for none."""
    if not reps:
        return ""
    first, last = reps[0], reps[-1]
    name = "listed" if last - first > len(reps) - 1 else "several" if last > first else "one"
    phrase = WHEN[name] if words is None else words.texts[f"when.{name}"]
    before = ", ".join(str(rep) for rep in reps[:-1])
    return phrase.format(rep=first, last=last, reps=before)


def _number(measured: float, limit: float, unit: Unit) -> str:
    if unit == "s":
        return f"{_rounded(measured, limit, 1)} s"
    if unit == "deg":
        return f"{_rounded(measured, limit, 0)}°"
    return f"{_rounded(100 * measured, 100 * limit, 0)} %"


def _rounded(measured: float, limit: float, digits: int) -> str:
    # 0.96 s against a limit of 1 s must not read as "1.0 s instead of 1.0 s"
    if measured != limit and f"{measured:.{digits}f}" == f"{limit:.{digits}f}":
        digits += 1
    return f"{measured:.{digits}f}"


class Judged(Asked, Protocol):
    """A prescription that knows how severe a rule is."""

    def severity_of(self, rule: str) -> Literal["fault", "advice", "off"]:
        """Return what it means to break a rule."""


OneCause = Callable[[Sequence[Broken], Attempt], Iterable[Broken]]
"""One cause gives one finding: of the broken rules of an attempt, those that stay."""


def each_cause(broken: Sequence[Broken], _attempt: Attempt) -> Sequence[Broken]:
    """Return all of them: no rule of the exercise is the cause of another."""
    return broken


def findings_of(
    measures: Measures,
    attempts: Sequence[tuple[Attempt, Sequence[Rule], OneCause]],
    asked: Judged,
    words: Words | None = None,
) -> tuple[Finding, ...]:
    """Find what was broken, in order of time; repetitions are numbered through.

    Parameters
    ----------
    measures
        What was measured, of all attempts or of more.
    attempts
        In order of time, each with the rules of its exercise and which of several findings with one
        cause stays; one without repetitions breaks no rule.
    asked
        The prescription.
    words
        The language of what is said of it; English if None.

    """
    found: list[Finding] = []
    first = 1
    for attempt, rules, one_cause in attempts:
        if attempt.cycles:
            broken = [b for rule in rules for b in rule.measure(measures, attempt, asked)]
            by_name = {rule.name: rule for rule in rules}
            for one in one_cause(broken, attempt):
                finding = _finding(one, by_name[one.rule], first, asked, words)
                if finding is not None:
                    found.append(finding)
        first += len(attempt.cycles)
    return tuple(sorted(found, key=lambda f: (f.start_s, f.rule)))


def _finding(
    broken: Broken, rule: Rule, first: int, asked: Judged, words: Words | None
) -> Finding | None:
    """Return the finding, None where it does not count or cannot be told from the limit."""
    severity, doubt = asked.severity_of(rule.name), rule.doubt(broken.limit)
    if severity == "off" or abs(broken.measured - broken.limit) <= doubt:
        return None
    rep = None if broken.rep is None else first + broken.rep
    last = None if broken.last_rep is None else first + broken.last_rep
    return Finding(
        rule=rule.name, severity=severity, rep=rep, start_s=broken.start_s, end_s=broken.end_s,
        measured=broken.measured, limit=broken.limit, unit=rule.unit,
        message=rule.message(broken.measured, broken.limit, rep, last, words), uncertainty=doubt,
        joint=rule.joint, reps=() if rep is None else tuple(range(rep, (last or rep) + 1)),
    )  # fmt: skip


def once_each(
    findings: Sequence[Finding], rules: Sequence[Rule], words: Words | None = None
) -> tuple[Finding, ...]:
    """Return one finding for each rule, with all times at which it was broken.

    The first time gives `rep`, `start_s` and `end_s`; the worst one what was measured, and the
    sentence that is said.

    Parameters
    ----------
    findings
        One for each time, in order of time.
    rules
        Of the exercises.
    words
        The language; English if None.

    """
    by_name = {rule.name: rule for rule in rules}
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.rule, []).append(finding)
    return tuple(_once(by_name[name], group, words) for name, group in groups.items())


def _once(rule: Rule, group: Sequence[Finding], words: Words | None) -> Finding:
    if len(group) == 1:
        return group[0]
    worst = max(group, key=lambda f: abs(f.measured - f.limit))
    reps = tuple(sorted({rep for f in group for rep in f.reps}))
    return replace(
        worst, rep=reps[0] if reps else None, reps=reps,
        start_s=group[0].start_s, end_s=group[0].end_s,
        times=tuple((f.start_s, f.end_s) for f in group),
        message=rule.message(worst.measured, worst.limit, words=words, reps=reps),
    )  # fmt: skip
