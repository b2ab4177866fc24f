"""What a former server of the same data folder has left, and the name that both have."""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.web.folders import ClipFolder, Folders
from posecheck.apps.web.queue.patience import Patience
from posecheck.apps.web.queue.work import forget
from posecheck.apps.web.store.tables import RUNNING, WAITING, Clip
from posecheck.atomic_files import atomic_text

NAME = "queue-name"


def server_name(data: Path) -> str:
    """Return what the leases of whoever has this data folder begin with."""
    file = data / NAME
    with contextlib.suppress(FileNotFoundError):
        name = file.read_text(encoding="ascii").strip()
        if name.isalnum():
            return name
    name = secrets.token_hex(8)
    with atomic_text(file) as stream:
        stream.write(name)
    return name


def remove_leftovers(folders: Folders, patience: Patience) -> None:
    """Remove folders of work whose clip is done: somebody was killed just before doing it."""
    for path in folders.patients.glob("*/*/work"):
        patient, sha256 = path.parent.parent.name, path.parent.name

        def is_wanted(session: Session, patient: str = patient, sha256: str = sha256) -> bool:
            wanted = select(Clip.id).where(
                Clip.patient_id == int(patient), Clip.sha256 == sha256,
                Clip.state.in_((WAITING, RUNNING)),
            )  # fmt: skip
            return session.scalar(wanted) is not None

        if patient.isdecimal() and not patience.read(is_wanted):
            forget(ClipFolder(path.parent))
