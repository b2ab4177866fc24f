"""Live sessions from end to end: a sample clip stands in for the camera, with the real model."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from commands import Outcome, assert_refused, lines, run, start, tree
from screens import virtual_screen
from stored_landmarker import StoredLandmarker, StoredModel

from benchmarks.scoring import read_truth
from posecheck.apps.live.run import live
from posecheck.apps.review import review
from posecheck.exercises.prescription import Prescription
from posecheck.present.window import display_problem
from posecheck.session import Session
from posecheck.types import ClipInfo, ModelInfo, Report
from posecheck.vision.camera import Camera
from posecheck.vision.frames import Frame
from posecheck.vision.pose_store import load_poses

Until = Callable[[str, float], Path]
SAMPLES = Path(__file__).resolve().parents[2] / "sample_videos"
CLIP = SAMPLES / "pump_right_table.mp4"
STORED = Path(__file__).resolve().parents[1] / "data"
UNTIL_S = 11.4  # of a sample: the tension, and one repetition or more that has been told
HEAVY = "pose_landmarker_heavy"  # which has seen what is stored
KILLED_S = 8.0  # after the first frame
SLOWER = 8  # times, see `slow_clip`
FILES = ["angles.csv", "poses.npz", "report.html", "report.json"]


def again(clip: ClipInfo, model: ModelInfo, poses: Path, frames: int | None = None) -> Report:
    """Poses in a file, or the first of them, pushed at once."""
    session = Session(Prescription.default(), live=True)
    for pose in load_poses(poses)[:frames]:
        session.push(pose)
    return session.finish(clip, model)


def logged(report: Report, poses: Path) -> Report:
    """The poses that a session logged, pushed at once."""
    return again(report.clip, report.model, poses)


def faults(report: Report) -> set[str]:
    return {f.rule for f in report.findings if f.severity == "fault"}


def assert_the_same(one: Report, other: Report) -> None:
    """As far as two looks at one session can be."""
    assert (one.side, one.variant, len(one.reps)) == (other.side, other.variant, len(other.reps))
    assert faults(one) == faults(other)
    if other.tension is None:
        assert one.tension is None
        return
    assert one.tension is not None
    assert abs(one.tension.start_s - other.tension.start_s) <= 0.3
    assert abs(one.tension.knee_flexion_deg - other.tension.knee_flexion_deg) <= 3.0


def assert_equal(one: Report, other: Report) -> None:
    for name in ("side", "variant", "quality", "tension", "sets", "reps", "findings", "grade"):
        assert repr(getattr(one, name)) == repr(getattr(other, name)), name
    np.testing.assert_array_equal(one.series.knee_flexion_deg, other.series.knee_flexion_deg)


class Hasty(Camera):
    """Gives each second frame only, as a camera does to whoever is slow."""

    def read(self, timeout_s: float | None = None) -> Frame | None:
        super().read(timeout_s)
        return super().read(timeout_s)


@pytest.fixture(scope="module")
def recorded(
    model_path: Path, sample_until: Until, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """A session on a clip, recorded: its report, events and folder."""
    folder = tmp_path_factory.mktemp("live")
    told: list[dict[str, Any]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("posecheck.apps.live.run.Camera", Hasty)
        done = live(
            str(sample_until(CLIP.stem, UNTIL_S)), record=folder / "recording", window=False,
            mute=True, model=model_path, speed=0, tell=told.append,
        )  # fmt: skip
    return done, told, folder / "recording"


@pytest.mark.slow
def test_live_equals_review(recorded: Any) -> None:
    """The poses that were logged, pushed at once; and a review of the source."""
    done, _, folder = recorded
    assert done.folder == folder / "report"
    assert_equal(done.report, logged(done.report, done.folder / "poses.npz"))
    assert_equal(done.report, logged(done.report, folder / "poses.npz"))
    truth = read_truth(CLIP.with_suffix(".truth.json"))
    assert (done.report.side, done.report.variant) == (truth.side, truth.variant)
    assert len(done.report.reps) == sum(rep["end_s"] < UNTIL_S for rep in truth.reps) > 1


@pytest.mark.slow
def test_the_recording_can_be_reviewed(recorded: Any, model_path: Path, tmp_path: Path) -> None:
    """What was encoded anew gives the same repetitions, tension and findings."""
    done, _, folder = recorded
    reviewed = review(folder / "clip.mp4", tmp_path / "report", model=model_path, video=False)
    assert_the_same(reviewed.report, done.report)
    assert done.report.clip.name == "clip.mp4"
    assert done.report.clip.sha256 == reviewed.report.clip.sha256


@pytest.mark.slow
def test_the_report_is_as_a_review_writes_it(recorded: Any) -> None:
    done, _, folder = recorded
    assert sorted(p.name for p in done.folder.iterdir()) == sorted([*FILES, "annotated.mp4"])
    assert sorted(p.name for p in folder.iterdir()) == ["clip.mp4", "poses.npz", "report"]
    rows = (done.folder / "angles.csv").read_text().splitlines()
    assert len(rows) == done.report.clip.frames + 1


@pytest.mark.slow
def test_it_counts_in_time(recorded: Any) -> None:
    """Each repetition is counted within 0.6 s of its end, in the time of the frames."""
    done, told, _ = recorded
    counted = {e["reps"]: e["t_s"] for e in told if e["event"] == "count"}
    assert sorted(counted) == [r.index for r in done.report.reps]
    for rep in done.report.reps:
        assert counted[rep.index] - rep.end_s <= 0.6, rep.index
    spoken = [e["number"] for e in told if e["event"] == "cue" and e["kind"] == "count"]
    assert spoken == sorted(set(spoken))


def review_of(name: str, frames: int) -> Report:
    """What a review of a sample's first frames says, from its stored poses."""
    info = ClipInfo(f"{name}.mp4", None, None, 0.0, frames, 0, 0, 0)
    return again(info, ModelInfo("stored", None), stored(name), frames)


