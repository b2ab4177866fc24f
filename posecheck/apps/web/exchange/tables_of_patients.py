"""All results of a patient as one table, and what the log says of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.web.store.tables import AuditEntry, Clip, PrescriptionVersion, Result
from posecheck.present.spreadsheet import defused

_OF_RESULT = (
    "verdict", "score", "exercise", "side", "variant", "reps", "tension_knee_deg",
    "tension_hip_deg", "tension_uncertainty_deg", "range_deg", "range_uncertainty_deg",
    "peak_deg", "peak_uncertainty_deg", "faults", "warnings", "duration_s",
)  # fmt: skip
COLUMNS = (
    "clip", "name", "sha256", "recorded_at", "received_at", "state", "prescription",
    "symptoms_before", "symptoms_after", "revision", "whose", *_OF_RESULT,
)  # fmt: skip


def results_csv(session: Session, patient_id: int) -> str:
    """Return a table with a row for each result, the machine's and the corrected ones.

    Parameters
    ----------
    session
        A reading one.
    patient_id
        Whose.

    """
    rows = session.execute(
        select(Clip, Result, PrescriptionVersion.version)
        .outerjoin(Result, Result.clip_id == Clip.id)
        .outerjoin(PrescriptionVersion, PrescriptionVersion.id == Clip.prescription_id)
        .where(Clip.patient_id == patient_id)
        .order_by(Clip.recorded_at, Clip.id, Result.whose.desc())
    )
    return csv_text(COLUMNS, (_row(clip, result, version) for clip, result, version in rows))


def _row(clip: Clip, result: Result | None, version: int | None) -> list[Any]:
    return [
        clip.id, clip.name, clip.sha256, clip.recorded_at.isoformat(),
        clip.received_at.isoformat(), clip.state, version, clip.symptoms_before,
        clip.symptoms_after, clip.revision, result and result.whose,
        *(result and getattr(result, name) for name in _OF_RESULT),
    ]  # fmt: skip


def audit_csv(session: Session, patient_id: int) -> str:
    """Return what the log says of a patient; parameters as those of `results_csv`."""
    rows = session.scalars(
        select(AuditEntry).where(AuditEntry.patient_id == patient_id).order_by(AuditEntry.id)
    )
    return csv_text(
        ("at", "who", "action", "clip", "detail"),
        ([e.at.isoformat(), e.who, e.action, e.clip_id, e.detail] for e in rows),
    )


def csv_text(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Return a table as CSV; no cell is one that a spreadsheet would run."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([defused(c) if isinstance(c, str) else c for c in row])
    return out.getvalue()
