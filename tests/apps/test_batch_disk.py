"""A disk that fills up during a batch: what is done is kept, and running again ends as usual."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_fakes import make_clip, run
from test_batch_run import halves, rows

from posecheck.errors import OutputError

pytestmark = pytest.mark.root


@pytest.fixture(params=["150k", "400k", "2m"])
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """One that takes a clip or two, all the folders, or all but the pages' script."""
    place = tmp_path / "disk"
    place.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={request.param}", "posecheck-test", str(place)]
    subprocess.run(["mount", *options], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    clips, out, calm = tmp_path / "clips", small_disk / "out", tmp_path / "calm"
    clips.mkdir()
    for seed in range(4):
        make_clip(clips / f"{seed}.mp4", 40, seed)
    run(clips, calm)
    with pytest.raises(OutputError, match="No space left"):
        run(clips, out)
    assert halves(small_disk) == []
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    assert run(clips, out).tally.failed == 0
    assert rows(out) == rows(calm)
    for report in calm.rglob("report.json"):
        assert (out / report.relative_to(calm)).read_bytes() == report.read_bytes()
