"""A report as one HTML page that opens without a network."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from markupsafe import Markup

from posecheck.atomic_files import atomic_text
from posecheck.present.batch_links import BatchPlace
from posecheck.present.chart import chart
from posecheck.present.end_ranges import EndRange, Programme, end_range_of
from posecheck.present.html_pages import (
    environment,
    json_in_script,
    plotly,
    policy,
    template_file,
)
from posecheck.present.video import TIME_BASE
from posecheck.types import (
    PHASES,
    ExerciseSet,
    Finding,
    Joint,
    Rep,
    Report,
    Subject,
    Summary,
    Tension,
    Verdict,
    Words,
    decimal,
)

_MINUTE_S = 60
_SURE = 0.8  # that an exercise was done; less, and the page says so
_JOINTS: tuple[Joint, ...] = ("hip", "knee", "ankle")
_HERE = "\N{OBJECT REPLACEMENT CHARACTER}"  # stands for the times in a sentence


class Moment(str):
    """A time of the clip in words, to which the page leads where it has the video."""

    start_s: float

    def __new__(cls, text: str, start_s: float) -> Moment:
        """Return the text, which knows when it is."""
        self = super().__new__(cls, text)
        self.start_s = start_s
        return self


@dataclass(frozen=True, slots=True)
class FindingPart:
    """One finding: what, when, how much, and how it looked."""

    title: str
    severity: str  # "fault" or "advice", also the name of a style
    message: str
    when: tuple[str, ...]  # its times, and the words around and between them
    measured: str  # "" where there is nothing to measure
    picture: str  # a data address, or ""


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One line of the score's arithmetic."""

    reason: str
    points: int


@dataclass(frozen=True, slots=True)
class SetPart:
    """One set, its tension and its repetitions, each a row of table cells."""

    title: str
    start: str  # "" where it is unknown
    tension: tuple[tuple[str, str], ...]  # or what the end range came to
    columns: tuple[str, ...]  # what the cells of a repetition are
    reps: tuple[tuple[str, ...], ...]
    to_end: bool  # whether its repetitions go to an end range


@dataclass(frozen=True, slots=True)
class PageParts:
    """Everything on the page, in the order in which it is read."""

    clip: str
    exercises: tuple[str, ...]  # what was found to be done, each once
    doubts: tuple[str, ...]  # of which of them that is not sure, a sentence each
    record: tuple[tuple[str, str], ...]  # who, when, and how it felt: name and value
    record_note: str
    verdict: Verdict
    verdict_words: str
    score: int | None
    score_lines: tuple[ScoreLine, ...]
    reasons: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]  # name and value
    sets: tuple[SetPart, ...]
    about_numbers: tuple[str, ...]  # what they mean, a paragraph each
    about_chart: str
    gently: tuple[str, ...]  # why, a paragraph each
    summary: str  # the chart in one sentence, for who cannot see it
    phases: tuple[str, ...]  # each with its name and its start
    findings: tuple[FindingPart, ...]
    notes: tuple[str, ...]
    change: tuple[tuple[str, str], ...]
    change_sentence: str
    video: bool
    prescription: tuple[tuple[str, str], ...]
    about: tuple[tuple[str, str], ...]


def page_parts(
    report: Report,
    words: Words,
    frames: Mapping[int, bytes],
    video: bool,
    change: Mapping[str, Any] | None,
) -> PageParts:
    """Return a report's parts in words; parameters as those of `write_page`."""
    grade = report.grade
    return PageParts(
        clip=report.clip.name,
        exercises=tuple(exercise_titles(report, words)),
        doubts=tuple(_doubts(report, words)),
        record=tuple(_record(report, words)),
        record_note=report.subject.note,
        verdict=grade.verdict,
        verdict_words=words.verdicts[grade.verdict],
        score=grade.score,
        score_lines=tuple(ScoreLine(d.reason, abs(d.points)) for d in grade.deductions),
        reasons=grade.reasons,
        facts=tuple(_facts(report, words)),
        sets=tuple(_sets(report, words)),
        about_numbers=tuple(_about_numbers(report, words)),
        about_chart=_about_chart(report, words),
        gently=tuple(_gently(report, words)),
        summary=_summary(report, words),
        phases=tuple(_phases(report, words)),
        findings=tuple(_finding(f, words, frames.get(i)) for i, f in enumerate(report.findings)),
        notes=report.quality.notes or report.quality.warnings,
        change=tuple(_change(change or {}, words)),
        change_sentence=str((change or {}).get("sentence", "")),
        video=video,
        prescription=tuple(_flat(report.prescription, words)),
        about=tuple(_about(report, words)),
    )


