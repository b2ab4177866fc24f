"""The threads of a live session with made-up parts: no frame is queued, no pose is lost."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from stored_landmarker import Meanwhile, StoredLandmarker

from posecheck.apps.live.events import EventStream, camera_event
from posecheck.apps.live.pipeline import AnalysisThread, LookThread, Moment
from posecheck.apps.live.rates import FramePacer
from posecheck.errors import CameraError, PosecheckError
from posecheck.exercises.language import words_of
from posecheck.exercises.prescription import Prescription
from posecheck.session import Session
from posecheck.threads import NewestSlot
from posecheck.types import WARNINGS, Cue, Finding, Pose, Stage, Tension, Update
from posecheck.vision.camera import Camera, CameraEvent
from posecheck.vision.frames import Frame
from posecheck.vision.pose_store import load_poses

DATA = Path(__file__).resolve().parents[1] / "data"


class FakeCamera:
    """Hands out frames that are waiting; then it has ended, or fails."""

    keeps_all = False

    def __init__(self, times: list[float], error: BaseException | None = None) -> None:
        self._times, self._error = iter(times), error
        self.ended, self._told = False, False

    def read(self, timeout_s: float | None = None) -> Frame | None:
        del timeout_s
        t_s = next(self._times, None)
        if t_s is not None:
            return Frame(0, t_s, np.zeros((48, 64, 3), np.uint8))
        if self._error is not None:
            raise self._error
        self.ended = True
        return None

    def events(self) -> tuple[CameraEvent, ...]:
        if not self.ended or self._told:
            return ()
        self._told = True
        return (CameraEvent(1.0, "ended", "It has ended."),)

    def now_s(self) -> float:
        return 1000.0


class FakeLandmarker(StoredLandmarker):
    """Hands out poses that were stored."""

    def __init__(self, poses: Iterator[Pose]) -> None:
        self._left = poses

    def look(self, frame: Frame, meanwhile: Meanwhile = None) -> Pose:
        del frame, meanwhile
        return next(self._left)


class Sink:
    """Keeps what it is told, and does what a test asks for."""

    def __init__(
        self,
        tell: Callable[[Moment], None] = lambda _moment: None,
        before_look: Callable[[Frame], None] = lambda _frame: None,
    ) -> None:
        self.moments: list[Moment] = []
        self.events: list[CameraEvent] = []
        self._tell, self._before_look = tell, before_look

    def push(self, moment: Moment) -> None:
        self.moments.append(moment)
        self._tell(moment)

    def push_camera(self, event: CameraEvent) -> None:
        self.events.append(event)

    def push_ahead(self, frame: Frame) -> None:
        self._before_look(frame)

    def keep(self, moment: Moment) -> None:
        assert moment is self.moments[-1]


class FakeGuide:
    """Is done after so many poses."""

    def __init__(self, poses: int = 10**9) -> None:
        self._left = poses
        self.stage = Stage(0.0, "exercise", None, 0.0, float("nan"), None, 0.0)

    @property
    def done(self) -> bool:
        return self._left <= 0

    def push(self, update: Update, pose: Pose) -> tuple[Cue, ...]:
        del update, pose
        self._left -= 1
        return ()


def run(
    frames: int, guide: FakeGuide | None = None, error: BaseException | None = None
) -> tuple[AnalysisThread, list[Moment], list[CameraEvent]]:
    poses = load_poses(DATA / "pump_left_side.npz")
    sink = Sink()
    analysis = AnalysisThread(
        cast(Camera, FakeCamera([p.t_s for p in poses[:frames]], error)),
        FakeLandmarker(iter(poses)), Session(Prescription.default()), guide or FakeGuide(),
        sink,
    )  # fmt: skip
    analysis.start()
    analysis.join()
    return analysis, sink.moments, sink.events


def test_every_pose_is_kept_and_told() -> None:
    analysis, moments, events = run(60)
    assert analysis.error is None
    assert len(analysis.log) == len(moments) == 60
    assert [m.pose.t_s for m in moments] == [p.t_s for p in analysis.log.poses()]
    assert [e.kind for e in events] == ["ended"]
    assert analysis.last_s == moments[-1].frame.t_s
    assert analysis.step_s == pytest.approx(0.04)


def test_a_frame_is_told_before_it_is_looked_at() -> None:
    """So that its picture is prepared meanwhile."""
    order: list[tuple[str, float]] = []

    class Watched(FakeLandmarker):
        def look(self, frame: Frame, meanwhile: Meanwhile = None) -> Pose:
            order.append(("look", frame.t_s))
            return super().look(frame, meanwhile)

    poses = load_poses(DATA / "pump_left_side.npz")
    analysis = AnalysisThread(
        cast(Camera, FakeCamera([p.t_s for p in poses[:5]])), Watched(iter(poses)),
        Session(Prescription.default()), FakeGuide(),
        Sink(lambda moment: order.append(("told", moment.frame.t_s)),
             lambda frame: order.append(("ahead", frame.t_s))),
    )  # fmt: skip
    analysis.start()
    analysis.join()
    times = [p.t_s for p in poses[:5]]
    for t_s in times:
        assert [what for what, of_s in order if of_s == t_s] == ["ahead", "look", "told"]
    for what in ("look", "told"):
        assert [of_s for done, of_s in order if done == what] == times


def test_looks_at_a_picture_that_stands_still_are_none() -> None:
    """It is said, and they are not measured; with a new picture it goes on."""
    poses = load_poses(DATA / "pump_left_side.npz")
    random = np.random.default_rng(0)
    pictures = [random.integers(0, 255, (48, 64, 3), np.uint8) for _ in range(10)]

    class Hangs(FakeCamera):
        def read(self, timeout_s: float | None = None) -> Frame | None:
            frame = super().read(timeout_s)
            if frame is None:
                return None
            at = round(frame.t_s * 10)
            return replace(frame, image=pictures[at if at < 5 else 4 if at < 30 else at % 10])

    sink = Sink()
    analysis = AnalysisThread(
        cast(Camera, Hangs([i / 10 for i in range(35)])),
        FakeLandmarker(replace(p, t_s=i / 10) for i, p in enumerate(poses)),
        Session(Prescription.default()), FakeGuide(), sink,
    )  # fmt: skip
    analysis.start()
    analysis.join()
    assert analysis.error is None
    assert [(e.kind, round(e.t_s, 1)) for e in sink.events][:2] == [("still", 1.9), ("moving", 3.0)]
    assert analysis.still_s == [(0.4, 3.0)]
    assert len(sink.moments) == len(analysis.log) == 35 - 11
    assert analysis.last_s == 3.4


def test_the_next_look_waits_for_nobody() -> None:
    """While what was seen is still being pushed, the next frame is looked at."""
    looked = threading.Semaphore(0)

    class Watched(FakeLandmarker):
        def look(self, frame: Frame, meanwhile: Meanwhile = None) -> Pose:
            looked.release()
            return super().look(frame, meanwhile)

    def tell(_moment: Moment) -> None:
        assert looked.acquire(timeout=10)  # its own look, and then the next one's
        if first.acquire(blocking=False):
            assert looked.acquire(timeout=10)

    first = threading.Semaphore(1)
    poses = load_poses(DATA / "pump_left_side.npz")
    analysis = AnalysisThread(
        cast(Camera, FakeCamera([p.t_s for p in poses[:2]])), Watched(iter(poses)),
        Session(Prescription.default()), FakeGuide(1), Sink(tell),
    )  # fmt: skip
    analysis.start()
    analysis.join()
    assert analysis.error is None
    assert len(analysis.log) == 1


def test_who_waits_for_the_newest_can_be_let_go() -> None:
    """With nothing, once; and what is put comes all the same."""
    newest: NewestSlot[int] = NewestSlot()
    newest.wake()
    newest.wake()
    assert newest.take() is None
    newest.put(1)
    newest.wake()
    assert newest.take() == 1
    waiting = threading.Timer(0.05, newest.wake)
    waiting.start()
    assert newest.take() is None
    waiting.join()


def test_a_frame_is_not_lost_with_the_camera_that_fails_behind_it() -> None:
    """One that has waited too long is left out for the next, if there is a next."""

    class Late(FakeCamera):
        reads = 0

        def read(self, timeout_s: float | None = None) -> Frame | None:
            self.reads += 1
            return super().read(timeout_s)

    class AlwaysStale(FramePacer):
        def should_skip(self, age_s: float) -> bool:
            del age_s
            return camera.reads == 5

    poses = load_poses(DATA / "pump_left_side.npz")
    for error in (None, CameraError("gone")):
        camera = Late([p.t_s for p in poses[:5]], error)
        looks = LookThread(cast(Camera, camera), FakeLandmarker(iter(poses)), lambda _frame: None)
        looks._pacer = AlwaysStale()
        looks.start()
        for pose in poses[:5]:
            look = looks.take()
            assert look is not None
            assert look.frame.t_s == pose.t_s
        with contextlib.nullcontext() if error is None else pytest.raises(CameraError):
            assert looks.take() is None
        looks.stop()


def test_none_is_left_out_where_every_frame_is_handed_out() -> None:
    """A film at speed 0 gives the same session each time, however slow the machine."""

    class Hasty(FramePacer):
        def should_skip(self, age_s: float) -> bool:
            del age_s
            return True

    poses = load_poses(DATA / "pump_left_side.npz")[:5]
    times = [p.t_s for p in poses]
    for keeps_all, expected in ((True, times), (False, [times[1], times[3], times[4]])):
        camera = FakeCamera(times)
        camera.keeps_all = keeps_all
        looks = LookThread(cast(Camera, camera), FakeLandmarker(iter(poses)), lambda _frame: None)
        looks._pacer = Hasty()
        looks.start()
        seen = []
        while (look := looks.take()) is not None:
            seen.append(look.frame.t_s)
        looks.stop()
        assert seen == expected


def test_a_camera_that_is_too_slow_is_told_of_once() -> None:
    """By a word in the set-up, by an event, and by what each moment knows of the looks."""
    guide = FakeGuide()
    guide.stage = replace(guide.stage, name="set_up")
    sink = Sink()
    poses = load_poses(DATA / "rest_only.npz")
    analysis = AnalysisThread(
        cast(Camera, FakeCamera([0.2 * i for i in range(40)])), FakeLandmarker(iter(poses)),
        Session(Prescription.default()), guide, sink,
    )  # fmt: skip
    analysis.start()
    analysis.join()
    assert analysis.error is None
    moments = sink.moments
    words = [(c.name, c.number) for m in moments for c in m.cues]
    assert words == [("slow_camera", 5)]
    assert moments[0].rate is None
    last = moments[-1].rate
    assert last is not None
    assert (last.number, last.slow) == (5, "slow_camera")
    events = EventStream(words_of("en"))
    told = [e for m in moments for e in events.of(m) if e["event"] == "looks"]
    assert [(e["per_s"], e["slow"]) for e in told] == [(5.0, "slow_camera")]


def test_it_ends_with_the_guide() -> None:
    analysis, moments, _ = run(60, FakeGuide(7))
    assert len(moments) == 7
    assert analysis.over


def test_what_goes_wrong_is_kept_for_the_main_thread() -> None:
    analysis, moments, _ = run(5, error=CameraError("It is gone."))
    assert isinstance(analysis.error, CameraError)
    assert len(moments) == 5


@pytest.mark.parametrize("which", [AnalysisThread, LookThread])
def test_a_thread_that_cannot_be_started(
    which: type[threading.Thread], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said, not taken for a camera without a picture; and both can be stopped."""

    def start(thread: threading.Thread) -> None:
        if isinstance(thread, which):
            raise RuntimeError("can't start new thread")
        threading.Thread.start(thread)

    for one in (AnalysisThread, LookThread):
        monkeypatch.setattr(one, "start", start)
    analysis = AnalysisThread(
        cast(Camera, FakeCamera([])), FakeLandmarker(iter([])), Session(Prescription.default()),
        FakeGuide(), Sink(),
    )  # fmt: skip
    if which is AnalysisThread:
        with pytest.raises(RuntimeError, match="new thread"):
            analysis.start()
        analysis.stop()
    else:
        analysis.start()
        analysis.stop()
        assert isinstance(analysis.error, PosecheckError)
    assert analysis.over


