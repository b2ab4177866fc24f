"""Takes a picture of every page of the review room, for whoever wants to see it before a start.

usage: python -m benchmarks.room_pictures [FOLDER]

A room of its own with made-up patients and two sample clips, which are sent through a patient's
link and graded; then each page in Debian's chromium, on a desktop and on a phone, and some of them
dark. Without a folder they replace those of `docs/pictures/room/`. Needs what the tests need.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.web_faults import wait_until
from benchmarks.web_process import RoomProcess
from benchmarks.web_room import fill, sign_in
from posecheck.apps.web.assets import fetch_assets
from posecheck.apps.web.room import Room
from posecheck.apps.web.settings import Settings
from posecheck.apps.web.store.tables import OWNER, User
from posecheck.vision.model import ensure_model

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "docs" / "pictures" / "room"
SIZES: dict[str, Any] = {
    "desktop": {"width": 1280, "height": 800},
    "phone": {"width": 390, "height": 844},
}
CLIPS = ("pump_left_side", "fault_bouncing")
DARK = ("clip", "patients")  # taken dark too
QUALITY = 55  # of the JPEG
TALLEST_PX = 2000  # of a page; the rest of a long list says nothing new
DRAWN = "[...document.querySelectorAll('video')].every((v) => v.readyState > 1 && !v.seeking)"
_GRADES_S, _SETTLES_MS = 300.0, 700


def main() -> int:
    """Make the room, and take the pictures."""
    if len(sys.argv) > 2:
        print(__doc__)
        return 2
    out = Path(sys.argv[1]) if len(sys.argv) == 2 else KEPT
    out.mkdir(parents=True, exist_ok=True)
    problem = fetch_assets()
    if problem is not None:
        print(problem, file=sys.stderr)
        return 1
    ensure_model("lite")
    with served() as (address, cookie), sync_playwright() as api:
        browser = api.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        take(Visitors(browser, address, cookie), out)
        browser.close()
    return 0


@contextlib.contextmanager
def served() -> Iterator[tuple[str, dict[str, str]]]:
    """Serve a room with patients; give its address and the owner's cookie."""
    with tempfile.TemporaryDirectory(prefix="posecheck-pictures-") as folder:
        settings = Settings(Path(folder) / "data")
        with contextlib.closing(Room.opened(settings)) as room:
            fill(room, 12, 160)
            cookie = sign_in(room, 1)
            with room.database.writing() as session:
                session.query(User).one().role = OWNER
        process = RoomProcess(settings.data, settings.database_url)
        process.start()
        try:
            yield process.address, cookie
        finally:
            process.end()


@dataclass(frozen=True)
class Visitors:
    """Who looks at a room.

    Parameters
    ----------
    browser
        Where all of them are.
    address
        Of the room.
    cookie
        The owner's.

    """

    browser: Browser
    address: str
    cookie: dict[str, str]

    def tab(self, size: str, scheme: Any = "light", *, signed_in: bool = True) -> Page:
        """Open a tab, of the owner or of nobody."""
        context = self.browser.new_context(
            base_url=self.address, viewport=SIZES[size], color_scheme=scheme
        )
        for name, value in self.cookie.items() if signed_in else ():
            context.add_cookies([{"name": name, "value": value, "url": self.address}])
        return context.new_page()


