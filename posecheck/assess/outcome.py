"""What is said of a session that is over: the verdict, and the one thing to do better."""

from __future__ import annotations

from posecheck.exercises.language import words_of
from posecheck.types import WARNINGS, Cue, Report


def outcome_cues(report: Report, t_s: float) -> tuple[Cue, ...]:
    """Return what is said of a report.

    Parameters
    ----------
    report
        The report of the session.
    t_s
        When it ended.

    """
    thing = to_do_better(report)
    said = (report.grade.verdict,) if thing is None else (report.grade.verdict, thing)
    return tuple(Cue(t_s, "result", name) for name in said)


def to_do_better(report: Report) -> str | None:
    """Return the name of what would change most: a rule, a warning or what is missing, if any."""
    grade = report.grade
    if grade.verdict != "ungradable":
        return grade.deductions[0].rule if grade.deductions else None
    words = words_of(report.language)
    for reason in grade.reasons:
        for name in WARNINGS:
            if reason.startswith(words.texts[f"notes.{name}"].partition("{")[0]):
                return name
    done = report.reps or any(s.tension is not None for s in report.sets)
    return "not_seen" if done else "no_exercise"
