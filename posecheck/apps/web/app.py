"""The application: every area's routes, behind one guard.

::

    app = create_app(Room.opened(Settings(Path("data"))))
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from posecheck._version import __version__
from posecheck.apps.web.access import SignInNeededError
from posecheck.apps.web.accounts.throttle import Throttle
from posecheck.apps.web.assets import assets_folder
from posecheck.apps.web.guard import Guard
from posecheck.apps.web.queue.changes import Changes
from posecheck.apps.web.room import Room
from posecheck.errors import PosecheckError

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
    vendor = StaticFiles(directory=assets_folder(), check_dir=False)
    app.mount("/static/vendor/uplot", vendor, name="vendor")
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    app.add_exception_handler(SignInNeededError, _sign_in)
    app.add_exception_handler(PosecheckError, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    for error in (OperationalError, InterfaceError, PoolTimeoutError):
        app.add_exception_handler(error, _database_gone)
    app.add_middleware(Guard, settings=room.settings)
    return app


async def _sign_in(request: Request, _error: Exception) -> Response:
    there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?then={quote(there)}" if there != "/" else "/sign-in", 303)


async def _refused(_request: Request, error: Exception) -> Response:
    return JSONResponse({"detail": str(error)}, 422)


async def _not_valid(_request: Request, error: Exception) -> Response:
    """Say what is wrong, and not what was sent: it may be no text, no number, or a secret."""
    assert isinstance(error, RequestValidationError)
    wrong = [{name: found[name] for name in ("type", "loc", "msg")} for found in error.errors()]
    return Response(json.dumps({"detail": wrong}, default=str), 422, media_type="application/json")


async def _database_gone(_request: Request, _error: Exception) -> Response:
    why = "The database does not answer at the moment. Nothing was lost; try again in a moment."
    return JSONResponse({"detail": why}, 503, {"Retry-After": "5"})