def number(value: float, unit: str = "", digits: int = 0, words: Words | None = None) -> str:
    """Return a number with its unit, or a dash where it is unknown.

    Parameters
    ----------
    value
        The number, NaN where it is unknown.
    unit
        What stands behind it.
    digits
        How many stand behind the point.
    words
        The language; English if None.

    """
    if not math.isfinite(value):
        return "–"
    rounded = round(value, digits) + 0.0  # no "-0"
    return decimal(f"{rounded:.{digits}f}", words).replace("-", "−") + unit


def clock(seconds: float, words: Words | None = None) -> str:
    """Return a time of the clip: seconds, or minutes from one minute on.

    Parameters
    ----------
    seconds
        The time, NaN where it is unknown.
    words
        The language; English if None.

    """
    if not math.isfinite(seconds):
        return "–"
    if seconds < _MINUTE_S:
        return decimal(f"{seconds:.1f} s", words)
    tenths = round(seconds * 10)
    part = f"{tenths % (10 * _MINUTE_S) / 10:04.1f} min"
    return f"{tenths // (10 * _MINUTE_S)}:{decimal(part, words)}"


def _moment(seconds: float, words: Words, text: str = "") -> str:
    """Return a time to which the page can lead, or a dash; `text` says it in other words."""
    said = text or clock(seconds, words)
    return Moment(said, seconds) if math.isfinite(seconds) else said


def _with_band(value: float, half: float) -> str:
    band = f" ± {half:.0f}°" if math.isfinite(half) and math.isfinite(value) else ""
    return number(value, "°") + band


def _record(report: Report, words: Words) -> Iterator[tuple[str, str]]:
    """Yield whose session it was, if anything was said of it, with what was prescribed."""
    subject = report.subject
    if subject == Subject():
        return
    for name, value in (
        ("person", subject.name),
        ("date", words.date(subject.date or "")),
        ("therapist", subject.therapist),
        ("prescription", report.prescription.get("name")),
        ("symptoms_before", _of_ten(subject.symptoms_before, words)),
        ("symptoms_after", _of_ten(subject.symptoms_after, words)),
    ):
        if value:
            yield words.text(f"page.{name}"), str(value)


def _of_ten(symptoms: int | None, words: Words) -> str:
    return "" if symptoms is None else words.text("page.of_ten", number=symptoms)


def _facts(report: Report, words: Words) -> Iterator[tuple[str, str]]:
    text = words.text
    yield text("page.leg"), text(f"sides.{report.side or 'none'}").capitalize()
    if report.summary is not None:
        yield text("page.exercise"), ", ".join(exercise_titles(report, words))
    else:
        none = text("page.no_movement")
        movement = words.variants[report.variant] if report.variant else none
        yield text("page.movement"), movement[0].upper() + movement[1:]
    yield text("page.repetitions"), str(len(report.reps))
    if report.summary is not None:
        yield from _end_ranges(report, words)
    elif report.tension is not None:
        yield from _tension(report, report.tension, words)
    else:
        yield text("page.tension"), text("page.no_tension")


def _tension(report: Report, tension: Tension, words: Words) -> Iterator[tuple[str, str]]:
    series = report.series
    during = (series.t_s >= tension.start_s) & (series.t_s <= tension.end_s)
    halves = series.hip_uncertainty_deg[during]
    halves = halves[np.isfinite(halves)]
    hip_half = float(np.median(halves)) if halves.size else math.nan
    yield words.text("page.tension_at"), _moment(tension.start_s, words)
    yield words.text("page.held"), clock(tension.end_s - tension.start_s, words)
    knee = _with_band(tension.knee_flexion_deg, tension.uncertainty_deg)
    yield words.text("page.knee_there"), knee
    yield words.text("page.hip_there"), _with_band(tension.hip_flexion_deg, hip_half)


