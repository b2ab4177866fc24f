"""The camera: newest frame only, true times, and everything that can go wrong with one."""

from __future__ import annotations

import functools
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from cameras import JPEG, RAW, FakeCapture, Turn, fake, grey, until

from posecheck.errors import CameraError, ClipError, MissingDependencyError
from posecheck.vision import camera as camera_module
from posecheck.vision import camera_device, camera_events
from posecheck.vision.camera import Camera, CameraEvent
from posecheck.vision.frames import Frame, VideoSource

__all__ = ["fake"]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    assert "posecheck-camera" not in [t.name for t in threading.enumerate()]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_module, "RETRY_S", 0.02)
    monkeypatch.setattr(camera_module, "GIVE_UP_S", 0.05)


def all_events(camera: Camera, *wanted: str) -> list[CameraEvent]:
    """The events until all that are wanted have come."""
    found: list[CameraEvent] = []

    def there() -> bool:
        found.extend(camera.events())
        return set(wanted) <= {event.kind for event in found}

    until(there)
    return found


# A file as the camera


def test_at_speed_0_every_frame_comes_with_the_files_own_time(
    sample_start: Callable[[int], Path],
) -> None:
    path = sample_start(25)
    with VideoSource(path) as source:
        expected = [(f.t_s, f.image.shape) for f in source]
    with Camera(str(path), speed=0) as camera:
        got = []
        while (frame := camera.read()) is not None:
            got.append((frame.t_s, frame.image.shape))
        assert camera.ended
        assert camera.read(timeout_s=0) is None
        assert camera.dropped == 0
        assert [e.kind for e in camera.events()] == ["ended"]
        assert (camera.info.width_px, camera.info.height_px) == (640, 480)
        assert (camera.info.name, camera.info.frames) == (path.name, 25)
    assert got == expected


def test_who_is_slow_gets_the_newest_and_time_goes_on(
    sample_start: Callable[[int], Path],
) -> None:
    with Camera(str(sample_start(25)), speed=0.5) as camera:
        times = []
        while (frame := camera.read()) is not None:
            times.append(frame.t_s)
            assert camera.now_s() >= frame.t_s - 1e-6  # never before it was taken
            time.sleep(0.3)
        assert camera.at_s(7.0) - camera.at_s(5.0) == pytest.approx(1.0)
    assert times[0] == 0
    assert times == sorted(set(times))
    assert camera.dropped == 25 - len(times) > 0


def test_a_file_keeps_step_with_the_clock(sample_start: Callable[[int], Path]) -> None:
    with Camera(str(sample_start(25)), speed=1.0) as camera:
        camera.read()
        began = time.monotonic()
        while camera.read() is not None:
            pass
        assert time.monotonic() - began > 0.9  # 24 steps of 40 ms, never faster


def test_a_loop_goes_on_in_time(sample_start: Callable[[int], Path]) -> None:
    with Camera(str(sample_start(10)), speed=0, loop=True) as camera:
        frames = [camera.read() for _ in range(25)]
    steps = np.diff([f.t_s for f in frames if f])
    assert len(steps) == 24
    assert steps == pytest.approx(0.04, abs=1e-6)


def test_large_pictures_are_made_smaller(sample_start: Callable[[int], Path]) -> None:
    with Camera(str(sample_start(10)), speed=0, max_side_px=320) as camera:
        frame = camera.read()
        assert frame is not None
        assert (frame.image.shape, frame.scale) == ((240, 320, 3), 0.5)
        assert (camera.info.width_px, camera.info.height_px) == (640, 480)


def test_closing_does_not_wait_for_the_end(sample_start: Callable[[int], Path]) -> None:
    for speed in (0, 0.001):
        with Camera(str(sample_start(25)), speed=speed) as camera:
            assert camera.read() is not None
        assert camera.read(timeout_s=0) is None


def test_what_is_no_video_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("no video")
    for name in ("notes.mp4", "gone.mp4"):
        with pytest.raises(ClipError):
            Camera(str(tmp_path / name))


# A camera


def one_by_one(camera: Camera, turn: Turn, count: int) -> list[Frame]:
    """So many frames, each asked for only when the one before was read."""
    frames = []
    for _ in range(count):
        frame = camera.read()
        assert frame is not None
        frames.append(frame)
        turn.next()
    return frames


