"""What may go wrong during a live session, from end to end, without a model or a real camera."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cameras import FakeCapture, fake, grey
from sessions_live import (
    REPS,
    Gap,
    InOrder,
    assert_whole,
    exercise,
    scripted,
    threads,
    told_of,
    until,
    without_a_model,
)

from posecheck.apps.live.pipeline import Moment
from posecheck.apps.live.run import live
from posecheck.assess.guide import Guide
from posecheck.errors import OutputError
from posecheck.exercises.prescription import Prescription
from posecheck.present import audio, voice
from posecheck.present.audio import Engine, Player
from posecheck.session import Session
from posecheck.vision.frames import VideoSource
from posecheck.vision.pose_log import PoseLog
from posecheck.vision.pose_store import load_poses

__all__ = ["fake"]
HANGS = "import time\nwhile True: time.sleep(1)"


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    assert threads() == []


def test_a_source_that_stalls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five seconds without a picture a second before the leg is straightened.

    They are said and lived through, all is counted, and what was done meanwhile is not passed.
    """
    scripted(monkeypatch, {25: Gap(5.0, lost=True)})
    told: list[dict[str, Any]] = []
    done = live(out=str(tmp_path / "report"), record=str(tmp_path / "there"), window=False,
                mute=True, tell=told.append)  # fmt: skip
    report = done.report
    assert (report.side, report.variant, len(report.reps)) == ("left", "ankle_pump", REPS)
    assert (report.grade.verdict, report.quality.barring) == ("ungradable", ("frames_missing",))
    assert [e["name"] for e in told if e["event"] == "camera"] == ["lost", "back"]
    steps = np.diff(done.report.series.t_s)
    assert steps.max() == pytest.approx(5.04, abs=0.01)
    assert np.sort(steps)[-2] < 0.1
    with VideoSource(tmp_path / "there" / "clip.mp4") as clip:
        assert np.diff([f.t_s for f in clip]).max() >= 5.0


def test_a_voice_engine_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session goes on with tones, and says so; no process is waited for."""
    hung = Engine("hung", lambda _wav, _language: (sys.executable, "-c", HANGS))
    quiet = Player("quiet", (sys.executable, "-c", "pass"))
    for module in (voice, audio):
        monkeypatch.setattr(module, "find_engines", lambda: [hung])
        monkeypatch.setattr(module, "find_players", lambda: [quiet])
    monkeypatch.setattr(voice, "HANG_S", 1.0)
    told: list[dict[str, Any]] = []
    scripted(monkeypatch, {30: Gap(meanwhile=lambda: until(told_of(told, "voice")))})
    done = live(out=tmp_path / "report", window=False, tell=told.append)
    assert_whole(done.report)
    (trouble,) = (e for e in told if e["event"] == "voice")
    assert "hung" in trouble["text"]
    assert "tones" in trouble["text"]


def failing(told: list[dict[str, Any]], error: Exception) -> Callable[[dict[str, Any]], None]:
    """Takes one event, and then no more."""

    def tell(event: dict[str, Any]) -> None:
        told.append(event)
        if len(told) > 1:
            raise error

    return tell


def test_who_reads_the_events_goes_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person is still on the mat: the session goes on, and is told no more."""
    scripted(monkeypatch)
    told: list[dict[str, Any]] = []
    done = live(out=tmp_path / "report", window=False, mute=True,
                tell=failing(told, BrokenPipeError()))  # fmt: skip
    assert_whole(done.report)
    assert len(told) == 2
    assert (done.folder / "report.json").is_file()


def test_events_that_have_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after `> FILE` on a full disk: the session goes on, and its end says so."""
    scripted(monkeypatch)
    no_room = OSError(28, "No space left on device")
    with pytest.raises(OutputError, match=r"No space left.*the report is in .*report"):
        live(out=tmp_path / "report", window=False, mute=True, tell=failing([], no_room))
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert len(report["reps"]) == REPS


def test_a_tell_with_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends the session, whose report is written all the same."""
    scripted(monkeypatch, {200: Gap(meanwhile=lambda: until(lambda: len(told) > 1))})
    told: list[dict[str, Any]] = []
    with pytest.raises(KeyError, match="a fault"):
        live(out=tmp_path / "report", window=False, mute=True,
             tell=failing(told, KeyError("a fault")))  # fmt: skip
    assert (tmp_path / "report" / "report.html").is_file()


