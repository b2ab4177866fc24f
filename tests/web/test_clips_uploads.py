"""Clips arrive piece by piece, whole and once, and nobody reaches what another one sends."""

from __future__ import annotations

import asyncio
import base64
import socket
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import serving
from sqlalchemy import func, select
from starlette.requests import ClientDisconnect
from web_room import SignIn, browser

from benchmarks.web_faults import wait_until
from posecheck.apps.batch.tasks import Limits
from posecheck.apps.web.clips import arrival, check, intake
from posecheck.apps.web.clips.left_over import take_in_left_over
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import Clip, Job, Patient, Upload
from posecheck.errors import InputError

CLIP = bytes(range(256)) * 40
PIECES = {"Content-Type": "application/offset+octet-stream"}


@pytest.fixture(autouse=True)
def any_file_is_a_clip(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "really_checked" not in request.keywords:
        monkeypatch.setattr(intake, "checked", lambda _path, _name: None)


@pytest.fixture
def phone(room: Room, therapist: TestClient, patient_id: int) -> tuple[TestClient, str]:
    """A browser that is not signed in, and where the patient's link sends clips to."""
    made = therapist.post(f"/api/patients/{patient_id}/links", json={"days": 7}).json()
    return browser(room), f"/p/{made['address'].rpartition('/')[2]}/uploads"


def begin(client: Any, place: str, size: int, **said: object) -> str:
    pairs = {"name": "a clip.mp4", **said}
    coded = ",".join(f"{k} {base64.b64encode(str(v).encode()).decode()}" for k, v in pairs.items())
    answer = client.post(place, headers={"Upload-Length": str(size), "Upload-Metadata": coded})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def piece(client: Any, place: str, offset: int, data: bytes) -> Any:
    return client.patch(place, content=data, headers={"Upload-Offset": str(offset), **PIECES})


def offset_of(client: Any, place: str) -> int:
    return int(client.head(place).headers["Upload-Offset"])


def files_of(room: Room) -> list[Path]:
    return [p for p in room.folders.patients.rglob("*") if p.is_file()]


def count(room: Room, table: Any) -> int:
    with room.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(1, len(CLIP) - 1), max_size=6, unique=True).map(sorted),
    st.binary(max_size=9),
)
def test_however_it_is_cut_the_same_file_arrives(
    room: Room, phone: tuple[TestClient, str], cuts: list[int], tail: bytes
) -> None:
    client, place = phone
    data = CLIP + tail
    before = {p: p.read_bytes() for p in files_of(room)}
    at = begin(client, place, len(data))
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        assert offset_of(client, at) == start
        answer = piece(client, at, start, data[start:end])
    if data in before.values():
        assert answer.status_code == 409
        return
    assert answer.status_code == 204
    [new] = [p for p in files_of(room) if p not in before]
    assert new.read_bytes() == data
    assert new.name == "clip.mp4"


def test_a_clip_waits_to_be_graded_with_what_was_said_of_it(
    room: Room, therapist: TestClient, patient_id: int
) -> None:
    at = begin(
        therapist, "/api/uploads", 10, patient=patient_id, symptoms_before=6, symptoms_after=3,
        recorded_at="2026-03-30T10:00:00+02:00", note="after <b>work</b>",
    )  # fmt: skip
    clip_id = int(piece(therapist, at, 0, bytes(10)).headers["Posecheck-Clip"])
    clip = therapist.get(f"/api/clips/{clip_id}").json()
    assert (clip["state"], clip["symptoms_before"], clip["symptoms_after"]) == ("waiting", 6, 3)
    with room.database.reading() as session:
        row = session.get_one(Clip, clip_id)
        assert row.recorded_at.isoformat() == "2026-03-30T08:00:00+00:00"
        assert row.note == "after <b>work</b>"
    assert (count(room, Job), count(room, Upload)) == (1, 0)
    assert list(room.folders.uploads.iterdir()) == []


def test_another_offset_is_told_how_much_is_here(phone: tuple[TestClient, str]) -> None:
    client, place = phone
    at = begin(client, place, len(CLIP))
    piece(client, at, 0, CLIP[:100])
    assert piece(client, at, 50, CLIP[50:]).status_code == 409
    older = {"Upload-Offset": "100", "Tus-Resumable": "0.2.2", **PIECES}
    refused = client.patch(at, content=CLIP[100:], headers=older)
    assert (refused.status_code, refused.headers["Tus-Version"]) == (412, "1.0.0")
    assert offset_of(client, at) == 100


@pytest.mark.one_database
def test_what_does_not_end_is_cut_at_what_was_declared(phone: tuple[TestClient, str]) -> None:
    client, place = phone
    at = begin(client, place, 1000)
    assert piece(client, at, 0, bytes(1001)).status_code == 413
    assert offset_of(client, at) <= 1000


@pytest.mark.one_database
@pytest.mark.parametrize("size", ["-1", "1e3", "", "0", "9" * 400, str(2**52)])
def test_sizes_that_cannot_be_are_refused(phone: tuple[TestClient, str], size: str) -> None:
    client, place = phone
    answer = client.post(place, headers={"Upload-Length": size})
    assert answer.status_code in (400, 413, 422)


