"""A clip's report as a file: which kinds there are, and how each is made."""

from __future__ import annotations

import re
import shutil
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from sqlalchemy.orm import Session

from posecheck.apps.report_dir import ANGLES, POSES
from posecheck.apps.web.exchange.fhir import bundle_of
from posecheck.apps.web.exchange.movement import write_movement
from posecheck.apps.web.exchange.opensim import MOT_SUFFIX, TRC_SUFFIX, write_mot, write_trc
from posecheck.apps.web.exchange.printing import PrintTask, printed
from posecheck.apps.web.exchange.standing import Standing, json_text
from posecheck.apps.web.store.tables import RoomSetting
from posecheck.errors import InputError

ClipKind = Literal["pdf", "html", "json", "csv", "poses", "fhir", "trc", "mot", "movement"]
CLIP_KINDS: tuple[ClipKind, ...] = get_args(ClipKind)
ROOM_ID = "room_id"  # a setting: the room's UUID
_MEDIA = {
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "movement": "text/csv; charset=utf-8",
    "poses": "application/octet-stream",
    "fhir": "application/fhir+json",
    "trc": "text/plain; charset=utf-8",
    "mot": "text/plain; charset=utf-8",
}
_SUFFIX = {
    "pdf": ".pdf", "html": ".html", "json": ".json", "csv": ".angles.csv", "poses": ".poses.npz",
    "fhir": ".fhir.json", "trc": TRC_SUFFIX, "mot": MOT_SUFFIX, "movement": ".dlc.csv",
}  # fmt: skip
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Export:
    """A file to be sent."""

    name: str
    media_type: str
    content: bytes


def export_clip(
    found: Standing, kind: ClipKind, room_id: str, *, language: str | None, names: bool
) -> Export:
    """Return a clip's report as a file.

    Parameters
    ----------
    found
        The report as it stands.
    kind
        Which file.
    room_id
        The room's UUID.
    language
        Of what is printed; None: that of the report.
    names
        Whether the file's name says whose it is.

    Raises
    ------
    PosecheckError
        It cannot be made of this report; the sentence says why.

    """
    name = f"{stem_of(found, names)}{_SUFFIX[kind]}"
    content = _content(found, kind, name, room_id, language)
    return Export(name, _MEDIA[kind], content)


def _content(
    found: Standing, kind: ClipKind, name: str, room_id: str, language: str | None
) -> bytes:
    if kind in ("pdf", "html"):
        return _printed(found, "pdf" if kind == "pdf" else "html", language)
    if kind == "csv":
        return _file(found.folder / ANGLES)
    if kind == "poses":
        return _file(found.files.machine / POSES)
    texts: dict[str, Callable[[], str]] = {
        "json": lambda: json_text(found),
        "fhir": lambda: bundle_of([found], room_id),
        "trc": lambda: write_trc(found.with_places(), name),
        "mot": lambda: write_mot(found.report(), name),
        "movement": lambda: write_movement(found.with_places()),
    }
    return texts[kind]().encode()


def _printed(found: Standing, kind: Literal["pdf", "html"], language: str | None) -> bytes:
    out = Path(tempfile.mkdtemp(prefix="posecheck-print-"))
    try:
        files = found.files
        task = PrintTask(
            kind, found.folder, files.machine, found.steps, found.said, files.video, language, out
        )
        return printed(task).read_bytes()
    finally:
        shutil.rmtree(out, ignore_errors=True)


def _file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"This report came without its {path.name}.") from None


def stem_of(found: Standing, names: bool) -> str:
    """Return what the names of a clip's files begin with.

    Parameters
    ----------
    found
        The clip.
    names
        Whether they say whose it is, and what the clip was called.

    """
    if not names:
        return f"clip-{found.clip.id}"
    day = found.clip.recorded_at.date().isoformat()
    said = f"{found.patient.name}-{day}-{Path(found.clip.name).stem}"
    return _NOT_IN_NAMES.sub("_", said)[:120].strip("._-") or f"clip-{found.clip.id}"


def room_id_of(session: Session) -> str:
    """Return the room's UUID, made when it is first needed; the session is a writing one."""
    kept = session.get(RoomSetting, ROOM_ID)
    if kept is None:
        kept = RoomSetting(key=ROOM_ID, value=str(uuid.uuid4()))
        session.add(kept)
    return kept.value
