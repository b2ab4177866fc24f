"""A folder of reports that a browser or a program sends, file by file, in pieces.

It is begun, its files come in pieces, then it is taken in and removed. It needs no row: the folder
in ``DATA/imports`` says whose it is, and one that nobody ends is swept away after some days. Names
of files are those of reports and clips alone, so nothing else gets onto the disk.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from pathlib import Path

from fastapi import HTTPException

from posecheck.apps.batch.discovery import is_clip_name
from posecheck.apps.report_dir import VIDEO
from posecheck.apps.web.access import Caller
from posecheck.apps.web.exchange.checked_report import LARGEST
from posecheck.apps.web.exchange.importing import Imported, import_folder
from posecheck.apps.web.room import Room
from posecheck.errors import InputError

PIECE_BYTES_MAX = 8 << 20
_DEEPEST, _LONGEST, _MOST_FILES = 8, 120, 5000
_OWNER = "owner.json"
_ID = re.compile(r"[0-9a-f]{32}")
_GONE = "This import is over, or is somebody else's; begin it anew."


def begin(room: Room, caller: Caller, patient_id: int) -> str:
    """Begin an import into a patient; return its id."""
    ident = secrets.token_hex(16)
    folder = room.folders.imports / ident
    (folder / "files").mkdir(mode=0o700, parents=True)
    (folder / _OWNER).write_text(json.dumps({"who": caller.who, "patient": patient_id}))
    return ident


def add_piece(room: Room, caller: Caller, ident: str, path: str, offset: int, piece: bytes) -> int:
    """Keep a piece of a file; return how many bytes of the file are here then.

    Parameters
    ----------
    room, caller
        Who sends, and where to.
    ident
        Of the import.
    path
        Of the file in the folder that was chosen, with slashes.
    offset
        Where the piece begins; it must be where the file ends so far.
    piece
        Its bytes.

    Raises
    ------
    HTTPException
        404: there is no such import; 409: the offset is another one; 413: it is too much.
    InputError
        No such file is taken in.

    """
    files = _folder(room, caller, ident)[0] / "files"
    target = files.joinpath(*_parts(path))
    most = LARGEST.get(target.name, room.settings.clip_bytes_max)
    have = target.stat().st_size if target.is_file() else 0
    if offset != have:
        message = f"Of this file {have} bytes are here; go on from there."
        raise HTTPException(409, {"message": message, "bytes": have})
    if have + len(piece) > most:
        raise HTTPException(413, f"{target.name} is larger than {most} bytes.")
    if not have and sum(1 for f in files.rglob("*") if f.is_file()) >= _MOST_FILES:
        raise HTTPException(413, f"These are more than {_MOST_FILES} files; send fewer at once.")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with target.open("ab") as out:
        out.write(piece)
    return have + len(piece)


def take_in(room: Room, caller: Caller, ident: str) -> list[Imported]:
    """Take in what has arrived, and remove the rest; raises as `add_piece`."""
    folder, patient_id = _folder(room, caller, ident)
    taken = folder.with_name(f"{ident}.taken")
    try:
        folder.rename(taken)  # whoever asks twice is told once
    except FileNotFoundError:
        raise HTTPException(404, _GONE) from None
    try:
        return import_folder(room, patient_id, taken / "files", caller, ours=True)
    finally:
        shutil.rmtree(taken, ignore_errors=True)


def give_up(room: Room, caller: Caller, ident: str) -> None:
    """Remove what has arrived of an import; raises as `add_piece`."""
    shutil.rmtree(_folder(room, caller, ident)[0], ignore_errors=True)


def _folder(room: Room, caller: Caller, ident: str) -> tuple[Path, int]:
    """Return the folder of an import of theirs, and whom it is for."""
    if not _ID.fullmatch(ident):
        raise HTTPException(404, _GONE)
    folder = room.folders.imports / ident
    try:
        owner = json.loads((folder / _OWNER).read_text())
    except (OSError, ValueError):
        raise HTTPException(404, _GONE) from None
    if owner["who"] != caller.who:
        raise HTTPException(404, _GONE)
    return folder, int(owner["patient"])


def _parts(path: str) -> list[str]:
    """Return the parts of a path that may be made; refuse all others."""
    parts = path.split("/")
    fine = 0 < len(parts) <= _DEEPEST and all(
        0 < len(part) <= _LONGEST and not part.startswith(".") and part.isprintable()
        and not set(part) & set('\\:*?"<>|')
        for part in parts
    )  # fmt: skip
    name = parts[-1]
    if not fine or not (name in LARGEST or (is_clip_name(name) and name != VIDEO)):
        raise InputError(f"Of a report {', '.join(LARGEST)} and the clip are taken, and no more.")
    return [*parts[:-1], name]
