"""The pages: progress is a part of the patient's, in ``templates/patient_progress.html``."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
