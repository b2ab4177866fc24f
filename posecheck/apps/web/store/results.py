"""From a report to the numbers that lists and progress are made of."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.web.store.tables import CORRECTED, Clip, Result, now


def save_result(session: Session, clip_id: int, whose: str, report: Mapping[str, Any]) -> None:
    """Keep the numbers of a clip's report, in the place of older ones.

    Parameters
    ----------
    session
        A writing one.
    clip_id
        The clip.
    whose
        `MACHINE`, or `CORRECTED`.
    report
        What its ``report.json`` holds.

    """
    kept = session.scalar(select(Result).where(Result.clip_id == clip_id, Result.whose == whose))
    result = kept or Result(clip_id=clip_id, whose=whose)
    for name, value in numbers_of(report).items():
        setattr(result, name, value)
    result.made_at = now()
    session.add(result)
    session.flush()


def standing_results(session: Session, patient_id: int | None = None) -> list[tuple[Clip, Result]]:
    """Return each clip that has a result, with the corrected one, else the machine's.

    Parameters
    ----------
    session
        A reading one.
    patient_id
        Whose clips, in the order in which they were recorded; None: those of all patients.

    """
    wanted = select(Clip, Result).join(Result, Result.clip_id == Clip.id)
    if patient_id is not None:
        wanted = wanted.where(Clip.patient_id == patient_id)
    standing: dict[int, tuple[Clip, Result]] = {}
    for clip, result in session.execute(wanted.order_by(Clip.recorded_at, Clip.id)):
        if clip.id not in standing or result.whose == CORRECTED:
            standing[clip.id] = (clip, result)
    return list(standing.values())


def numbers_of(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a result, but for whose it is, from what ``report.json`` holds."""
    tension: Mapping[str, Any] = report.get("tension") or {}
    summary: Mapping[str, Any] = report.get("summary") or {}
    reps: list[Mapping[str, Any]] = report.get("reps") or []
    findings: list[Mapping[str, Any]] = report.get("findings") or []
    # The uncertainty of a repetition is that of its end range, where the exercise goes to one.
    is_test = summary.get("median_deg") is not None
    return {
        "verdict": report["grade"]["verdict"],
        "score": report["grade"].get("score"),
        "exercise": report.get("exercise"),
        "side": report.get("side"),
        "variant": report.get("variant"),
        "reps": len(reps),
        "tension_knee_deg": tension.get("knee_flexion_deg"),
        "tension_hip_deg": tension.get("hip_flexion_deg"),
        "tension_uncertainty_deg": tension.get("uncertainty_deg"),
        "range_deg": _median(rep.get("range_deg") for rep in reps),
        "range_uncertainty_deg": (
            None if is_test else _median(rep.get("uncertainty_deg") for rep in reps)
        ),
        "peak_deg": summary.get("median_deg"),
        "peak_uncertainty_deg": summary.get("uncertainty_deg"),
        "faults": ";".join(sorted({f["rule"] for f in findings if f["severity"] == "fault"})),
        "warnings": ";".join(report["quality"].get("warnings") or ()),
        "duration_s": report["clip"].get("duration_s"),
    }


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None
