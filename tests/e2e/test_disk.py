"""A disk that is full: one line, and nothing left behind."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commands import assert_refused, run, tree

pytestmark = pytest.mark.root


@pytest.fixture(params=["100k", "1m", "5m"])
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A disk that fills up at the first file, at the video, or at the page."""
    place = tmp_path / "disk"
    place.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={request.param}", "posecheck-test", str(place)]
    subprocess.run(["mount", *options], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk(
    small_disk: Path, sample_start: Callable[[int], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = run(capsys, "review", sample_start(300), "--out", small_disk / "report")
    assert outcome.err.splitlines()[-1].startswith("posecheck: ")
    lines = [line for line in outcome.err.splitlines() if line.startswith("posecheck: ")]
    assert_refused(type(outcome)(outcome.code, outcome.out, f"{lines[-1]}\n"), "No space left")
    assert tree(small_disk) == []
