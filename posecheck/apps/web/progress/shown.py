"""What the page and the API show of a patient's weeks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from posecheck.apps.web.progress.chart import Band, Curve, Dot, svg_chart
from posecheck.apps.web.progress.data import Progress, date_of
from posecheck.apps.web.progress.sentences import sentences_of, title_of
from posecheck.apps.web.words import RoomWords
from posecheck.assess.progress import Point, SessionSummary, Trend

_WEEKS = 12  # that the page shows; the API tells all
_SYMPTOMS_MAX = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with what is to be said of it."""

    title: str
    sentences: tuple[str, ...]
    svg: str
    legend: tuple[tuple[str, str], ...] = ()  # class and name, where there are several curves


@dataclass(frozen=True, slots=True)
class Row:
    """A session in the table."""

    day: str
    side: str
    verdicts: tuple[tuple[str, str, int], ...]  # name, title, how many clips
    reps: str
    symptoms: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProgressShown:
    """The part of a patient's page."""

    figures: tuple[Figure, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]  # newest first
    weeks: tuple[tuple[str, int, str], ...]  # the week's Monday, done, asked
    weeks_sentence: str


def progress_shown(progress: Progress, t: RoomWords) -> ProgressShown:
    """Return what the page shows.

    Parameters
    ----------
    progress
        What is known.
    t
        The words of whoever looks.

    """
    measured = list(dict.fromkeys(trend.measure.name for trend in progress.trends))
    figures = [_figure(trend, progress.trends, t) for trend in progress.trends]
    newest = progress.weeks[-_WEEKS:]
    return ProgressShown(
        (*figures, *_symptoms(progress.sessions, t)),
        tuple(title_of(name, t) for name in measured),
        tuple(_row(s, measured, t) for s in reversed(progress.sessions)),
        tuple(
            (t.report.date(date_of(w.monday).isoformat()), w.done, _asked(w.asked, t))
            for w in reversed(newest)
        ),
        _weeks_sentence(progress, t),
    )


def _figure(trend: Trend, trends: tuple[Trend, ...], t: RoomWords) -> Figure:
    side = t.report.text(f"sides.{trend.side}")
    title = t("progress.figure", measure=title_of(trend.measure.name, t), side=side)
    both = [p for other in trends if other.measure is trend.measure for p in other.points]
    ends = [p.value_deg + sign * p.uncertainty_deg for p in both for sign in (-1, 1)]
    band = None
    if trend.since_first is not None:
        first, least = trend.since_first.before_deg, trend.since_first.detectable_deg
        band = Band(first - least, first + least)
        ends += [band.low, band.high]
    dots = [Dot(date_of(p.day), p.value_deg, p.uncertainty_deg) for p in trend.points]
    svg = svg_chart(
        title, [Curve(trend.side, dots)], t.report, band=band, low=min(ends), high=max(ends)
    )
    return Figure(title, sentences_of(trend, t), svg)


def _symptoms(sessions: tuple[SessionSummary, ...], t: RoomWords) -> Iterator[Figure]:
    before = [
        Dot(date_of(s.day), s.symptoms_before) for s in sessions if s.symptoms_before is not None
    ]
    after = [
        Dot(date_of(s.day), s.symptoms_after) for s in sessions if s.symptoms_after is not None
    ]
    curves = [Curve(kind, dots) for kind, dots in (("before", before), ("after", after)) if dots]
    if not curves:
        return
    title = t("progress.symptoms_title")
    svg = svg_chart(title, curves, t.report, low=0, high=_SYMPTOMS_MAX)
    legend = tuple((curve.kind, t(f"progress.{curve.kind}")) for curve in curves)
    yield Figure(title, (t("progress.symptoms_about"),), svg, legend)


def _row(session: SessionSummary, measured: list[str], t: RoomWords) -> Row:
    verdicts = tuple(
        (name, t.report.verdicts.get(name, name), count) for name, count in session.verdicts.items()
    )
    side = "none" if session.side is None else session.side
    nothing = session.verdicts.get("ungradable", 0) == sum(session.verdicts.values())
    symptoms = (session.symptoms_before, session.symptoms_after)
    before, after = ("–" if n is None else str(n) for n in symptoms)
    return Row(
        t.report.date(date_of(session.day).isoformat()), t.report.text(f"sides.{side}"), verdicts,
        "–" if nothing else str(session.reps),
        "–" if symptoms == (None, None) else f"{before} → {after}",
        tuple(_value(session.values.get(name), t) for name in measured),
    )  # fmt: skip


def _value(point: Point | None, t: RoomWords) -> str:
    if point is None:
        return "–"
    number = t.report.number
    return f"{number(point.value_deg)}° ± {number(point.uncertainty_deg)}°"


def _asked(asked: float | None, t: RoomWords) -> str:
    if asked is None:
        return t("progress.not_said")
    return t.report.number(asked, 0 if asked.is_integer() else 1)


def _weeks_sentence(progress: Progress, t: RoomWords) -> str:
    """Say how much was done of what was asked for, over the weeks that are over and this one."""
    asked = [(week.done, week.asked) for week in progress.weeks if week.asked is not None]
    if not asked:
        return t("progress.weeks_none")
    done, prescribed = sum(d for d, _ in asked), sum(a for _, a in asked)
    return t("progress.weeks_done", done=done, asked=_asked(float(prescribed), t))
