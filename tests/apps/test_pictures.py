"""The second look: the video, and one picture of each finding that matters."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from sessions import CLIP, MODEL, clean_poses

from posecheck.apps import pictures
from posecheck.exercises.prescription import Prescription
from posecheck.session import Session
from posecheck.types import ClipInfo, Finding, ModelInfo, Pose, Report


def finding(start_s: float, end_s: float, severity: str = "fault") -> Finding:
    kind = "fault" if severity == "fault" else "advice"
    return Finding("bouncing", kind, None, start_s, end_s, 9.0, 5.0, "deg", "Stay still there.")  # type: ignore[arg-type]


def report(frames: int, findings: tuple[Finding, ...]) -> Report:
    """What a session says of a clip in which nobody was seen, and some findings."""
    session = Session(Prescription.default())
    nowhere, unseen = np.full((33, 2), np.nan), np.full(33, np.nan)
    for i in range(frames):
        session.push(Pose(i / 25, 640, 480, nowhere, unseen))
    clip = ClipInfo("clip.mp4", None, None, frames / 25, frames, 640, 480, 0)
    found = session.finish(clip, ModelInfo("none", None))
    return dataclasses.replace(found, findings=findings)


def test_each_finding_is_shown_in_its_middle() -> None:
    found = report(50, (finding(0.4, 0.8), finding(float("nan"), 1.0), finding(90.0, 99.0)))
    assert pictures.finding_frames(found) == {0: 15, 1: 25, 2: 49}


def test_faults_come_first_when_there_are_many() -> None:
    many = (*(finding(0, 0, "advice") for _ in range(20)), *(finding(1, 1) for _ in range(10)))
    chosen = pictures.finding_frames(report(50, many))
    assert len(chosen) == 12
    assert set(range(20, 30)) <= set(chosen)


def test_nothing_to_show_is_not_looked_for() -> None:
    assert pictures.draw_clip(Path("not there"), report(5, ()), None, lambda *_: None) == {}


def test_without_a_video_it_stops_after_the_last_finding(
    sample_start: Callable[[int], Path],
) -> None:
    ticks: list[tuple[int, int]] = []
    found = pictures.draw_clip(
        sample_start(30), report(30, (finding(0.2, 0.4),)), None, lambda *t: ticks.append(t)
    )
    assert list(found) == [0]
    assert ticks[-1] in ((8, 8), (9, 9))
    with Image.open(io.BytesIO(found[0])) as picture:
        assert (picture.format, picture.size) == ("JPEG", (640, 480))


def test_every_frame_is_drawn_however_few_were_looked_at(
    sample_start: Callable[[int], Path], tmp_path: Path
) -> None:
    """The video has all frames of the clip, the drawing follows the angles between the looks."""
    session, all_s = Session(Prescription.default()), np.arange(60) / 25
    for pose in clean_poses()[:60:3]:
        session.push(pose)
    found = session.finish(CLIP, MODEL, all_s)
    assert np.isfinite(found.series.working_px[:55]).all()
    pictures.draw_clip(sample_start(60), found, tmp_path / "v.mp4", lambda *_: None)
    with av.open(str(tmp_path / "v.mp4")) as video:
        frames = list(video.decode(video=0))
    assert [f.time for f in frames] == pytest.approx(all_s, abs=0.001)


def test_a_large_clip_gets_a_smaller_video(
    sample_start: Callable[[int], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "VIDEO_SIDE_PX", 320)
    found = pictures.draw_clip(
        sample_start(30), report(30, (finding(0.2, 0.4),)), tmp_path / "v.mp4", lambda *_: None
    )
    with av.open(str(tmp_path / "v.mp4")) as video:
        frames = list(video.decode(video=0))
    assert (len(frames), frames[0].width, frames[0].height) == (30, 320, 240)
    assert list(found) == [0]