def stored(name: str) -> Path:
    return STORED / f"{name}.npz"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "camera", "speed"),
    [
        ("fault_bouncing", Camera, 0.0),
        ("rest_only", Hasty, 0.0),
        ("bend_right_oblique", Hasty, 0.0),
        ("pump_right_far_leg", Hasty, 0.0),
        ("pump_right_table", Camera, 0.7),
    ],
)
def test_against_a_review_of_the_source(
    name: str, camera: type[Camera], speed: float, sample_until: Until, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Every frame, half of them, and slowed, by what the model has seen in them."""
    clip = sample_until(name, UNTIL_S)
    with av.open(str(clip)) as video:
        frames = sum(1 for _ in video.decode(video=0))
    monkeypatch.setattr("posecheck.apps.live.run.Camera", camera)
    done = live(
        str(clip), out=tmp_path / "live", window=False, mute=True, speed=speed,
        model=StoredModel(partial(StoredLandmarker, stored(name)), HEAVY),
    )  # fmt: skip
    source = review_of(name, frames)
    assert_the_same(done.report, source)
    assert_equal(done.report, logged(done.report, tmp_path / "live" / "poses.npz"))
    if speed == 0:  # else it depends on how fast this machine is
        assert done.report.clip.frames == (frames if camera is Camera else frames // 2)


@pytest.mark.slow
def test_json_lines(
    sample_start: Callable[[int], Path], capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """One object an event, the last is the result; nothing is recorded unless asked for."""
    monkeypatch.chdir(tmp_path)
    clip = sample_start(60)
    outcome = run(capsys, "live", "--camera", clip, "--no-window", "--mute")
    assert outcome.code == 0, outcome.err
    events = lines(outcome.out)
    assert {"stage", "phase", "cue", "camera", "result"} <= {e["event"] for e in events}
    assert events[-1]["event"] == "result"
    assert events[-1]["schema"] == "posecheck.report/1"
    assert events[-1]["clip"]["name"] == clip.name
    assert "Nothing is recorded" in outcome.err
    (folder,) = tmp_path.iterdir()
    assert folder.name.startswith("live-")
    assert sorted(p.name for p in folder.iterdir()) == FILES


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--camera", "nowhere.mp4", "--no-window"), "nowhere.mp4"),
        (("--camera", CLIP, "--no-window", "--language", "xx"), "--language"),
        (("--camera", CLIP, "--no-window", "--prescription", "none.toml"), "none.toml"),
        (("--camera", CLIP, "--no-window", "--out", "a", "--record", "a"), "--out"),
        (("--camera", CLIP, "--no-window", "--out", "a", "--record", "a/b"), "--out"),
    ],
)
def test_what_cannot_be_done_is_refused(
    arguments: tuple[str, ...], word: str, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    outcome = run(capsys, "live", *arguments)
    (*_, last) = outcome.err.splitlines()
    assert_refused(Outcome(outcome.code, outcome.out, f"{last}\n"), word)
    assert tree(tmp_path) == []


def test_without_a_display_it_names_the_option(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    outcome = run(capsys, "live", "--camera", CLIP)
    assert outcome.code == 2
    assert "--no-window" in outcome.err.splitlines()[-1]
    assert tree(tmp_path) == []


def wait_for(process: subprocess.Popen[str], word: str) -> list[str]:
    """Read standard output until the word comes."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if word in line:
            return said
    raise AssertionError(f"{word} was never said: {process.communicate()}")


@pytest.fixture(scope="module")
def slow_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lasts three minutes, so that it cannot be over before it is ended, however busy it is here.

    The packets are those of a sample, the time stamps are not.
    """
    path = tmp_path_factory.mktemp("slow") / "slow.mp4"
    with av.open(str(CLIP)) as source, av.open(path, "w") as sink:
        stream = sink.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is None or packet.pts is None:
                continue
            packet.dts, packet.pts = SLOWER * packet.dts, SLOWER * packet.pts
            packet.stream = stream
            sink.mux(packet)
    return path


def assert_begun_and_not_over(clip: dict[str, Any]) -> None:
    """A frame or more, and far from all; a single one may last no time."""
    assert 0 < clip["frames"] < len(load_poses(STORED / f"{CLIP.stem}.npz"))
    assert clip["duration_s"] > 0 or clip["frames"] == 1
    assert clip["duration_s"] < 100


@pytest.mark.slow
def test_ctrl_c_leaves_a_report_of_what_there_is(
    slow_clip: Path, quick_model: Path, tmp_path: Path
) -> None:
    arguments = ("live", "--camera", slow_clip, "--no-window", "--mute", "--out", "here")
    with start(*arguments, "--model", quick_model, cwd=tmp_path) as process:
        wait_for(process, '"phase"')
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    result = lines(out)[-1]
    assert result["event"] == "result"
    assert_begun_and_not_over(result["clip"])
    assert tree(tmp_path) == ["here", *(f"here/{name}" for name in FILES)]


@pytest.mark.slow
def test_who_reads_the_events_goes_away(
    sample_start: Callable[[int], Path], quick_model: Path, tmp_path: Path
) -> None:
    """As with `| head -1`: no complaint, and the report of all there was."""
    arguments = ("live", "--camera", sample_start(60), "--no-window", "--mute", "--out", "here")
    with start(*arguments, "--model", quick_model, cwd=tmp_path) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["event"] == "stage"
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
        assert process.wait(120) == 0, err
    assert err.splitlines() == ["Nothing is recorded; --record DIR would keep the clip."]
    assert tree(tmp_path) == ["here", *(f"here/{name}" for name in FILES)]


@pytest.mark.slow
def test_kill_while_recording_leaves_a_clip_to_review(quick_model: Path, tmp_path: Path) -> None:
    """All but the last seconds."""
    arguments = ("live", "--camera", CLIP, "--no-window", "--mute", "--record", "there")
    with start(*arguments, "--model", quick_model, cwd=tmp_path) as process:
        wait_for(process, '"phase"')
        time.sleep(KILLED_S)  # of the clip, too: it is played as it was filmed
        process.kill()
        process.communicate(timeout=60)
    assert tree(tmp_path) == ["there", "there/clip.mp4", "there/poses.log"]
    clip = tmp_path / "there" / "clip.mp4"
    report = review(clip, tmp_path / "report", model=quick_model, video=False).report
    assert report.clip.duration_s > KILLED_S - 3
    assert report.quality.tracked_fraction > 0.9


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """A virtual screen."""
    with virtual_screen() as name:
        yield name


@pytest.mark.display
@pytest.mark.slow
class TestWindow:
    """On a virtual screen."""

    @pytest.fixture(autouse=True)
    def _on_it(self, display: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DISPLAY", display)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)

    def test_a_window_can_be_opened(self) -> None:
        assert display_problem() is None

    def test_a_display_that_is_not_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DISPLAY", ":54321")
        problem = display_problem()
        assert problem is not None
        assert "--no-window" in problem

    def test_a_session_shows_what_it_sees(
        self, sample_start: Callable[[int], Path], quick_model: Path, tmp_path: Path
    ) -> None:
        before = threading.active_count()
        ages: list[float] = []
        done = live(
            str(sample_start(60)), out=tmp_path / "report", mute=True, model=quick_model,
            linger_s=0.2, shown=lambda _moment, age_s: ages.append(age_s),
        )  # fmt: skip
        assert ages
        assert min(ages) > 0
        assert done.report.clip.frames >= len(ages)
        assert threading.active_count() == before

    def test_closing_the_window_ends_the_session(
        self, slow_clip: Path, quick_model: Path, tmp_path: Path
    ) -> None:
        """With a report of what there is. SDL takes a polite signal for a closed window."""
        arguments = ("live", "--camera", slow_clip, "--json", "--mute", "--out", "here")
        with start(*arguments, "--model", quick_model, cwd=tmp_path) as process:
            wait_for(process, '"phase"')
            child = subprocess.run(
                ["pgrep", "-P", str(process.pid), "-f", "posecheck.present.window_process"],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            os.kill(int(child.stdout.split()[0]), signal.SIGTERM)
            out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert lines(out)[-1]["event"] == "result"
        assert_begun_and_not_over(lines(out)[-1]["clip"])
