"""What a scanner sends, and more: to every route, by somebody who is signed in as the owner.

The test's client raises what the application does, so an answer is an answer: never a 500.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from exchange_made import make_clip_row
from fastapi import FastAPI
from fastapi.testclient import TestClient
from routes import One, routes_of
from sqlalchemy import func, select
from web_room import browser

from posecheck.apps.web.access import COOKIE
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import AuditEntry, Clip, Patient, User

SAFE = ("GET", "HEAD", "OPTIONS")
PLACES = [
    "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd", "%2e%2e", "..%5c..%5cwin.ini", "%2fetc%2fpasswd",
    "....%2f%2f", "%252e%252e%252fetc%252fpasswd", "room.sqlite", "%00", "1%00.mp4", "%ff%fe",
    "1%0d%0aSet-Cookie:%20a=b", "1%0aX-Bad:%201", "-1", "0", "2147483648", "9223372036854775808",
    "9" * 400, "1e3", "0x1", "7.0", "%20", "7%20", "%D9%A7", "%EF%BC%97", "%F0%9F%A6%B5", "NaN",
    "a" * 6000, "%7B%7B7*7%7D%7D", "$%7Bjndi:ldap:x%7D", "1%27%20or%201=1%20--", "1;select%201",
    "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "%ED%A0%80", "null", "undefined", "*", "con",
]  # fmt: skip
DEEP = 60_000
BODIES: list[tuple[str, bytes]] = [
    ("nothing", b""), ("null", b"null"), ("list", b"[]"), ("word", b'"a"'), ("number", b"1e999"),
    ("cut off", b'{"a": '), ("nan", b'{"name": NaN}'), ("no utf-8", b'{"name": "\xff\xfe"}'),
    ("deep lists", b"[" * DEEP + b"]" * DEEP), ("deep", b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    ("twice", b'{"name": "a", "name": {"b": 1}, "name": "c"}'), ("utf-16",
    '{"a": 1}'.encode("utf-16")),
    ("long number", b'{"revision": ' + b"9" * 5000 + b"}"), ("zero byte", b'{"name": "a\\u0000b"}'),
    ("half a pair", b'{"name": "\\ud800", "kind": "\\udfff"}'), ("prototype",
    b'{"__proto__": {"a": 1}}'),
    ("many keys", b"{" + b",".join(b'"k%d":1' % i for i in range(5_000)) + b"}"),
]  # fmt: skip


# Of these each database has an opinion of its own: numbers that no column holds, zero bytes, and
# what is no text.
MINDED_PLACES = {
    "%00", "1%00.mp4", "%ff%fe", "-1", "2147483648", "9223372036854775808", "9" * 400,
    "1%27%20or%201=1%20--", "%ED%A0%80", "a" * 6000,
}  # fmt: skip
MINDED_BODIES = ("zero byte", "half a pair", "long number")


def every(client: TestClient) -> list[One]:
    assert isinstance(client.app, FastAPI)
    found = [one for one in routes_of(client.app) if one.path not in ("/static", "/api/events")]
    assert len(found) > 15
    return found


@pytest.fixture
def owner(owner: TestClient) -> Iterator[TestClient]:
    """The same, with one loop of events for all that is asked."""
    with owner:
        yield owner


@pytest.fixture
def clip_id(room: Room, patient_id: int) -> int:
    """Something that could get lost: number 1, of patient number 1."""
    return make_clip_row(room, patient_id)


def contents(room: Room) -> set[str]:
    """Return what could get lost."""
    found = {str(p.relative_to(room.settings.data)) for p in clip_files(room)}
    with room.database.reading() as session:
        for kind in (Patient, Clip, User):
            found |= {f"{kind.__tablename__} {key}" for key in session.scalars(select(kind.id))}
    return found


def clip_files(room: Room) -> list[Path]:
    """Return all but what is only on its way in."""
    return [p for p in (room.settings.data / "patients").rglob("*") if p.is_file()]


@pytest.mark.one_database
@pytest.mark.usefixtures("clip_id")
def test_whatever_stands_in_a_path(room: Room, owner: TestClient) -> None:
    try_paths(room, owner, PLACES)


@pytest.mark.usefixtures("clip_id")
def test_what_databases_take_amiss_in_a_path(room: Room, owner: TestClient) -> None:
    try_paths(room, owner, [place for place in PLACES if place in MINDED_PLACES])


def try_paths(room: Room, owner: TestClient, places: list[str]) -> None:
    before = contents(room)
    for one in every(owner):
        if "{" not in one.path:
            continue
        for place in places:
            body = None if one.method in SAFE else b"{}"
            headers = {"Content-Type": "application/json"} if body else None
            answer = owner.request(one.method, one.at(place), content=body, headers=headers)
            where = f"{one.method} {one.path} {place[:30]}"
            assert answer.status_code < 500, where
            assert "root:" not in answer.text, where
            assert not {"x-bad", "set-cookie"} & set(answer.headers), where
            if "text/html" in answer.headers.get("content-type", ""):
                assert "<script>alert" not in answer.text, where
    assert contents(room) >= before


@pytest.mark.one_database
@pytest.mark.usefixtures("clip_id")
@pytest.mark.parametrize(("name", "body"), BODIES, ids=[name for name, _ in BODIES])
def test_whatever_is_sent(room: Room, owner: TestClient, name: str, body: bytes) -> None:
    send(room, owner, name, body)


@pytest.mark.usefixtures("clip_id")
@pytest.mark.parametrize("name", MINDED_BODIES)
def test_what_databases_take_amiss_is_sent(room: Room, owner: TestClient, name: str) -> None:
    send(room, owner, name, dict(BODIES)[name])


def send(room: Room, owner: TestClient, name: str, body: bytes) -> None:
    before = contents(room)
    for one in every(owner):
        if one.method in (*SAFE, "DELETE"):
            continue
        answer = owner.request(
            one.method, one.at(), content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code < 500, (one, name)
    assert contents(room) >= before


@pytest.mark.one_database
@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data", "multipart/form-data; boundary=", "\x00", "*", "text/plain",
        "application/x-www-form-urlencoded",
    ],
)  # fmt: skip
def test_whatever_it_is_said_to_be(owner: TestClient, kind: str) -> None:
    for one in every(owner):
        if one.method not in (*SAFE, "DELETE"):
            answer = owner.request(
                one.method, one.at(), content=b"--x", headers={"Content-Type": kind}
            )
            assert answer.status_code < 500, one


@pytest.mark.one_database
def test_only_the_verbs_that_there_are(owner: TestClient, room: Room, clip_id: int) -> None:
    known: dict[str, set[str]] = {}
    for one in every(owner):
        known.setdefault(one.path, set()).add(one.method)
    verbs = (
        "GET",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "TRACE",
        "CONNECT",
        "OPTIONS",
        "PROPFIND",
        "X" * 99,
    )
    for path, methods in known.items():
        for verb in verbs:
            if verb in methods or (verb == "DELETE" and "DELETE" in methods):
                continue
            answer = owner.request(verb, One(verb, path, None).at())
            assert answer.status_code in (404, 405, 307), (verb, path, answer.status_code)
            assert "access-control-allow-origin" not in answer.headers
    with room.database.reading() as session:
        assert session.get(Clip, clip_id) is not None


@pytest.mark.one_database
def test_a_verb_in_a_header_or_query_is_none(room: Room, owner: TestClient, clip_id: int) -> None:
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        for path in (f"/api/clips/{clip_id}", "/api/clips", "/api/patients/1"):
            for verb in ("GET", "POST"):
                owner.request(verb, f"{path}?_method=DELETE", headers={name: "DELETE"})
    with room.database.reading() as session:
        assert session.get(Clip, clip_id) is not None
        assert session.get(Patient, 1) is not None


@pytest.mark.one_database
@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example;proto=https"},
        {"X-Original-URL": "/api/clips"}, {"X-Rewrite-URL": "/api/clips"}, {"Via": "1.1 evil"},
        {"X-Forwarded-For": "127.0.0.1"}, {"X-Forwarded-Prefix": "//evil.example"},
        {"Range": "bytes=" + ",".join(f"{i}-" for i in range(2000))}, {"Range": "bytes=9-1"},
        {"Accept-Language": "x" * 5000}, {"Accept": "\x7f"}, {"If-Modified-Since": "x"},
        {"Expect": "100-continue"}, {"Transfer-Encoding": "gzip, chunked"}, {"Upgrade": "h2c"},
        {"Last-Event-ID": "9" * 99}, {"Content-Length": "-1"},
        {"Cookie": f"{COOKIE}=a; {COOKIE}=b"},
    ],
    ids=lambda headers: next(iter(headers)),
)  # fmt: skip
def test_headers_that_proxies_believe(room: Room, headers: dict[str, str]) -> None:
    client = browser(room)
    for one in every(client):
        if one.method == "GET":
            answer = client.get(one.at(), headers=headers)
            assert answer.status_code < 500, one
            assert "evil" not in answer.text + str(answer.headers), one
            assert one.is_public or answer.status_code in (303, 400, 401), one


@pytest.mark.one_database
@pytest.mark.parametrize(
    "headers",
    [
        {"Range": f"bytes={','.join(f'{i}-' for i in range(500))}"},
        {"Range": "bytes=-0"},
        {"Range": "lines=1"},
        {"If-Range": '"', "Range": "bytes=0-0"},
        {"If-None-Match": "*"},
    ],
)
@pytest.mark.usefixtures("clip_id")
def test_odd_ranges(owner: TestClient, headers: dict[str, str]) -> None:
    for one in every(owner):
        if one.method == "GET":
            assert owner.get(one.at(), headers=headers).status_code < 500, one


@pytest.mark.one_database
@pytest.mark.parametrize(
    "path",
    ["../app.py", "%2e%2e/app.py", "..%2fapp.py", "/etc/passwd", "..\\app.py", "%00",
    "room.css%00.js",
     "a" * 5000, "%c0%ae%c0%ae/app.py", "static/../../app.py", "vendor/../../app.py",
     "vendor/%2e%2e/%2e%2e/app.py"],
)  # fmt: skip
def test_static_files_are_those_of_one_folder(stranger: TestClient, path: str) -> None:
    answer = stranger.get(f"/static/{path}")
    assert answer.status_code in (400, 404, 414, 422), answer.status_code
    assert "create_app" not in answer.text


@pytest.mark.one_database
def test_it_does_not_say_what_it_is_made_of(stranger: TestClient, owner: TestClient) -> None:
    for client in (stranger, owner):
        for path in ("/nothing", "/api/nothing", "/api/clips/999999", "/api/clips/x"):
            answer = client.get(path)
            assert 400 <= answer.status_code < 500
            assert not {"server", "x-powered-by"} & set(answer.headers)
            assert "Traceback" not in answer.text
            assert "site-packages" not in answer.text


@pytest.mark.one_database
@pytest.mark.usefixtures("clip_id")
def test_what_is_too_long_is_refused_before_it_is_read(owner: TestClient) -> None:
    def endless() -> object:
        for _ in range(10_000):
            yield bytes(1 << 16)  # 640 MB, were it read

    for one in every(owner):
        if one.method in SAFE or one.method == "PATCH":
            continue
        said = {"Content-Length": str(1 << 40)}
        assert owner.request(one.method, one.at(), headers=said).status_code == 413, one
    posts = [one for one in every(owner) if one.method == "POST"]
    answer = owner.post(posts[0].at(), content=endless())  # type: ignore[arg-type]
    assert 400 <= answer.status_code < 500


def test_every_visit_to_a_patient_is_in_the_log(
    room: Room, owner: TestClient, clip_id: int
) -> None:
    """By any page or export that shows something of one."""
    unseen = []
    for one in every(owner):
        if one.method != "GET" or "{" not in one.path or one.is_public:
            continue
        if one.path.endswith(("/frames.json", "/review.mp4")):
            continue  # parts of a page that was noted
        before = entries(room)
        path = one.path.replace("{kind}", "json").replace("{clip_id}", str(clip_id))
        if owner.get(One("GET", path, None).at()).status_code == 200 and entries(room) == before:
            unseen.append(one.path)
    assert unseen == []


def entries(room: Room) -> int:
    with room.database.reading() as session:
        return session.scalar(select(func.count(AuditEntry.id))) or 0
