"""How the camera stands is said before a clip is sent, by the browser as by the engine."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from fastapi.testclient import TestClient
from pages import assert_for_everybody, until
from queue_clips import arrived
from routes import routes_of
from serving import PHONE, serving, visiting
from sqlalchemy import func, select
from web_room import browser as new_browser

from posecheck.apps.web.assets import fetch_assets
from posecheck.apps.web.clips.setup_check import first_seconds, hints_of, numbers_of
from posecheck.apps.web.guard import CHECKING_POLICY, POLICY
from posecheck.apps.web.room import Room
from posecheck.apps.web.settings import Settings
from posecheck.apps.web.store.tables import Clip
from posecheck.exercises.sections import View
from posecheck.motion.legs import near_side
from posecheck.motion.skeleton import HIPS, SHOULDERS, midpoint
from posecheck.motion.view import Trunk, estimate_view
from posecheck.types import Pose
from posecheck.vision.pose_store import load_poses

DATA = Path(__file__).resolve().parents[1] / "data"
SAMPLE = Path(__file__).resolve().parents[2] / "sample_videos" / "pump_left_side.mp4"
JUDGE = """async ([looks, numbers]) => {
  const { hintsOf, viewOf } = await import("/static/setup/judge.js");
  const seen = looks.filter((look) => look.people.length);
  return { hints: hintsOf(looks, numbers), view: seen.length ? viewOf(seen, numbers) : null };
}"""
SENT = "document.querySelector('.uploads [data-state=sent]') !== null"


def turned(pose: Pose) -> Pose:
    """Somebody who sits: the picture turned by a quarter."""
    x, y = pose.xy_px.T
    return replace(
        pose, xy_px=np.stack([pose.height_px - y, x], axis=1),
        width_px=pose.height_px, height_px=pose.width_px,
    )  # fmt: skip


CHANGES: dict[str, Callable[[Pose], Pose]] = {
    "as it is": lambda pose: pose,
    "dark": lambda pose: replace(pose, brightness=0.05),
    "cut off": lambda pose: replace(pose, xy_px=pose.xy_px - [0.4 * pose.width_px, 0.0]),
    "far away": lambda pose: replace(pose, xy_px=0.3 * pose.xy_px + 150),
    "sits": turned,
    "nobody": lambda pose: replace(pose, xy_px=np.full((33, 2), np.nan)),
    "nobody in the dark": lambda pose: replace(
        pose, xy_px=np.full((33, 2), np.nan), brightness=0.05
    ),
    # what a camera at the head end sees: shoulders side by side, a short trunk
    "from the head": lambda pose: replace(pose, xy_px=from_the_head(pose)),
}
CLIPS = ("pump_left_side", "bend_right_oblique", "bend_left_portrait", "photo_pumps")


def from_the_head(pose: Pose) -> Any:
    xy = pose.xy_px.copy()
    feet = np.sign(midpoint(xy, HIPS)[0] - midpoint(xy, SHOULDERS)[0])
    near = SHOULDERS[near_side(feet) == "right"]
    xy[near] += 0.6 * (midpoint(xy, HIPS) - midpoint(xy, SHOULDERS))
    return xy


def look_of(pose: Pose) -> dict[str, Any]:
    people = [pose.xy_px] if np.isfinite(pose.xy_px).all() else []
    return {
        "people": [[{"x": float(x), "y": float(y)} for x, y in person] for person in people],
        "width": pose.width_px, "height": pose.height_px, "brightness": float(pose.brightness),
    }  # fmt: skip


@pytest.fixture(scope="module")
def judge(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A tab that has loaded the judge of the pages."""
    room = Room.opened(Settings(data=tmp_path_factory.mktemp("judge")))
    with serving(room) as address:
        tab = browser.new_page()
        tab.goto(f"{address}/sign-in")
        yield lambda poses: tab.evaluate(JUDGE, [[look_of(p) for p in poses], numbers_of(View())])
        tab.close()
    room.close()


