"""Fewer looks are chosen as a review chooses them, and what they cost is said."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from bench_factory import a_score

from benchmarks import bare
from benchmarks.looking import report_on, thinned
from benchmarks.sampling import Run, choose, tables
from benchmarks.scoring import JOINTS, AngleError
from posecheck.apps.review import LOOKS_PER_S
from posecheck.vision.frames import VideoSource
from posecheck.vision.pose_store import load_poses

ROOT = Path(__file__).resolve().parents[2]
CLIP, KEPT = (ROOT / f for f in ("sample_videos/rest_only.mp4", "tests/data/rest_only.npz"))


def test_the_looks_are_those_of_a_review() -> None:
    """And the times of the others are known, so that the report has a row for each."""
    every = load_poses(KEPT)
    few = thinned(every, LOOKS_PER_S)
    with VideoSource(CLIP, per_s=LOOKS_PER_S) as source:
        assert [p.t_s for p in few] == [frame.t_s for frame in source]
        assert few.frame_t_s.tolist() == source.frame_t_s.tolist()
    assert report_on(few).series.t_s.tolist() == few.frame_t_s.tolist()


def test_a_phase_moves_the_clock_and_not_the_looks() -> None:
    every = load_poses(KEPT)
    times = {p.t_s for p in every}
    first, other = (thinned(every, 8.0, phase) for phase in (0.0, 0.5))
    assert {p.t_s for p in other} < times
    assert [p.t_s for p in other] != [p.t_s for p in first]
    assert abs(len(other) - len(first)) <= 1
    again = thinned(first, 8.0)
    assert [p.t_s for p in again] == [p.t_s for p in first]
    assert again.frame_t_s.tolist() == first.frame_t_s.tolist()


@pytest.mark.parametrize("per_s", [None, LOOKS_PER_S])
def test_the_bare_loop_looks_at_the_same_frames(per_s: float | None) -> None:
    """Nothing is compared but what else is done with them."""
    pytest.importorskip("mediapipe")
    seen: list[Any] = []
    marker = SimpleNamespace(detect=lambda picture: seen.append(picture.numpy_view().copy()))
    count = sum(1 for _ in bare.looks(marker, CLIP, per_s))
    with VideoSource(CLIP, per_s=per_s) as source:
        frames = list(source)
    assert count == len(seen) == len(frames)
    for picture, frame in zip(seen[::20], frames[::20], strict=True):
        assert np.abs(picture.astype(int) - frame.image).mean() < 2


def runs(*fewer: Run) -> list[Run]:
    return [Run(None, 0.0, a_score()), *fewer]


def test_the_lowest_rate_that_loses_nothing_at_any_phase_is_chosen() -> None:
    worse = a_score(reps=1)
    found = runs(
        Run(8.0, 0.0, a_score()), Run(8.0, 0.5, worse),
        Run(10.0, 0.0, a_score()), Run(10.0, 0.5, a_score()),
        Run(15.0, 0.0, a_score()),
    )  # fmt: skip
    assert choose(found) == 10.0
    lines = list(tables(found))
    assert "| `a_pump` | 8 | 1 of 2 repetitions | 0.5 |" in lines
    assert lines[-1].endswith("**10**.")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"verdict": "ungradable", "verdict_ok": False}, "verdict ungradable"),
        ({"tension_late_s": 0.5}, "tension moved by +0.40 s"),
        ({"tension_knee_deg": -4.0}, "knee at the tension moved by -3.0°"),
        ({"faults": ("bouncing",)}, "`bouncing` is not there"),
    ],
)
def test_what_a_rate_loses_is_told(changed: dict[str, Any], words: str) -> None:
    found = runs(Run(8.0, 0.25, a_score(**changed)))
    assert f"| `a_pump` | 8 | {words} | 0.25 |" in list(tables(found))
    assert choose(found) is None


def test_degrees_are_a_cost_too() -> None:
    dear = a_score(angles={j: AngleError(2.0, 1.4, 1.0) for j in JOINTS})
    assert choose(runs(Run(8.0, 0.0, dear))) is None
    assert "1.4° (+0.4)" in next(
        line for line in tables(runs(Run(8.0, 0.0, dear))) if "| 8 |" in line
    )


def test_what_is_wrong_anyway_is_not_the_rates() -> None:
    both = a_score(side_ok=False)
    found = [Run(None, 0.0, both), Run(8.0, 0.0, both)]
    assert choose(found) == 8.0
    assert "| none | | | |" in list(tables(found))
