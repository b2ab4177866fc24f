"""A disk that fills up during a batch: what is done is kept, and running again ends as usual."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from batch_fakes import make_clip, run, run_inline
from test_batch_run import halves, rows

from posecheck.errors import OutputError

pytestmark = pytest.mark.root


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Four clips, and what a batch makes of them where there is room."""
    folder = tmp_path_factory.mktemp("graded")
    clips, calm = folder / "clips", folder / "calm"
    clips.mkdir()
    for seed in range(4):
        make_clip(clips / f"{seed}.mp4", 40, seed)
    run_inline(clips, calm)
    return clips, calm


# It takes a clip or two, all the folders, or all but the pages' script.
@pytest.mark.parametrize("size", ["150k", "400k", "2m"])
def test_a_full_disk(
    size: str, small_disk: Callable[[str], Path], graded: tuple[Path, Path]
) -> None:
    disk = small_disk(size)
    (clips, calm), out = graded, disk / "out"
    with pytest.raises(OutputError, match="No space left") as caught:
        run(clips, out)
    assert ("run the same command again" in str(caught.value)) == (size == "150k")
    assert halves(disk) == []
    subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
    assert run_inline(clips, out).summary.failed == 0
    assert rows(out) == rows(calm)
    for report in calm.rglob("report.json"):
        assert (out / report.relative_to(calm)).read_bytes() == report.read_bytes()
