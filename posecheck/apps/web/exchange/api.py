"""What programs and pages ask for: exchange."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/api", tags=["exchange"])