def test_it_stops_when_it_is_told_to() -> None:
    class Endless(FakeCamera):
        def read(self, timeout_s: float | None = None) -> Frame | None:
            time.sleep(0.001)
            return super().read(timeout_s)

    poses = load_poses(DATA / "rest_only.npz")
    again = itertools.count()
    first = threading.Event()
    analysis = AnalysisThread(
        cast(Camera, Endless([0.04 * i for i in range(100_000)])),
        FakeLandmarker(replace(p, t_s=0.04 * next(again)) for p in itertools.cycle(poses)),
        Session(Prescription.default()), FakeGuide(), Sink(lambda _m: first.set()),
    )  # fmt: skip
    analysis.start()
    assert first.wait(30)
    analysis.stop()
    assert analysis.over
    assert analysis.error is None


def update(**changes: Any) -> Update:
    nowhere = np.full((5, 2), np.nan)
    values: dict[str, Any] = {
        "t_s": 1.0, "phase": "rest", "side": None, "variant": None, "angles": None,
        "working_px": nowhere, "resting_px": nowhere, "trunk_px": nowhere[:2], "tension": None,
        "hold_s": 0.0, "hold_target_s": float("nan"), "set_index": 0, "reps": 0,
        "reps_target": None,
    }  # fmt: skip
    return Update(**{**values, **changes})


