"""The review room as a server: what must be right before it starts, and how it ends."""

from __future__ import annotations

import contextlib
import gc
import socket
import ssl
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock
import uvicorn
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from posecheck.apps.open_page import has_display
from posecheck.apps.web.accounts.first_link import first_link
from posecheck.apps.web.app import create_app
from posecheck.apps.web.clips.left_over import take_in_left_over
from posecheck.apps.web.exchange.retention import Sweeper
from posecheck.apps.web.queue.runner import Queue
from posecheck.apps.web.review.standing import settle_left_over
from posecheck.apps.web.room import Room
from posecheck.apps.web.settings import LOOPBACK, Settings
from posecheck.apps.web.store.database import reason_of
from posecheck.errors import InputError, OutputError

_GRACE_S = 5  # for requests that are under way at the end
_LOCK = "serve.lock"
Tell = Callable[[str, str | None], None]


def serve(settings: Settings, tell: Tell, open_browser: bool = True) -> None:
    """Serve a room until a signal ends it.

    Parameters
    ----------
    settings
        What the command line says.
    tell
        Is told the address and, while there is no account, the link that makes the first one.
    open_browser
        Whether to open it in the browser, where there is one.

    Raises
    ------
    PosecheckError
        It cannot be served so, and what to do.

    """
    refuse_unsafe(settings)
    with (
        _alone(settings.data),
        contextlib.closing(_listens(settings)) as listens,
        contextlib.closing(opened(settings)) as room,
    ):
        app = create_app(room)
        link = first_link(room)
        tell(settings.address, link)
        if open_browser and has_display():
            with contextlib.suppress(webbrowser.Error, OSError):
                webbrowser.open(link or settings.address)
        settle()
        with _working(room, app):
            _Server(app, settings).run(sockets=[listens])


def settle() -> None:
    """Have Python look no more for rubbish among what was loaded and stays.

    It does so now and then in the middle of a request, which takes 120 ms (measured).
    """
    gc.collect()
    gc.freeze()


class _Server(uvicorn.Server):
    """Ends streams of events before it waits for what is under way."""

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        super().__init__(
            uvicorn.Config(
                app, log_level="error", access_log=False, server_header=False, lifespan="off",
                proxy_headers=settings.behind_proxy, forwarded_allow_ips="127.0.0.1",
                ssl_certfile=settings.tls_cert, ssl_keyfile=settings.tls_key,
                timeout_graceful_shutdown=_GRACE_S,
            )
        )  # fmt: skip
        self._changes = app.state.changes

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._changes.close()
        await super().shutdown(sockets)


@contextlib.contextmanager
def _working(room: Room, app: FastAPI) -> Iterator[None]:
    """Grade what waits, take in what had arrived, and sweep, as long as the room is open."""
    take_in_left_over(room)
    settle_left_over(room)
    queue, sweeper = Queue(room), Sweeper(room)
    app.state.queue = queue
    queue.start()
    sweeper.start()
    try:
        yield
    finally:
        app.state.changes.close()
        sweeper.stop()
        queue.stop()


def refuse_unsafe(settings: Settings) -> None:
    """Refuse what would send pictures of patients unencrypted, and a certificate that is none."""
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise InputError("--tls-cert and --tls-key belong together; give both.")
    public = settings.public_url or ""
    if public and not public.startswith(("http://", "https://")):
        raise InputError("--public-url begins with https://, as phones will open it.")
    if settings.behind_proxy and not public.startswith("https://"):
        raise InputError("--behind-proxy needs --public-url https://..., the address of the proxy.")
    if settings.host not in LOOPBACK and settings.tls_cert is None:
        raise InputError(
            f"{settings.host} can be reached from other machines, and nothing would be encrypted: "
            "give --tls-cert and --tls-key, or leave --host out and put a proxy before it "
            "(--behind-proxy)."
        )
    if settings.tls_cert is not None:
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
                settings.tls_cert, settings.tls_key
            )
        except (OSError, ssl.SSLError) as error:
            raise InputError(
                f"{settings.tls_cert} and {settings.tls_key} are no certificate with its key "
                f"({error.strerror or error}); give PEM files."
            ) from error


@contextlib.contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Hold the data folder: of two servers the second one is refused."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with filelock.FileLock(data / _LOCK, timeout=0):
            yield
    except filelock.Timeout:
        raise InputError(
            f"A room is open on {data} already; use that, or give --data another folder."
        ) from None
    except PermissionError as error:
        raise OutputError(
            f"{data} cannot be written ({error.strerror}); give --data a folder of yours."
        ) from error


def _listens(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listens = socket.socket(family)
    listens.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listens.bind((settings.host, settings.port))
        listens.listen()  # who comes before the server is ready waits
    except (OSError, OverflowError) as error:
        listens.close()
        raise InputError(
            f"{settings.host} port {settings.port} cannot be used ({error}); give --port another "
            "number."
        ) from error
    return listens


def opened(settings: Settings) -> Room:
    """Open a room, or say what to do about its database."""
    try:
        return Room.opened(settings)
    except SQLAlchemyError as error:
        raise InputError(
            f"The database cannot be opened ({reason_of(error)}); see that it runs and --database "
            "is right."
        ) from error