def test_frames_of_a_camera_are_rgb_dense_and_stamped(fake: type[FakeCapture]) -> None:
    blue = np.zeros((48, 64, 3), np.uint8)
    blue[..., 0] = 200  # OpenCV's order is blue, green, red
    turn = Turn()
    fake.script = [blue, turn.wait, blue, turn.wait, blue, turn.wait, blue]
    with Camera(0) as camera:
        assert camera.name == "HD Webcam: HD Webcam"
        frames = one_by_one(camera, turn, 4)
        assert 0 <= camera.now_s() - frames[-1].t_s < 60
    assert [f.t_s for f in frames] == sorted({f.t_s for f in frames})
    assert frames[0].t_s == 0
    assert np.diff([f.t_s for f in frames]).min() > 0.001  # the pace of the fake is 2 ms
    assert all(f.image.flags.c_contiguous for f in frames)
    assert (frames[0].image == (0, 0, 200)).all()
    assert fake.opened == [(0, cv2.CAP_V4L2)]


@pytest.mark.parametrize("which", ["0", "hd web"])
def test_a_camera_by_number_or_part_of_its_name(fake: type[FakeCapture], which: str) -> None:
    fake.script = [grey(100)] * 5
    with Camera(which) as camera:
        assert camera.read() is not None
    assert fake.opened[0][0] == 0


def test_no_other_camera_than_the_named_one_is_opened(fake: type[FakeCapture]) -> None:
    fake.plugged.clear()
    with pytest.raises(CameraError, match=r"no camera 3.*0 \(HD Webcam"):
        Camera(3)
    assert [how[0] for how in fake.opened] == [3]


def test_a_name_that_no_camera_has(fake: type[FakeCapture]) -> None:
    with pytest.raises(CameraError, match="neither a file nor a camera; choose one of these: 0"):
        Camera("Logitech")
    assert fake.opened == []


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", ""])
def test_what_can_be_no_name_at_all(fake: type[FakeCapture], name: str) -> None:
    with pytest.raises((CameraError, ClipError)):
        Camera(name)
    assert fake.opened == []


def test_a_name_may_look_like_a_files(fake: type[FakeCapture], tmp_path: Path) -> None:
    (tmp_path / "sys" / "video0" / "name").write_text("Cam v1.2")
    fake.script = [grey(100)] * 5
    with Camera("cam v1.2") as camera:
        assert camera.name == "Cam v1.2"


def test_a_camera_that_is_busy_is_one_line(fake: type[FakeCapture]) -> None:
    fake.busy = True
    with pytest.raises(CameraError, match="close other programs") as raised:
        Camera(0)
    assert "\n" not in str(raised.value)
    fake.plugged.clear()
    with pytest.raises(CameraError, match="close other programs"):
        Camera(0)


def test_without_opencv_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> object:
        raise ImportError("libGL.so.1: cannot open shared object file")

    monkeypatch.setattr("importlib.import_module", fail)
    with pytest.raises(MissingDependencyError, match=r"libGL.*posecheck doctor"):
        Camera(0)


@pytest.mark.parametrize(
    ("modes", "chosen"),
    [
        ({(JPEG, (1280, 720)): 30, (RAW, (1280, 720)): 10}, (JPEG, (1280, 720))),
        ({(RAW, (1280, 720)): 30}, (RAW, (1280, 720))),
        ({(RAW, (1280, 720)): 10, (RAW, (640, 480)): 30}, (RAW, (640, 480))),
        ({(RAW, (1280, 720)): 10, (RAW, (640, 480)): 15}, (RAW, (640, 480))),
    ],
)
def test_the_best_size_that_comes_often_enough(
    fake: type[FakeCapture],
    modes: dict[tuple[int, tuple[int, int]], float],
    chosen: tuple[int, tuple[int, int]],
) -> None:
    fake.modes, fake.script = modes, [grey(100)] * 3
    device = camera_device.Device(0)
    asked = device._capture._asked
    assert (asked[cv2.CAP_PROP_FOURCC], (asked[3], asked[4])) == chosen
    device.close()


@pytest.mark.usefixtures("quick")
def test_unplugged_it_comes_back_and_the_gap_shows(fake: type[FakeCapture]) -> None:
    fake.script = [*[grey(100)] * 5, "gone", *[grey(100)] * 500]
    with Camera(0) as camera:
        seen = all_events(camera, "lost")
        assert [e.kind for e in seen] == ["lost"]
        before = camera.read(timeout_s=1)
        assert before is not None
        assert camera.read(timeout_s=0.2) is None
        assert not camera.ended
        fake.plugged.set()
        after = camera.read()
        assert after is not None
        assert after.t_s - before.t_s > 0.2
        assert "back" in [e.kind for e in all_events(camera, "back")]
    assert len(fake.opened) > 2  # tried again and again