def moment(t_s: float, cues: tuple[Cue, ...] = (), **changes: Any) -> Moment:
    stage = Stage(t_s, "exercise", None, 1.0, float("nan"), None, 0.0)
    frame = Frame(0, t_s, np.zeros((4, 4, 3), np.uint8))
    return Moment(frame, cast(Pose, None), update(t_s=t_s, **changes), stage, cues, 0.03, 1, 0.0)


def test_each_thing_is_told_once() -> None:
    events = EventStream(words_of("en"))
    fault = Finding("bouncing", "fault", 1, 2.0, 3.0, 7.0, 5.0, "deg", "Do not bounce.")
    later = Finding("bouncing", "fault", 1, 2.0, 3.5, 8.0, 5.0, "deg", "Do not bounce.")
    plateau = Tension(1.0, 3.0, 25.0, 80.0, float("nan"))

    def glide(t_s: float, reps: int, *findings: Finding, cues: tuple[Cue, ...] = ()) -> Moment:
        return moment(t_s, cues, phase="glide", tension=plateau, set_index=1, reps=reps,
                      findings=findings)  # fmt: skip

    held = moment(2.0, phase="hold", tension=plateau, set_index=1, warnings=("too_small",))
    counted = glide(4.0, 2, cues=(Cue(4.0, "count", "count", 2),))
    moments = [moment(1.0), moment(1.1), held, glide(3.0, 1, fault), glide(3.1, 1, later), counted]
    told = [[e["event"] for e in events.of(m)] for m in moments]
    assert told == [
        ["stage", "phase"], [], ["phase", "tension", "warning"], ["phase", "count", "finding"], [],
        ["count", "cue"],
    ]  # fmt: skip