@pytest.mark.one_database
def test_what_is_wrong_with_what_is_said_of_it_is_said_in_the_language_asked_for(
    phone: tuple[TestClient, str],
) -> None:
    client, place = phone
    client.headers["Accept-Language"] = "de"
    said = "symptoms_after " + base64.b64encode(b"11").decode()
    headers = {"Upload-Length": "9", "Upload-Metadata": said}
    [wrong] = client.post(place, headers=headers).json()["detail"]
    assert (wrong["loc"], wrong["msg"]) == (["metadata", "symptoms_after"], "Höchstens 10.")
    for header, german in (("Upload-Length", "Zahl von Bytes"), ("Upload-Metadata", "tus 1.0")):
        answer = client.post(place, headers={**headers, header: "x y"})
        assert german in answer.json()["detail"]


def test_the_same_clip_is_told_within_one_patient_alone(
    room: Room, therapist: TestClient, patient_id: int
) -> None:
    with room.database.writing() as session:
        session.add(Patient(name="other", search_name="other"))
    other = patient_id + 1
    answers = []
    for whose in (patient_id, patient_id, other):
        at = begin(therapist, "/api/uploads", len(CLIP), patient=whose)
        answers.append(piece(therapist, at, 0, CLIP))
    first, again, elsewhere = answers
    assert (first.status_code, again.status_code, elsewhere.status_code) == (204, 409, 204)
    assert again.headers["Posecheck-Clip"] == first.headers["Posecheck-Clip"]
    assert (count(room, Clip), count(room, Upload)) == (2, 0)


def test_a_link_does_not_learn_the_number_of_what_was_there(
    therapist: TestClient, phone: tuple[TestClient, str], patient_id: int
) -> None:
    piece(therapist, begin(therapist, "/api/uploads", 9, patient=patient_id), 0, bytes(9))
    client, place = phone
    answer = piece(client, begin(client, place, 9), 0, bytes(9))
    assert answer.status_code == 409
    assert "Posecheck-Clip" not in answer.headers


def test_nobody_reaches_an_upload_of_somebody_else(
    room: Room, sign_in: SignIn, phone: tuple[TestClient, str], patient_id: int
) -> None:
    client, place = phone
    at = begin(client, place, len(CLIP))
    ident = at.rpartition("/")[2]
    for other, path in (
        (sign_in(), f"/api/uploads/{ident}"),
        (browser(room), f"/p/x/uploads/{ident}"),
    ):
        assert other.head(path).status_code == 404
        assert piece(other, path, 0, CLIP).status_code == 404
        assert other.delete(path).status_code == 404
    mine = begin(sign_in(), "/api/uploads", 9, patient=patient_id).rpartition("/")[2]
    assert client.head(f"{place}/{mine}").status_code == 404
    assert offset_of(client, at) == 0


@pytest.mark.one_database
@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "..\\..\\x.exe", "a/b.sh\n", "x" * 200 + ".mp4"]
)
def test_a_name_is_no_path(room: Room, phone: tuple[TestClient, str], name: str) -> None:
    client, place = phone
    assert piece(client, begin(client, place, 9, name=name), 0, bytes(9)).status_code == 204
    [file] = files_of(room)
    assert file.parent.parent.parent == room.folders.patients
    assert file.name.startswith("clip.")
    with room.database.reading() as session:
        assert not set("/\\\n") & set(session.scalars(select(Clip.name)).one())


