"""The room at a real address, and browsers in it which report whatever should not be.

::

    with serving(room) as address, visiting(browser, address, therapist) as visit:
        visit.tab.goto("/patients")
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from fastapi.testclient import TestClient

from posecheck.apps.web.access import COOKIE
from posecheck.apps.web.app import create_app
from posecheck.apps.web.room import Room

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@contextlib.contextmanager
def serving(room: Room) -> Iterator[str]:
    """Serve a room by a thread of this process; gives its address."""
    app = create_app(room)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", port=0))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        app.state.changes.close()
        server.should_exit = True
        thread.join()


@dataclass
class Visit:
    """A tab, and what was seen that no page may do."""

    tab: Any
    wrong: list[str] = field(default_factory=list)

    def watch(self, address: str) -> None:
        """Note errors, complaints about the policy, dialogs, and requests to anywhere else."""
        host = urlsplit(address).netloc
        self.tab.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.tab.on("dialog", self._dialog)
        self.tab.on("console", self._console)
        self.tab.context.on("request", lambda request: self._request(request.url, host))

    def _dialog(self, dialog: Any) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _console(self, message: Any) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.wrong.append(message.text)

    def _request(self, url: str, host: str) -> None:
        where = urlsplit(url)
        if where.scheme not in ("data", "blob") and where.netloc != host:
            self.wrong.append(f"request: {url}")


@contextlib.contextmanager
def visiting(
    browser: Any, address: str, client: TestClient | None = None, **options: Any
) -> Iterator[Visit]:
    """Open a tab, of whoever is signed in by a client; what was wrong in it fails at the end."""
    context = browser.new_context(base_url=address, **{"viewport": DESKTOP, **options})
    if client is not None:
        context.add_cookies([{"name": COOKIE, "value": client.cookies[COOKIE], "url": address}])
    visit = Visit(context.new_page())
    visit.watch(address)
    try:
        yield visit
    finally:
        context.close()
    assert visit.wrong == [], f"no page may do this: {visit.wrong}"
