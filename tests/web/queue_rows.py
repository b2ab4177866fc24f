"""Clips and jobs that are there already, without files."""

from __future__ import annotations

import secrets
from typing import Any

from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import Clip, Job, now


def add_clip(room: Room, patient_id: int, **values: Any) -> int:
    """Add a clip with a job that waits, and return the clip's number."""
    usual: dict[str, Any] = {
        "patient_id": patient_id, "sha256": secrets.token_hex(32), "name": "Knee.mp4", "size": 1,
        "recorded_at": now(),
    }  # fmt: skip
    with room.database.writing() as session:
        clip = Clip(**usual | values)
        session.add(clip)
        session.flush()
        session.add(Job(clip_id=clip.id, state=clip.state))
        return clip.id
