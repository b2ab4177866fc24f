"""Who comes in: the first link, sign-in and its throttle, invitations, tokens, the last owner."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from web_room import SignIn, browser

from posecheck.apps.web.accounts import passwords
from posecheck.apps.web.accounts.first_link import first_link
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import LoginSession, OneTimeLink, User, now

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(1, 8, 1))
    passwords._nobody.cache_clear()


def made(room: Room, login: str = "anna", **more: str) -> TestClient:
    """The browser of whoever has made the first account."""
    client = browser(room)
    link = first_link(room)
    assert link is not None
    secret = link.rpartition("/")[2]
    values = {"login": login, "name": "Anna", "password": PASSWORD, **more}
    assert client.get(f"/welcome/{secret}").status_code == 200
    assert client.post(f"/api/welcome/{secret}", json=values).status_code == 200
    return client


def signed_in(client: TestClient, login: str, password: str, **more: str) -> Any:
    return client.post("/api/sign-in", json={"login": login, "password": password, **more})


def test_the_first_link_makes_the_owner_once(room: Room) -> None:
    old = first_link(room)
    assert old is not None
    assert made(room).get("/room").status_code == 200
    assert first_link(room) is None
    late = browser(room)
    assert late.get(f"/welcome/{old.rpartition('/')[2]}").status_code == 404
    values = {"login": "eve", "name": "Eve", "password": PASSWORD}
    answer = late.post(f"/api/welcome/{old.rpartition('/')[2]}", json=values)
    assert answer.status_code == 404


def test_sign_in_and_out(room: Room) -> None:
    made(room)
    client = browser(room)
    assert client.get("/patients").headers["location"] == "/sign-in?then=/patients"
    answer = signed_in(client, " ANNA ", PASSWORD, then="/patients?q=x")
    assert answer.json() == {"then": "/patients?q=x"}
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/patients").status_code == 200
    kept = dict(client.cookies)
    assert client.post("/api/sign-out").status_code == 204
    client.cookies.update(kept)
    assert client.get("/patients").status_code == 303


def test_a_cookie_that_was_there_before_is_not_the_one_afterwards(room: Room) -> None:
    made(room)
    client = browser(room)
    client.cookies.set("posecheck_session", "planted")
    answer = signed_in(client, "anna", PASSWORD)
    assert "planted" not in answer.headers["set-cookie"]
    with room.database.reading() as session:
        hashes = session.scalars(select(LoginSession.token_hash)).all()
    assert len(set(hashes)) == len(hashes) == 2


@pytest.mark.one_database
@pytest.mark.parametrize(
    "then",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "/a\nb", "\t//x"],
)
def test_nobody_is_led_elsewhere(room: Room, then: str) -> None:
    made(room)
    assert signed_in(browser(room), "anna", PASSWORD, then=then).json() == {"then": "/"}


def test_who_guesses_is_slowed_down_and_told_for_how_long(room: Room) -> None:
    made(room)
    client = browser(room)
    assert {signed_in(client, "anna", f"wrong {i}").status_code for i in range(10)} == {401}
    answer = signed_in(client, "anna", PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 600


def test_who_knows_the_password_is_not_slowed_down(room: Room) -> None:
    made(room)
    client = browser(room)
    assert {signed_in(client, "anna", PASSWORD).status_code for _ in range(12)} == {200}
    assert [signed_in(client, "anna", f"wrong {i}").status_code for i in range(11)][-1] == 429


def test_a_session_ends_by_itself(room: Room) -> None:
    client = made(room)
    with room.database.writing() as session:
        session.execute(update(LoginSession).values(expires_at=now() - timedelta(seconds=1)))
    assert client.get("/patients").status_code == 303


def test_a_browser_that_nobody_uses_is_signed_out(room: Room) -> None:
    client = made(room)
    for hours, status in ((11.9, 200), (12.1, 303)):
        with room.database.writing() as session:
            session.execute(update(LoginSession).values(seen_at=now() - timedelta(hours=hours)))
        assert client.get("/patients").status_code == status


def test_the_log_is_filtered_by_whoever_did_it(room: Room) -> None:
    owner = made(room)
    assert owner.get("/room?action=&user=").text.count("<td>made the owner&#39;s account</td>") == 1
    assert "<td>made the owner&#39;s account</td>" in owner.get("/room?user=1").text
    assert "<td>made the owner&#39;s account</td>" not in owner.get("/room?user=2").text
    chosen = '<option value="clip." selected>Clips</option>'
    assert chosen in owner.get("/room?action=clip.").text
    assert owner.get("/room?user=-1").status_code == 422


def test_invited_disabled_and_the_last_owner_stays(room: Room) -> None:
    owner = made(room)
    link = owner.post("/api/invitations", json={"role": "therapist"}).json()["address"]
    guest = browser(room)
    values = {"login": "Ben", "name": "<b>Ben</b>", "password": PASSWORD, "language": "de"}
    place = f"/api/welcome/{link.rpartition('/')[2]}"
    assert guest.post(place, json={**values, "login": "anna"}).status_code == 409
    assert guest.post(place, json=values).status_code == 200
    assert guest.get("/room").status_code == 403
    assert "&lt;b&gt;Ben" in owner.get("/room").text
    with room.database.reading() as session:
        ids = {user.login: user.id for user in session.scalars(select(User))}
    assert owner.patch(f"/api/users/{ids['ben']}", json={"disabled": True}).status_code == 204
    assert guest.get("/patients").status_code == 303
    assert signed_in(guest, "ben", PASSWORD).status_code == 401
    assert owner.patch(f"/api/users/{ids['anna']}", json={"disabled": True}).status_code == 409


def test_a_new_password_by_a_link_and_by_oneself_ends_the_other_sessions(room: Room) -> None:
    owner = made(room)
    other = browser(room)
    signed_in(other, "anna", PASSWORD)
    new = {"password": PASSWORD, "new_password": "another long one"}
    assert other.put("/api/account/password", json={**new, "password": "x"}).status_code == 422
    assert other.put("/api/account/password", json=new).status_code == 204
    assert owner.get("/patients").status_code == 303
    with room.database.reading() as session:
        [user] = session.scalars(select(User)).all()
    link = other.post(f"/api/users/{user.id}/password-link").json()["address"]
    fresh = browser(room)
    values = {"password": "the third password"}
    assert fresh.post(f"/api/welcome/{link.rpartition('/')[2]}", json=values).status_code == 200
    assert other.get("/patients").status_code == 303
    assert signed_in(browser(room), "anna", "the third password").status_code == 200


def test_links_are_good_once_and_not_for_ever(room: Room) -> None:
    owner = made(room)
    link = owner.post("/api/invitations", json={"role": "owner"}).json()["address"]
    with room.database.writing() as session:
        session.execute(update(OneTimeLink).values(expires_at=now() - timedelta(seconds=1)))
    assert browser(room).get(f"/welcome/{link.rpartition('/')[2]}").status_code == 404


def test_tokens_have_scopes_and_are_revoked(room: Room, sign_in: SignIn) -> None:
    person = sign_in()
    token = person.post("/api/tokens", json={"name": "notebook"}).json()["token"]
    program = browser(room)
    program.headers["Authorization"] = f"Bearer {token}"
    assert program.get("/api/openapi.json").status_code == 200
    assert program.get("/api/queue").status_code == 200
    assert program.post("/api/patients", json={"name": "X"}).status_code == 403
    assert program.post("/api/tokens", json={"name": "more"}).status_code == 403
    assert program.get("/account").status_code == 303
    assert sign_in().delete("/api/tokens/1").status_code == 404
    assert person.delete("/api/tokens/1").status_code == 204
    assert program.get("/api/queue").status_code == 401


@pytest.mark.one_database
def test_the_schema_is_for_those_who_are_in(stranger: TestClient) -> None:
    assert stranger.get("/api/openapi.json").status_code == 401
