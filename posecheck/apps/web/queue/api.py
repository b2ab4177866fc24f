"""What programs and pages ask for: queue."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/api", tags=["queue"])
