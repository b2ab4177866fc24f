"""A page that can be sent alone: its video is in it, and it asks for no other file."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from batch_fakes import make_clip
from pages import until
from present_factory import ENGLISH, make_report

from posecheck.errors import OutputError
from posecheck.present import single_file
from posecheck.present.report_page import write_page
from posecheck.present.single_file import put_video_inside


@pytest.fixture
def page(tmp_path: Path) -> Path:
    write_page(make_report(), tmp_path / "report.html", ENGLISH, video=True)
    return tmp_path / "report.html"


@pytest.mark.parametrize("size", [0, 1, 5, 6, 7, 100])
def test_the_video_is_inside_to_the_byte(
    size: int, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read in pieces, whatever its length."""
    monkeypatch.setattr(single_file, "_CHUNK_BYTES", 6)
    video = page.with_name("annotated.mp4")
    video.write_bytes(bytes(range(size)))
    before = page.read_text(encoding="utf-8")
    put_video_inside(page, video)
    after = page.read_text(encoding="utf-8")
    (data,) = re.findall(r'src="data:video/mp4;base64,([^"]*)"', after)
    assert base64.b64decode(data, validate=True) == bytes(range(size))
    assert 'src="annotated.mp4"' not in after
    assert "media-src data:;" in after
    assert len(after) - len(data) < len(before) + 30
    assert not list(page.parent.glob(".*.part"))


def test_a_page_stays_as_it_was_where_the_video_cannot_be_read(page: Path) -> None:
    before = page.read_bytes()
    with pytest.raises(OutputError):
        put_video_inside(page, page.with_name("annotated.mp4"))
    assert page.read_bytes() == before
    assert [p.name for p in page.parent.iterdir()] == ["report.html"]


@pytest.mark.browser
def test_it_plays_alone_in_a_browser(browser: Any, tmp_path: Path, page: Path) -> None:
    """Without the video beside it: it has its length, can be sought, and asks for nothing."""
    from posecheck.apps.pictures import draw_clip  # writes the H.264 that browsers play

    report = make_report()
    video = tmp_path / "annotated.mp4"
    draw_clip(make_clip(tmp_path / "clip.mp4", 50), report, video, lambda _done, _of: None)
    put_video_inside(page, video)
    video.unlink()
    tab = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    tab.on("request", lambda request: asked.append(request.url[:5]))
    tab.on("console", lambda message: said.append(message.text))
    tab.goto(page.as_uri())
    until(tab, "document.querySelector('video').readyState >= 2")
    assert tab.evaluate("document.querySelector('video').duration") > 1
    tab.evaluate("document.querySelector('video').currentTime = 1")
    until(tab, "!document.querySelector('video').seeking")
    assert tab.evaluate("document.querySelector('video').currentTime") == pytest.approx(1, abs=0.1)
    assert said == []
    assert set(asked) <= {"file:", "data:"}
    assert asked.count("file:") == 1
    tab.close()
