"""A child may do what it likes: it costs one call."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from posecheck.apps.batch.tasks import Limits
from posecheck.apps.batch.worker_process import WorkerError, WorkerProcess, WorkerStoppedError

AMPLE = Limits(120.0, 4096.0)


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    with closing(WorkerProcess()) as made:
        yield made


def gone(pid: int) -> bool:
    """Whether a process has ended; waits for it."""
    for _ in range(600):
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


def test_one_child_answers_call_after_call(worker: WorkerProcess) -> None:
    assert worker.run("worker_fakes:echo", {"a": [1, None]}, AMPLE) == {"a": [1, None]}
    first = worker.run("worker_fakes:own_pid", None, AMPLE)
    assert worker.run("worker_fakes:own_pid", None, AMPLE) == first == worker.pid != os.getpid()
    worker.close()
    assert gone(first)


def test_what_it_prints_is_no_answer(worker: WorkerProcess) -> None:
    assert worker.run("worker_fakes:noisy", 7, AMPLE) == 7


@pytest.mark.parametrize(
    ("function", "limits", "words"),
    [
        ("crash", AMPLE, "SIGABRT"),
        ("be_killed", AMPLE, "SIGKILL"),
        ("hang", Limits(0.5, 4096.0), "longer than 0.5 s"),
        ("swell", Limits(120.0, 300.0), "more than 300 MiB"),
        ("fail", AMPLE, "RuntimeError: no such luck"),
        ("leave", AMPLE, "SystemExit"),
        ("not_to_be_sent", AMPLE, "unexpectedly"),
        ("no_such_function", AMPLE, "AttributeError"),
    ],
)
def test_whatever_it_does_costs_one_call(
    worker: WorkerProcess, function: str, limits: Limits, words: str
) -> None:
    with pytest.raises(WorkerError, match=words) as raised:
        worker.run(f"worker_fakes:{function}", None, limits)
    assert "\n" not in str(raised.value)
    assert worker.run("worker_fakes:echo", "next", AMPLE) == "next"


def test_one_that_is_killed_between_two_calls_is_replaced(worker: WorkerProcess) -> None:
    first = worker.run("worker_fakes:own_pid", None, AMPLE)
    os.kill(first, signal.SIGKILL)
    assert worker._process is not None
    worker._process.wait(60)  # for the last of its threads: until then the system has not let it go
    assert worker.run("worker_fakes:own_pid", None, AMPLE) != first


def test_one_that_dies_unseen_before_it_takes_a_call_costs_nothing(
    worker: WorkerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the system says of a child that was killed that it still runs."""
    first = worker.run("worker_fakes:own_pid", None, AMPLE)
    child = worker._process
    assert child is not None
    child.kill()
    child.wait(60)
    monkeypatch.setattr(child, "poll", lambda: None)
    assert worker.run("worker_fakes:own_pid", None, AMPLE) != first


def test_a_call_that_was_taken_is_not_made_twice(worker: WorkerProcess, tmp_path: Path) -> None:
    made = tmp_path / "made"
    with pytest.raises(WorkerError, match="SIGKILL"):
        worker.run("worker_fakes:say_and_be_killed", made, AMPLE)
    assert made.read_text() == "once\n"


def test_children_that_cannot_even_begin_are_tried_twice_and_no_more(
    worker: WorkerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = []
    begin = WorkerProcess._start

    def counted(made: WorkerProcess) -> None:
        begun.append(1)
        begin(made)

    monkeypatch.setattr(WorkerProcess, "_start", counted)
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(WorkerError, match="exit code 1"):
        worker.run("worker_fakes:echo", None, AMPLE)
    assert len(begun) == 2


def test_a_new_one_after_so_many_calls() -> None:
    with closing(WorkerProcess(calls=2)) as worker:
        pids = [worker.run("worker_fakes:own_pid", None, AMPLE) for _ in range(5)]
    assert pids[0] == pids[1] != pids[2] == pids[3] != pids[4]
    assert all(gone(pid) for pid in pids)


def test_it_can_be_killed_from_elsewhere_for_good(worker: WorkerProcess) -> None:
    worker.run("worker_fakes:echo", None, AMPLE)
    pid = worker.pid
    assert pid is not None
    timer = threading.Timer(0.2, worker.kill)
    timer.start()
    with pytest.raises(WorkerStoppedError):
        worker.run("worker_fakes:hang", None, AMPLE)
    timer.join()
    assert gone(pid)
    with pytest.raises(WorkerStoppedError):
        worker.run("worker_fakes:echo", None, AMPLE)


def test_one_that_cannot_be_begun_costs_one_call(
    worker: WorkerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(tmp_path / "is_not_there"))
        with pytest.raises(WorkerError, match="No such file"):
            worker.run("worker_fakes:echo", None, AMPLE)
    assert worker.run("worker_fakes:echo", 1, AMPLE) == 1


def test_nothing_is_left_in_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with closing(WorkerProcess()) as worker:
        worker.run("worker_fakes:echo", None, AMPLE)
        assert len(list(tmp_path.iterdir())) == 1
        with pytest.raises(WorkerError):
            worker.run("worker_fakes:crash", None, AMPLE)
        worker.run("worker_fakes:echo", None, AMPLE)
    assert list(tmp_path.iterdir()) == []


def test_a_parent_that_is_killed_leaves_no_child(tmp_path: Path) -> None:
    """Although the child is in the middle of something."""
    code = (
        "import sys, threading; from posecheck.apps.batch.worker_process import *\n"
        "from posecheck.apps.batch.tasks import Limits\n"
        "worker = WorkerProcess(); worker.run('worker_fakes:echo', 1, Limits())\n"
        "print(worker.pid, flush=True)\n"
        "worker.run('worker_fakes:hang', 1, Limits())\n"
    )
    ways = os.pathsep.join(p or str(Path.cwd()) for p in sys.path)
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": ways, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE, text=True,
    ) as parent:  # fmt: skip
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    assert gone(child)
    assert list(tmp_path.iterdir()) == []