def test_a_count_tells_the_end_range_where_there_is_one() -> None:
    events = EventStream(words_of("en"))
    raised = moment(2.0, set_index=1, reps=1, peak_deg=61.5, best_deg=63.0,
                    end_range=("hip", "most flexed"))  # fmt: skip
    (count,) = [e for e in events.of(raised) if e["event"] == "count"]
    assert count == {
        "event": "count", "t_s": 2.0, "set": 1, "reps": 1, "peak_deg": 61.5, "best_deg": 63.0,
    }  # fmt: skip


def test_events_hold_what_json_can() -> None:
    """Unknown numbers are null, and a cue has its words."""
    events = EventStream(words_of("de"))
    fault = Finding("bouncing", "fault", None, 2.0, float("nan"), 7.0, 5.0, "deg", "So.")
    cue = Cue(2.0, "phase", "hold")
    told = list(events.of(moment(2.0, (cue,), findings=(fault,), warnings=WARNINGS)))
    by_name = {e["event"]: e for e in told}
    assert by_name["finding"]["end_s"] is None
    assert by_name["cue"]["text"].startswith("Das ist Ihr Spannungspunkt")
    assert camera_event(CameraEvent(1.5, "lost", "Gone.")) == {
        "event": "camera", "t_s": 1.5, "name": "lost", "text": "Gone.",
    }  # fmt: skip
