"""Corrections, one after the other, as the engine takes them.

Marks are found by when they were, not by their number: a joint that was put right later, or an
exercise that was named, gives the engine's marks anew, and what a therapist has moved is then moved
again where it fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from posecheck.assess.progress import GLIDE
from posecheck.exercises.marks import RepMarks, SetMarks
from posecheck.exercises.prescription import Prescription
from posecheck.motion.joint_corrections import JointCorrection

NEAR_S = 1.0  # a mark that has gone farther is another one


@dataclass(frozen=True, slots=True)
class Step:
    """One correction: its values, and what stood there before."""

    kind: str
    values: Mapping[str, Any]
    before: Mapping[str, Any]


def asked(prescription: Prescription, steps: Sequence[Step]) -> Prescription:
    """Return the prescription with the exercise that was named last."""
    for step in steps:
        if step.kind == "exercise":
            variant, name = step.values.get("variant"), step.values["exercise"]
            exercise = prescription.exercise.model_copy(
                update={"name": name, "variant": variant or "auto"}
            )
            prescription = prescription.model_copy(update={"exercise": exercise, "programme": ()})
    return prescription


def joints(steps: Sequence[Step]) -> list[JointCorrection]:
    """Return the joints that were put right."""
    return [
        JointCorrection(
            s.values["t_s"], s.values["leg"], s.values["joint"], tuple(s.values["xy_px"]),
            s.values["hold"] == "onwards",
        )
        for s in steps
        if s.kind == "joint"
    ]  # fmt: skip


def dismissed(steps: Sequence[Step]) -> list[tuple[str, float]]:
    """Return the findings that are not shared, each by its rule and start."""
    last = {(s.values["rule"], s.values["start_s"]): s for s in steps if s.kind == "finding"}
    return [key for key, step in last.items() if step.values["dismissed"]]


def verdict(steps: Sequence[Step]) -> Mapping[str, Any] | None:
    """Return the therapist's own verdict with its reason; None where there is none."""
    said = [s.values for s in steps if s.kind == "verdict"]
    return said[-1] if said and said[-1]["verdict"] is not None else None


def marks(found: Sequence[SetMarks], steps: Sequence[Step]) -> tuple[SetMarks, ...] | None:
    """Return the marks of the sets; None where nobody has touched any.

    Parameters
    ----------
    found
        Those of the engine.
    steps
        The corrections.

    """
    sets, touched = list(found), False
    for i, step in enumerate(steps):
        edit = _EDITS.get(step.kind)
        if edit is not None and not _is_overtaken(step, steps[i + 1 :]):
            touched = True
            edit(sets, step)
            sets = [one for one in sets if one.reps or one.tension_s]  # what is empty has no time
    return tuple(sets) if touched else None


def _is_overtaken(step: Step, later: Sequence[Step]) -> bool:
    """Tell whether a set was marked by hand of which another exercise was named since."""
    named = [one.values["exercise"] for one in later if one.kind == "exercise"]
    new = GLIDE if step.kind == "tension_add" else step.before.get("exercise")
    is_new_set = step.kind == "tension_add" or (
        step.kind == "rep_add" and "exercise" in step.before
    )
    return is_new_set and bool(named) and named[-1] != new


def _set_at(sets: list[SetMarks], step: Step) -> int | None:
    """Return which set a correction is about, by when it was."""
    start = step.before.get("set_start_s", step.before.get("start_s"))
    known = [(abs(one.span_s[0] - start), i) for i, one in enumerate(sets) if start is not None]
    gap, index = min(known, default=(NEAR_S, -1))
    if index >= 0 and gap < NEAR_S:
        return index
    number = step.values.get("set")
    return number - 1 if number is not None and number <= len(sets) else None


def _rep_at(sets: list[SetMarks], step: Step) -> tuple[int, int] | None:
    start = step.before.get("start_s")
    if start is None:
        return None
    known = [
        (abs(rep.start_s - start), i, k)
        for i, one in enumerate(sets)
        for k, rep in enumerate(one.reps)
    ]
    gap, i, k = min(known, default=(NEAR_S, 0, 0))
    return (i, k) if gap < NEAR_S else None


def _with_reps(one: SetMarks, reps: Sequence[RepMarks]) -> SetMarks:
    return replace(one, reps=tuple(sorted(reps, key=lambda rep: rep.start_s)))


def _tension(sets: list[SetMarks], step: Step) -> None:
    at = _set_at(sets, step)
    if at is not None and sets[at].exercise == GLIDE:
        sets[at] = replace(sets[at], tension_s=(step.values["start_s"], step.values["end_s"]))


def _insert(sets: list[SetMarks], new: SetMarks) -> None:
    sets.append(new)
    sets.sort(key=lambda one: one.span_s[0])


def _tension_add(sets: list[SetMarks], step: Step) -> None:
    v = step.values
    _insert(sets, SetMarks(v["side"], GLIDE, v.get("variant"), (v["start_s"], v["end_s"]), ()))


def _tension_delete(sets: list[SetMarks], step: Step) -> None:
    at = _set_at(sets, step)
    if at is not None:
        del sets[at]


def _rep_add(sets: list[SetMarks], step: Step) -> None:
    new = RepMarks(step.values["start_s"], step.values["end_s"])
    if step.values["set"] is None:
        _insert(sets, SetMarks(step.values["side"], step.before["exercise"], None, None, (new,)))
        return
    at = _set_at(sets, step)
    if at is not None:
        one = sets[at]
        variant = one.variant
        if variant is None and one.exercise == GLIDE:
            variant = step.before.get("variant") or "ankle_pump"
        sets[at] = _with_reps(replace(one, variant=variant), [*one.reps, new])


def _rep_move(sets: list[SetMarks], step: Step) -> None:
    at = _rep_at(sets, step)
    if at is not None:
        i, k = at
        new = RepMarks(step.values["start_s"], step.values["end_s"])
        sets[i] = _with_reps(sets[i], [*sets[i].reps[:k], new, *sets[i].reps[k + 1 :]])


def _rep_delete(sets: list[SetMarks], step: Step) -> None:
    at = _rep_at(sets, step)
    if at is not None:
        i, k = at
        sets[i] = _with_reps(sets[i], [*sets[i].reps[:k], *sets[i].reps[k + 1 :]])


def _side(sets: list[SetMarks], step: Step) -> None:
    sets[:] = [replace(one, side=step.values["side"]) for one in sets]


_EDITS = {
    "tension": _tension, "tension_add": _tension_add, "tension_delete": _tension_delete,
    "rep_add": _rep_add, "rep_move": _rep_move, "rep_delete": _rep_delete, "side": _side,
}  # fmt: skip
