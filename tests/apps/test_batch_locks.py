"""One batch in a folder, one worker at a content: by locks that end with their process."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from filelock import FileLock

from posecheck.apps.batch.storage import open_storage
from posecheck.errors import OutputError

SHA256 = "abc" + 61 * "0"
_HOLD = (
    "import sys; from posecheck.apps.batch.storage import open_storage\n"
    "out = open_storage(sys.argv[1])\n"
    "with out.content_lock(sys.argv[2]): print(1, flush=True); sys.stdin.read()"
)


@contextmanager
def held_elsewhere(out: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process is at the content."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(out), SHA256],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        other.stdout.readline()
        try:
            yield other
        finally:
            other.kill()


@pytest.mark.parametrize("how", ["ends", "is killed"])
def test_a_content_that_another_works_on_is_waited_for(how: str, tmp_path: Path) -> None:
    """And one that nobody works on is not."""
    out = open_storage(tmp_path)
    with held_elsewhere(tmp_path) as other:
        with out.content_lock(64 * "1"):
            pass
        had = threading.Event()

        def wait() -> None:
            with out.content_lock(SHA256):
                had.set()

        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not had.wait(0.5)
        if how == "is killed":
            other.kill()
        else:
            assert other.stdin is not None
            other.stdin.close()
        waiting.join(60)
        assert had.is_set()


def test_two_threads_are_not_at_one_content(tmp_path: Path) -> None:
    out = open_storage(tmp_path)
    at_work, most = [], 0

    def work() -> None:
        nonlocal most
        for _ in range(3):
            with out.content_lock(SHA256):
                at_work.append(1)
                most = max(most, len(at_work))
                time.sleep(0.005)
                at_work.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


@pytest.mark.parametrize("error", [OSError(errno.ENOLCK, "No locks"), NotImplementedError()])
def test_a_disk_without_locks(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that meet do the same work twice there, and nothing worse."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise error

    monkeypatch.setattr(FileLock, "acquire", refuse)
    out, other = open_storage(tmp_path), open_storage(tmp_path)
    with out.batch_lock(), other.batch_lock(), out.content_lock(SHA256):
        pass


def test_a_folder_in_which_no_lock_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/.posecheck").touch()
    out = open_storage(tmp_path / "out")
    with pytest.raises(OutputError, match="Nothing can be written to"), out.batch_lock():
        pass


def test_locks_are_few_and_hold_nothing(tmp_path: Path) -> None:
    """They stay, so that whoever waits for one waits for the same file."""
    out = open_storage(tmp_path)
    for digit in "0123456789abcdef" * 2:
        with out.batch_lock(), out.content_lock(64 * digit):
            pass
    left = [path for path in (tmp_path / ".posecheck").rglob("*") if path.is_file()]
    assert len(left) == 17
    assert [os.stat(path).st_size for path in left] == [0] * 17  # noqa: PTH116
