"""What holds for every request: names, origins, sizes, and the browser's policies."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient


def test_every_answer_has_the_policies(stranger: TestClient) -> None:
    for path in ("/static/room.css", "/nothing", "/api/openapi.json"):
        headers = stranger.get(path).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "script-src 'self';" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_what_another_site_sends_is_refused(owner: TestClient, headers: dict[str, str]) -> None:
    assert owner.post("/api/nothing", json={}, headers=headers).status_code == 403


def test_a_foreign_name_for_this_address_is_refused(stranger: TestClient) -> None:
    assert stranger.get("/static/room.css", headers={"Host": "evil.example"}).status_code == 421


def test_too_much_at_once_is_refused(owner: TestClient) -> None:
    assert owner.post("/api/nothing", content=bytes(2 << 20)).status_code == 413
