"""Every page that there is, in a real browser: it shows markup as text, and is for everybody.

Pages are found in the table of routes; a new one is looked at without being named here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from exchange_made import make_clip_row
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pages import assert_for_everybody
from routes import One, routes_of
from serving import DESKTOP, PHONE, Visit, serving, visiting
from test_security_routes import link_of

from posecheck.apps.web.room import Room
from posecheck.apps.web.secrets_of_links import hash_of, new_secret
from posecheck.apps.web.store.tables import Clip, OneTimeLink, Patient, User, now

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EVIL = """"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}&lt;b&gt;</textarea>"""
SETTLED_MS = 250  # for what scripts add


@pytest.fixture
def evil(room: Room, patient_id: int) -> dict[str, str]:
    """Names that are markup, wherever somebody may write one; what stands in addresses."""
    clip_id = make_clip_row(room, patient_id)
    welcome = new_secret()
    with room.database.writing() as session:
        patient, clip = session.get_one(Patient, patient_id), session.get_one(Clip, clip_id)
        patient.name, patient.note = EVIL, EVIL
        clip.name, clip.note = f"{EVIL}.mp4", EVIL
        session.query(User).update({"name": EVIL})
        session.add(
            OneTimeLink(
                token_hash=hash_of(welcome), purpose="invitation", role="therapist",
                expires_at=now() + timedelta(days=1),
            )
        )  # fmt: skip
    secret = link_of(room, patient_id)
    return {
        "patient_id": str(patient_id), "clip_id": str(clip_id), "other": str(clip_id),
        "other_id": str(clip_id), "/p/": secret, "/welcome/": welcome,
    }  # fmt: skip


def pages_of(client: TestClient, values: dict[str, str]) -> dict[str, str]:
    """Return the path of each page, and its address."""
    assert isinstance(client.app, FastAPI)
    found = {}
    for one in routes_of(client.app):
        public_page = one.is_public and not one.path.startswith(("/api", "/static"))
        if one.method == "GET" and (one.is_page or public_page):
            found[one.path] = _address(one, values)
    del found["/p/{token}/clips/{clip_id}/setup"]  # of a clip that this link has not sent
    assert len(found) > 5
    return found


def _address(one: One, values: dict[str, str]) -> str:
    path = one.path
    for name, value in values.items():
        path = path.replace(f"{name}{{token}}" if "/" in name else f"{{{name}}}",
                            f"{name}{value}" if "/" in name else value)  # fmt: skip
    assert "{" not in path, f"what stands in {path}?"
    return path


@pytest.fixture
def address(room: Room) -> Iterator[str]:
    with serving(room) as found:
        yield found


def look(visit: Visit, path: str) -> None:
    """Open a page, and see all that holds for each."""
    tab = visit.tab
    answer = tab.goto(path)
    if "text/html" not in answer.headers.get("content-type", ""):
        return  # what a page's script asks for
    assert answer.status == 200, path
    tab.wait_for_timeout(SETTLED_MS)
    assert tab.locator("img[src='x']").count() == 0, path
    assert tab.evaluate("typeof window.evil") == "undefined"
    assert "49" not in tab.title(), path
    assert tab.locator("h1").count() == 1, path
    assert tab.evaluate("document.documentElement.lang") in ("en", "de")
    policy = answer.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy
    assert tab.evaluate(_INLINE, answer.text()) == []
    wide = tab.evaluate("document.documentElement.scrollWidth")
    assert wide <= tab.viewport_size["width"], f"{path} is {wide} wide"
    assert_for_everybody(tab)


@pytest.mark.parametrize(
    ("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop light", "phone dark"]
)
def test_each_page(
    browser: Any, address: str, owner: TestClient, evil: dict[str, str], size: dict[str, int],
    scheme: str,
) -> None:  # fmt: skip
    wrong = {}
    with visiting(browser, address, owner, viewport=size, color_scheme=scheme) as visit:
        for name, path in pages_of(owner, evil).items():
            try:
                look(visit, path)
            except AssertionError as error:
                wrong[name] = str(error)[:600]
    assert wrong == {}


def test_keys_alone_reach_everything(
    browser: Any, address: str, owner: TestClient, evil: dict[str, str]
) -> None:
    """The first key leads past the menu; then each thing that can be used gets its turn."""
    with visiting(browser, address, owner) as visit:
        for name, path in pages_of(owner, evil).items():
            if "text/html" not in visit.tab.goto(path).headers.get("content-type", ""):
                continue
            visit.tab.evaluate(_MARK)
            for _ in range(int(visit.tab.evaluate("window.reachable")) + 20):
                visit.tab.keyboard.press("Tab")
            missed = visit.tab.evaluate(_MISSED)
            assert missed == [], name


# What was sent; scripts of a page may place things, which the policy allows.
_INLINE = """(text) => [...new DOMParser().parseFromString(text, "text/html").querySelectorAll(
  "script:not([src]):not([type='application/json']), [style], [onclick]",
)].map(e => e.outerHTML.slice(0, 120))"""
_MARK = """() => {
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
    .filter(e => e.checkVisibility() && !e.disabled && e.tabIndex >= 0 && e.type !== 'radio'
      && !e.closest('video'));
  all.forEach(e => e.setAttribute('data-wanted', ''));
  document.addEventListener('focusin', e => e.target.removeAttribute('data-wanted'));
  document.activeElement?.removeAttribute('data-wanted');
  window.reachable = all.length;
}"""
_MISSED = """[...document.querySelectorAll('[data-wanted]')]
  .filter(e => e.checkVisibility() && !e.disabled).map(e => e.outerHTML.slice(0, 120))"""