def take(visitors: Visitors, out: Path) -> None:
    """Send the clips, then look at each page."""
    desk, phone = visitors.tab("desktop"), visitors.tab("phone", signed_in=False)
    patient = posted(desk, "/api/patients", {"name": "K-204"})["id"]
    ready = got(desk, "/api/prescriptions/ready")["ankle-pumps-10"]
    prescription = {"values": ready, "sessions_per_week": 7}
    posted(desk, f"/api/patients/{patient}/prescriptions", prescription)
    link = path_of(posted(desk, f"/api/patients/{patient}/links", {"days": 30}))
    phone.goto(link)
    picture(phone, out / "link_phone.jpg")
    send(phone)
    picture(phone, out / "link_sent_phone.jpg")
    desk.goto("/queue")
    picture(desk, out / "queue_at_work_desktop.jpg")
    listed = f"/api/clips?patient={patient}"
    wait_until(lambda: all(one["state"] == "done" for one in got(desk, listed)["clips"]), _GRADES_S)
    phone.reload()
    picture(phone, out / "link_result_phone.jpg")
    clips = {one["name"]: one["id"] for one in got(desk, listed)["clips"]}
    first, second = (clips[f"{name}.mp4"] for name in CLIPS)
    invitation = path_of(posted(desk, "/api/invitations", {"role": "therapist"}))
    owner = {
        "patients": "/patients", "patient": f"/patients/{patient}",
        "prescription": f"/patients/{patient}/prescription",
        "patient_files": f"/patients/{patient}/files", "queue": "/queue", "clip": f"/clips/{first}",
        "clip_files": f"/clips/{first}/files", "beside": f"/clips/{first}/beside/{second}",
        "account": "/account", "room": "/room", "refused": "/clips/999999",
    }  # fmt: skip
    stranger = {
        "sign_in": "/sign-in", "welcome": invitation, "welcome_over": "/welcome/over",
        "link_closed": "/p/closed",
    }  # fmt: skip
    for size in SIZES:
        tab = visitors.tab(size)
        for name, path in owner.items():
            look(tab, path, out / f"{name}_{size}.jpg")
        tab.goto("/patients/1")  # who has come for two years
        tab.evaluate("document.getElementById('progress-title').scrollIntoView()")
        tab.screenshot(path=out / f"progress_{size}.jpg", type="jpeg", quality=QUALITY)
        tab = visitors.tab(size, "dark")
        for name in DARK:
            look(tab, owner[name], out / f"{name}_{size}_dark.jpg")
        tab = visitors.tab(size, signed_in=False)
        for name, path in stranger.items():
            look(tab, path, out / f"{name}_{size}.jpg")


def send(phone: Page) -> None:
    """Send the clips from a patient's page."""
    phone.select_option("#before", "6")
    phone.select_option("#after", "4")
    phone.set_input_files("input[multiple]", [str(ROOT / f"sample_videos/{n}.mp4") for n in CLIPS])
    sent = f"document.querySelectorAll('.uploads [data-state=sent]').length === {len(CLIPS)}"
    wait_until(lambda: phone.evaluate(sent), _GRADES_S)


def path_of(link: dict[str, Any]) -> str:
    """Return where a link leads to, on any host."""
    return urlsplit(str(link["address"])).path


def posted(tab: Page, path: str, values: dict[str, Any]) -> Any:
    """Send JSON; return what is answered."""
    answer = tab.request.post(path, data=values)
    if not answer.ok:
        raise RuntimeError(f"{path}: {answer.text()}")
    return answer.json()


def got(tab: Page, path: str) -> Any:
    """Return what is answered to a question."""
    return tab.request.get(path).json()


def look(tab: Page, path: str, out: Path) -> None:
    """Go to a page and take a picture of it."""
    tab.goto(path)
    picture(tab, out)


def picture(tab: Page, out: Path) -> None:
    """Take a picture of the whole page, if it is not endless.

    The window is made as tall as the page, for chromium leaves a video black in a picture that is
    larger than the window.
    """
    size = tab.viewport_size
    assert size is not None
    tab.wait_for_timeout(_SETTLES_MS)
    height = int(tab.evaluate("document.documentElement.scrollHeight"))
    tab.set_viewport_size({"width": size["width"], "height": min(height, TALLEST_PX)})
    wait_until(lambda: tab.evaluate(DRAWN))
    tab.wait_for_timeout(_SETTLES_MS)
    tab.screenshot(path=out, type="jpeg", quality=QUALITY)
    tab.set_viewport_size(size)


if __name__ == "__main__":
    sys.exit(main())
