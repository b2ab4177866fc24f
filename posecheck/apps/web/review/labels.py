"""Reviewed clips as labels and the machine's grades, in the columns that `posecheck compare` reads.

So a practice learns how well it agrees with the machine by working as usual.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.web.store.tables import CORRECTED, MACHINE, Clip, Correction, Result

LABELS = ("clip", "verdict", "reps", "side", "faults", "tension_angle", "peak_angle")
GRADES = (
    "clip", "sha256", "verdict", "score", "side", "variant", "reps", "tension_knee_flexion_deg",
    "tension_hip_flexion_deg", "exercise", "peak_deg", "faults", "warnings", "error", "seconds",
)  # fmt: skip


def labels_csv(session: Session) -> str:
    """Return a row for each clip that somebody has reviewed or put right."""
    return _csv(LABELS, (
        (_name(clip), r.verdict, r.reps, r.side, r.faults, r.tension_knee_deg, r.peak_deg)
        for clip, r in _rows(session, reviewed=True)
    ))  # fmt: skip


def grades_csv(session: Session) -> str:
    """Return the machine's grade of each clip that has one."""
    return _csv(GRADES, (
        (_name(clip), clip.sha256, r.verdict, r.score, r.side, r.variant, r.reps,
         r.tension_knee_deg, r.tension_hip_deg, r.exercise, r.peak_deg, r.faults, r.warnings,
         "", "")
        for clip, r in _rows(session, reviewed=False)
    ))  # fmt: skip


def _name(clip: Clip) -> str:
    return f"clip-{clip.id}"  # names of files may be those of people


def _rows(session: Session, reviewed: bool) -> Iterable[tuple[Clip, Result]]:
    results: dict[int, dict[str, Result]] = {}
    for result in session.scalars(select(Result)):
        results.setdefault(result.clip_id, {})[result.whose] = result
    seen = set(session.scalars(select(Correction.clip_id).where(Correction.undone_at.is_(None))))
    for clip in session.scalars(select(Clip).order_by(Clip.id)):
        found = results.get(clip.id, {})
        wanted = found.get(CORRECTED) if reviewed and CORRECTED in found else found.get(MACHINE)
        if wanted is not None and (clip.id in seen or not reviewed):
            yield clip, wanted


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(["" if value is None else value for value in row] for row in rows)
    return out.getvalue()
