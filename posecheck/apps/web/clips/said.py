"""What was said of a clip, as reports have it; it may be changed on the page after grading."""

from __future__ import annotations

from posecheck.apps.web.store.tables import Clip, Patient
from posecheck.types import Subject


def said_of(clip: Clip, patient: Patient) -> Subject:
    """Return whose clip it is, its day, the symptoms and the note, as they stand now."""
    return Subject(
        name=patient.name, date=clip.recorded_at.date().isoformat(), note=clip.note,
        symptoms_before=clip.symptoms_before, symptoms_after=clip.symptoms_after,
    )  # fmt: skip
