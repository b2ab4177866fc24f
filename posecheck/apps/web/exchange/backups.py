"""The copies that ``posecheck backup`` has made of the room: what is deleted may still be in them.

They are remembered as a setting of the room, a list of ``{"path": …, "at": …}``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from posecheck.apps.web.store.tables import RoomSetting, now

BACKUPS = "backups"


@dataclass(frozen=True, slots=True)
class Backup:
    """One copy."""

    path: str
    at: datetime


def remember_backup(session: Session, path: Path) -> None:
    """Remember a copy that is made just now, once; the session is a writing one."""
    known = _without(session, path)
    known.append({"path": str(path.absolute()), "at": now().isoformat()})
    session.merge(RoomSetting(key=BACKUPS, value=json.dumps(known)))


def forget_backup(session: Session, path: Path) -> None:
    """Forget a copy that came to nothing; the session is a writing one."""
    session.merge(RoomSetting(key=BACKUPS, value=json.dumps(_without(session, path))))


def _without(session: Session, path: Path) -> list[dict[str, str]]:
    kept = session.get(RoomSetting, BACKUPS)
    known = json.loads(kept.value) if kept is not None else []
    return [one for one in known if one["path"] != str(path.absolute())]


def backups_since(session: Session, since: datetime) -> tuple[Backup, ...]:
    """Return the backups that were made after something came in: they hold it.

    Parameters
    ----------
    session
        A reading one.
    since
        When it came in.

    """
    kept = session.get(RoomSetting, BACKUPS)
    try:
        listed = json.loads(kept.value) if kept is not None else []
        known = [Backup(str(b["path"]), datetime.fromisoformat(b["at"])) for b in listed]
        return tuple(b for b in known if b.at >= since)
    except (ValueError, KeyError, TypeError):
        return ()
