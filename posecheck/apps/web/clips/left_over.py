"""Uploads that had arrived in full when the server was stopped: they are taken in at its start."""

from __future__ import annotations

from sqlalchemy import select

from posecheck.apps.web.clips.arrival import give_up, place_of
from posecheck.apps.web.clips.intake import DuplicateError, Sender, take_in
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import Upload
from posecheck.errors import PosecheckError


def take_in_left_over(room: Room) -> int:
    """Take in what has arrived in full; return how many clips it were."""
    with room.database.reading() as session:
        uploads = session.scalars(select(Upload)).all()
    taken = 0
    for upload in uploads:
        place = place_of(room, upload)
        if not place.is_file() or place.stat().st_size < upload.size:
            continue
        who = f"link {upload.link_id}" if upload.link_id is not None else f"user {upload.user_id}"
        sender = Sender(who, upload.user_id, upload.link_id)
        try:
            take_in(room, sender, upload.patient_id, place, upload.name, upload.said, upload.id)
            taken += 1
        except (DuplicateError, PosecheckError):
            give_up(room, upload)
    return taken
