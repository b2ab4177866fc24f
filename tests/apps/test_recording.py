"""A recording plays whatever ends it, and never holds up a frame."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from posecheck.apps import recording
from posecheck.apps.recording import Recording
from posecheck.errors import MissingDependencyError, OutputError
from posecheck.present.video import encode
from posecheck.types import Pose
from posecheck.vision.frames import Frame, VideoSource
from posecheck.vision.pose_store import load_poses, read_journal

W, H = 64, 48
PATIENCE_S = 60.0


def frame(i: int, t_s: float | None = None) -> Frame:
    image = np.random.default_rng(i).integers(0, 255, (H, W, 3), np.uint8)
    return Frame(i, i / 30 if t_s is None else t_s, image)


def pose(t_s: float) -> Pose:
    return Pose(t_s, W, H, np.full((33, 2), 7.0), np.ones(33), 0.5)


def write(target: Recording, one: Frame) -> None:
    """Write a frame once the encoder has room, so that none is dropped."""
    end_s = time.monotonic() + PATIENCE_S
    while target._frames.full() and target.problem is None:
        assert time.monotonic() < end_s
        time.sleep(0.001)
    target.write(one, pose(one.t_s))


def times(clip: Path) -> list[float]:
    with VideoSource(clip) as source:
        return [f.t_s for f in source]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    assert "posecheck-recording" not in [t.name for t in threading.enumerate()]


def test_times_and_poses_are_kept(tmp_path: Path) -> None:
    stamps = [0.0, 0.033, 0.1, 0.1001, 0.5, 7.25]
    with Recording(tmp_path / "new" / "folder", "ab" * 32) as made:
        for i, t_s in enumerate(stamps):
            write(made, frame(i, t_s))
    assert made.problem is None
    assert made.dropped == 0
    assert sorted(p.name for p in made.folder.iterdir()) == ["clip.mp4", "poses.npz"]
    assert times(made.clip) == pytest.approx(stamps, abs=1e-4)
    poses = load_poses(made.folder / "poses.npz")
    assert [p.t_s for p in poses] == stamps
    assert poses.model_sha256 == "ab" * 32


def test_the_finished_clip_is_an_ordinary_one(tmp_path: Path) -> None:
    with Recording(tmp_path) as made:
        for i in range(90):
            write(made, frame(i))
    with av.open(str(made.clip)) as container:
        stream = container.streams.video[0]
        assert (stream.frames, stream.codec_context.pix_fmt) == (90, "yuv420p")
        assert float(stream.duration * stream.time_base) == pytest.approx(3.0, abs=0.1)
    assert b"moof" not in made.clip.read_bytes()


def test_the_picture_is_that_of_the_camera(tmp_path: Path) -> None:
    image = np.full((H + 1, W + 1, 3), (200, 60, 30), np.uint8)
    with Recording(tmp_path) as made:
        for i in range(3):
            write(made, Frame(i, i / 30, image))
    with VideoSource(made.clip) as source:
        shown = next(iter(source)).image
    assert np.abs(shown.reshape(-1, 3).mean(axis=0) - (200, 60, 30)).max() < 6


def test_an_exception_leaves_what_was_recorded(tmp_path: Path) -> None:
    def run() -> None:
        with Recording(tmp_path) as made:
            for i in range(5):
                write(made, frame(i))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert len(times(tmp_path / "clip.mp4")) == 5


def test_no_frame_leaves_no_file(tmp_path: Path) -> None:
    with Recording(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_recording_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"mine")
    with pytest.raises(OutputError, match="holds a recording already"):
        Recording(tmp_path)
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [b"mine"]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        Recording(tmp_path / "file" / "folder")


def test_without_the_encoder_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(av, "codecs_available", {"h264"})
    with pytest.raises(MissingDependencyError, match="--record"):
        Recording(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_slow_encoder_drops_frames_and_keeps_all_poses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(*args: object) -> object:
        go_on.wait()
        return encode(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(recording, "encode", slow)
    with Recording(tmp_path) as made:
        for i in range(60):
            made.write(frame(i), pose(i / 30))  # never waits, though nothing is encoded
        assert made.dropped >= 60 - recording._WAITING - 1
        go_on.set()
    assert len(times(made.clip)) == 60 - made.dropped
    assert len(load_poses(tmp_path / "poses.npz")) == 60


def test_what_breaks_ends_the_recording_and_not_the_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter(range(100))

    def full(*args: object) -> object:
        if next(calls) == 20:
            raise OSError(28, "No space left on device")
        return encode(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(recording, "encode", full)
    with Recording(tmp_path) as made:
        for i in range(60):
            write(made, frame(i))
        end_s = time.monotonic() + PATIENCE_S
        while made.problem is None:
            assert time.monotonic() < end_s
            time.sleep(0.005)
    assert made.problem is not None
    assert "No space left" in made.problem
    assert "\n" not in made.problem
    assert len(times(made.clip)) == 20


@pytest.mark.parametrize("what", ["posecheck.apps.recording.encode", "av.open"])
def test_a_recording_whose_first_write_fails_leaves_no_clip(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor a part of one; the poses are kept."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(what, full)
    with Recording(tmp_path) as made:
        write(made, frame(0))
        write(made, frame(1))
    assert made.problem == "Nothing of the clip can be recorded (No space left on device)."
    assert [p.name for p in tmp_path.iterdir()] == ["poses.npz"]


RUN = """
import sys, time
sys.path.insert(0, sys.argv[2])
from test_recording import frame, write
from posecheck.apps.recording import Recording
made = Recording(sys.argv[1])
for i in range(100_000):
    write(made, frame(i))
    print(i, flush=True)
    time.sleep(0.01)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9")
def test_killed_it_has_lost_the_last_second_at_most(tmp_path: Path) -> None:
    """Counted in frames, so that a slow machine does not fail it."""
    with subprocess.Popen(
        [sys.executable, "-c", RUN, str(tmp_path), str(Path(__file__).parent)],
        stdout=subprocess.PIPE, text=True,
    ) as run:  # fmt: skip
        assert run.stdout is not None
        until_s, written = time.monotonic() + 3.5, 0
        while time.monotonic() < until_s or written < 150:
            written = int(run.stdout.readline())
        os.kill(run.pid, signal.SIGKILL)
    left = times(tmp_path / "clip.mp4")
    assert len(left) >= written - recording._WAITING - 2
    assert left == pytest.approx([i / 30 for i in range(len(left))], abs=1e-4)
    poses = read_journal(tmp_path / "poses.log")
    assert 1 <= len(poses) <= written + 2
    # a flush a second: what a second makes here is what all of it made, divided by its length
    assert len(poses) >= written / 3


@pytest.mark.root
def test_a_full_disk_ends_the_recording_which_still_plays(
    small_disk: Callable[[str], Path],
) -> None:
    disk = small_disk("600k")
    with Recording(disk) as made:
        count = 0
        while made.problem is None:
            write(made, frame(count))
            count += 1
            assert count < 100_000
    assert "No space left" in made.problem
    assert len(times(made.clip)) > 20
    kept = disk / "poses.npz"
    poses = load_poses(kept) if kept.exists() else read_journal(disk / "poses.log")
    assert len(poses) <= count
