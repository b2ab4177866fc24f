"""The pages: queue."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from posecheck.apps.web.access import PageReader
from posecheck.apps.web.page import page
from posecheck.apps.web.queue.api import state_of_queue, why_paused
from posecheck.apps.web.room import TheRoom

router = APIRouter(include_in_schema=False)


@router.get("/queue")
def queue(request: Request, room: TheRoom, caller: PageReader) -> HTMLResponse:
    """Show what waits, what is graded, what failed, and the newest clips."""
    with room.database.reading() as session:
        state = state_of_queue(session, why_paused(request), caller.language)
    return page("queue.html", caller, state=state.model_dump(mode="json"))
