"""One batch in a folder, on Windows too: played here with a stand-in for its locks."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from posecheck.apps.batch import locks
from posecheck.errors import OutputError


@pytest.fixture
def held() -> set[int]:
    """The bytes of the lock file that another process has."""
    return set()


@pytest.fixture
def on_windows(held: set[int], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    def locking(handle: int, mode: int, count: int) -> None:
        at = os.lseek(handle, 0, os.SEEK_CUR)
        assert (mode, count) == (2, 1)
        assert at < 1 << 31, "the C library keeps the place in 32 bits"
        if at in held:
            raise PermissionError(13, "Permission denied")

    stand_in = SimpleNamespace(locking=locking, LK_NBLCK=2)
    monkeypatch.setitem(sys.modules, "msvcrt", stand_in)
    spec = importlib.util.spec_from_file_location("locks_on_windows", locks.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", "win32")
        spec.loader.exec_module(module)
    return module


def test_a_second_batch_is_refused(held: set[int], on_windows: ModuleType, tmp_path: Path) -> None:
    with on_windows.only_batch(tmp_path):
        pass
    held.add(on_windows._RUN_BYTE)
    with pytest.raises(OutputError, match="Another"), on_windows.only_batch(tmp_path):
        pass


def test_a_clip_that_another_works_on_is_waited_for(
    held: set[int], on_windows: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held.add(0xABCDEF0)
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            held.clear()

    monkeypatch.setattr(on_windows.time, "sleep", sleep)
    (tmp_path / ".posecheck").mkdir()
    with on_windows.content_lock(tmp_path, "abcdef0" + 57 * "1"):
        pass
    assert len(waits) == 3
