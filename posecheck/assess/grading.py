"""Repetitions, findings and coverage -> grade.

The worst mistake is a pass for what the camera did not see. So what blocks is asked first, and
only what was seen well enough is scored: 100 points less the deductions, each with its reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal

from posecheck.assess.scoring import advice, deduct, faults
from posecheck.assess.warnings import warning_note
from posecheck.exercises.catalogue import exercise_named
from posecheck.exercises.exercise import Exercise
from posecheck.exercises.prescription import Prescription
from posecheck.types import Deduction, ExerciseSet, Finding, Grade, Quality, Rep

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
HIDING = frozenset({"frames_missing", "tracking_lost"})


def grade(
    prescription: Prescription,
    quality: Quality,
    sets: Sequence[ExerciseSet],
    reps: Sequence[Rep],
    findings: Sequence[Finding],
    *,
    exercise_usable: float = math.nan,
    stay_usable: float = math.nan,
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

    Returns
    -------
    Grade
        With reasons in the order in which to act on them. ``score == 100 - sum of the
        deductions`` unless ungradable; every pass scores higher than every needs_work.

    """
    exercise = _exercise_of(prescription, sets)
    over_all = quality.usable_fraction if math.isnan(stay_usable) else stay_usable
    blocked = list(_blocked(prescription, quality, over_all, exercise_usable))
    if not blocked and not reps and not any(s.tension for s in sets):
        barring = [warning_note(name, exercise) for name in quality.barring]
        blocked = [*barring, f"No exercise was found: lie on your back, {exercise.how_to}"]
    if blocked:
        seen = [f"As far as it was seen: {line.reason}" for line in faults(findings)]
        return Grade("ungradable", None, (*blocked, *seen))
    hidden = bool(HIDING & {*quality.barring})
    missing = [] if hidden else _missing(prescription, exercise, sets, reps)
    wrong = sorted([*faults(findings), *missing], key=lambda line: -line.points)
    tips = [*advice(findings), *_few(prescription, exercise, reps)]
    deductions = deduct([*wrong, *tips])
    score = 100 - sum(line.points for line in deductions)
    hints = [f"A tip: {tip.reason}" for tip in tips]
    if not wrong:
        if quality.barring:  # nothing wrong was seen, but not everything was
            return Grade(
                "ungradable", None, tuple(warning_note(w, exercise) for w in quality.barring)
            )
        return Grade("pass", score, (_praise(sets, reps), *hints), deductions)
    first, *others = (line.reason for line in wrong)
    todo = [f"Change this first: {first}", *(f"Then: {other}" for other in others)]
    return Grade("needs_work", score, (*todo, *hints), deductions)


def _exercise_of(prescription: Prescription, sets: Sequence[ExerciseSet]) -> Exercise:
    """Return the exercise that was done, else the one that is asked for."""
    return exercise_named(sets[0].exercise) if sets else prescription.exercise_value


def _blocked(
    prescription: Prescription, quality: Quality, over_all: float, exercise_usable: float
) -> Iterable[str]:
    """Say why this clip cannot be graded, with what to change; nothing if it can."""
    warnings = quality.warnings
    # written so that NaN, which compares false, counts as not seen
    if "no_person" in warnings or not quality.tracked_fraction > 0:
        yield warning_note("no_person")
        return
    fractions = [over_all]
    if not math.isnan(exercise_usable):
        fractions.append(exercise_usable)
    least = min(0.0 if math.isnan(f) else f for f in fractions)
    little = least < prescription.coverage.usable_min
    for name in dict.fromkeys(warnings):
        when = BLOCKING[name]
        if when == "always" or (little and when != "never"):
            yield warning_note(name, prescription.exercise_value)
    if _too_oblique(prescription, quality) and not (little and "not_side_on" in warnings):
        yield warning_note("not_side_on")
    if little:
        yield (
            f"Your working leg was seen clearly in {100 * least:.0f} % of the time only: use more "
            "light, keep your whole body in the picture and come closer."
        )


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
) -> Iterable[Deduction]:
    """Yield what should have been there and was not: repetitions, a point of tension, the dose."""
    if not reps:
        yield Deduction(
            "no_repetitions",
            NO_REPETITIONS_POINTS,
            exercise.no_repetitions,
        )
        return
    for one in sets:
        without = exercise_named(one.exercise).no_tension
        if one.reps and one.tension is None and without is not None:
            # without it there is nothing to hold drift or forcing against: never a pass
            yield Deduction("no_tension", NO_TENSION_POINTS, without)
            break
    yield from _short_of_dose(prescription, sets)


def _short_of_dose(prescription: Prescription, sets: Sequence[ExerciseSet]) -> Iterable[Deduction]:
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
        reason = f"{best[0] if best else 0} of {asked_reps} repetitions were seen."
    elif dose.repetitions is None:
        reason = f"{complete} of {asked_sets} sets were seen."
    else:
        reason = f"{complete} of {asked_sets} sets with {asked_reps} repetitions each were seen."
    points = 15 + round(15 * (1 - done / asked))
    yield Deduction("dose", points, f"{reason} Do the rest if it stays comfortable.")


def _few(
    prescription: Prescription, exercise: Exercise, reps: Sequence[Rep]
) -> Iterable[Deduction]:
    """Yield advice where the dose does not say how many, and fewer than usual were done."""
    usual = exercise.repetitions_min or prescription.usual.repetitions_min
    if prescription.dose.repetitions is None and 0 < len(reps) < usual:
        yield Deduction(
            "dose",
            1,
            f"{_count(len(reps))} seen; {usual} or more are usual, unless your physiotherapist "
            "asked for fewer.",
        )


def _praise(sets: Sequence[ExerciseSet], reps: Sequence[Rep]) -> str:
    sides = {s.side for s in sets if s.reps}
    leg = f"with your {sides.pop()} leg" if len(sides) == 1 else "with both legs"
    return f"Well done: {_count(len(reps))} seen {leg}, and no fault was found."


def _count(reps: int) -> str:
    return "1 repetition was" if reps == 1 else f"{reps} repetitions were"
