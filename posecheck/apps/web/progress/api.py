"""What programs and pages ask for: progress."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/api", tags=["progress"])
