"""Who is let in where: the table of all routes, walked by everybody who must not pass."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from routes import OWNER, OWNER_PAGE, PERSON, One, routes_of
from web_room import SignIn, browser

from posecheck.apps.web.access import COOKIE, EXPORT, READ, SCOPES, WRITE
from posecheck.apps.web.room import Room
from posecheck.apps.web.secrets_of_links import hash_of, new_secret
from posecheck.apps.web.store.tables import ApiToken, PatientLink, User, now

pytestmark = pytest.mark.one_database
SAFE = ("GET", "HEAD", "OPTIONS")


def app_of(client: TestClient) -> FastAPI:
    assert isinstance(client.app, FastAPI)
    return client.app


def guarded(client: TestClient) -> list[One]:
    found = [one for one in routes_of(app_of(client)) if not one.is_public]
    assert len(found) > 15
    return found


def asked(client: TestClient, one: One, headers: dict[str, str] | None = None) -> int:
    """Return the status of the answer to a request whose form is right, as far as can be."""
    body: dict[str, str] | None = None if one.method in SAFE else {}
    return client.request(one.method, one.at(), headers=headers, json=body).status_code


def assert_refused(client: TestClient, headers: dict[str, str] | None = None) -> None:
    """Nobody is known: the API says so, pages lead to where one signs in."""
    wrong = {}
    for one in guarded(client):
        status = asked(client, one, headers)
        if status != (303 if one.is_page else 401):
            wrong[f"{one.method} {one.path}"] = status
    assert wrong == {}


def token(room: Room, scopes: str, **values: object) -> dict[str, str]:
    """Return the header that a program sends whose token has these scopes."""
    secret = new_secret()
    with room.database.writing() as session:
        user = session.query(User).filter_by(login="maker").one_or_none()
        if user is None:
            user = User(login="maker", name="Maker", role="owner", password_hash="-")
            session.add(user)
            session.flush()
        session.add(
            ApiToken(token_hash=hash_of(secret), user_id=user.id, name="p", scopes=scopes, **values)
        )
    return {"Authorization": f"Bearer {secret}"}


def link_of(room: Room, patient_id: int, **values: object) -> str:
    """Return the secret of a patient's link."""
    secret = new_secret()
    with room.database.writing() as session:
        usual = {"expires_at": now() + timedelta(days=1)}
        row = {"token_hash": hash_of(secret), "patient_id": patient_id}
        session.add(PatientLink(**usual | row | values))
    return secret


@pytest.mark.one_database
def test_each_route_asks_who_it_is_or_is_on_the_list(stranger: TestClient) -> None:
    careless = [one for one in routes_of(app_of(stranger)) if one.needs is None]
    assert [one for one in careless if not one.is_public] == []
    needless = [o for o in routes_of(app_of(stranger)) if o.is_public and o.needs is not None]
    assert needless == [], "the list of public routes holds what is none"


@pytest.mark.one_database
def test_reading_changes_nothing_and_a_change_is_not_reading(stranger: TestClient) -> None:
    for one in guarded(stranger):
        if one.method in SAFE:
            assert one.method != "GET" or one.needs != WRITE, one
        else:
            assert one.needs not in (READ, EXPORT), one
            assert not one.is_page, one
        assert ("/export/" in one.path) <= (one.needs == EXPORT), one


def test_nobody_is_let_in(stranger: TestClient) -> None:
    assert_refused(stranger)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "value",
    ["Bearer", "Bearer ", "Bearer x", "bearer null", "Basic b3duZXI6b3duZXI=", "Digest a"],
)
def test_a_header_that_says_nothing_lets_nobody_in(stranger: TestClient, value: str) -> None:
    assert_refused(stranger, {"Authorization": value})


def test_a_patients_link_reaches_nothing_else(
    room: Room, stranger: TestClient, patient_id: int
) -> None:
    secret = link_of(room, patient_id)
    assert_refused(stranger, {"Authorization": f"Bearer {secret}"})
    stranger.cookies.set(COOKIE, secret)
    assert_refused(stranger)


def test_secrets_of_one_kind_are_none_of_another(room: Room, sign_in: SignIn) -> None:
    """A token is no cookie, a cookie no token, and what is kept of them is neither."""
    signed_in = sign_in("owner")
    secret = str(signed_in.cookies[COOKIE])
    stranger = browser(room)
    assert_refused(stranger, {"Authorization": f"Bearer {secret}"})
    program = token(room, " ".join(SCOPES))["Authorization"].split()[1]
    for cookie in (program, hash_of(secret), hash_of(program), "", "'; --", "a" * 4000):
        stranger.cookies.set(COOKIE, cookie)
        assert_refused(stranger)


@pytest.mark.parametrize("scope", [*SCOPES, "", "admin", "*", "read,write"])
def test_a_program_does_what_its_token_is_for(room: Room, stranger: TestClient, scope: str) -> None:
    """Pages, accounts and deletions are never for programs, though an owner has made the token."""
    headers = token(room, scope)
    wrong = {}
    for one in guarded(stranger):
        if one.path == "/api/events" and scope == READ:
            continue  # never ends
        status = asked(stranger, one, headers)
        if one.is_page:
            as_it_must = status == 303
        elif one.needs == scope:
            as_it_must = status not in (401, 403) and status < 500
        else:
            as_it_must = status == 403
        if not as_it_must:
            wrong[f"{one.method} {one.path}"] = (one.needs, status)
    assert wrong == {}


@pytest.mark.parametrize("over", ["expires_at", "revoked_at"])
def test_a_token_that_is_over_lets_nobody_in(room: Room, stranger: TestClient, over: str) -> None:
    past = now() - timedelta(seconds=1)
    assert_refused(stranger, token(room, " ".join(SCOPES), **{over: past}))


def test_who_was_sent_away_is_out_at_once(room: Room, sign_in: SignIn) -> None:
    gone = sign_in("owner")
    headers = token(room, " ".join(SCOPES))
    with room.database.writing() as session:
        for user in session.query(User):
            user.disabled_at = now()
    assert_refused(gone)
    assert_refused(browser(room), headers)


def test_a_therapist_is_no_owner(therapist: TestClient) -> None:
    owners = [one for one in guarded(therapist) if one.needs in (OWNER, OWNER_PAGE)]
    assert owners
    assert {asked(therapist, one) for one in owners} == {403}
    assert any(one.needs == PERSON for one in guarded(therapist))


@pytest.mark.one_database
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:81"},
        {"Origin": "http://127.0.0.1.evil.example"}, {"Origin": "http://127.0.0.1@evil.example"},
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none, cross-site"}, {"Origin": "http://[::1"}, {"Origin": ""},
    ],
)  # fmt: skip
def test_another_site_changes_nothing(owner: TestClient, headers: dict[str, str]) -> None:
    """Whoever is signed in: by any route, those for everybody too."""
    for one in routes_of(app_of(owner)):
        if one.method not in SAFE:
            assert asked(owner, one, headers) == 403, one


@pytest.mark.one_database
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1", "a@b"])
def test_another_name_reaches_nothing(owner: TestClient, host: str) -> None:
    """A foreign name that somebody bent to this address."""
    for one in routes_of(app_of(owner)):
        assert asked(owner, one, {"Host": host}) == 421, one
