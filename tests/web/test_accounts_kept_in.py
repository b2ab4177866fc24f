"""Nobody is locked out by strangers, and whoever must go is out: browsers, links, owners."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from test_accounts import PASSWORD, cheap_hashes, made, signed_in
from web_room import ADDRESS, SignIn

from posecheck.apps.web import audit
from posecheck.apps.web.accounts import sessions
from posecheck.apps.web.accounts.browsers import COOKIE
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import KnownBrowser, User

__all__ = ["cheap_hashes"]


def another(client: TestClient, *cookies: str) -> TestClient:
    """Another browser at the same server, with some of the cookies of the first."""
    other = TestClient(client.app, base_url=ADDRESS, follow_redirects=False)
    for name in cookies:
        other.cookies.set(name, client.cookies[name], domain="127.0.0.1")
    return other


def wrong(client: TestClient, tries: int = 10) -> set[int]:
    return {signed_in(client, "anna", f"wrong {i}").status_code for i in range(tries)}


@pytest.mark.one_database
def test_strangers_lock_nobody_out_where_they_sign_in(room: Room) -> None:
    anna = made(room)
    known = another(anna, COOKIE)
    stranger = another(anna)
    assert wrong(stranger) == {401}
    assert signed_in(stranger, "anna", PASSWORD).status_code == 429
    answer = signed_in(known, "anna", PASSWORD)
    assert answer.status_code == 200
    [cookie] = [c for c in answer.headers.get_list("set-cookie") if c.startswith(COOKIE)]
    assert "httponly" in cookie.lower()
    assert signed_in(stranger, "anna", PASSWORD).status_code == 429  # still
    assert wrong(known) == {401}
    assert signed_in(known, "anna", PASSWORD).status_code == 429  # a throttle of its own


def test_a_browser_is_known_to_each_who_signs_in_there(room: Room) -> None:
    anna = made(room)
    shared = another(anna, COOKIE)
    link = anna.post("/api/invitations", json={"role": "therapist"}).json()["address"]
    values = {"login": "ben", "name": "Ben", "password": PASSWORD}
    place = f"/api/welcome/{link.rpartition('/')[2]}"
    assert shared.post(place, json=values).status_code == 200
    assert shared.cookies[COOKIE] != anna.cookies[COOKIE]
    with room.database.reading() as session:
        rows = session.execute(select(KnownBrowser.user_id, KnownBrowser.token_hash)).all()
    assert len(rows) == 2
    assert len({hashed for _, hashed in rows}) == 1


@pytest.mark.one_database
def test_a_new_password_ends_what_was_known(room: Room) -> None:
    anna = made(room)
    elsewhere = another(anna)
    signed_in(elsewhere, "anna", PASSWORD)
    new = {"password": PASSWORD, "new_password": "another long one"}
    assert anna.put("/api/account/password", json=new).status_code == 204
    assert wrong(another(anna)) == {401}
    assert signed_in(another(elsewhere, COOKIE), "anna", "another long one").status_code == 429
    assert signed_in(another(anna, COOKIE), "anna", "another long one").status_code == 200


@pytest.mark.one_database
def test_who_sits_at_an_open_page_does_not_guess_the_password(room: Room) -> None:
    anna = made(room)
    new = {"password": "guess", "new_password": "another long one"}
    tried = [anna.put("/api/account/password", json=new).status_code for _ in range(11)]
    assert tried == [422] * 10 + [429]
    new["password"] = PASSWORD
    assert anna.put("/api/account/password", json=new).status_code == 429


@pytest.mark.one_database
def test_a_newer_link_for_a_password_ends_the_older_and_so_does_revoking(room: Room) -> None:
    anna = made(room)
    pages = []
    for _ in range(2):
        link = anna.post("/api/users/1/password-link").json()["address"]
        pages.append(f"/welcome/{link.rpartition('/')[2]}")
    pages.append(anna.post("/api/invitations", json={"role": "owner"}).json()["address"])
    pages[2] = f"/welcome/{pages[2].rpartition('/')[2]}"
    assert [another(anna).get(page).status_code for page in pages] == [404, 200, 200]
    text = anna.get("/room").text
    ids = [part.split('"')[0] for part in text.split("/api/one-time-links/")[1:]]
    assert len(ids) == 2
    assert {anna.delete(f"/api/one-time-links/{one}").status_code for one in ids} == {204}
    assert {anna.delete(f"/api/one-time-links/{one}").status_code for one in ids} == {404}
    assert {another(anna).get(page).status_code for page in pages} == {404}
    assert "/api/one-time-links/" not in anna.get("/room").text


def test_who_is_disabled_keeps_nothing(room: Room) -> None:
    anna = made(room)
    link = anna.post("/api/invitations", json={"role": "owner"}).json()["address"]
    ben = another(anna)
    values = {"login": "ben", "name": "Ben", "password": PASSWORD}
    ben.post(f"/api/welcome/{link.rpartition('/')[2]}", json=values)
    links = [
        ben.post("/api/invitations", json={"role": "owner"}).json()["address"],
        anna.post("/api/users/2/password-link").json()["address"],
    ]
    assert anna.patch("/api/users/2", json={"disabled": True}).status_code == 204
    assert anna.post("/api/users/2/password-link").status_code == 409
    assert anna.patch("/api/users/2", json={"disabled": False}).status_code == 204
    assert ben.get("/patients").status_code == 303
    for one in links:
        assert another(anna).get(f"/welcome/{one.rpartition('/')[2]}").status_code == 404
    with room.database.reading() as session:
        assert session.scalars(select(KnownBrowser.user_id)).all() == [1]


def test_two_owners_do_not_disable_each_other(
    room: Room, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would wait for the other in the middle, if the other could come so far."""
    both = threading.Barrier(2)
    end_all = sessions.end_all

    def together(*given: Any) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(0.5)
        end_all(*given)

    monkeypatch.setattr(sessions, "end_all", together)
    owners = [sign_in("owner"), sign_in("owner")]
    with ThreadPoolExecutor(2) as threads:
        answers = threads.map(
            lambda of: of[0].patch(f"/api/users/{of[1]}", json={"disabled": True}).status_code,
            zip(owners, (2, 1), strict=True),
        )
        assert sorted(answers) in ([204, 401], [204, 403])
    with room.database.reading() as session:
        left = session.scalars(select(User.id).where(User.disabled_at.is_(None))).all()
    assert len(left) == 1


def test_the_log_is_filtered_by_the_patient(room: Room, owner: TestClient, patient_id: int) -> None:
    with room.database.writing() as session:
        audit.note(session, "system", "patient.change", patient_id=patient_id)
        audit.note(session, "system", "patient.delete", patient_id=77)
    for asked, seen in (
        ("", [True, True]),
        (" k-204 ", [True, False]),
        ("77", [False, True]),
        ("nobody", [False, False]),
    ):
        text = owner.get("/room", params={"patient": asked}).text
        actions = ("changed a patient", "deleted a patient")
        assert [f"<td>{action}</td>" in text for action in actions] == seen, asked
