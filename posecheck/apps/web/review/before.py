"""What stands in a clip before something is put right, and whether it can be put right so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from posecheck.assess.progress import GLIDE
from posecheck.errors import InputError
from posecheck.motion.holes import overlap_s

_MOST = 0.5  # of the shorter of two stretches: then both are one


def what_stands_there(data: Mapping[str, Any], kind: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return what a correction changes: where a mark was, the leg, the exercise, the verdict.

    Parameters
    ----------
    data
        What the page draws of the clip as it stands.
    kind, values
        The correction.

    Raises
    ------
    InputError
        One sentence: what it is about is not there, is there already, or was not seen.

    """
    report = data["report"]
    if kind in ("tension", "tension_add"):
        _refuse_tension(data, values)
    if kind in ("rep_add", "rep_move"):
        _refuse_second(values, [rep for rep in report["reps"] if rep["index"] != values.get("rep")])
    if values.get("set") is not None:
        return _of_set(report, kind, values["set"])
    if "rep" in values:
        if values["rep"] > len(report["reps"]):
            raise InputError("There is no such repetition (any more).")
        return {key: report["reps"][values["rep"] - 1][key] for key in ("start_s", "end_s")}
    if kind == "rep_add":
        return {"exercise": _exercise_of_new_set(report)}
    if kind == "finding":
        same = (values["rule"], values["start_s"])
        theirs = (f for f in report["findings"] if (f["rule"], f["start_s"]) == same)
        return next(theirs, {})
    if kind == "verdict":
        return {"verdict": report["grade"]["verdict"]}
    named = {"side": ("side",), "exercise": ("exercise", "variant")}.get(kind, ())
    return {key: report[key] for key in named}


def _of_set(report: Mapping[str, Any], kind: str, number: int) -> dict[str, Any]:
    if number > len(report["sets"]):
        raise InputError("There is no such set (any more).")
    one = report["sets"][number - 1]
    if kind == "tension" and one["exercise"] != GLIDE:
        raise InputError("This exercise has no point of tension.")
    theirs = [rep["start_s"] for rep in report["reps"] if rep["set"] == one["index"]]
    tension = one["tension"] or {}
    start = min([*theirs, *([tension["start_s"]] if tension else [])])
    known = {key: tension.get(key) for key in ("start_s", "end_s")}
    return {**known, "set_start_s": start, "variant": one["variant"]}


def _exercise_of_new_set(report: Mapping[str, Any]) -> str:
    name: str = report["prescription"]["exercise"]["name"]
    if name in (GLIDE, "auto"):
        raise InputError("Mark the point of tension first, or say which exercise it is.")
    return name


def _refuse_tension(data: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    series = data["series"]
    known = [
        t
        for t, deg in zip(series["t_s"], series["knee_flexion_deg"], strict=True)
        if deg is not None
    ]
    if not any(values["start_s"] <= t <= values["end_s"] for t in known):
        raise InputError("The knee was not seen then; mark a point of tension where it was.")
    others = [one for one in data["report"]["sets"] if one["index"] != values.get("set")]
    if any(one["tension"] and _is_same(values, one["tension"]) for one in others):
        raise InputError("There is a point of tension already; move that one.")


def _refuse_second(values: Mapping[str, Any], others: list[Mapping[str, Any]]) -> None:
    """Refuse what would count a repetition twice; a neighbour may be touched."""
    for rep in others:
        if _is_same(values, rep):
            raise InputError(
                f"Repetition {rep['index']} is there already; move it, or delete it first."
            )


def _is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    shared = overlap_s(one["start_s"], one["end_s"], [(other["start_s"], other["end_s"])])
    shorter = min(one["end_s"] - one["start_s"], other["end_s"] - other["start_s"])
    return bool(shared > _MOST * shorter)
