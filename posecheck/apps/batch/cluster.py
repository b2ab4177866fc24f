"""The same tasks on the workers of a Dask cluster.

::

    executor = connect("tcp://127.0.0.1:8786", run_guarded)
    future = executor.submit(task)          # a concurrent.futures.Future of its row

A worker that is lost half-way costs nothing: its tasks are done by another one. Clips are
fetched by the workers, from an address or a folder that all of them see, and what they make of
them is written where ``--out`` points; only rows come back.

Whoever can talk to a scheduler can run code on its workers. So it should listen on this machine
alone, or speak TLS (``tls://``, with the certificates in Dask's own configuration).
"""

from __future__ import annotations

import contextlib
import dataclasses
import ipaddress
import logging
import queue
import re
import secrets
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import posecheck
from posecheck.apps.batch.local_storage import LocalStorage
from posecheck.apps.batch.storage import open_storage
from posecheck.errors import InputError, MissingDependencyError

ANSWER_S = 10.0  # for a scheduler to answer, and for its first worker to be there
_LOOK_S = 1.0  # between two looks at who is there
_LOST = (
    "The connection to the Dask scheduler was lost; what is done is kept, so start the scheduler "
    "again and run the same command."
)
_MISSING_TLS = (
    "tls:// needs certificates: set DASK_DISTRIBUTED__COMM__TLS__CA_FILE, "
    "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY."
)
_TLS = ("ca-file", "client.cert", "client.key")

Note = Callable[[str], None]
"""Is told, in a line, what the user should know."""


def connect(
    address: str,
    runs: Callable[[Any], Any],
    failed: Callable[[Any, str], Any],
    note: Note | None = None,
) -> ClusterExecutor:
    """An executor on the workers of the scheduler at ``address``.

    Parameters
    ----------
    address
        ``tcp://host:port`` or ``tls://host:port``.
    runs
        What a worker calls with a task; a function of a module that it can import.
    failed
        Makes the row of a task that no worker could do, of the task and the reason.
    note
        Is told what the user should know; standard error by default.

    Raises InputError where nobody answers, no worker is there, or another version of Posecheck
    is; MissingDependencyError where Dask is not installed.

    """
    told = note or _to_stderr
    address, safe = check_address(address)
    try:
        import distributed
    except ImportError:
        raise MissingDependencyError(
            "--dask needs Dask, which is not here: pip install 'posecheck[cluster]'."
        ) from None
    if not safe:
        told(
            f"{address} is another machine and not encrypted: whoever reaches the scheduler can "
            "run code on its workers and read what they are sent. Use tls://, or a network that "
            "nobody else is in."
        )
    quiet = _Quiet()
    try:
        client = _client(distributed, address)
        try:
            _wait_for_a_worker(client, address)
            for line in _differences(client):
                told(line)
        except BaseException:
            _close(client)
            raise
    except BaseException:
        quiet.end()
        raise
    return ClusterExecutor(client, runs, failed, told, quiet)


def check_address(address: str) -> tuple[str, bool]:
    """The scheduler's address in full, and whether nobody else can listen in or join."""
    full = address if "://" in address else f"tcp://{address}"
    wrong = InputError("--dask takes an address such as tcp://127.0.0.1:8786 or tls://host:8786.")
    try:
        parts = urlsplit(full)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise wrong from None
    plain = re.fullmatch(r"(tcp|tls)://[^/?#@\s]+", full)
    if not plain or not host or not port:
        raise wrong
    return full, plain.group(1) == "tls" or _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _client(distributed: Any, address: str) -> Any:
    options: dict[str, Any] = {}
    if address.startswith("tls:"):
        import dask

        if not all(dask.config.get(f"distributed.comm.tls.{name}", None) for name in _TLS):
            raise InputError(_MISSING_TLS)
        options["security"] = distributed.Security(require_encryption=True)
    answer: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def begin() -> None:
        try:
            answer.put(
                distributed.Client(
                    address, timeout=ANSWER_S, set_as_default=False, name="posecheck", **options
                )
            )
        except Exception as error:
            answer.put(error)

    # Dask waits for ever for somebody who takes the call and says nothing; its own time-out is
    # for the line to be free.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of versions, which are compared below
        threading.Thread(target=begin, name="posecheck-connect", daemon=True).start()
        try:
            made = answer.get(timeout=ANSWER_S + 1)
        except queue.Empty:
            made = TimeoutError()
    if isinstance(made, Exception):
        what = "the certificates do not fit" if "ssl" in _everything(made) else "does not answer"
        raise InputError(
            f"The Dask scheduler at {address} cannot be used ({what}); check that it runs there, "
            "and that both sides speak tcp or both tls."
        )
    return made