@pytest.mark.usefixtures("quick")
def test_it_is_found_under_another_number(fake: type[FakeCapture], tmp_path: Path) -> None:
    fake.script = [*[grey(100)] * 5, "gone", *[grey(100)] * 500]
    with Camera(0) as camera:
        all_events(camera, "lost")
        (tmp_path / "sys" / "video0").rename(tmp_path / "sys" / "video2")
        fake.plugged.set()
        all_events(camera, "back")
    assert fake.opened[-1][0] == 2


@pytest.mark.usefixtures("quick")
def test_closing_while_it_is_away(fake: type[FakeCapture]) -> None:
    fake.script = [*[grey(100)] * 5, "gone"]
    with Camera(0) as camera:
        all_events(camera, "lost")


def test_corrupt_frames_are_left_out(fake: type[FakeCapture]) -> None:
    flat = np.zeros((48, 64), np.uint8)
    pictures = [grey(10 * i + 60) for i in range(4)]
    turn = Turn()
    fake.script = [
        pictures[0], turn.wait, "damaged", pictures[1], turn.wait, None, pictures[2],
        turn.wait, flat, pictures[3],
    ]  # fmt: skip
    with Camera(0) as camera:
        levels = [int(f.image[0, 0, 0]) for f in one_by_one(camera, turn, 4)]
        assert [e for e in camera.events() if e.kind != "lost"] == []
    assert levels == [60, 70, 80, 90]


def test_a_stall_is_said_and_so_is_its_end(
    fake: type[FakeCapture], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera_module, "STALL_S", 0.1)
    go_on = threading.Event()
    fake.script = [*[grey(100)] * 5, go_on.wait, *[grey(100)] * 500]
    with Camera(0) as camera:
        all_events(camera, "lost")
        go_on.set()
        all_events(camera, "back")
    assert len(fake.opened) == 1  # it came back by itself


def test_another_size_is_said_and_fitted_with_its_shape_kept(fake: type[FakeCapture]) -> None:
    turn = Turn()
    fake.script = [grey(100), turn.wait, grey(200, 32, 48), turn.wait, grey(200)]
    with Camera(0) as camera:
        frames = one_by_one(camera, turn, 3)
        kinds = [e.kind for e in camera.events() if e.kind != "lost"]
    assert kinds == ["size_changed", "size_changed"]
    assert {f.image.shape for f in frames} == {(48, 64, 3)}
    second = frames[1].image
    assert (second[:, :16] == 0).all()
    assert (second[:, 16:48] == 200).all()
    assert (second[:, 48:] == 0).all()


def test_a_covered_lens_is_said_once_and_so_is_the_light() -> None:
    monitor = camera_events.PictureMonitor(1280)
    levels = [100] * 10 + [6] * 80 + [100] * 10
    said = [e for i, level in enumerate(levels) for e in monitor.push(grey(level), i / 25, 1.0)[2]]
    assert [e.kind for e in said] == ["black", "light"]
    assert said[0].t_s == pytest.approx(10 / 25 + camera_events.BLACK_S)
    assert said[1].t_s == pytest.approx(90 / 25)


def test_a_dark_room_with_a_lamp_is_no_covered_lens() -> None:
    monitor = camera_events.PictureMonitor(1280)
    room = grey(4, 640, 480)
    room[:100, :100] = 200
    assert not any(monitor.push(room, i / 25, 1.0)[2] for i in range(100))


# An address


@pytest.fixture
def address(sample_start: Callable[[int], Path]) -> Iterator[str]:
    """A clip on a server of our own."""
    path = sample_start(25)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(path.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/{path.name}"
        server.shutdown()
        thread.join()


def test_a_film_behind_an_address_is_played_at_its_own_pace(address: str) -> None:
    with Camera(address) as camera:
        began, times = time.monotonic(), []
        while (frame := camera.read()) is not None:
            times.append(frame.t_s)
        assert time.monotonic() - began > 0.9
        assert [e.kind for e in camera.events()] == ["ended"]
    assert times[0] == 0
    assert times[-1] == pytest.approx(0.96, abs=0.05)


def test_an_address_that_does_not_answer() -> None:
    with pytest.raises(CameraError, match="does not answer"):
        Camera("http://127.0.0.1:9/none")


def test_no_password_of_an_address_is_shown(fake: type[FakeCapture]) -> None:
    address = "rtsp://me:secret@10.0.0.7:554/live?token=secret"
    fake.script = [grey(100)] * 50
    with Camera(address) as camera:
        assert camera.name == camera.info.name == "rtsp://10.0.0.7:554/live"
    assert fake.opened[0][0] == address
    fake.plugged.clear()
    with pytest.raises(CameraError, match=r"^rtsp://10.0.0.7:554/live does not answer"):
        Camera(address)
