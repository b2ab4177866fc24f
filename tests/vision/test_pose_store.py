"""Poses come back exactly as they were kept, and a file that is not right is refused."""

from __future__ import annotations

import contextlib
import math
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.errors import InputError, OutputError
from posecheck.types import Pose
from posecheck.vision.pose_log import PoseLog
from posecheck.vision.pose_store import load_poses, save_poses


def make_pose(i: int, seed: int = 0) -> Pose:
    rng = np.random.default_rng([seed, i])
    seen = rng.random() < 0.8
    nowhere, unseen = np.full((33, 2), np.nan), np.full(33, np.nan)
    return Pose(
        t_s=i / 29.97,
        width_px=1920,
        height_px=1080,
        xy_px=rng.normal(500, 400, (33, 2)) if seen else nowhere,
        visibility=rng.random(33) if seen else unseen,
        brightness=math.nan if i % 7 == 3 else float(rng.random()),
        others=int(rng.integers(3)),
        touched=bool(rng.random() < 0.5),
    )


def assert_same(a: Pose, b: Pose) -> None:
    for field in fields(Pose):
        np.testing.assert_array_equal(
            getattr(a, field.name), getattr(b, field.name), err_msg=field.name
        )


def saved(path: Path, frames: int, model: str | None = "ab" * 32) -> tuple[list[Pose], Path]:
    """A log of so many looks at every third frame of a clip."""
    log = PoseLog()
    kept = [log.append(make_pose(i)) for i in range(frames)]
    log.frame_t_s = np.arange(3 * frames) / 29.97 / 3
    save_poses(log.poses(model or ""), path / "poses.npz")
    return kept, path / "poses.npz"


@pytest.mark.parametrize("frames", [0, 1, 511, 512, 513, 1100])
def test_what_is_kept_comes_back(frames: int, tmp_path: Path) -> None:
    kept, file = saved(tmp_path, frames)
    poses = load_poses(file)
    assert len(poses) == frames
    assert poses.model_sha256 == "ab" * 32
    assert poses.frame_t_s.tolist() == (np.arange(3 * frames) / 29.97 / 3).tolist()
    for before, after in zip(kept, poses, strict=True):
        assert_same(before, after)
    assert [p.name for p in tmp_path.iterdir()] == ["poses.npz"]


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_keeping_what_was_kept_changes_nothing(seed: int, frames: int) -> None:
    first, second = PoseLog(), PoseLog()
    for i in range(frames):
        pose = make_pose(i, seed)
        once = first.append(pose)
        assert_same(once, second.append(once))
        np.testing.assert_allclose(once.xy_px, pose.xy_px, rtol=1e-6)
        np.testing.assert_allclose(once.visibility, pose.visibility, atol=1e-3)


def test_a_sequence_like_any_other(tmp_path: Path) -> None:
    kept, file = saved(tmp_path, 600)
    poses = load_poses(file)
    assert_same(poses[-1], kept[599])
    assert [p.t_s for p in poses[510:514]] == [p.t_s for p in kept[510:514]]
    with pytest.raises(IndexError):
        poses[600]


def test_numpy_reads_it(tmp_path: Path) -> None:
    _, file = saved(tmp_path, 20)
    with np.load(file, allow_pickle=False) as arrays:
        assert arrays["xy_px"].shape == (20, 33, 2)
        assert arrays["frame_t_s"].shape == (60,)
        assert str(arrays["schema"]) == "posecheck.poses/2"
        names = {f.name for f in fields(Pose)} | {"frame_t_s", "schema", "model_sha256"}
        assert set(arrays) == names


def test_the_same_poses_make_the_same_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        saved(tmp_path / name, 5)
    a, b = (tmp_path / name / "poses.npz" for name in ("a", "b"))
    assert a.read_bytes() == b.read_bytes()


