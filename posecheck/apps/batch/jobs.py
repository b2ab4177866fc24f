"""One clip of a batch, as it was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from posecheck.types import Side


@dataclass(frozen=True, slots=True)
class ClipJob:
    """A clip to grade, and what its manifest says of it."""

    # path or URL as it was given; may hold credentials, so it is never written
    location: str = field(repr=False)
    name: str  # what results call it: no credentials, no query
    stem: str  # its folder, by `naming.stem_of`, before any suffix that tells twins apart
    side: Side | None = None
    prescription: Path | str | None = None  # file or the name of a ready one; None: the batch's
    subject: str | None = None
    session_date: str | None = None  # ISO 8601
    problem: str | None = None  # why it cannot be graded, known before it is opened
