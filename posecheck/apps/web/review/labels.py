"""Reviewed clips as labels and the machine's grades, in the columns that `posecheck compare` reads.

So a practice learns how well it agrees with the machine by working as usual.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.web.exchange.tables_of_patients import csv_text
from posecheck.apps.web.store.results import standing_results
from posecheck.apps.web.store.tables import MACHINE, Clip, Correction, Result
from posecheck.present.grades import CONTRACT_COLUMNS

LABELS = ("clip", "verdict", "reps", "side", "faults", "tension_angle", "peak_angle")


def labels_csv(session: Session) -> str:
    """Return a row for each clip that somebody has reviewed or put right."""
    return csv_text(LABELS, (
        (_name(clip), r.verdict, r.reps, r.side, r.faults, r.tension_knee_deg, r.peak_deg)
        for clip, r in sorted(_reviewed(session), key=lambda one: one[0].id)
    ))  # fmt: skip


def grades_csv(session: Session) -> str:
    """Return the machine's grade of each clip that has one."""
    machines = (
        select(Clip, Result)
        .join(Result, Result.clip_id == Clip.id)
        .where(Result.whose == MACHINE)
        .order_by(Clip.id)
    )
    return csv_text(CONTRACT_COLUMNS, (
        (_name(clip), clip.sha256, r.verdict, r.score, r.side, r.variant, r.reps,
         r.tension_knee_deg, r.tension_hip_deg, r.exercise, r.peak_deg, r.faults, r.warnings,
         "", "")
        for clip, r in session.execute(machines)
    ))  # fmt: skip


def _name(clip: Clip) -> str:
    return f"clip-{clip.id}"  # names of files may be those of people


def _reviewed(session: Session) -> list[tuple[Clip, Result]]:
    holds = Correction.undone_at.is_(None), Correction.kind != "note"  # which agrees to nothing
    seen = set(session.scalars(select(Correction.clip_id).where(*holds)))
    return [(clip, result) for clip, result in standing_results(session) if clip.id in seen]
