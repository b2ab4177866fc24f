"""Takes a picture of every page of the review room, for whoever wants to see it before a start.

usage: python -m benchmarks.room_pictures FOLDER

A room of its own with made-up patients and two sample clips, which are sent through a patient's
link and graded; then each page in Debian's chromium, on a desktop and on a phone, light, and some
of them dark. Needs what the tests need.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.web_process import RoomProcess
from benchmarks.web_room import fill, sign_in
from posecheck.apps.web.assets import fetch_assets
from posecheck.apps.web.room import Room
from posecheck.apps.web.settings import Settings
from posecheck.apps.web.store.tables import OWNER, User
from posecheck.vision.model import ensure_model

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"
CLIPS = ("pump_left_side", "fault_bouncing")
DARK = ("clip", "patients")  # pictures that are taken dark too
QUALITY = 60  # of the JPEG
TALLEST_PX = 2600  # of a page; the rest of a long list says nothing new
_WAIT_S, _LOOK_S = 300.0, 0.3
_SETTLES_MS = 700


def main() -> int:
    """Make the room, and take the pictures."""
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    problem = fetch_assets()
    if problem is not None:
        print(problem, file=sys.stderr)
        return 1
    ensure_model("lite")
    with served() as (address, cookie), sync_playwright() as api:
        browser = api.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        take(browser, address, cookie, out)
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


def take(browser: Browser, address: str, cookie: dict[str, str], out: Path) -> None:
    """Send the clips, then look at each page."""
    desk = tab_of(browser, address, DESKTOP, cookie)
    patient = posted(desk, "/api/patients", {"name": "K-204"})["id"]
    ready = got(desk, "/api/prescriptions/ready")["ankle-pumps-10"]
    posted(desk, f"/api/patients/{patient}/prescriptions", {"values": ready, "sessions_per_week": 7})
    link = posted(desk, f"/api/patients/{patient}/links", {"days": 30})["address"]
    path = urlsplit(link).path
    phone = tab_of(browser, address, PHONE)
    phone.goto(path)
    picture(phone, out / "phone_before_phone.jpg")
    phone.select_option("#before", "6")
    phone.select_option("#after", "4")
    phone.set_input_files("input[multiple]", [str(SAMPLES / f"{name}.mp4") for name in CLIPS])
    sent = "document.querySelectorAll('.uploads [data-state=sent]').length === 2"
    wait_until(lambda: phone.evaluate(sent))
    picture(phone, out / "phone_sent_phone.jpg")
    desk.goto("/queue")
    picture(desk, out / "queue_desktop.jpg")
    place = f"/api/clips?patient={patient}"
    wait_until(lambda: all(one["state"] == "done" for one in got(desk, place)["clips"]))
    clips = {one["name"]: one["id"] for one in got(desk, place)["clips"]}
    first, second = (clips[f"{name}.mp4"] for name in CLIPS)
    phone.reload()
    picture(phone, out / "phone_result_phone.jpg")
    pages = {
        "patients": "/patients", "patient": f"/patients/{patient}", "progress": "/patients/1",
        "prescription": f"/patients/{patient}/prescription",
        "files": f"/patients/{patient}/files", "queue": "/queue", "clip": f"/clips/{first}",
        "beside": f"/clips/{first}/beside/{second}", "account": "/account", "room": "/room",
    }  # fmt: skip
    for scheme in ("light", "dark"):
        for size, name in ((DESKTOP, "desktop"), (PHONE, "phone")):
            tab = tab_of(browser, address, size, cookie, scheme)
            for page, at in pages.items():
                if scheme == "light" or page in DARK:
                    tab.goto(at)
                    suffix = "" if scheme == "light" else "_dark"
                    picture(tab, out / f"{page}_{name}{suffix}.jpg")
    for size, name in ((DESKTOP, "desktop"), (PHONE, "phone")):
        stranger = tab_of(browser, address, size)
        stranger.goto("/sign-in")
        picture(stranger, out / f"sign_in_{name}.jpg")


def tab_of(
    browser: Browser, address: str, size: Any, cookie: dict[str, str] | None = None,
    scheme: Any = "light",
) -> Page:  # fmt: skip
    """Open a tab, of somebody who is signed in or of nobody."""
    context = browser.new_context(base_url=address, viewport=size, color_scheme=scheme)
    for name, value in (cookie or {}).items():
        context.add_cookies([{"name": name, "value": value, "url": address}])
    return context.new_page()


def posted(tab: Page, path: str, values: dict[str, Any]) -> Any:
    """Send JSON; return what is answered."""
    answer = tab.request.post(path, data=values)
    if not answer.ok:
        raise RuntimeError(f"{path}: {answer.text()}")
    return answer.json()


def got(tab: Page, path: str) -> Any:
    """Return what is answered to a question."""
    return tab.request.get(path).json()


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for something that takes its time."""
    end_s = time.monotonic() + _WAIT_S
    while not is_so():
        if time.monotonic() > end_s:
            raise TimeoutError(f"not within {_WAIT_S:.0f} s")
        time.sleep(_LOOK_S)


def picture(tab: Page, path: Path) -> None:
    """Take a picture of the whole page, if it is not endless."""
    tab.wait_for_timeout(_SETTLES_MS)
    size = tab.viewport_size or DESKTOP
    height = int(tab.evaluate("document.documentElement.scrollHeight"))
    clip = {"x": 0, "y": 0, "width": size["width"], "height": min(height, TALLEST_PX)}
    tab.screenshot(path=path, type="jpeg", quality=QUALITY, full_page=True, clip=clip)  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main())
