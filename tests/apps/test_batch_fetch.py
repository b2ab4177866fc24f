"""A clip on this machine's disk, whole or not at all, and gone again when it was fetched."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from batch_servers import PASSWORD, SIGNATURE, web_server

from posecheck.apps.batch.fetch import LocalClip, local_copy
from posecheck.apps.batch.tasks import ClipJob
from posecheck.errors import InputError

CONTENT = os.urandom(20_000_003)  # more than two pieces


def job(location: str | Path) -> ClipJob:
    return ClipJob(str(location), "clip.mp4", "clip")


def fetched(location: str | Path, folder: Path) -> LocalClip:
    """Fetch it, and look whether it is whole, and away afterwards."""
    before = set(folder.iterdir())
    with local_copy(job(location), folder) as clip:
        assert clip.path.read_bytes() == CONTENT
        assert clip.sha256 == hashlib.sha256(CONTENT).hexdigest()
        assert clip.path.suffix == ".mp4"
    assert set(folder.iterdir()) == before
    return clip


def refusal(location: str | Path, folder: Path) -> str:
    """Why it is not fetched: one line, and nothing is left of it."""
    before = set(folder.iterdir())
    with pytest.raises(InputError) as caught, local_copy(job(location), folder):
        pytest.fail("half a clip was handed out")
    assert set(folder.iterdir()) == before
    said = str(caught.value)
    assert "\n" not in said
    assert PASSWORD not in said
    assert SIGNATURE not in said
    return said


@pytest.fixture
def served(tmp_path: Path) -> Path:
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "clip.mp4").write_bytes(CONTENT)
    return folder


def test_a_local_file_is_taken_where_it_lies(served: Path, scratch: Path) -> None:
    assert fetched(served / "clip.mp4", scratch).path == served / "clip.mp4"
    assert (served / "clip.mp4").exists()


@pytest.mark.parametrize("kind", ["ranges", "plain"])
def test_from_a_web_server(kind: str, served: Path, scratch: Path) -> None:
    with web_server(served, kind) as host:
        fetched(f"http://{host}/clip.mp4?sig={SIGNATURE}", scratch)
        assert "not there" in refusal(f"http://{host}/other.mp4?sig={SIGNATURE}", scratch)


def test_with_a_password(served: Path, scratch: Path) -> None:
    with web_server(served, "locked") as host:
        fetched(f"http://nurse:{PASSWORD}@{host}/clip.mp4", scratch)
        for address in (
            f"http://nurse:wrong{PASSWORD}@{host}/clip.mp4", f"http://{host}/clip.mp4?sig={SIGNATURE}",
        ):  # fmt: skip
            assert "access is denied" in refusal(address, scratch)


def test_a_connection_that_breaks_off_half_way(served: Path, scratch: Path) -> None:
    with web_server(served, "breaks_off") as host:
        assert "broke off" in refusal(f"http://{host}/clip.mp4?sig={SIGNATURE}", scratch)


@pytest.mark.parametrize("host", ["127.0.0.1:9", "no-such-host.invalid"])
def test_a_server_that_is_not_there(host: str, scratch: Path) -> None:
    said = refusal(f"http://nurse:{PASSWORD}@{host}/clip.mp4?sig={SIGNATURE}", scratch)
    assert "does not answer" in said


@pytest.mark.usefixtures("bucket")
def test_from_a_bucket(scratch: Path) -> None:
    import s3fs

    s3fs.S3FileSystem().pipe_file("clinic/fetch/clip.mp4", CONTENT)
    fetched("s3://clinic/fetch/clip.mp4", scratch)
    assert "not there" in refusal("s3://clinic/fetch/other.mp4", scratch)
    assert "not there" in refusal("s3://no-such-bucket/other.mp4", scratch)


@pytest.mark.usefixtures("bucket")
def test_an_object_that_is_replaced_while_it_is_read(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two versions no mixture is made."""
    import s3fs

    from posecheck.apps.batch import fetch

    files = s3fs.S3FileSystem()
    files.pipe_file("clinic/fetch/grows.mp4", CONTENT)
    real = fetch._write

    def write(*arguments: object) -> None:
        real(*arguments)  # type: ignore[arg-type]
        files.pipe_file("clinic/fetch/grows.mp4", CONTENT[::-1])

    monkeypatch.setattr(fetch, "_write", write)
    assert "changed while it was read" in refusal("s3://clinic/fetch/grows.mp4", scratch)


def test_a_pipe_that_took_the_place_of_the_clip(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "clip.mp4")
    assert "a pipe" in refusal(tmp_path / "clip.mp4", tmp_path)


@pytest.mark.parametrize("path", ["gone.mp4", ".", "/dev/zero"])
def test_what_is_no_file(path: str, tmp_path: Path) -> None:
    assert refusal(tmp_path / path, tmp_path)


def test_a_problem_that_was_known_before(tmp_path: Path) -> None:
    known = ClipJob("x", "x", "x", problem="It is a pipe.")
    with pytest.raises(InputError, match="a pipe"), local_copy(known, tmp_path):
        pass


def test_a_file_that_grows_while_it_is_hashed(
    served: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = served / "clip.mp4"
    real = os.fstat

    def fstat(handle: int) -> os.stat_result:
        status = real(handle)
        with clip.open("ab") as more:
            more.write(b"more")
        return status

    monkeypatch.setattr(os, "fstat", fstat)
    assert "changed while it was read" in refusal(clip, scratch)


def test_a_file_that_grows_while_it_is_looked_at(served: Path, scratch: Path) -> None:
    with (
        pytest.raises(InputError, match="changed while it was read"),
        local_copy(job(served / "clip.mp4"), scratch),
    ):
        os.truncate(served / "clip.mp4", 30_000_000)


def test_a_file_that_is_taken_away(served: Path, scratch: Path) -> None:
    with (
        pytest.raises(InputError, match="taken away"),
        local_copy(job(served / "clip.mp4"), scratch),
    ):
        (served / "clip.mp4").unlink()


def test_a_failure_of_the_block_is_not_hidden(served: Path, scratch: Path) -> None:
    with (
        web_server(served) as host,
        pytest.raises(ZeroDivisionError),
        local_copy(job(f"http://{host}/clip.mp4"), scratch),
    ):
        raise ZeroDivisionError
    assert not list(scratch.iterdir())
