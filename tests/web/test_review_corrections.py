"""What a therapist puts right holds, is graded anew at once, can be undone, and tells others."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from exchange_made import make_clip_row, make_folder
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from web_room import SignIn

from posecheck.apps.web.access import Caller
from posecheck.apps.web.review import api, history
from posecheck.apps.web.review.standing import settle_left_over
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import CORRECTED, Clip, Result, User
from posecheck.compare.compare import compare

CALLER = Caller(1, "", "", "therapist", "en", ())


@pytest.fixture
def clip_id(room: Room, patient_id: int) -> int:
    return make_clip_row(room, patient_id)


class Page:
    """A clip as somebody has it open."""

    def __init__(self, client: TestClient, clip_id: int) -> None:
        self.client, self.place = client, f"/api/clips/{clip_id}"
        self.data: dict[str, Any] = self.client.get(f"{self.place}/review").json()

    def act(self, address: str, **body: Any) -> Any:
        revision = self.data["clip"]["revision"]
        answer = self.client.post(f"{self.place}/{address}", json={"revision": revision, **body})
        if answer.status_code == 200:
            self.data = answer.json()
        return answer

    def correct(self, kind: str, **values: Any) -> Any:
        return self.act("corrections", kind=kind, values=values)

    @property
    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = self.data["report"]
        return report


@pytest.fixture
def page(therapist: TestClient, clip_id: int) -> Page:
    return Page(therapist, clip_id)


def corrected(room: Room, clip_id: int) -> Result | None:
    with room.database.reading() as session:
        wanted = select(Result).where(Result.clip_id == clip_id, Result.whose == CORRECTED)
        return session.scalar(wanted)


@pytest.mark.one_database
def test_a_clip_that_nobody_has_touched_is_the_machines(page: Page) -> None:
    data = page.data
    assert data["report"] == data["machine"]
    frames = len(data["series"]["t_s"])
    assert {len(values) for values in data["series"].values()} == {frames}
    assert {len(points) for points in data["points"].values()} == {frames}
    assert (data["can_undo"], data["can_redo"], data["corrections"]) == (False, False, [])


@pytest.mark.one_database
def test_what_has_not_changed_is_not_made_again(
    page: Page, room: Room, patient_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(tag: str) -> Any:
        return page.client.get(f"{page.place}/review", headers={"If-None-Match": tag})

    tag = asked("").headers["etag"]
    with monkeypatch.context() as patch:
        patch.setattr(api, "settled", None)  # it would be called
        answer = asked(f'"other", {tag}')
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    put_right = page.correct("note", t_s=1.0, text="x").headers["etag"]
    assert (asked(tag).status_code, asked(put_right).status_code) == (200, 304)
    with room.database.writing() as session:
        session.execute(update(User).values(name="Somebody"))
    renamed = asked(put_right)
    assert (renamed.status_code, renamed.json()["notes"][0]["by"]) == (200, "Somebody")
    make_folder(room.folders.clip(patient_id, "c" * 64).machine, "bend_left_portrait")
    assert asked(renamed.headers["etag"]).status_code == 200


@pytest.mark.one_database
def test_each_kind_is_graded_anew_and_undone(page: Page, room: Room, clip_id: int) -> None:
    machine = page.data["machine"]
    reps, tension = machine["reps"], machine["tension"]
    start, end = tension["start_s"], tension["end_s"]
    assert page.correct("rep_delete", rep=2).status_code == 200
    assert len(page.report["reps"]) == len(reps) - 1
    assert page.correct("rep_add", set=1, start_s=reps[1]["start_s"], end_s=reps[1]["end_s"])
    assert [r["start_s"] for r in page.report["reps"]] == [r["start_s"] for r in reps]
    page.correct("rep_move", rep=1, start_s=reps[0]["start_s"] + 0.1, end_s=reps[0]["end_s"])
    assert page.report["reps"][0]["start_s"] == pytest.approx(reps[0]["start_s"] + 0.1)
    page.correct("tension", set=1, start_s=start + 0.4, end_s=end)
    assert page.report["tension"]["start_s"] == pytest.approx(start + 0.4)
    other = "left" if machine["side"] == "right" else "right"
    page.correct("side", side=other)
    assert page.report["side"] == other
    page.correct("verdict", verdict="needs_work", reason="The thigh was pulled.")
    assert page.report["grade"]["verdict"] == "needs_work"
    assert page.report["grade"]["reasons"][0] == "The thigh was pulled."
    assert page.data["verdict_by"] == "therapist 1"
    page.correct("note", t_s=3.0, text="look <here>")
    assert page.data["notes"][0]["text"] == "look <here>"
    result = corrected(room, clip_id)
    assert result is not None
    assert (result.verdict, result.side) == ("needs_work", other)
    assert page.data["machine"] == machine
    for _ in range(7):
        assert page.act("undo").status_code == 200
    assert page.report == machine
    assert corrected(room, clip_id) is None
    assert page.act("undo").status_code == 422
    page.act("redo")
    assert len(page.report["reps"]) == len(reps) - 1
    page.correct("reviewed")
    assert page.data["can_redo"] is False


@pytest.mark.one_database
def test_sentences_are_in_the_language_of_whoever_looks(
    room: Room, patient_id: int, therapist: TestClient
) -> None:
    """All else is the same, corrected or not; a German and an English therapist look in turn."""
    clip_id = make_clip_row(room, patient_id, "fault_bouncing")

    def seen(language: str) -> Any:
        with room.database.writing() as session:
            session.query(User).update({"language": language})
        return Page(therapist, clip_id).data

    def without_sentences(report: dict[str, Any]) -> dict[str, Any]:
        findings = [{**one, "message": ""} for one in report["findings"]]
        lines = [{**one, "reason": ""} for one in report["grade"]["deductions"]]
        grade = {**report["grade"], "reasons": [], "deductions": lines}
        return {**report, "language": "", "findings": findings, "grade": grade}

    for _ in range(2):
        english, german = seen("en"), seen("de")
        for name in ("report", "machine"):
            assert without_sentences(german[name]) == without_sentences(english[name])
            (message,) = [one["message"] for one in german[name]["findings"][:1]]
            assert message.startswith("Ihr Knie")
            assert german[name]["grade"]["reasons"] != english[name]["grade"]["reasons"]
        assert english["report"]["findings"][0]["message"].startswith("Your knee")
        assert Page(therapist, clip_id).correct("rep_delete", rep=2).status_code == 200


@pytest.mark.one_database
def test_a_set_is_deleted_and_marked_by_hand(page: Page) -> None:
    tension = page.report["tension"]
    page.correct("tension_delete", set=1)
    assert (page.report["sets"], page.report["grade"]["verdict"]) == ([], "ungradable")
    span = {"start_s": tension["start_s"], "end_s": tension["end_s"]}
    page.correct("tension_add", **span, side="left", variant="ankle_pump")
    assert page.report["tension"]["knee_flexion_deg"] == tension["knee_flexion_deg"]


@pytest.mark.one_database
def test_what_is_there_already_or_was_not_seen_is_refused(page: Page) -> None:
    first, second, *_ = page.report["reps"]
    over = {"start_s": second["start_s"] + 0.1, "end_s": second["end_s"] + 0.1}
    end = page.report["clip"]["duration_s"] + 0.5
    for kind, values, told in (
        ("rep_add", {"set": 1, **over}, "Repetition 2 is there already"),
        ("rep_move", {"rep": 1, **over, "start_s": first["start_s"]}, "Repetition 2 is there"),
        ("tension_add", {"side": "left", "start_s": 5.0, "end_s": 7.0}, "tension already"),
        ("tension", {"set": 1, "start_s": end, "end_s": end + 0.1}, "not seen"),
        ("rep_add", {"side": "left", "start_s": 1.0, "end_s": 2.0}, "point of tension first"),
        ("rep_add", {"start_s": 1.0, "end_s": 2.0}, "either the set"),
    ):
        answer = page.correct(kind, **values)
        assert answer.status_code == 422, kind
        assert told in answer.json()["detail"]
    touching = {"start_s": first["start_s"], "end_s": second["start_s"] + 0.3}
    assert page.correct("rep_move", rep=1, **touching).status_code == 200


@pytest.mark.one_database
def test_a_tension_shorter_than_a_look_is_measured(page: Page) -> None:
    one, other = page.data["looks_t_s"][60:62]
    third = (other - one) / 3
    page.correct("tension", set=1, start_s=one + third, end_s=other - third)
    tension = page.report["tension"]
    assert tension["knee_flexion_deg"] is not None
    assert tension["uncertainty_deg"] is not None


@pytest.mark.one_database
def test_the_first_repetition_of_a_test_is_marked_by_hand(
    room: Room, therapist: TestClient, patient_id: int
) -> None:
    clip_id = make_clip_row(room, patient_id, "sibling_slr_right_side", "d" * 64)
    page = Page(therapist, clip_id)
    first, *_ = reps = page.report["reps"]
    assert page.correct("tension", set=1, start_s=2.0, end_s=3.0).status_code == 422
    with room.database.writing() as session:  # all at once: each would be measured
        clip = session.get_one(Clip, clip_id)
        asked = {"exercise": "straight_leg_raise", "variant": None}
        history.add(session, clip, CALLER, "exercise", asked, {})
        for rep in reps:
            before = {key: rep[key] for key in ("start_s", "end_s")}
            history.add(session, clip, CALLER, "rep_delete", {"rep": 1}, before)
    page = Page(therapist, clip_id)
    assert page.report["sets"] == []
    span = {"start_s": first["start_s"], "end_s": first["end_s"]}
    assert page.correct("rep_add", side="right", **span).status_code == 200
    assert (page.report["exercise"], page.report["side"]) == ("straight_leg_raise", "right")
    assert [rep["peak_deg"] for rep in page.report["reps"]] == pytest.approx(
        [first["peak_deg"]], abs=2.0
    )
    page.correct("rep_add", set=1, start_s=reps[1]["start_s"], end_s=reps[1]["end_s"])
    assert [(rep["index"], rep["set"]) for rep in page.report["reps"]] == [(1, 1), (2, 1)]


@pytest.mark.one_database
def test_a_set_that_was_marked_goes_with_another_exercise(
    room: Room, therapist: TestClient, patient_id: int
) -> None:
    page = Page(therapist, make_clip_row(room, patient_id, "rest_only", "d" * 64))
    page.correct("tension_add", start_s=3.0, end_s=5.0, side="left", variant="ankle_pump")
    assert page.report["exercise"] == "nerve_glide"
    page.correct("exercise", exercise="straight_leg_raise", variant=None)
    assert page.report["sets"] == []
    page.correct("exercise", exercise="nerve_glide", variant=None)
    assert page.report["tension"]["start_s"] == 3.0


@pytest.mark.one_database
def test_a_joint_that_is_dragged_is_measured_again(page: Page) -> None:
    look = page.data["looks_t_s"][60]
    frame = page.data["series"]["t_s"].index(look)
    x, y = page.data["points"]["working_px"][frame][2]
    before = page.data["series"]["knee_flexion_deg"][frame]
    page.correct("joint", t_s=look, leg="working", joint="ankle", xy_px=[x - 60, y], hold="onwards")
    assert abs(page.data["series"]["knee_flexion_deg"][frame] - before) > 2.0
    page.act("undo")
    assert page.data["series"]["knee_flexion_deg"][frame] == before


@pytest.mark.one_database
def test_a_finding_that_is_not_shared_goes_and_comes_back(
    room: Room, therapist: TestClient, patient_id: int
) -> None:
    page = Page(therapist, make_clip_row(room, patient_id, "fault_knee_not_held", "d" * 64))
    rules = {f["rule"] for f in page.report["findings"]}
    finding = next(f for f in page.report["findings"] if f["severity"] == "fault")
    for start_s, _ in finding["times"]:
        page.correct("finding", rule=finding["rule"], start_s=start_s, dismissed=True)
    assert page.data["corrections"][0]["before"] == finding  # so that it can be shown
    assert finding["rule"] not in {f["rule"] for f in page.report["findings"]}
    for start_s, _ in finding["times"]:
        page.correct("finding", rule=finding["rule"], start_s=start_s, dismissed=False)
    assert {f["rule"] for f in page.report["findings"]} == rules


@pytest.mark.one_database
def test_another_exercise_is_looked_for(page: Page) -> None:
    assert page.correct("exercise", exercise="heel_slide", variant=None).status_code == 200
    assert page.report["exercise"] in (None, "heel_slide")
    assert page.report["prescription"]["exercise"]["name"] == "heel_slide"


def test_the_second_of_two_is_told_who_was_first(sign_in: SignIn, clip_id: int) -> None:
    first, second = Page(sign_in(), clip_id), Page(sign_in(), clip_id)
    assert first.correct("rep_delete", rep=1).status_code == 200
    answer = second.correct("rep_delete", rep=2)
    assert answer.status_code == 409
    detail = answer.json()["detail"]
    assert (detail["by"], detail["revision"]) == ("therapist 1", 1)
    assert detail["at"]


def test_of_many_at_the_same_instant_one_does(sign_in: SignIn, clip_id: int) -> None:
    pages = [Page(sign_in(), clip_id) for _ in range(4)]
    codes: list[int] = []
    threads = [
        threading.Thread(target=lambda p=p: codes.append(p.correct("reviewed").status_code))
        for p in pages
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200, 409, 409, 409]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("tension", {"set": 9, "start_s": 1.0, "end_s": 2.0}),
        ("tension", {"set": 1, "start_s": 3.0, "end_s": 2.0}),
        ("rep_delete", {"rep": 99}),
        ("rep_add", {"set": 1, "start_s": 9000.0, "end_s": 9001.0}),
        ("joint", {"t_s": 1.0, "leg": "third", "joint": "hip", "xy_px": [1, 1], "hold": "frame"}),
        ("verdict", {"verdict": "great"}),
        ("nonsense", {}),
        ("note", {"t_s": 1.0, "text": "x" * 3000}),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    page: Page, kind: str, values: dict[str, Any]
) -> None:
    answer = page.correct(kind, **values)
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)
    assert page.act("redo").status_code == 422


@pytest.mark.one_database
def test_files_that_a_kill_has_left_behind_are_made_anew(
    page: Page, room: Room, patient_id: int, clip_id: int
) -> None:
    page.correct("rep_delete", rep=1)
    folder = room.folders.clip(patient_id, "c" * 64)
    (folder.path / "review.json").write_text("{")
    again = Page(page.client, clip_id)
    assert again.report == page.report
    with room.database.writing() as session:  # killed once more, before there were any files
        clip = session.get_one(Clip, clip_id)
        values = {"verdict": "needs_work", "reason": "x"}
        history.add(session, clip, CALLER, "verdict", values, {})
    assert ",pass," in page.client.get("/api/labels.csv").text
    assert (settle_left_over(room), settle_left_over(room)) == (1, 0)
    assert ",needs_work," in page.client.get("/api/labels.csv").text


def test_a_clip_that_is_graded_again_is_not_shown_as_it_was(
    page: Page, room: Room, patient_id: int, clip_id: int
) -> None:
    machine = room.folders.clip(patient_id, "c" * 64).machine
    make_folder(machine, "bend_left_portrait")
    again = Page(page.client, clip_id)
    assert again.report["variant"] == "knee_bend" != page.report["variant"]
    assert again.data["machine"] == again.report


@pytest.mark.one_database
def test_a_practice_measures_its_own_agreement(
    page: Page, therapist: TestClient, tmp_path: Path
) -> None:
    page.correct("note", t_s=1.0, text="who says a thing does not agree yet")
    assert therapist.get("/api/labels.csv").text.count("\n") == 1
    page.correct("rep_delete", rep=1)
    for name in ("labels", "grades"):
        (tmp_path / f"{name}.csv").write_text(therapist.get(f"/api/{name}.csv").text)
    done = compare(tmp_path / "grades.csv", tmp_path / "labels.csv", tmp_path, lambda _text: None)
    assert done.page.is_file()
