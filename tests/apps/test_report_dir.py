"""The folder of a report appears whole, and takes the place of nothing but a report."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from posecheck.apps.report_dir import OURS, ReportDir, default_folder
from posecheck.errors import OutputError

SCHEMA = '{"schema": "posecheck.report/1"}'


def everything(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


def write(out: Path, text: str = SCHEMA) -> None:
    with ReportDir(out) as staging:
        (staging / "report.json").write_text(text)


def test_it_appears_when_all_is_well(tmp_path: Path) -> None:
    with ReportDir(tmp_path / "deep" / "er" / "report") as staging:
        (staging / "report.json").write_text(SCHEMA)
        assert not (tmp_path / "deep" / "er" / "report").exists()
    assert everything(tmp_path / "deep" / "er") == ["report", "report/report.json"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_it_does_not_appear_when_something_fails(
    tmp_path: Path, error: type[BaseException]
) -> None:
    with pytest.raises(error), ReportDir(tmp_path / "deep" / "report") as staging:  # noqa: PT012
        (staging / "report.json").write_text(SCHEMA)
        raise error
    assert everything(tmp_path) == []


def test_a_full_disk_is_one_of_our_errors(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No space left"), ReportDir(tmp_path / "report"):
        raise OSError(28, "No space left on device")
    assert everything(tmp_path) == []


def test_an_older_report_is_replaced_only_at_the_end(tmp_path: Path) -> None:
    out = tmp_path / "report"
    write(out)
    for name in OURS - {"report.json"}:
        (out / name).touch()
    with pytest.raises(ValueError, match="late"), ReportDir(out) as staging:  # noqa: PT012
        (staging / "report.json").write_text("new")
        raise ValueError("late")
    assert {p.name for p in out.iterdir()} == OURS
    write(out, "new")
    assert everything(tmp_path) == ["report", "report/report.json"]
    assert (out / "report.json").read_text() == "new"


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    write(tmp_path / "report")
    assert everything(tmp_path) == ["report", "report/report.json"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    write(tmp_path / "real")
    (tmp_path / "link").symlink_to("real")
    write(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "report.json").read_text() == "new"


@pytest.mark.parametrize(
    "files",
    [
        {"holiday.jpg": ""}, {"report.json": "{}"}, {"report.json": "[1]"}, {"report.json": "x"},
        {"report.json": SCHEMA, "notes.txt": ""}, {"report.html": ""}, {".hidden": ""},
    ],
)  # fmt: skip
def test_anything_else_is_left_alone(tmp_path: Path, files: dict[str, str]) -> None:
    out = tmp_path / "report"
    out.mkdir()
    for name, text in files.items():
        (out / name).write_text(text)
    with pytest.raises(OutputError, match="something else"), ReportDir(out):
        pass
    assert {p.name: p.read_text() for p in out.iterdir()} == files
    assert [p.name for p in tmp_path.iterdir()] == ["report"]


def test_what_was_added_during_the_work_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "report"
    write(out)
    with pytest.raises(OutputError, match="something else"), ReportDir(out) as staging:  # noqa: PT012
        (staging / "report.json").write_text("new")
        (out / "notes.txt").touch()
    assert everything(tmp_path) == ["report", "report/notes.txt", "report/report.json"]


def test_other_places_that_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.touch()
    for out, word in ((file, "is a file"), (file / "report", "written")):
        with pytest.raises(OutputError, match=word), ReportDir(out):
            pass
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    with pytest.raises(OutputError, match="folder you are in"), ReportDir(Path()):
        pass


def test_the_clip_itself_is_not_replaced(tmp_path: Path) -> None:
    out = tmp_path / "report"
    write(out)
    clip = out / "annotated.mp4"
    clip.touch()
    with pytest.raises(OutputError, match="the clip is in it"), ReportDir(out, source=clip):
        pass
    assert clip.exists()


def test_a_check_leaves_nothing_and_refuses_what_would_be_refused(tmp_path: Path) -> None:
    target = ReportDir(tmp_path / "deep" / "report")
    target.check()
    assert everything(tmp_path) == []
    with target as staging:
        (staging / "report.json").write_text(SCHEMA)
    ReportDir(tmp_path / "deep" / "report").check()
    (tmp_path / "deep" / "report" / "notes.txt").touch()
    with pytest.raises(OutputError, match="something else"):
        ReportDir(tmp_path / "deep" / "report").check()
    assert everything(tmp_path / "deep") == ["report", "report/notes.txt", "report/report.json"]


@pytest.mark.parametrize("stem", ["ü" * 125, "ü" * 120, "k" * 251, "患" * 83, "knee\udcff" * 40])
def test_a_long_name_is_shortened(stem: str, tmp_path: Path) -> None:
    """Clips that begin alike have folders of their own, and a short name stays."""
    folder, other = (default_folder(Path(f"{s}.mp4")) for s in (stem, f"{stem[:-1]}x"))
    assert folder != other
    assert folder.name[:20] == stem[:20]
    write(tmp_path / folder)
    assert (tmp_path / folder / "report.json").is_file()
    assert default_folder(Path("a/b.c.mp4")) == Path("b.c.posecheck")


def test_a_long_name_that_was_asked_for_is_said_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="choose a shorter name"):
        write(tmp_path / ("k" * 300))


def test_a_working_directory_that_was_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing is asked of it, it is no obstacle."""
    (gone := tmp_path / "gone").mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(OutputError, match="The working directory is not there any more"):
        ReportDir(Path("report"))
    with ReportDir(tmp_path / "report", source=Path("clip.mp4")) as staging:
        (staging / "report.json").write_text(SCHEMA)
    assert everything(tmp_path) == ["report", "report/report.json"]
    os.chdir(tmp_path)