@pytest.mark.browser
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", CLIPS)
def test_the_browser_says_what_the_engine_says(judge: Any, name: str, change: str) -> None:
    poses = [CHANGES[change](p) for p in load_poses(DATA / f"{name}.npz") if p.t_s < 8.0][::2]
    said = judge(poses[len(poses) // 2 :: 5])
    assert said["hints"] == hints_of(poses)
    expected = {
        "as it is": [], "dark": ["more_light"], "nobody": ["come_into_view"],
        "nobody in the dark": ["more_light"],
    }  # fmt: skip
    assert said["hints"] == expected.get(change, said["hints"])
    assert said["hints"] or change == "as it is"


@pytest.mark.browser
@pytest.mark.parametrize("change", ["as it is", "far away", "from the head"])
@pytest.mark.parametrize("name", CLIPS)
def test_the_browser_sees_the_view_that_the_engine_sees(judge: Any, name: str, change: str) -> None:
    poses = [CHANGES[change](p) for p in load_poses(DATA / f"{name}.npz")][100:220:5]
    xy = np.median([p.xy_px for p in poses], axis=0)
    feet = 1.0 if midpoint(xy, HIPS)[0] >= midpoint(xy, SHOULDERS)[0] else -1.0
    near, far = SHOULDERS if near_side(feet) == "left" else SHOULDERS[::-1]
    view = estimate_view(
        Trunk(xy[near], xy[far], midpoint(xy, HIPS)), (poses[0].width_px, poses[0].height_px)
    )
    seen = judge(poses)["view"]
    assert seen["azimuth"] == pytest.approx(view.azimuth_deg, abs=1e-6)
    assert seen["elevation"] == pytest.approx(view.elevation_deg, abs=1e-6)


@pytest.fixture
def room(room: Room, quick_model: Path) -> Room:
    """One that looks with the lite model."""
    return Room(replace(room.settings, model=quick_model), room.database, room.folders)


@pytest.fixture(scope="module")
def dark(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first seconds of the sample, with hardly any light."""
    path = tmp_path_factory.mktemp("dark") / "dark.mp4"
    with av.open(str(SAMPLE)) as source, av.open(str(path), "w") as sink:
        stream = sink.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        for i, frame in enumerate(source.decode(video=0)):
            if i == 75:
                break
            image = (0.12 * frame.to_ndarray(format="rgb24")).astype(np.uint8)
            sink.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        sink.mux(stream.encode(None))
    return path


@pytest.mark.one_database
def test_the_room_looks_where_a_browser_cannot(
    dark: Path, quick_model: Path, room: Room, therapist: TestClient, patient_id: int
) -> None:
    assert first_seconds((str(SAMPLE), quick_model)) == []
    clip_id = arrived(room, patient_id, dark)
    answer = therapist.get(f"/api/clips/{clip_id}/setup")
    assert "more_light" in answer.json()["hints"]
    made = therapist.post(f"/api/patients/{patient_id}/links", json={"days": 7}).json()
    place = f"/p/{made['address'].rpartition('/')[2]}"
    assert new_browser(room).get(f"{place}/clips/{clip_id}/setup").status_code == 404


@pytest.mark.one_database
def test_a_browser_keeps_the_landmark_model(stranger: TestClient, quick_model: Path) -> None:
    place = "/static/vendor/model/lite.task"
    answer = stranger.get(place)
    assert answer.headers["cache-control"] == "max-age=604800"
    assert answer.content == quick_model.read_bytes()
    there = {"If-None-Match": answer.headers["etag"]}
    assert stranger.get(place, headers=there).status_code == 304


@pytest.mark.one_database
def test_wasm_runs_on_pages_that_check_clips_alone(owner: TestClient, patient_id: int) -> None:
    made = owner.post(f"/api/patients/{patient_id}/links", json={"days": 7}).json()
    link = "/p/" + made["address"].rpartition("/")[2]
    checking = {link, f"/patients/{patient_id}"}
    pages = {one.at(str(patient_id)) for one in routes_of(owner.app) if one.method == "GET"}  # type: ignore[arg-type]
    pages.discard("/api/events")  # which does not end
    for path in pages | checking:
        policy = owner.get(path).headers["content-security-policy"]
        assert policy == (CHECKING_POLICY if path in checking else POLICY), path
    assert "'wasm-unsafe-eval'" in CHECKING_POLICY
    assert "'unsafe-eval'" not in CHECKING_POLICY + POLICY
    assert "wasm" not in POLICY


@pytest.mark.browser
def test_a_dark_clip_is_not_sent_unasked(
    room: Room, browser: Any, therapist: TestClient, patient_id: int, dark: Path
) -> None:
    assert fetch_assets() is None
    made = therapist.post(f"/api/patients/{patient_id}/links", json={"days": 7}).json()

    def clips() -> int:
        with room.database.reading() as session:
            return session.scalar(select(func.count(Clip.id))) or 0

    with serving(room) as address, visiting(browser, address, viewport=PHONE) as visit:
        tab = visit.tab
        tab.goto("/p/" + made["address"].rpartition("/")[2])
        tab.set_input_files("input[multiple]", [str(dark), str(SAMPLE)])
        until(tab, SENT)  # the good one goes by itself
        assert clips() == 1
        said = json.loads(tab.text_content("#setup-check"))
        good = tab.locator(".uploads > li").nth(1)
        assert said["words"]["good"] in good.text_content()
        assert good.get_by_role("button").count() == 0  # none that seems to bring it back
        doubtful = tab.locator("[data-state=doubtful]")
        assert said["hints"]["more_light"] in doubtful.text_content()
        assert good.locator("canvas.seen").evaluate(
            "c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]"
            ".some((v, i, d) => i % 4 == 0 && d[i] > 240 && d[i + 1] > 160 && d[i + 2] < 40)"
        )  # who was seen is drawn
        assert_for_everybody(tab)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert not tab.evaluate("dispatchEvent(new Event('beforeunload', {cancelable: true}))")
        doubtful.get_by_role("button").first.dblclick()  # the second is for no button below
        until(tab, "document.querySelectorAll('.uploads [data-state=sent]').length === 2")
        assert clips() == 2


@pytest.mark.browser
def test_a_camera_is_put_up(
    room: Room, browser: Any, therapist: TestClient, patient_id: int, tmp_path: Path
) -> None:
    """The browser's camera shows the sample; what is recorded is sent."""
    shown = tmp_path / "camera.mjpeg"
    with av.open(str(SAMPLE)) as source, av.open(str(shown), "w", format="mjpeg") as sink:
        stream = sink.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuvj420p"
        for frame in itertools.islice(source.decode(video=0), 50):
            sink.mux(stream.encode(frame.reformat(format="yuvj420p")))
        sink.mux(stream.encode(None))
    filmed = browser.browser_type.launch(
        executable_path="/usr/bin/chromium",
        args=[
            "--no-sandbox", "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={shown}",
        ],
    )  # fmt: skip
    with serving(room) as address, visiting(filmed, address, therapist) as visit:
        tab = visit.tab
        tab.goto(f"/patients/{patient_id}")
        said = json.loads(tab.text_content("#setup-check"))
        record = json.loads(tab.text_content("#upload-words"))["record"]
        recording = "document.querySelector('dialog [role=status]').textContent.includes('1 s')"
        tab.get_by_role("button", name=record).click()
        tab.get_by_role("dialog").get_by_role("button").first.click()
        until(tab, recording)
        tab.keyboard.press("Escape")  # nothing of it is sent
        tab.get_by_role("button", name=record).click()
        ready = json.dumps(said["words"]["ready"])
        until(tab, f"document.querySelector('dialog [role=status]').textContent === {ready}")
        start = tab.get_by_role("dialog").get_by_role("button").first
        start.dblclick()
        until(tab, recording)
        start.dblclick()
        until(tab, "document.querySelector('.uploads > li canvas.seen') !== null")
        assert (tab.locator("dialog").count(), tab.locator(".uploads > li").count()) == (0, 1)
    filmed.close()


@pytest.mark.browser
def test_a_browser_that_cannot_look_has_the_room_look(
    room: Room, browser: Any, therapist: TestClient, patient_id: int, dark: Path
) -> None:
    with serving(room) as address, visiting(browser, address, therapist) as visit:
        visit.tab.route("**/vision_bundle.mjs", lambda route: route.abort())
        visit.tab.goto(f"/patients/{patient_id}")
        visit.tab.set_input_files("input[multiple]", str(dark))
        until(visit.tab, "document.querySelector('.uploads .setup.doubtful') !== null")
        said = json.loads(visit.tab.text_content("#setup-check"))
        assert said["hints"]["more_light"] in visit.tab.text_content(".uploads .doubtful")
        assert visit.tab.query_selector(".uploads [data-state=sent]") is not None