def _everything(error: BaseException | None) -> str:
    text = ""
    while error is not None and len(text) < 10_000:
        text += f"{type(error).__name__} {error} ".lower()
        error = error.__cause__ or error.__context__
    return text


def _wait_for_a_worker(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=ANSWER_S)
    except Exception:
        raise InputError(
            f"The Dask scheduler at {address} has no worker; start some: dask worker {address}."
        ) from None


def _differences(client: Any) -> Iterator[str]:
    """What on the workers is not as here; an InputError where that would change results."""
    found = client.get_versions(packages=["posecheck", "mediapipe"])
    here = _versions(found["client"])
    for worker, about in found["workers"].items():
        there = _versions(about)
        if there["posecheck"] != here["posecheck"]:
            what = there["posecheck"] or "none that can be imported"
            raise InputError(
                f"The worker at {worker} has another Posecheck than this machine ({what}, not "
                f"{here['posecheck']}); install the same one in the worker's environment."
            )
        for name in ("mediapipe", "python", "distributed"):
            if there[name] != here[name]:
                yield f"The worker at {worker} has {name} {there[name]}, this machine {here[name]}."


def _versions(about: dict[str, Any]) -> dict[str, str | None]:
    packages = about["packages"]
    python = str(packages.get("python", "")).split(".")[:2]
    found = {name: packages.get(name) for name in ("posecheck", "mediapipe", "distributed")}
    return {**found, "python": ".".join(python)}


