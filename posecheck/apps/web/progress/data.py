"""From the tables to what has changed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.web.store.results import standing_results
from posecheck.apps.web.store.tables import Clip, PrescriptionVersion, Result
from posecheck.assess.progress import (
    ClipResult,
    SessionSummary,
    Trend,
    Week,
    summaries,
    trends,
    weeks,
)

_NUMBERS = (
    "tension_knee_deg", "tension_uncertainty_deg", "range_deg", "range_uncertainty_deg",
    "peak_deg", "peak_uncertainty_deg",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Progress:
    """All that is shown of a patient's weeks."""

    sessions: tuple[SessionSummary, ...]
    trends: tuple[Trend, ...]
    weeks: tuple[Week, ...]


def progress_of(session: Session, patient_id: int, today: date) -> Progress:
    """Return what has changed of a patient; a corrected result stands before the machine's.

    Parameters
    ----------
    session
        A reading one.
    patient_id
        The patient.
    today
        The last day that counts.

    """
    clips = [_clip_result(clip, result) for clip, result in standing_results(session, patient_id)]
    prescribed = session.execute(
        select(PrescriptionVersion.created_at, PrescriptionVersion.sessions_per_week)
        .where(PrescriptionVersion.patient_id == patient_id)
        .order_by(PrescriptionVersion.version)
    )
    asked = [(day_of(at).toordinal(), per_week) for at, per_week in prescribed]
    sessions = summaries(clips)
    return Progress(sessions, trends(sessions), weeks(clips, asked, today.toordinal()))


def day_of(at: datetime) -> date:
    """Return the day of a moment where this room is."""
    return at.astimezone().date()


def date_of(day: int) -> date:
    """Return the date of a day as `posecheck.assess` counts them."""
    return date.fromordinal(day)


def _clip_result(clip: Clip, result: Result) -> ClipResult:
    row: Any = result  # whose texts are the names that reports have
    numbers = {name: _known(getattr(result, name)) for name in _NUMBERS}
    return ClipResult(
        day=day_of(clip.recorded_at).toordinal(), verdict=row.verdict, side=row.side,
        exercise=row.exercise, variant=row.variant, reps=row.reps,
        symptoms_before=clip.symptoms_before, symptoms_after=clip.symptoms_after, **numbers,
    )  # fmt: skip


def _known(value: float | None) -> float:
    return math.nan if value is None else value