def _sets(report: Report, words: Words) -> Iterator[SetPart]:
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
        rows = list(_tension(report, tension, words)) if tension else []
        if several and one.summary is not None:
            rows += _end_range(one, one.summary, words)
        reps = [rep for rep in report.reps if rep.set == one.index]
        starts = [rep.start_s for rep in reps] + ([one.tension.start_s] if one.tension else [])
        start_s = min((t for t in starts if math.isfinite(t)), default=math.nan)
        yield SetPart(
            title,
            _moment(start_s, words) if math.isfinite(start_s) else "",
            tuple(rows),
            tuple(_columns(to, words)),
            tuple(row(rep, words) for rep in reps),
            to is not None,
        )


def _rep(rep: Rep, words: Words) -> tuple[str, ...]:
    return (
        str(rep.index),
        _moment(rep.start_s, words),
        number(rep.end_s - rep.start_s, " s", 1, words),
        number(rep.min_deg, "°"),
        number(rep.max_deg, "°"),
        _with_band(rep.range_deg, rep.uncertainty_deg),
    )


def exercise_titles(report: Report, words: Words) -> list[str]:
    """Return what was found to be done, each exercise once."""
    names = dict.fromkeys(one.exercise for one in report.sets)
    return [exercise_title(name, words) for name in names]


def exercise_title(name: str, words: Words) -> str:
    """Return what an exercise is called; an unknown one by its name."""
    return words.texts.get(f"exercises.{name}.title", name.replace("_", " ").capitalize())


def _doubts(report: Report, words: Words) -> Iterator[str]:
    """Yield of which exercise it is not sure that it was done, and what decides."""
    asked = report.prescription.get("exercise", {})
    decided = isinstance(asked, Mapping) and asked.get("name", "auto") != "auto"
    least: dict[str, float] = {}
    for one in report.sets:
        least[one.exercise] = min(one.certainty, least.get(one.exercise, 1.0))
    for name, certainty in least.items():
        if certainty < _SURE:
            yield words.text(
                "page.asked_for_it" if decided else "page.not_sure",
                exercise=exercise_title(name, words), percent=number(100 * certainty),
            )  # fmt: skip


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
    median = _with_band(summary.median_deg, summary.uncertainty_deg)
    yield words.text("page.median"), median
    if one.reps > 1:
        yield words.text("page.spread"), number(summary.spread_deg, "°")


def _end_ranges(report: Report, words: Words) -> Iterator[tuple[str, str]]:
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
        _moment(rep.start_s, words),
        number(rep.end_s - rep.start_s, " s", 1, words),
        _moment(rep.peak_start_s, words, _with_band(rep.peak_deg, rep.uncertainty_deg)),
        *(others[-2:] if rep.peak_joint else ["–"] * 2),
    )


def _about_numbers(report: Report, words: Words) -> Iterator[str]:
    if _has_tension(report):
        yield words.text("page.about_numbers")
    done = dict.fromkeys(one.exercise for one in report.sets if one.summary is not None)
    if done:
        yield words.text("page.about_end_range")
        if not _has_tension(report):
            yield words.text("page.about_band")
    for name in done:
        about = words.texts.get(f"exercises.{name}.about_peak")
        if about:
            yield about


def _about_chart(report: Report, words: Words) -> str:
    peaks = any(one.summary is not None for one in report.sets)
    if not peaks:
        return words.text("page.about_chart")
    if not _has_tension(report):
        return words.text("page.about_peaks_chart")
    return f"{words.text('page.about_chart')} {words.text('page.about_peaks')}"


def _gently(report: Report, words: Words) -> Iterator[str]:
    kinds = {"": _has_tension(report), "_to_end": any(one.summary for one in report.sets)}
    of = [kind for kind, done in kinds.items() if done]
    yield from (words.text(f"page.why_gently{kind}") for kind in of)
    yield words.text(f"page.should_ease{of[0]}")


