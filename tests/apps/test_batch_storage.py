"""Results on a disk or in a bucket: each file whole or not at all, and in its place."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pytest
from batch_servers import PASSWORD

from posecheck.apps.batch.storage import Storage, open_storage
from posecheck.atomic_files import StagingFolder
from posecheck.errors import OutputError


@pytest.fixture(params=["folder", "file://", "s3://", "memory://"])
def out(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """A place for results that is not there yet."""
    kind: str = request.param
    if kind == "s3://":
        request.getfixturevalue("bucket")
    place = {
        "folder": str(tmp_path / "new" / "graded"),
        "file://": f"file://{tmp_path}/new/graded",
        "s3://": f"s3://clinic/{tmp_path.name}",
        "memory://": f"memory://{tmp_path.name}",
    }[kind]
    return open_storage(place)


def folder(path: Path, **files: str) -> Path:
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    for name, text in files.items():
        (path / name.replace("_", ".")).write_text(text)
    return path


def test_what_is_written_is_there(out: Storage, tmp_path: Path) -> None:
    out.check()
    assert out.list() == []
    (tmp_path / "table").write_text("one")
    out.write("grades.csv", tmp_path / "table")
    out.write_bytes(".cache/poses/0a.json", b"{}")
    assert out.list() == [".cache/poses/0a.json", "grades.csv"]
    assert out.list(".cache") == [".cache/poses/0a.json"]
    assert out.list("nothing") == []
    assert out.read_bytes("grades.csv") == b"one"
    out.write_bytes("grades.csv", b"two")
    assert out.read_bytes("grades.csv") == b"two"
    assert out.read_bytes("missing.csv") is None
    assert out.exists("grades.csv")
    assert not out.exists("missing")
    assert not out.exists(".cache")
    out.sweep()
    out.remove("grades.csv")
    out.remove(".cache")
    out.remove("missing")
    assert out.list() == []


def test_a_mark_is_seen_where_it_was_left_and_as_long(out: Storage) -> None:
    out.check()
    with out.marked() as mark:
        assert out.sees(mark)
        assert out.list() == []
        if mark:
            out.sweep()
            assert out.sees(mark)
    assert out.sees("")
    assert not out.sees(mark or "another")


def test_a_folder_that_a_worker_does_not_see_is_not_made(tmp_path: Path) -> None:
    """It would be one on the worker's own disk, and nobody would find the results."""
    out = open_storage(tmp_path / "shared")
    with pytest.raises(OutputError, match="No such file"):
        out.write_bytes("a/report.json", b"")
    with (
        pytest.raises(OutputError, match="No such file"),
        out.content_lock("a" * 64),
    ):
        pass
    assert not (tmp_path / "shared").exists()


def test_a_folder_takes_the_place_of_an_older_one(out: Storage, tmp_path: Path) -> None:
    out.check()
    built = tmp_path / "built"
    out.write_folder("clip", folder(built, report_json="1", annotated_mp4="v", angles_csv="a"))
    out.write_folder("clip", folder(built, report_json="2", angles_csv="b"))
    assert out.list() == ["clip/angles.csv", "clip/report.json"]
    assert out.read_bytes("clip/report.json") == b"2"


@pytest.mark.parametrize("name", ["", "..", "../x", "/etc/x", "a//b", "a/./b", "a/../../b", "a\0"])
def test_nothing_is_written_elsewhere(out: Storage, name: str) -> None:
    with pytest.raises(OutputError):
        out.write_bytes(name, b"")


@pytest.mark.parametrize("what", ["write", "write_folder"])
def test_a_full_disk_leaves_what_was_there(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = open_storage(tmp_path / "graded")
    out.check()
    built = folder(tmp_path / "built", report_json="old", angles_csv="old")
    source = built if what == "write_folder" else built / "report.json"
    getattr(out, what)("clip", source)
    before = out.list()
    real = shutil.copyfile

    def copyfile(source: Path, place: Path) -> None:
        if source.name == "report.json":
            place.write_text("ha")
            raise OSError(errno.ENOSPC, "No space left on device")
        real(source, place)

    monkeypatch.setattr(shutil, "copyfile", copyfile)
    with pytest.raises(OutputError, match="No space left"):
        getattr(out, what)("clip", source)
    assert out.list() == before
    assert sorted(p.name for p in (tmp_path / "graded").iterdir()) == [".posecheck", "clip"]
    assert list((tmp_path / "graded/.posecheck/part").iterdir()) == []


def test_what_a_kill_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    """Neither what somebody is writing now, nor what has the name of a part elsewhere."""
    out = open_storage(tmp_path)
    out.write_bytes("clip/report.json", b"whole")
    others = [".thesis.part", "clip/.film.mp4.part", ".clip.01234567.part/report.json"]
    for name in others:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("somebody's")
    left = tmp_path / ".posecheck/part/.result.01234567.part"
    left.mkdir()
    (left / "new").write_text("half")
    at_work = StagingFolder(tmp_path / ".posecheck/part/result")
    assert out.list() == sorted(["clip/report.json", *others])
    out.sweep()
    assert not left.exists()
    assert at_work.folder.is_dir()
    at_work.close()
    assert out.list() == sorted(["clip/report.json", *others])


def test_a_report_in_a_bucket_comes_last(bucket: dict[str, str], tmp_path: Path) -> None:
    """A folder that was broken off while it was put there has no report, not an old one."""
    assert bucket
    out = open_storage("s3://clinic/last")
    built = folder(tmp_path / "built", report_json="1", angles_csv="1", report_html="1")
    out.write_folder("clip", built)
    shutil.rmtree(tmp_path / "missing", ignore_errors=True)
    (built / "angles.csv").unlink()
    (built / "angles.csv").symlink_to(built / "report.html")
    (built / "report.html").chmod(0)
    order: list[str] = []
    real = out.write

    def write(name: str, local: Path) -> None:
        order.append(name)
        if len(order) == 2:
            raise OutputError("The connection broke off.")
        real(name, local)

    out.write = write  # type: ignore[method-assign]
    with pytest.raises(OutputError):
        out.write_folder("clip", built)
    assert not out.exists("clip/report.json")


def test_a_place_that_cannot_be_written_to(tmp_path: Path, bucket: dict[str, str]) -> None:
    assert bucket
    (tmp_path / "file").write_text("")
    for place, word in (
        (str(tmp_path / "file"), "is a file"), (str(tmp_path / "file" / "x"), "cannot be written"),
        ("s3://no-such-bucket/x", "not there"),
    ):  # fmt: skip
        with pytest.raises(OutputError, match=r"[.]$") as caught:
            open_storage(place).check()
        assert word in str(caught.value).replace("Nothing can be", "cannot be")
    for place in (f"https://nurse:{PASSWORD}@host/out", f"s3://key:{PASSWORD}@bucket/out"):
        with pytest.raises(OutputError) as caught:
            open_storage(place)
        assert PASSWORD not in str(caught.value)
