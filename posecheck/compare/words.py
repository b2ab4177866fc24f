"""Agreement in words: the same parts for the terminal and for the page."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from posecheck.compare.agreement import ANSWERS, Agreed, Agreement, Answer
from posecheck.compare.statistics import Estimate, Limits, kappa_words
from posecheck.exercises.language import words_of
from posecheck.present.written_values import number

VERDICT_WORDS = words_of().verdicts
ANSWER_WORDS: dict[Answer, str] = {
    "pass": VERDICT_WORDS["pass"],
    "needs_work": VERDICT_WORDS["needs_work"],
    "not_graded": "Not graded",
}
_FEW = 30  # clips, with which intervals are still wide


@dataclass(frozen=True, slots=True)
class Part:
    """One question: its numbers, each with a name, and what they mean."""

    title: str
    numbers: tuple[tuple[str, str], ...]
    sentences: tuple[str, ...]


def agreement_parts(agreement: Agreement) -> tuple[Part, ...]:
    """Return what can be said, question by question."""
    return tuple(
        part
        for part in (
            _verdict(agreement),
            _not_graded(agreement),
            _reps(agreement),
            _side(agreement),
            _faults(agreement),
            _limits("Knee at the point of tension", agreement.tension_deg),
            _limits("End range", agreement.peak_deg),
        )
        if part.numbers
    )


def caveats(agreement: Agreement) -> Iterator[str]:
    """Yield what holds for all the numbers."""
    yield "In brackets stand 95 % confidence intervals: where the number may lie in truth."
    if agreement.clips < _FEW:
        yield (
            f"With {agreement.clips} clips the intervals are wide and say more than the numbers "
            "before them; label more clips to narrow them."
        )
    yield (
        "Counts, sides and angles are compared in graded clips alone. Clips of one person are "
        "more alike than the intervals assume, so label few of many rather than many of few."
    )


def decimal(value: float, digits: int = 2, unit: str = "") -> str:
    """Return a number as text, or that it is not known.

    Parameters
    ----------
    value
        The number.
    digits, unit
        How many digits stand after the point, and what stands after the number.

    """
    return "not known" if math.isnan(value) else number(value, unit, digits)


def with_interval(estimate: Estimate, digits: int = 2, unit: str = "") -> str:
    """Return a number with its interval.

    Parameters
    ----------
    estimate
        The number.
    digits, unit
        How many digits stand after the point, and what stands after the number.

    """
    text = decimal(estimate.value, digits, unit)
    if math.isnan(estimate.value):
        return text
    if math.isnan(estimate.low):
        return f"{text} (interval not known)"
    return f"{text} ({decimal(estimate.low, digits)} to {decimal(estimate.high, digits, unit)})"


def as_share(estimate: Estimate) -> str:
    """Return a share in percent with its interval, and of how many clips it is."""
    if math.isnan(estimate.value):
        return f"not known, from {_clips(estimate.n)}"
    hits = round(estimate.value * estimate.n)
    return (
        f"{100 * estimate.value:.0f} % ({100 * estimate.low:.0f} to {100 * estimate.high:.0f} %), "
        f"{hits} of {estimate.n}"
    )


def _clips(n: int) -> str:
    return "1 clip" if n == 1 else f"{n} clips"


def _verdict(agreement: Agreement) -> Part:
    one, every = agreement.verdict, agreement.verdict_all
    if every.same.n == 0:
        return Part("Verdict", (), ())
    numbers = [
        ("Same verdict, graded clips", as_share(one.same)),
        ("Kappa, graded clips", with_interval(one.kappa)),
        ("Same verdict, all clips", as_share(every.same)),
        ("Kappa, all clips", with_interval(every.kappa)),
        ("Needs work, but Posecheck let it pass", as_share(agreement.let_pass)),
        ("Done well, but Posecheck found fault", as_share(agreement.faulted)),
    ]
    return Part("Verdict", tuple(numbers), tuple(_about_kappa(one)))


def _about_kappa(agreed: Agreed) -> Iterator[str]:
    kappa = agreed.kappa
    if math.isnan(kappa.value):
        yield (
            "Kappa is not known: it needs two clips or more, and both verdicts among them. "
            "Without clips of both kinds nobody can tell agreement from habit."
        )
    else:
        low, high = kappa_words(kappa.low), kappa_words(kappa.high)
        reach = f"only {low}" if low == high else f"anything from {low} to {high}"
        yield (
            "Kappa is the agreement beyond what chance alone would give: 0 is chance, 1 is full "
            f"agreement. {decimal(kappa.value)} is called {kappa_words(kappa.value)} (Landis and "
            f"Koch 1977); with so many clips it may in truth be {reach}."
        )
    yield (
        "“Graded clips” leaves out those that Posecheck could not grade; “all clips” counts each "
        "of them as an answer of its own, which differs from your pass or needs work."
    )


def _not_graded(agreement: Agreement) -> Part:
    numbers = tuple(
        (f"Of those labelled {VERDICT_WORDS[verdict].lower()}", as_share(estimate))
        for verdict, estimate in agreement.not_graded.items()
    )
    return Part(
        "Not graded",
        numbers,
        ("The share of clips that Posecheck could not grade or could not open, by your label. If "
         "it is larger among those that need work, the agreement above looks better than it is.",),
    )  # fmt: skip


def _reps(agreement: Agreement) -> Part:
    if agreement.reps_exact.n == 0:
        return Part("Repetitions", (), ())
    error = agreement.reps_error
    numbers = (
        ("Exactly your count", as_share(agreement.reps_exact)),
        ("Off by one at most", as_share(agreement.reps_within_one)),
        ("Mean absolute error", with_interval(error)),
    )
    meaning = (
        f"On average the count is {decimal(error.value)} repetitions away from yours."
        if not math.isnan(error.value)
        else "One clip says nothing of how often the count is right."
    )
    return Part("Repetitions", numbers, (meaning,))


def _side(agreement: Agreement) -> Part:
    side = agreement.side
    if side.same.n == 0:
        return Part("Leg", (), ())
    numbers = (("Same leg", as_share(side.same)), ("Kappa", with_interval(side.kappa)))
    return Part("Leg", numbers, ())


def _faults(agreement: Agreement) -> Part:
    same = agreement.faults
    if same.n == 0:
        return Part("Faults", (), ())
    meaning = "Clips in which both name the same rules as broken, no more and no fewer."
    return Part("Faults", (("Same faults", as_share(same)),), (meaning,))


def _limits(title: str, limits: Limits) -> Part:
    if limits.bias.n == 0:
        return Part(title, (), ())
    numbers = (
        ("Clips with both angles", str(limits.bias.n)),
        ("Bias (Posecheck minus you)", with_interval(limits.bias, 1, "°")),
        ("Lower limit of agreement", with_interval(limits.lower, 1, "°")),
        ("Upper limit of agreement", with_interval(limits.upper, 1, "°")),
    )
    return Part(title, numbers, tuple(_about_limits(limits)))


def _about_limits(limits: Limits) -> Iterator[str]:
    if math.isnan(limits.bias.value):
        yield "The limits need the angle of two clips or more."
        return
    way = "more" if limits.bias.value >= 0 else "less"
    first = f"On average Posecheck reads {abs(limits.bias.value):.1f}° {way} flexion than you."
    if math.isnan(limits.lower.low):
        yield f"{first} All differences are the same, so nothing is known of how they vary."
        return
    low, high = decimal(limits.lower.value, 0, "°"), decimal(limits.upper.value, 0, "°")
    yield (
        f"{first} In 95 of 100 clips the difference should lie between {low} and {high} (Bland "
        "and Altman 1986). Whether that is near enough is for you to say; two measurements by "
        "one rater with a goniometer differ by up to 7° (SEM 2.6°, J Sport Rehabil 2015, PMID "
        "25364856)."
    )


def verdict_table(agreement: Agreement) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Return the clips by label (rows) and grade (columns, as ``ANSWERS``)."""
    return tuple(
        (
            VERDICT_WORDS["ungradable"] if label == "not_graded" else ANSWER_WORDS[label],
            tuple(agreement.table.get((label, grade), 0) for grade in ANSWERS),
        )
        for label in ANSWERS
        if label != "not_graded" or any(agreement.table.get((label, g)) for g in ANSWERS)
    )
