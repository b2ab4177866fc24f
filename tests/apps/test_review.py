"""Looking at a clip: every pose is measured once, in order, however many are measured in one go."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from batch_fakes import Remembering, make_clip

from posecheck.apps.review import AT_ONCE, LOOKING, LOOKS_PER_S, look
from posecheck.exercises.prescription import Prescription
from posecheck.session import Session
from posecheck.types import Pose
from posecheck.vision.frames import VideoSource


@pytest.mark.parametrize("frames", [1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 2 * AT_ONCE, 30])
def test_every_pose_is_measured_once_and_in_order(
    frames: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[float] = []
    monkeypatch.setattr(Session, "push", lambda _, pose: measured.append(pose.t_s))
    told: list[tuple[str, int, int]] = []
    with VideoSource(make_clip(tmp_path / "a.mp4", frames)) as source:
        log = look(
            source, Remembering(tmp_path), Session(Prescription()), lambda *how: told.append(how)
        )
    assert len(log) == frames
    assert measured == pytest.approx([i / 25 for i in range(frames)])
    assert told == [(LOOKING, i, frames) for i in range(frames + 1)]


def test_between_looks_progress_counts_all_frames_and_their_times_are_kept(tmp_path: Path) -> None:
    """Of 25 frames a second ten are looked at; whoever waits is told of the clip's own."""
    told: list[tuple[int, int]] = []
    with VideoSource(make_clip(tmp_path / "a.mp4", 50), per_s=LOOKS_PER_S) as source:
        log = look(
            source, Remembering(tmp_path), Session(Prescription()),
            lambda _stage, done, total: told.append((done, total)),
        )  # fmt: skip
        assert source.info.frames == 50
    assert log.frame_t_s == pytest.approx(np.arange(50) / 25)
    assert len(log) == len(told) - 1 == 21
    assert told == sorted(told)
    assert (told[0], told[-1]) == ((0, 50), (50, 50))


@pytest.mark.parametrize("wrong", [0, AT_ONCE, 29])
def test_what_goes_wrong_while_a_pose_is_measured_is_told(
    wrong: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_session: Session, pose: Pose) -> None:
        if round(pose.t_s * 25) == wrong:
            raise RuntimeError("no such luck")

    monkeypatch.setattr(Session, "push", fail)
    with (
        VideoSource(make_clip(tmp_path / "a.mp4", 30)) as source,
        pytest.raises(RuntimeError, match="no such luck"),
    ):
        look(source, Remembering(tmp_path), Session(Prescription()), lambda *_: None)
