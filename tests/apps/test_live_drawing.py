"""What is drawn of a recorded session: an interrupt costs the video, and no picture of the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from test_pictures import finding, report

from posecheck.apps import interrupts
from posecheck.apps.live.run import _write
from posecheck.apps.report_dir import PAGE, VIDEO


@pytest.mark.parametrize("at", [0, 1, 12, 29, None])
def test_an_interrupted_drawing_leaves_a_page_with_its_pictures(
    at: int | None,
    sample_start: Callable[[int], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whenever Ctrl-C comes, also before the first picture or after the last."""
    monkeypatch.setattr(interrupts._State, "requested", False)

    def progress(_stage: str, done: int, _total: int) -> None:
        if done == at:
            monkeypatch.setattr(interrupts._State, "requested", True)

    found = report(30, (finding(0.2, 0.4), finding(0.8, 1.0)))
    _write(found, tmp_path, sample_start(30), progress)
    page = (tmp_path / PAGE).read_text(encoding="utf-8")
    assert page.count("data:image/jpeg") == 2
    assert (tmp_path / VIDEO).exists() == (at is None) == ("<video" in page)
    assert not list(tmp_path.glob(".*"))


def test_without_a_recording_there_is_nothing_to_draw(tmp_path: Path) -> None:
    _write(report(30, (finding(0.2, 0.4),)), tmp_path, None, None)
    assert "data:image/jpeg" not in (tmp_path / PAGE).read_text(encoding="utf-8")
