"""Moments as files and reports write them down."""

from __future__ import annotations

from datetime import datetime, timezone


def moment(text: str | None) -> datetime | None:
    """Return when something was, in UTC; None where that is not understood.

    A time that says no zone is taken for UTC, whatever zone the server is in: MP4 keeps UTC.

    Parameters
    ----------
    text
        In ISO 8601.

    """
    try:
        at = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
        return (at if at.tzinfo else at.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None
