"""Poses that survive a crash: whatever was cut off, what came before is read."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from posecheck.errors import InputError
from posecheck.types import Pose
from posecheck.vision.pose_log import ROW, PoseLog
from posecheck.vision.pose_store import PoseJournal, load_poses, read_journal, settle_journal

SHA = "ab" * 32


def pose(i: int) -> Pose:
    random = np.random.default_rng(i)
    xy, visibility = random.normal(300, 50, (33, 2)), random.random(33)
    return Pose(i / 30, 640, 480, xy, visibility, 0.4, others=i % 2, touched=i % 3 == 0)


def same(a: Pose, b: Pose) -> bool:
    return all(
        np.array_equal(getattr(a, f.name), getattr(b, f.name), equal_nan=True) for f in fields(Pose)
    )


def written(path: Path, chunks: tuple[int, ...] = (3, 1, 4)) -> list[Pose]:
    """A journal of so many poses a chunk; gives the poses as they are kept."""
    log, journal = PoseLog(), PoseJournal(path, SHA)
    kept: list[Pose] = []
    for size in chunks:
        for _ in range(size):
            journal.append(pose(len(kept)))
            kept.append(log.append(pose(len(kept))))
        journal.flush()
    journal.close()
    return kept


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    kept = written(tmp_path / "poses.log")
    read = read_journal(tmp_path / "poses.log")
    assert read.model_sha256 == SHA
    assert len(read) == len(kept)
    assert all(same(a, b) for a, b in zip(read, kept, strict=True))


def test_cut_off_anywhere_it_gives_all_whole_chunks(tmp_path: Path) -> None:
    path = tmp_path / "poses.log"
    written(path)
    data, cut = path.read_bytes(), tmp_path / "cut.log"
    head = len(data) - 8 * ROW.itemsize - 3 * 12
    seen = set()
    for length in range(head, len(data) + 1, 7):
        cut.write_bytes(data[:length])
        seen.add(len(read_journal(cut)))
    assert seen <= {0, 3, 4, 8}
    assert {0, 3, 4} <= seen


def test_a_chunk_that_was_half_written_over_ends_it(tmp_path: Path) -> None:
    path = tmp_path / "poses.log"
    written(path)
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(bytes(data))
    assert len(read_journal(path)) == 4
    path.write_bytes(bytes(data[:-100]) + b"\0" * 5000)  # as a file system may leave it
    assert len(read_journal(path)) == 4


def test_it_becomes_an_ordinary_file_of_poses(tmp_path: Path) -> None:
    kept = written(tmp_path / "poses.log")
    settle_journal(tmp_path / "poses.log", tmp_path / "poses.npz")
    poses = load_poses(tmp_path / "poses.npz")
    assert poses.model_sha256 == SHA
    assert all(same(a, b) for a, b in zip(poses, kept, strict=True))


def test_it_is_loaded_as_a_finished_file_is(tmp_path: Path) -> None:
    """What a session that was killed has left can be graded again."""
    kept = written(tmp_path / "poses.log")
    poses = load_poses(tmp_path / "poses.log")
    assert poses.model_sha256 == SHA
    assert all(same(a, b) for a, b in zip(poses, kept, strict=True))


def test_what_waits_is_not_lost_by_an_empty_flush(tmp_path: Path) -> None:
    journal = PoseJournal(tmp_path / "poses.log")
    journal.flush()
    journal.append(pose(0))
    assert len(read_journal(tmp_path / "poses.log")) == 0
    journal.flush()
    assert len(read_journal(tmp_path / "poses.log")) == 1
    journal.close()


def test_what_an_earlier_version_wrote_is_refused(tmp_path: Path) -> None:
    """Its rows are of another length, and would be taken for a journal that broke off at once."""
    written(tmp_path / "poses.log")
    data = (tmp_path / "poses.log").read_bytes()
    assert data.startswith(b"posecheck.poses.log/2\n")
    (tmp_path / "poses.log").write_bytes(data.replace(b".log/2", b".log/1", 1))
    with pytest.raises(InputError, match="no poses"):
        read_journal(tmp_path / "poses.log")


def test_anything_else_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("notes")
    with pytest.raises(InputError, match="no poses"):
        read_journal(tmp_path / "notes")
    with pytest.raises(InputError, match="cannot be read"):
        read_journal(tmp_path / "gone")
