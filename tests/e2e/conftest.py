"""What end-to-end tests share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def clips(tmp_path: Path, sample_start: Callable[[int], Path]) -> Path:
    """A folder with two short clips that show a person, and a bad one."""
    folder = tmp_path / "clips"
    folder.mkdir()
    for frames in (20, 30):
        (folder / f"{frames}.mp4").write_bytes(sample_start(frames).read_bytes())
    (folder / "bad.mp4").write_text("no video")
    return folder
