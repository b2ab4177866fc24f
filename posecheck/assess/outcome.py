"""What is said of a session that is over: the verdict, and the one thing to do better."""

from __future__ import annotations

from posecheck.exercises.catalogue import exercise_named
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
    told = (Cue(t_s, "result", name, number) for name, number in best_of(report))
    return (*(Cue(t_s, "result", name) for name in said), *told)


def best_of(report: Report) -> tuple[tuple[str, int], ...]:
    """Return the best end range of a session, each with the name of its phrase, in degrees.

    There is one of each leg; there is none where nothing could be graded, or where what was done
    goes to no end range.

    Parameters
    ----------
    report
        The report of the session.

    """
    if report.grade.verdict == "ungradable":
        return ()
    done = [s for s in report.sets if s.summary is not None and s.exercise == report.exercise]
    found = []
    for side in sorted({s.side for s in done}):
        peaks = [s.summary.best_deg for s in done if s.summary is not None and s.side == side]
        to = exercise_named(done[0].exercise).to
        if to is not None:
            found.append((side, round(to.best_deg(peaks))))
    if len(found) == 1:
        return (("best", found[0][1]),)
    return tuple((f"best_{side}", degrees) for side, degrees in found)


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
