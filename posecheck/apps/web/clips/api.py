"""What programs and pages ask for: clips."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/api", tags=["clips"])
