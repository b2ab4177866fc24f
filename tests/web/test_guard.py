"""What holds for every request: names, origins, sizes, and the browser's policies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from posecheck.apps.web.app import create_app
from posecheck.apps.web.room import Room
from posecheck.apps.web.settings import Settings


@pytest.mark.one_database
def test_every_answer_has_the_policies(stranger: TestClient) -> None:
    for path in ("/static/room.css", "/nothing", "/api/openapi.json"):
        headers = stranger.get(path).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "script-src 'self';" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.one_database
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://127.0.0.1"},
        {"Origin": "http://127.0.0.1:8790"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_what_another_site_sends_is_refused(owner: TestClient, headers: dict[str, str]) -> None:
    assert owner.post("/api/nothing", json={}, headers=headers).status_code == 403


@pytest.mark.one_database
def test_a_foreign_name_for_this_address_is_refused(stranger: TestClient) -> None:
    assert stranger.get("/static/room.css", headers={"Host": "evil.example"}).status_code == 421


@pytest.mark.one_database
def test_too_much_at_once_is_refused(owner: TestClient) -> None:
    assert owner.post("/api/nothing", content=bytes(2 << 20)).status_code == 413


@pytest.mark.one_database
def test_a_page_is_from_here_by_scheme_host_and_port(tmp_path: Path, room: Room) -> None:
    """Behind a proxy that says who is asked, by TLS; the proxy itself is asked without."""
    settings = Settings(tmp_path, behind_proxy=True, public_url="https://room.example")
    app: Any = create_app(Room(settings, room.database, room.folders))
    proxied: Any = ProxyHeadersMiddleware(app, "testclient")
    client = TestClient(proxied, base_url="http://room.example")
    for origin, forwarded, status in (
        ("https://room.example", "https", 401),  # nobody is signed in
        ("https://room.example:443", "https", 401),
        ("http://room.example", "https", 403),
        ("https://room.example:8443", "https", 403),
        ("https://room.example", "http", 403),
    ):
        headers = {"Origin": origin, "X-Forwarded-Proto": forwarded}
        assert client.post("/api/sign-out", headers=headers).status_code == status, headers
