"""What programs and pages ask for: people."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/api", tags=["people"])
