"""What a review writes beside its usual files where it is asked: the PDF, and the page as one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from batch_fakes import make_clip
from pypdf import PdfReader
from stored_landmarker import StoredModel

from posecheck.apps.live.run import live
from posecheck.apps.review import review
from posecheck.apps.summary import mail_note, review_json
from posecheck.errors import MissingDependencyError
from posecheck.types import Subject


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "a.mp4", 30)


def test_the_pdf_and_the_single_page_are_written_and_named(clip: Path, tmp_path: Path) -> None:
    out, who = tmp_path / "out", Subject("Jörg Müller", note="Slept badly.")
    done = review(clip, out, model=StoredModel(), pdf=True, single_file=True, subject=who)
    assert json.loads(json.dumps(review_json(done)))["files"]["report.pdf"] == str(
        out / "report.pdf"
    )
    (page,) = PdfReader(out / "report.pdf").pages
    for words in ("Jörg Müller", "Slept badly.", "a.mp4"):
        assert words in page.extract_text()
    html = (out / "report.html").read_text(encoding="utf-8")
    assert 'src="data:video/mp4;base64,' in html
    assert 'src="annotated.mp4"' not in html
    assert (out / "annotated.mp4").is_file()
    # a folder with a PDF in it is a report, and is replaced
    again = review(clip, out, model=StoredModel(), video=False, single_file=True)
    assert set(again.files) == {"report.html", "report.json", "angles.csv", "poses.npz"}
    assert "<video" not in (out / "report.html").read_text(encoding="utf-8")


def test_without_the_library_nothing_is_looked_at(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "reportlab.pdfgen.canvas", None)
    with pytest.raises(MissingDependencyError, match="pip install reportlab"):
        review(clip, tmp_path / "out", model=StoredModel(), pdf=True)
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]
    review(clip, tmp_path / "out", model=StoredModel(), video=False)


def test_a_page_too_large_for_mail_is_said_to_be(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    with page.open("wb") as stream:
        stream.truncate(20_000_000)
    assert mail_note(page) == ""
    with page.open("ab") as stream:
        stream.truncate(31_400_000)
    assert mail_note(page).endswith("report.html has 31 MB, which is too large for most mail.")


def test_a_live_session_writes_a_pdf_too(clip: Path, tmp_path: Path) -> None:
    """Without a recording there is no video to put into the page."""
    done = live(
        str(clip), out=tmp_path / "out", model=StoredModel(), speed=0, window=False, mute=True,
        linger_s=0.0, pdf=True, single_file=True,
    )  # fmt: skip
    (page,) = PdfReader(done.files["report.pdf"]).pages
    assert "a.mp4" in page.extract_text()
    assert "<video" not in done.files["report.html"].read_text(encoding="utf-8")