@pytest.mark.slow
def test_it_is_lean(tmp_path: Path) -> None:
    """Under 450 bytes a look, without a peak when it grows or is saved."""
    pose, frames = make_pose(0), 20_000
    tracemalloc.start()
    log = PoseLog()
    for _ in range(frames):
        log.append(pose)
    save_poses(log.poses(), tmp_path / "poses.npz")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak / frames < 450


def without(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda arrays: arrays.pop(name)


def changed(name: str, change: Callable[[Any], Any]) -> Callable[[dict[str, Any]], None]:
    return lambda arrays: arrays.__setitem__(name, change(arrays[name].copy()))


def put(at: Any, value: float) -> Callable[[Any], Any]:
    def change(array: Any) -> Any:
        array[at] = value
        return array

    return change


@pytest.mark.parametrize(
    "spoil",
    [
        without("xy_px"), without("schema"), without("frame_t_s"),
        changed("frame_t_s", lambda a: a[::-1]), changed("frame_t_s", put(3, np.nan)),
        changed("frame_t_s", lambda a: a[:, None]),
        changed("schema", lambda _: np.array("something/1")),
        changed("schema", lambda _: np.array([1, 2])),
        changed("xy_px", lambda a: a.astype(np.float64)),
        changed("xy_px", lambda a: a[:, :30]), changed("xy_px", lambda a: a[:-1]),
        changed("xy_px", lambda a: np.asfortranarray(a)),
        changed("xy_px", put((2, 3, 0), np.inf)),
        changed("visibility", put((2, 3), 1.5)), changed("visibility", put((2, 3), -0.1)),
        changed("t_s", put(3, np.nan)), changed("t_s", put(3, 0.0)),
        changed("width_px", put(0, 0)), changed("others", put(0, -1)),
        changed("t_s", lambda a: a.astype(object)),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused(spoil: Callable[[dict[str, Any]], None], tmp_path: Path) -> None:
    _, file = saved(tmp_path, 10)
    with np.load(file) as stored:
        arrays = dict(stored)
    spoil(arrays)
    np.savez(file, allow_pickle=True, **arrays)
    assert_refused(file)


@pytest.mark.parametrize(
    "content", [b"", b"no zip at all", b"PK\x03\x04 half a zip", b"PK\x05\x06" + bytes(18)]
)
def test_what_is_no_such_file_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "poses.npz").write_bytes(content)
    assert_refused(tmp_path / "poses.npz")
    assert_refused(tmp_path)
    assert_refused(tmp_path / "missing.npz")


@given(st.data())
def test_no_damage_escapes_as_another_error(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _, file = saved(Path(folder), 3)
        content = bytearray(file.read_bytes())
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] ^= data.draw(st.integers(1, 255))
        file.write_bytes(content)
        with contextlib.suppress(InputError):
            load_poses(file)


def test_a_header_that_claims_too_much_makes_no_room(tmp_path: Path) -> None:
    _, file = saved(tmp_path, 10)
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["t_s.npy"] = members["t_s.npy"].replace(
        b"(10,), }" + b" " * 12, b"(999999999999,), }  "
    )
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert_refused(file)


def test_an_earlier_version_of_the_file_says_what_to_do(tmp_path: Path) -> None:
    _, file = saved(tmp_path, 3)
    with np.load(file) as stored:
        arrays = {**stored, "schema": np.array("posecheck.poses/1")}
    np.savez(file, **arrays)
    with pytest.raises(InputError, match="look at the clip again"):
        load_poses(file)


def test_a_log_that_knows_of_no_other_frames(tmp_path: Path) -> None:
    """As one of a live session."""
    log = PoseLog()
    log.append(make_pose(0))
    save_poses(log.poses(), tmp_path / "poses.npz")
    assert len(load_poses(tmp_path / "poses.npz").frame_t_s) == 0
    assert len(log.poses().frame_t_s) == 0


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"poses\.npz"):
        save_poses(PoseLog().poses(), tmp_path / "nowhere" / "poses.npz")


def assert_refused(file: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_poses(file)
    assert "\n" not in str(caught.value)
    assert str(file) in str(caught.value)