def _has_tension(report: Report) -> bool:
    """Tell whether something was done that has a point of tension, or nothing at all."""
    return not report.sets or any(one.summary is None for one in report.sets)


def _summary(report: Report, words: Words) -> str:
    said = [words.text("page.angles_seen")]
    if report.tension is not None:
        knee = number(report.tension.knee_flexion_deg, "°")
        time = clock(report.tension.start_s, words)
        said.append(words.text("page.tension_seen", time=time, knee=knee))
    if report.summary is not None:
        best = number(report.summary.best_deg, "°")
        median = number(report.summary.median_deg, "°")
        said.append(words.text("page.peaks_seen", best=best, median=median))
    return " ".join([*said, words.text("page.repetitions_seen", number=len(report.reps))])


def _phases(report: Report, words: Words) -> Iterator[str]:
    """Yield where each phase begins; one that nothing came before or after says nothing."""
    series, programme = report.series, Programme(report)
    changes = np.flatnonzero(np.diff(series.phase)) + 1
    for i in [0, *changes.tolist()] if len(changes) else []:
        start_s = float(series.t_s[i])
        name = words.phase(PHASES[int(series.phase[i])], programme.at(start_s))
        yield _moment(start_s, words, f"{name} {clock(start_s, words)}")


def _finding(finding: Finding, words: Words, jpeg: bytes | None) -> FindingPart:
    when = ["", ""]  # what stands before the times, and after
    if finding.reps:
        numbers = ", ".join(str(rep) for rep in finding.reps)
        phrase = "in_repetitions" if len(finding.reps) > 1 else "in_repetition"
        when = words.text(f"page.{phrase}", rep=numbers, when=_HERE).split(_HERE)
    times: list[str] = []
    for start, end in finding.times:
        text = words.text("page.from_to", start=clock(start, words), end=clock(end, words))
        times += [", ", _moment(start, words, text)]
    unit = words.texts.get(f"units.{finding.unit}", f" {finding.unit}")
    measured = ""
    if math.isfinite(finding.measured):
        value = decimal(f"{finding.measured:.3g}", words) + unit
        measured = words.text("page.measured", number=value)
        if math.isfinite(finding.limit):
            limit = decimal(f"{finding.limit:.3g}", words) + unit
            measured = words.text("page.measured_limit", number=value, limit=limit)
    picture = ""
    if jpeg:
        picture = "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")
    return FindingPart(
        title=words.title(finding.rule),
        severity=finding.severity,
        message=finding.message,
        when=(when[0], *times[1:], when[1]),
        measured=measured,
        picture=picture,
    )


def _change(change: Mapping[str, Any], words: Words) -> Iterator[tuple[str, str]]:
    for key, name in (
        ("knee_change_deg", words.text("page.knee_change")),
        ("peak_change_deg", words.text("page.peak_change")),
        ("detectable_deg", words.text("page.detectable")),
    ):
        value = change.get(key)
        if isinstance(value, int | float) and math.isfinite(value):
            sign = "+" if key != "detectable_deg" and value > 0 else ""
            yield name, f"{sign}{number(value)}°"