@pytest.mark.root
def test_a_full_disk_ends_the_recording_and_not_the_session(
    small_disk: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was recorded plays; the report is written elsewhere, for there is no room for it."""
    disk, work = small_disk("400k"), tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    told: list[dict[str, Any]] = []
    scripted(monkeypatch, {200: Gap(meanwhile=lambda: until(told_of(told, "recording")))})
    done = live(record=disk, window=False, mute=True, tell=told.append)
    assert_whole(done.report)
    (trouble,) = (e for e in told if e["event"] == "recording")
    assert "No space left" in trouble["text"]
    with VideoSource(disk / "clip.mp4") as clip:
        assert sum(1 for _ in clip) > 0
    assert done.folder.parent == work
    assert done.folder.name.startswith("live-")
    assert (done.folder / "report.html").is_file()


def test_corrupt_frames_and_another_picture_size(
    fake: type[FakeCapture], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Corrupt frames are left out, another size is fitted: one clip, one pose a frame."""
    looked: list[int] = []

    def wait(count: int) -> Callable[[], None]:
        """Until the session has looked at so many frames."""
        return lambda: until(lambda: len(looked) >= count)

    fake.script = [
        grey(90), wait(1), "damaged", "damaged", grey(91), wait(2),
        grey(92, 96, 40), wait(3), "damaged", grey(93, 96, 40), wait(4), grey(94), wait(5),
        lambda: monkeypatch.setattr("posecheck.vision.camera.GIVE_UP_S", 0.05),
    ]  # fmt: skip
    told: list[dict[str, Any]] = []

    def tell(event: dict[str, Any]) -> None:
        told.append(event)
        if event["event"] == "camera" and event["name"] == "lost":
            raise KeyboardInterrupt  # the script is over

    class Counting(InOrder):
        def look(self, frame: Any, meanwhile: Any = None) -> Any:
            pose = super().look(frame, meanwhile)
            looked.append(frame.index)
            assert frame.image.shape == (48, 64, 3)
            return pose

    without_a_model(monkeypatch, Counting)
    done = live(0, out=tmp_path / "report", record=tmp_path / "there", window=False, mute=True,
                tell=tell)  # fmt: skip
    assert done.report.clip.frames == len(looked) == 5
    assert [e["name"] for e in told if e["event"] == "camera"] == [
        "size_changed", "size_changed", "lost",
    ]  # fmt: skip
    with VideoSource(tmp_path / "there" / "clip.mp4") as clip:
        assert [f.image.shape for f in clip] == [(48, 64, 3)] * 5
    assert len(load_poses(tmp_path / "there" / "poses.npz")) == 5


def test_a_looped_clip_does_not_drift(
    sample_start: Callable[[int], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The short form of `benchmarks.soak`: time stamps go on evenly over every seam."""
    without_a_model(monkeypatch)

    def stop(moment: Moment, _age_s: float) -> None:
        if moment.count >= 300:
            raise KeyboardInterrupt

    done = live(str(sample_start(60)), out=tmp_path / "report", window=False, mute=True, speed=0,
                loop=True, shown=stop)  # fmt: skip
    times = done.report.series.t_s
    assert len(times) >= 300
    np.testing.assert_allclose(times, 0.04 * np.arange(len(times)), atol=2e-3)


def test_nothing_but_rows_is_kept_of_a_frame() -> None:
    """Memory grows by the blocks of the rows alone: no object of a frame outlives its time."""
    prescription = Prescription.default()
    session, guide, log = Session(prescription, live=True), Guide(prescription), PoseLog()
    counted: list[int] = []
    for i, pose in enumerate(cycle(exercise()[:200])):
        kept = log.append(replace(pose, t_s=0.04 * i))
        guide.push(session.push(kept), kept)
        if i in (400, 800):  # the same place of the clip, windows of 12 s filled
            gc.collect()
            counted.append(sys.getallocatedblocks())
        if i == 800:
            break
    first, second = counted
    assert second - first < 200  # of 400 frames: the array of a pose alone would be 800
