"""A disk that is full: one line, and nothing left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from commands import assert_refused, run, tree

pytestmark = pytest.mark.root


# It fills up at the first file, at the video, or at the page.
@pytest.mark.parametrize("size", ["100k", "1m", "4m"])
def test_a_full_disk(
    size: str,
    small_disk: Callable[[str], Path],
    sample_start: Callable[[int], Path],
    quick_model: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    disk = small_disk(size)
    arguments = ("review", sample_start(120), "--out", disk / "report", "--model", quick_model)
    outcome = run(capsys, *arguments)
    assert outcome.err.splitlines()[-1].startswith("posecheck: ")
    lines = [line for line in outcome.err.splitlines() if line.startswith("posecheck: ")]
    assert_refused(type(outcome)(outcome.code, outcome.out, f"{lines[-1]}\n"), "No space left")
    assert tree(disk) == []
