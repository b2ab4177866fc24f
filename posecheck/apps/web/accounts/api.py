"""What programs and pages ask for: accounts."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/api", tags=["accounts"])
