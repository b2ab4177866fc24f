"""The sets of a report as tables: what was done, the tension or end range, each repetition."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from posecheck.present.end_ranges import EndRange, end_range_of
from posecheck.present.written_values import clock, moment, number, with_band
from posecheck.types import ExerciseSet, Joint, Rep, Report, Summary, Tension, Words

_JOINTS: tuple[Joint, ...] = ("hip", "knee", "ankle")


@dataclass(frozen=True, slots=True)
class SetPart:
    """One set, its tension and its repetitions, each a row of table cells."""

    title: str
    start: str  # "" where it is unknown
    tension: tuple[tuple[str, str], ...]  # or what the end range came to
    columns: tuple[str, ...]  # what the cells of a repetition are
    reps: tuple[tuple[str, ...], ...]
    to_end: bool  # whether its repetitions go to an end range


def set_parts(report: Report, words: Words) -> Iterator[SetPart]:
    """Yield the sets of a report in their order."""
    for one in report.sets:
        title = _set_title(report, one, words)
        if len(report.sets) > 1:
            title = words.text("page.set", number=one.index, what=title)
        title = title[0].upper() + title[1:]
        # One set's tension already stands among the facts.
        several = len(report.sets) > 1
        tension = one.tension if several else None
        to = end_range_of(report, one)
        row = _rep if to is None else _peak_row
        rows = list(tension_rows(report, tension, words)) if tension else []
        if several and one.summary is not None:
            rows += _end_range(one, one.summary, words)
        reps = [rep for rep in report.reps if rep.set == one.index]
        starts = [rep.start_s for rep in reps] + ([one.tension.start_s] if one.tension else [])
        start_s = min((t for t in starts if math.isfinite(t)), default=math.nan)
        yield SetPart(
            title,
            moment(start_s, words) if math.isfinite(start_s) else "",
            tuple(rows),
            tuple(_columns(to, words)),
            tuple(row(rep, words) for rep in reps),
            to is not None,
        )


def tension_rows(report: Report, tension: Tension, words: Words) -> Iterator[tuple[str, str]]:
    """Yield when a point of tension was held, for how long, and the angles there.

    Parameters
    ----------
    report
        Whose series tell how uncertain the hip is.
    tension
        Of the report or of one of its sets.
    words
        The language.

    """
    series = report.series
    during = (series.t_s >= tension.start_s) & (series.t_s <= tension.end_s)
    halves = series.hip_uncertainty_deg[during]
    halves = halves[np.isfinite(halves)]
    hip_half = float(np.median(halves)) if halves.size else math.nan
    yield words.text("page.tension_at"), moment(tension.start_s, words)
    yield words.text("page.held"), clock(tension.end_s - tension.start_s, words)
    knee = with_band(tension.knee_flexion_deg, tension.uncertainty_deg)
    yield words.text("page.knee_there"), knee
    yield words.text("page.hip_there"), with_band(tension.hip_flexion_deg, hip_half)


def _rep(rep: Rep, words: Words) -> tuple[str, ...]:
    return (
        str(rep.index),
        moment(rep.start_s, words),
        number(rep.end_s - rep.start_s, " s", 1, words),
        number(rep.min_deg, "°"),
        number(rep.max_deg, "°"),
        with_band(rep.range_deg, rep.uncertainty_deg),
    )


def exercise_titles(report: Report, words: Words) -> list[str]:
    """Return what was found to be done, each exercise once."""
    names = dict.fromkeys(one.exercise for one in report.sets)
    return [exercise_title(name, words) for name in names]


def exercise_title(name: str, words: Words) -> str:
    """Return what an exercise is called; an unknown one by its name."""
    return words.texts.get(f"exercises.{name}.title", name.replace("_", " ").capitalize())


def _set_title(report: Report, one: ExerciseSet, words: Words) -> str:
    """Return what was done in a set, and with which leg."""
    leg, exercise = words.text(f"legs.{one.side}"), exercise_title(one.exercise, words)
    if one.summary is not None:
        return f"{exercise}, {leg}"
    none = words.text("page.no_repetitions")
    title = f"{leg}, {words.variants[one.variant] if one.variant else none}"
    several = len({other.exercise for other in report.sets}) > 1
    return f"{exercise}, {title}" if several else title


def _end_range(one: ExerciseSet, summary: Summary, words: Words) -> Iterator[tuple[str, str]]:
    """Yield what the end range of a set came to."""
    what = words.texts.get(f"exercises.{one.exercise}.peak", "")
    yield words.text("page.best", what=what), number(summary.best_deg, "°")
    median = with_band(summary.median_deg, summary.uncertainty_deg)
    yield words.text("page.median"), median
    if one.reps > 1:
        yield words.text("page.spread"), number(summary.spread_deg, "°")


def end_range_rows(report: Report, words: Words) -> Iterator[tuple[str, str]]:
    """Yield what the end range of the only set came to, or the best of each of several."""
    for one in report.sets:
        rows = list(_end_range(one, one.summary, words)) if one.summary else []
        if len(report.sets) == 1:
            yield from rows
        elif rows:
            name, best = rows[0]
            yield words.text("page.set", number=one.index, what=name[0].lower() + name[1:]), best


def _columns(to: EndRange | None, words: Words) -> list[str]:
    """Return the heads of a set's table."""
    heads = [words.text(f"page.{name}") for name in ("number", "start", "took")]
    if to is None:
        return heads + [words.text(f"page.{name}") for name in ("lowest", "highest", "range")]
    others = [joint for joint in _JOINTS if joint != to.joint]
    heads.append(words.text("page.end_of", joint=words.line(to.joint)))
    for joint in others:
        head = words.text("page.joint_there", joint=words.line(joint))
        heads.append(head[0].upper() + head[1:])
    return heads


def _peak_row(rep: Rep, words: Words) -> tuple[str, ...]:
    """Return the cells of a repetition to an end range: it, and the other joints there."""
    at_peak = {
        "hip": rep.hip_at_peak_deg, "knee": rep.knee_at_peak_deg, "ankle": rep.ankle_at_peak_deg,
    }  # fmt: skip
    others = [number(at_peak[joint], "°") for joint in _JOINTS if joint != rep.peak_joint]
    return (
        str(rep.index),
        moment(rep.start_s, words),
        number(rep.end_s - rep.start_s, " s", 1, words),
        moment(rep.peak_start_s, words, with_band(rep.peak_deg, rep.uncertainty_deg)),
        *(others[-2:] if rep.peak_joint else ["–"] * 2),
    )