def _flat(values: Mapping[str, Any], words: Words, above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        name = f"{above}{key}"
        if isinstance(value, Mapping):
            yield from _flat(value, words, f"{name}.")
        else:
            yield name, words.text("page.not_asked_for") if value is None else str(value)


def _about(report: Report, words: Words) -> Iterator[tuple[str, str]]:
    clip, quality, text = report.clip, report.quality, words.text
    yield text("page.clip"), clip.name
    if clip.recorded_at:
        yield text("page.recorded"), words.date(clip.recorded_at)
    length = clock(clip.duration_s, words)
    yield text("page.length"), text("page.frames", time=length, number=clip.frames)
    if clip.looked_at_per_s is not None:
        per_s = decimal(f"{clip.looked_at_per_s:g}", words)
        yield text("page.looked_at"), text("page.per_s", number=per_s)
    pixels = text("page.pixels", width=clip.width_px, height=clip.height_px)
    yield text("page.picture"), pixels
    for name, share in (
        ("person_seen", quality.tracked_fraction),
        ("legs_known", quality.usable_fraction),
    ):
        yield text(f"page.{name}"), text("page.of_the_time", percent=number(100 * share))
    yield text("page.off_side"), number(quality.view_azimuth_deg, "°")
    yield text("page.above"), number(quality.view_elevation_deg, "°")
    yield text("page.model"), report.model.name
    yield "Posecheck", report.posecheck


def write_page(
    report: Report,
    path: Path,
    words: Words,
    *,
    frames: Mapping[int, bytes] | None = None,
    video: bool = False,
    video_t_s: Sequence[float] | None = None,
    plotly_js: str = "inline",
    change: Mapping[str, Any] | None = None,
    place: BatchPlace | None = None,
) -> None:
    """Write ``report.html``.

    Parameters
    ----------
    report
        What is shown.
    path
        Where the page goes.
    words
        The language.
    frames
        JPEG pictures by the index of the finding that they show.
    video
        Whether ``annotated.mp4`` stands beside the page.
    video_t_s
        From when on each of its frames is shown, as `frame_times` reads it; None if it has every
        frame of the report.
    plotly_js
        ``inline``, or the relative address of a copy that ``write_plotly`` wrote.
    change
        The comparison with an earlier report: ``sentence``, ``knee_change_deg``,
        ``detectable_deg``.
    place
        Where it stands in a batch, to whose other pages it then leads.

    """
    parts = page_parts(report, words, frames or {}, video, change)
    times = report.series.t_s.tolist() if video_t_s is None else video_t_s
    page = render_page(parts, chart(report, words), plotly_js, words, place, times)
    with atomic_text(path) as stream:
        stream.write(page)


def _moments(video_t_s: Sequence[float], words: Words) -> dict[str, Any]:
    """Return the video's own table of frames, in ticks of its clock, and the words for a moment.

    Each frame is told by how long after the one before it comes, which is a third as long.
    """
    ticks = [round(t / TIME_BASE) for t in video_t_s]
    return {
        "ticks_per_s": int(1 / TIME_BASE),
        "steps": [b - a for a, b in pairwise([0, *ticks])],
        "decimal": words.text("numbers.decimal"),
        "at": words.text("page.at_frame", time="{time}", number="{number}", total="{total}"),
    }


def write_plotly(path: Path) -> None:
    """Write the copy of plotly.js that the pages of a batch share."""
    with atomic_text(path) as stream:
        stream.write(plotly())


def render_page(
    parts: PageParts,
    figure: Mapping[str, Any],
    plotly_js: str,
    words: Words,
    place: BatchPlace | None = None,
    video_t_s: Sequence[float] = (),
) -> str:
    """Return the page as text.

    Parameters
    ----------
    parts
        What stands on it.
    figure
        The chart, as `chart` makes it.
    plotly_js, words, place, video_t_s
        As those of `write_page`.

    """
    own, style = template_file("report.js"), template_file("report.css")
    links = "" if place is None else template_file("batch_links.js")
    ours = [script for script in (own, links) if script]
    if plotly_js == "inline":
        library = plotly()
        allowed = policy(library, *ours, *(["'self' file:"] if place else []))
    else:
        address = PurePosixPath(plotly_js)
        if address.is_absolute() or ":" in plotly_js or "\\" in plotly_js:
            raise ValueError(f"plotly_js is not a relative address: {plotly_js!r}")
        library = ""
        allowed = policy("'self' file:", *ours)
    return (
        environment()
        .get_template("report.html")
        .render(
            parts=parts,
            language=words.language,
            t=words.text,
            policy=Markup(allowed),
            style=Markup(style if place is None else style + template_file("batch_links.css")),
            script=Markup(own),
            place=place,
            links=Markup(links),
            library=Markup(library),
            library_address="" if library else plotly_js,
            figure=Markup(json_in_script(figure)),
            moments=Markup(json_in_script(_moments(video_t_s, words))),
        )
    )
