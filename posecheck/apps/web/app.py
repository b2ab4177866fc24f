"""The application: every area's routes, behind one guard.

::

    app = create_app(Room.opened(Settings(Path("data"))))
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from posecheck._version import __version__
from posecheck.apps.web.accounts.throttle import Throttle
from posecheck.apps.web.assets import PACKAGES
from posecheck.apps.web.guard import Guard
from posecheck.apps.web.queue.changes import Changes
from posecheck.apps.web.refusals import add_handlers
from posecheck.apps.web.room import Room

AREAS = ("accounts", "people", "clips", "queue", "review", "progress", "exchange")
_STATIC = Path(__file__).with_name("static")


def create_app(room: Room) -> FastAPI:
    """Return the application of a room that is open.

    Parameters
    ----------
    room
        What all requests share; whoever has opened it closes it.

    """
    app = FastAPI(
        title="Posecheck review room", version=__version__, openapi_url=None,
        docs_url=None, redoc_url=None,  # their pages load scripts from elsewhere
    )  # fmt: skip
    app.state.room = room
    app.state.throttle = Throttle()
    app.state.changes = Changes(room.database)  # whoever serves it closes it, so that streams end
    for area in AREAS:
        for part in ("api", "pages"):
            app.include_router(import_module(f"posecheck.apps.web.{area}.{part}").router)
    for package in PACKAGES:
        files = StaticFiles(directory=package.folder, check_dir=False)
        app.mount(f"/static/vendor/{package.title}", files, name=package.title)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    add_handlers(app)
    app.add_middleware(Guard, settings=room.settings)
    return app
