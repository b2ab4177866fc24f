"""What one clip of a batch may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may take."""

    time_s: float = 1800.0
    memory_mib: float = 2048.0  # resident
