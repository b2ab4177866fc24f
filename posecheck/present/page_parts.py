"""Everything that a page says of a report, in words and in the order in which it is read."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from posecheck.present.end_ranges import Programme
from posecheck.present.set_parts import (
    SetPart,
    end_range_rows,
    exercise_title,
    exercise_titles,
    set_parts,
    tension_rows,
)
from posecheck.present.written_values import clock, moment, number
from posecheck.types import PHASES, Finding, Report, Subject, Verdict, Words, decimal

_SURE = 0.8  # that an exercise was done; less, and the page says so
_HERE = "\N{OBJECT REPLACEMENT CHARACTER}"  # stands for the times in a sentence


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
        sets=tuple(set_parts(report, words)),
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
        yield from end_range_rows(report, words)
    elif report.tension is not None:
        yield from tension_rows(report, report.tension, words)
    else:
        yield text("page.tension"), text("page.no_tension")


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
        yield moment(start_s, words, f"{name} {clock(start_s, words)}")


def _finding(finding: Finding, words: Words, jpeg: bytes | None) -> FindingPart:
    when = ["", ""]  # what stands before the times, and after
    if finding.reps:
        numbers = ", ".join(str(rep) for rep in finding.reps)
        phrase = "in_repetitions" if len(finding.reps) > 1 else "in_repetition"
        when = words.text(f"page.{phrase}", rep=numbers, when=_HERE).split(_HERE)
    times: list[str] = []
    for start, end in finding.times:
        text = words.text("page.from_to", start=clock(start, words), end=clock(end, words))
        times += [", ", moment(start, words, text)]
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
