"""Repetitions, findings and coverage -> grade.

The worst mistake is a pass for what the camera did not see. So what blocks is asked first, and
only what was seen well enough is scored: 100 points less the deductions, each with its reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from posecheck.assess.gain import gain
from posecheck.assess.scoring import advice, deduct, faults
from posecheck.assess.warnings import warning_note
from posecheck.exercises.catalogue import exercise_named
from posecheck.exercises.exercise import Exercise
from posecheck.exercises.language import words_of
from posecheck.exercises.prescription import Prescription
from posecheck.types import Deduction, ExerciseSet, Finding, Grade, Quality, Rep, Words

Blocks = Literal["always", "when little is usable", "never"]

# When a quality warning keeps a clip from being graded. Beside these, any clip whose usable
# fractions or measured view break the prescription's numbers is blocked, warning or none.
BLOCKING: dict[str, Blocks] = {
    "no_person": "always",
    "not_supine": "always",
    "too_short": "always",
    "not_side_on": "when little is usable",
    "too_small": "when little is usable",
    "out_of_frame": "when little is usable",
    "tracking_lost": "when little is usable",
    "legs_uncertain": "when little is usable",
    "other_leg_unseen": "always",
    "not_this_exercise": "always",
    "too_few_frames": "always",
    "too_few_looks": "always",
    "frames_missing": "when little is usable",
    "second_person": "never",
    "cut_off": "never",
    "time_uncertain": "never",
}

# Our own judgement: without either it is hardly the exercise.
NO_REPETITIONS_POINTS, NO_TENSION_POINTS = 60, 40
# Where one of these bars a pass, what is missing may have been done meanwhile.
HIDING = frozenset({"frames_missing", "tracking_lost", "cut_off"})


def grade(
    prescription: Prescription,
    quality: Quality,
    sets: Sequence[ExerciseSet],
    reps: Sequence[Rep],
    findings: Sequence[Finding],
    *,
    exercise_usable: float = math.nan,
    stay_usable: float = math.nan,
    words: Words | None = None,
) -> Grade:
    """Grade one clip.

    Parameters
    ----------
    prescription
        What was asked for, and how much must be seen.
    quality
        What the camera could and could not see, over the whole clip.
    sets, reps, findings
        What was found.
    exercise_usable
        Usable fraction of the frames from the first point of tension to the end of the last
        repetition, NaN where that is not known. A clip of ten quiet minutes and one exercise
        that was hidden has a fine fraction over all.
    stay_usable
        Usable fraction of the frames while the person lay there, around and between what was
        found; where it is known it counts instead of that of the whole clip. A live session may
        begin long before anybody has come.
    words
        The language of the reasons; English if None.

    Returns
    -------
    Grade
        With reasons in the order in which to act on them. ``score == 100 - sum of the
        deductions`` unless ungradable; every pass scores higher than every needs_work.

    """
    exercise, words = _exercise_of(prescription, sets), words or words_of()
    over_all = quality.usable_fraction if math.isnan(stay_usable) else stay_usable
    blocked = list(_blocked(prescription, quality, over_all, exercise_usable, words))
    if not blocked and not reps and not any(s.tension for s in sets):
        barring = [warning_note(name, exercise, words) for name in quality.barring]
        how_to = exercise.said("how_to", words)
        blocked = [*barring, words.text("reasons.no_exercise", how_to=how_to)]
    if blocked:
        wrong = faults(findings, words)
        seen = [words.text("reasons.as_far_as_seen", reason=line.reason) for line in wrong]
        return Grade("ungradable", None, (*blocked, *seen))
    hidden = bool(HIDING & {*quality.barring})
    missing = [] if hidden else _missing(prescription, exercise, sets, reps, words)
    wrong = sorted([*faults(findings, words), *missing], key=lambda line: -line.points)
    tips = [*advice(findings, words), *_few(prescription, exercise, reps, words)]
    deductions = deduct([*wrong, *tips], words)
    score = 100 - sum(line.points for line in deductions)
    hints = [words.text("reasons.tip", reason=tip.reason) for tip in tips]
    changed = gain(sets, words)
    hints += [] if changed is None else [changed]
    if not wrong:
        if quality.barring:  # nothing wrong was seen, but not everything was
            notes = (warning_note(w, exercise, words) for w in quality.barring)
            return Grade("ungradable", None, tuple(notes))
        return Grade("pass", score, (_praise(sets, reps, words), *hints), deductions)
    first, *others = (line.reason for line in wrong)
    todo = [
        words.text("reasons.first", reason=first),
        *(words.text("reasons.then", reason=other) for other in others),
    ]
    return Grade("needs_work", score, (*todo, *hints), deductions)


def _exercise_of(prescription: Prescription, sets: Sequence[ExerciseSet]) -> Exercise:
    """Return the exercise that was done, else the one that is asked for."""
    return exercise_named(sets[0].exercise) if sets else prescription.exercise_value


def _blocked(
    prescription: Prescription,
    quality: Quality,
    over_all: float,
    exercise_usable: float,
    words: Words,
) -> Iterable[str]:
    """Say why this clip cannot be graded, with what to change; nothing if it can."""
    warnings = quality.warnings
    # written so that NaN, which compares false, counts as not seen
    if "no_person" in warnings or not quality.tracked_fraction > 0:
        yield warning_note("no_person", words=words)
        return
    fractions = [over_all]
    if not math.isnan(exercise_usable):
        fractions.append(exercise_usable)
    least = min(0.0 if math.isnan(f) else f for f in fractions)
    little = least < prescription.coverage.usable_min
    for name in dict.fromkeys(warnings):
        when = BLOCKING[name]
        if when == "always" or (little and when != "never"):
            yield warning_note(name, prescription.exercise_value, words)
    if _too_oblique(prescription, quality) and not (little and "not_side_on" in warnings):
        yield warning_note("not_side_on", words=words)
    if little:
        yield words.text("reasons.little_seen", percent=words.number(100 * least))


def _too_oblique(prescription: Prescription, quality: Quality) -> bool:
    view = prescription.view
    return (
        abs(quality.view_azimuth_deg) > view.max_azimuth_deg
        or abs(quality.view_elevation_deg) > view.max_elevation_deg
    )


def _missing(
    prescription: Prescription,
    exercise: Exercise,
    sets: Sequence[ExerciseSet],
    reps: Sequence[Rep],
    words: Words,
) -> Iterable[Deduction]:
    """Yield what should have been there and was not: repetitions, a point of tension, the dose."""
    if not reps:
        yield Deduction(
            "no_repetitions",
            NO_REPETITIONS_POINTS,
            exercise.said("no_repetitions", words),
        )
        return
    for one in sets:
        done = exercise_named(one.exercise)
        if one.reps and one.tension is None and done.no_tension is not None:
            # without it there is nothing to hold drift or forcing against: never a pass
            yield Deduction("no_tension", NO_TENSION_POINTS, done.said("no_tension", words))
            break
    for part, own in _by_part(prescription, sets):
        yield from _short_of_dose(part, own, words)


def _by_part(
    prescription: Prescription, sets: Sequence[ExerciseSet]
) -> Iterator[tuple[Prescription, list[ExerciseSet]]]:
    """Yield each part of what was asked for with the sets that are its own, in their order."""
    parts, rest = prescription.parts, list(sets)
    for part in parts:
        if len(parts) == 1:
            yield part, rest
            return
        name, own = part.exercise_value.name, []
        at = next((i for i, s in enumerate(rest) if s.exercise == name), len(rest))
        rest = rest[at:] if at < len(rest) else rest
        while rest and rest[0].exercise == name:
            own.append(rest.pop(0))
        yield part, own


def _short_of_dose(
    prescription: Prescription, sets: Sequence[ExerciseSet], words: Words
) -> Iterable[Deduction]:
    """Yield at most one line for a stated number of sets or repetitions that was not reached."""
    dose = prescription.dose
    if dose.repetitions is None and dose.sets is None:
        return
    asked_sets, asked_reps = dose.sets or 1, dose.repetitions or 1
    best = sorted((s.reps for s in sets), reverse=True)[:asked_sets]
    complete = sum(n >= asked_reps for n in best)
    if complete >= asked_sets:
        return
    done, asked = sum(min(n, asked_reps) for n in best), asked_sets * asked_reps
    if dose.sets is None:
        reason = words.text("reasons.reps", seen=best[0] if best else 0, asked=asked_reps)
    elif dose.repetitions is None:
        reason = words.text("reasons.sets", seen=complete, asked=asked_sets)
    else:
        reason = words.text("reasons.full_sets", seen=complete, asked=asked_sets, reps=asked_reps)
    points = 15 + round(15 * (1 - done / asked))
    yield Deduction("dose", points, f"{reason} {words.text('reasons.do_the_rest')}")


def _few(
    prescription: Prescription, exercise: Exercise, reps: Sequence[Rep], words: Words
) -> Iterable[Deduction]:
    """Yield advice where the dose does not say how many, and fewer than usual were done."""
    usual = exercise.repetitions_min or prescription.usual.repetitions_min
    asked = prescription.dose.repetitions is not None or prescription.programme
    if not asked and 0 < len(reps) < usual:
        reason = words.text("reasons.few", seen=_seen(reps, words), usual=usual)
        yield Deduction("dose", 1, reason)


def _praise(sets: Sequence[ExerciseSet], reps: Sequence[Rep], words: Words) -> str:
    sides = {s.side for s in sets if s.reps}
    leg = words.text(f"reasons.with_{sides.pop() if len(sides) == 1 else 'both'}")
    return words.text("reasons.well_done", seen=_seen(reps, words), leg=leg)


def _seen(reps: Sequence[Rep], words: Words) -> str:
    return words.text("reasons.one_seen" if len(reps) == 1 else "reasons.seen", number=len(reps))
