"""Clips that have arrived: their rows, their jobs and their files."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from queue_rows import add_clip
from sqlalchemy import select

from posecheck.apps.web.folders import ClipFolder
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import Clip, Job


def arrived(room: Room, patient_id: int, video: Path, **values: Any) -> int:
    """Put a clip where it belongs, with a job that waits; return its number."""
    sha256 = hashlib.sha256(video.read_bytes()).hexdigest()
    folder = room.folders.clip(patient_id, sha256)
    folder.path.mkdir(parents=True)
    shutil.copyfile(video, folder.path / f"clip{video.suffix}")
    usual: dict[str, Any] = {"name": video.name, "size": video.stat().st_size}
    return add_clip(room, patient_id, sha256=sha256, **usual | values)


def folder_of(room: Room, clip_id: int) -> ClipFolder:
    clip = clip_row(room, clip_id)
    return room.folders.clip(clip.patient_id, clip.sha256)


def clip_row(room: Room, clip_id: int) -> Clip:
    with room.database.reading() as session:
        return session.get_one(Clip, clip_id)


def job_row(room: Room, clip_id: int) -> Job:
    with room.database.reading() as session:
        return session.scalars(select(Job).where(Job.clip_id == clip_id)).one()


def wait_until(holds: Callable[[], bool], for_s: float = 30.0) -> None:
    """Wait for something to become true; fail if it does not."""
    until_s = time.monotonic() + for_s
    while not holds():
        assert time.monotonic() < until_s, "it never came true"
        time.sleep(0.05)