class ClusterExecutor:
    """Hands tasks to the workers of a cluster; made by `connect`."""

    def __init__(
        self,
        client: Any,
        runs: Callable[[Any], Any],
        failed: Callable[[Any, str], Any],
        note: Note,
        quiet: _Quiet,
    ) -> None:
        self._client, self._runs, self._failed, self._note = client, runs, failed, note
        self._executor = client.get_executor(pure=False)
        self._quiet = quiet
        self._shared: set[str] = set()
        self._slots: int = sum(client.nthreads().values())
        self._pending: set[Future[Any]] = set()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        threading.Thread(target=self._watch, name="posecheck-cluster", daemon=True).start()

    @property
    def slots(self) -> int:
        """How many tasks the workers there are do at once; 1 while they are all away."""
        return max(1, self._slots)

    def submit(self, task: Any) -> Future[Any]:
        """Begin a task as soon as a worker is free; its row comes, whatever becomes of it.

        Raises InputError where ``task.out`` is a folder that a worker does not see.
        """
        place = open_storage(task.out)
        if isinstance(place, LocalStorage):
            task = dataclasses.replace(task, out=str(place.root.absolute()))
            self._check_shared(task.out)
        if self._client.status != "running":
            raise InputError(_LOST)
        row: Future[Any] = Future()
        with self._lock:
            self._pending.add(row)
        inner = self._executor.submit(_on_worker, posecheck.__version__, self._runs, _Sealed(task))
        inner.add_done_callback(partial(self._pass_on, row, task))
        return row

    def abandon(self) -> None:
        """Withdraw what has not begun; workers end the clips that they are at."""
        self._ended.set()
        for row in self._withdrawn():
            row.cancel()
            row.set_running_or_notify_cancel()  # which wakes who waits for it
        with contextlib.suppress(Exception):
            self._executor.shutdown(wait=False)
        self.close()

    def close(self) -> None:
        """Let go of the scheduler."""
        self._ended.set()
        _close(self._client)
        self._quiet.end()

    def _watch(self) -> None:
        """Count the workers; without a scheduler Dask's own futures would wait for ever."""
        while not self._ended.wait(_LOOK_S):
            if self._client.status != "running":
                self._lose()
                return
            with contextlib.suppress(Exception):
                count = sum(self._client.nthreads().values())
                if not count and self._slots:
                    self._note("No worker is left; this waits until there is one again.")
                self._slots = count

    def _lose(self) -> None:
        for row in self._withdrawn():
            row.set_exception(InputError(_LOST))

    def _withdrawn(self) -> set[Future[Any]]:
        """The rows that were not there yet; nobody else settles them after this."""
        with self._lock:
            pending, self._pending = self._pending, set()
        return pending

    def _pass_on(self, row: Future[Any], task: Any, inner: Future[Any]) -> None:
        if inner.cancelled():
            if not self._ended.is_set():
                self._lose()
            return
        with self._lock:
            if row not in self._pending:
                return
            self._pending.remove(row)
        error = inner.exception()
        if error is None:
            well, value = inner.result()
            reason = f"It failed on a worker ({value}); please report this."
        else:
            well, value = False, None
            reason = f"It failed on a worker ({type(error).__name__}); please report this."
            if type(error).__name__ == "KilledWorker":
                reason = "Each worker that looked at it was lost; run the command to try it again."
        row.set_result(value if well else self._failed(task, reason))

    def _check_shared(self, out: str) -> None:
        """Make sure, once, that every worker sees the folder that results go to."""
        if out in self._shared:
            return
        probe = Path(out) / f".posecheck-probe.{secrets.token_hex(8)}.part"
        try:
            probe.touch()
            try:
                seen: dict[str, Any] = self._client.run(_sees, str(probe), on_error="return")
            finally:
                probe.unlink(missing_ok=True)
        except OSError as error:
            raise InputError(f"{out} cannot be written to ({error.strerror or error}).") from error
        blind = sorted(worker for worker, sees in seen.items() if sees is not True)
        if blind:
            raise InputError(
                f"The worker at {blind[0]} does not see {out}; give --out a folder that all "
                "machines share, or an address such as s3://bucket/folder."
            )
        self._shared.add(out)


def _sees(path: str) -> bool:
    return Path(path).is_file()


class _Sealed:
    """A task on its way; Dask's log and dashboard do not see what is in it."""

    def __init__(self, task: Any) -> None:
        self.task = task

    def __repr__(self) -> str:
        return "a clip"


def _on_worker(version: str, runs: Callable[[Any], Any], sealed: _Sealed) -> tuple[bool, Any]:
    """What a worker does: whether it went well, and the row or what went wrong.

    Nothing is raised, for Dask would log it with the addresses that are in it.
    """
    if version != posecheck.__version__:  # a worker that has joined since the beginning
        return False, f"it has Posecheck {posecheck.__version__}, not {version}"
    try:
        return True, runs(sealed.task)
    except Exception as error:
        return False, type(error).__name__


def _close(client: Any) -> None:
    with contextlib.suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client.close(timeout=2)


def _to_stderr(line: str) -> None:
    print(f"posecheck: {line}", file=sys.stderr, flush=True)


class _Quiet:
    """Keeps Dask's log off standard error until `end`: what matters of it is said in a line."""

    def __init__(self) -> None:
        names = [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]
        self._levels = {name: logging.getLogger(name).level for name in ("tornado", *names)}
        for name in self._levels:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)

    def end(self) -> None:
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)
