"""Bad input: exit code 2, one line that says why, and nothing left behind."""

from __future__ import annotations

import os
import wave
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from bad_clips import sound_only
from commands import assert_refused, obey_permissions, run, spawn, tree
from PIL import Image

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def missing(_: Path) -> None:
    pass


def folder(path: Path) -> None:
    path.mkdir()


def empty(path: Path) -> None:
    path.touch()


def text(path: Path) -> None:
    path.write_text("this is no video\n" * 100)


def picture(path: Path) -> None:
    Image.new("RGB", (64, 48)).save(path, "PNG")


def sound(path: Path) -> None:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(bytes(16000))


def no_pictures(path: Path) -> None:
    """A container with a video stream of length zero."""
    with av.open(str(path), "w") as sink:
        stream = sink.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        sink.start_encoding()


def playlist(path: Path) -> None:
    path.write_text("ffconcat version 1.0\nfile '/etc/passwd'\n")


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (missing, "not there"), (folder, "folder"), (empty, "empty"), (text, "not a video"),
        (picture, "picture"), (sound, ""), (sound_only, "sound only"), (no_pictures, ""),
        (playlist, "playlist"),
    ],
)  # fmt: skip
def test_what_is_no_video(
    make: Callable[[Path], None], word: str, tmp_path: Path, here: Path, capsys: Capture
) -> None:
    make(tmp_path / "clip.mp4")
    assert_refused(run(capsys, "review", tmp_path / "clip.mp4"), "clip.mp4", word)
    assert tree(here) == []


def test_an_mp4_that_was_cut_off_before_its_index(
    sample_start: Callable[[int], Path], tmp_path: Path, here: Path, capsys: Capture
) -> None:
    whole = sample_start(30).read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: whole.rindex(b"moov") - 4])
    assert_refused(run(capsys, "review", cut), "cut.mp4", "cut off")
    assert tree(here) == []


def test_an_unknown_field_of_a_prescription(
    sample_start: Callable[[int], Path], tmp_path: Path, here: Path, capsys: Capture
) -> None:
    file = tmp_path / "week2.toml"
    file.write_text('[dose]\nrepetitons = 12\nspeed = "fast"\n')
    outcome = run(capsys, "review", sample_start(5), "--prescription", file)
    assert_refused(outcome, "repetitons", "speed")
    assert tree(here) == []


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x05\x06" + bytes(18)])
def test_a_broken_model_file(
    content: bytes,
    sample_start: Callable[[int], Path],
    tmp_path: Path,
    here: Path,
    capsys: Capture,
) -> None:
    file = tmp_path / "broken.task"
    file.write_bytes(content)
    assert_refused(run(capsys, "review", sample_start(5), "--model", file), "broken.task")
    assert tree(here) == []


def test_a_model_that_looks_whole_and_is_not(
    sample_start: Callable[[int], Path],
    model_path: Path,
    tmp_path: Path,
    here: Path,
    capsys: Capture,
) -> None:
    import zipfile

    file = tmp_path / "odd.task"
    with zipfile.ZipFile(model_path) as good, zipfile.ZipFile(file, "w") as bad:
        for name in good.namelist():
            bad.writestr(name, good.read(name)[:5000])
    assert_refused(run(capsys, "review", sample_start(5), "--model", file), "odd.task")
    assert tree(here) == []


@pytest.mark.parametrize("content", ["{}", "not json", '{"schema": "posecheck.report/1"}'])
def test_an_earlier_report_that_is_none(
    content: str, sample_start: Callable[[int], Path], tmp_path: Path, here: Path, capsys: Capture
) -> None:
    file = tmp_path / "report.json"
    file.write_text(content)
    assert_refused(run(capsys, "review", sample_start(5), "--earlier", file), "report.json")
    assert_refused(run(capsys, "review", sample_start(5), "--earlier", tmp_path), "report.json")
    assert_refused(run(capsys, "review", sample_start(5), "--earlier", here), "report.json")
    assert tree(here) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["dance"], ["review"], ["review", "a.mp4", "b.mp4"], ["review", "a.mp4", "--fast"],
        ["review", "a.mp4", "--side", "up"], ["review", "a.mp4", "--out"],
        ["review", "two\nlines.mp4"], ["review", "zero\0byte.mp4"], ["review", "x" * 5000],
    ],
)  # fmt: skip
def test_wrong_usage(arguments: list[str], here: Path, capsys: Capture) -> None:
    assert_refused(run(capsys, *arguments))
    assert tree(here) == []


@pytest.mark.slow
def test_a_clip_that_may_not_be_read(
    sample_start: Callable[[int], Path], tmp_path: Path, here: Path
) -> None:
    clip = tmp_path / "private.mp4"
    clip.write_bytes(sample_start(5).read_bytes())
    clip.chmod(0)
    assert_refused(spawn("review", clip, cwd=here, before=obey_permissions), "private.mp4", "read")
    assert tree(here) == []


@pytest.mark.slow
def test_a_folder_that_may_not_be_written(
    sample_start: Callable[[int], Path], tmp_path: Path, here: Path
) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o555)
    for out in (locked / "report", locked / "deeper" / "report"):
        outcome = spawn("review", sample_start(5), "--out", out, cwd=here, before=obey_permissions)
        assert_refused(outcome, "locked", "written")
    assert tree(locked) == tree(here) == []


@pytest.mark.parametrize("closed", [1, 2])
@pytest.mark.parametrize(("arguments", "code"), [(["review", "none.mp4"], 2), (["--help"], 0)])
def test_an_output_that_is_closed_changes_nothing(
    closed: int, arguments: list[str], code: int, here: Path
) -> None:
    """As `posecheck ... 2>&-` starts it: what is left says what it says otherwise."""
    usual = spawn(*arguments, cwd=here)
    outcome = spawn(*arguments, cwd=here, before=lambda: os.close(closed))
    assert outcome.code == usual.code == code
    assert outcome.out == ("" if closed == 1 else usual.out)
    assert outcome.err == ("" if closed == 2 else usual.err)


@pytest.mark.slow
def test_progress_needs_no_standard_error(
    sample_start: Callable[[int], Path], model_path: Path, here: Path
) -> None:
    arguments = ("review", sample_start(5), "--no-video", "--model", model_path, "--out", "report")
    outcome = spawn(*arguments, cwd=here, before=lambda: os.close(2))
    assert (outcome.code, outcome.err) == (0, "")
    assert (here / "report" / "report.json").is_file()