def test_what_had_arrived_when_the_server_was_killed_is_taken_in(
    room: Room, phone: tuple[TestClient, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, place = phone

    def killed(*_arguments: Any) -> None:
        raise RuntimeError("killed")

    at = begin(client, place, len(CLIP))
    monkeypatch.setattr(intake, "checked", killed)
    with pytest.raises(RuntimeError, match="killed"):
        piece(client, at, 0, CLIP)
    monkeypatch.setattr(intake, "checked", lambda _path, _name: None)
    assert take_in_left_over(room) == 1
    assert [p.read_bytes() for p in files_of(room)] == [CLIP]
    assert take_in_left_over(room) == 0


def test_a_browser_that_is_closed_in_mid_upload_goes_on_later(
    room: Room, phone: tuple[TestClient, str]
) -> None:
    sent = CLIP[: len(CLIP) // 2]
    client, place = phone
    at = begin(client, place, len(CLIP))
    with serving(room) as address:
        where = urlsplit(address)
        with socket.create_connection(("127.0.0.1", where.port or 0), timeout=10) as browser_tab:
            head = (
                f"PATCH {at} HTTP/1.1\r\nHost: {where.netloc}\r\nUpload-Offset: 0\r\n"
                f"Content-Type: {PIECES['Content-Type']}\r\nContent-Length: {len(CLIP)}\r\n\r\n"
            )
            browser_tab.sendall(head.encode() + sent)
        with httpx2.Client(base_url=address, timeout=30) as again:

            def goes_on() -> bool:  # the server may not have noticed yet
                have = offset_of(again, at)
                assert have <= len(sent)
                return bool(piece(again, at, have, CLIP[have:]).status_code == 204)

            assert count(room, Clip) == 0
            wait_until(goes_on, for_s=20)
    (arrived,) = files_of(room)
    assert arrived.read_bytes() == CLIP
    assert (count(room, Clip), count(room, Job), count(room, Upload)) == (1, 1, 0)


@pytest.mark.one_database
def test_what_had_come_when_the_sender_was_gone_stays(tmp_path: Path) -> None:
    async def broken_off() -> AsyncIterator[bytes]:
        yield CLIP[:700]
        raise ClientDisconnect

    file = tmp_path / "upload"
    file.touch()
    assert asyncio.run(arrival._append(file, 0, len(CLIP), broken_off())) == 700
    assert file.read_bytes() == CLIP[:700]


def test_the_same_clip_twice_at_once_is_one(
    room: Room, phone: tuple[TestClient, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, place = phone
    both_are_looked_at = threading.Barrier(2)
    monkeypatch.setattr(
        intake, "checked", lambda _path, _name: both_are_looked_at.wait(20) and None
    )
    phones = [client, browser(room)]
    places = [begin(client, place, len(CLIP)) for _ in phones]
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda one, at: piece(one, at, 0, CLIP).status_code, phones, places)
    assert sorted(answers) == [204, 409]
    assert (count(room, Clip), count(room, Job), count(room, Upload)) == (1, 1, 0)
    assert list(room.folders.uploads.iterdir()) == []


@pytest.mark.one_database
@pytest.mark.parametrize("what", ["given up", "patient deleted", "link revoked"])
def test_what_ends_during_the_last_piece_is_not_taken_in(
    room: Room, therapist: TestClient, phone: tuple[TestClient, str], patient_id: int, what: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    client, place = phone
    at = begin(client, place, len(CLIP))
    [link] = therapist.get(f"/api/patients/{patient_id}/links").json()
    ends: Callable[[], Any] = {
        "given up": lambda: client.delete(at),
        "patient deleted": lambda: therapist.delete(f"/api/patients/{patient_id}"),
        "link revoked": lambda: therapist.delete(f"/api/links/{link['id']}"),
    }[what]
    settle = arrival._settle

    def settled(file: Any) -> None:
        settle(file)
        assert ends().is_success

    monkeypatch.setattr(arrival, "_settle", settled)
    assert piece(client, at, 0, CLIP).status_code == 404
    assert take_in_left_over(room) == 0
    assert (count(room, Clip), count(room, Upload), files_of(room)) == (0, 0, [])


def test_what_is_given_up_leaves_nothing(room: Room, phone: tuple[TestClient, str]) -> None:
    client, place = phone
    at = begin(client, place, len(CLIP))
    piece(client, at, 0, CLIP[:100])
    assert client.delete(at).status_code == 204
    assert client.head(at).status_code == 404
    assert (count(room, Upload), list(room.folders.uploads.iterdir())) == (0, [])


def test_too_many_at_once_of_one_link_are_refused(phone: tuple[TestClient, str]) -> None:
    client, place = phone
    for _ in range(20):
        begin(client, place, 9)
    assert client.post(place, headers={"Upload-Length": "9"}).status_code == 429


def test_a_clip_is_changed_and_its_file_is_handed_out_as_it_came(
    therapist: TestClient, patient_id: int
) -> None:
    at = begin(therapist, "/api/uploads", len(CLIP), patient=patient_id)
    clip_id = piece(therapist, at, 0, CLIP).headers["Posecheck-Clip"]
    changed = therapist.patch(f"/api/clips/{clip_id}", json={"symptoms_after": 2})
    assert changed.json()["symptoms_after"] == 2
    assert therapist.patch(f"/api/clips/{clip_id}", json={"symptoms_after": 11}).status_code == 422
    video = therapist.get(f"/api/clips/{clip_id}/video")
    assert video.content == CLIP
    assert video.headers["content-type"] == "application/octet-stream"
    part = therapist.get(f"/api/clips/{clip_id}/video", headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, CLIP[5:10])


@pytest.mark.one_database
@pytest.mark.really_checked
def test_what_is_no_clip_is_refused_with_why_and_a_clip_is_taken(
    room: Room, phone: tuple[TestClient, str]
) -> None:
    client, place = phone
    answer = piece(client, begin(client, place, len(CLIP)), 0, CLIP)
    assert answer.status_code == 422
    assert "a clip.mp4" in answer.json()["detail"]
    assert (count(room, Clip), list(room.folders.uploads.iterdir())) == (0, [])
    sample = min(Path("sample_videos").glob("*.mp4"), key=lambda p: p.stat().st_size).read_bytes()
    assert piece(client, begin(client, place, len(sample)), 0, sample).status_code == 204


@pytest.mark.really_checked
def test_a_clip_that_swells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "LIMITS", Limits(time_s=60.0, memory_mib=20.0))
    sample = next(Path("sample_videos").glob("*.mp4"))
    with pytest.raises(InputError, match=r"more time or memory"):
        check.checked(sample, "bomb.mp4")
