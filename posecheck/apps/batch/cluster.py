"""The same tasks on the workers of a Dask cluster.

::

    executor = connect("tcp://127.0.0.1:8786", run_in_worker)
    future = executor.submit(task)          # a concurrent.futures.Future of its row

A worker that is lost half-way costs nothing: its tasks are done by another one. Clips are
fetched by the workers, from an address or a folder that all of them see, and what they make of
them is written where ``--out`` points; only rows come back.

Whoever can talk to a scheduler can run code on its workers. So it should listen on this machine
alone, or speak TLS (``tls://``, with the certificates in Dask's own configuration).
"""

from __future__ import annotations

import contextlib
import ipaddress
import queue
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from posecheck.apps.batch.cluster_executor import ClusterExecutor, Note, QuietDask, close_client
from posecheck.apps.batch.cluster_worker import code_version
from posecheck.apps.progress import put
from posecheck.errors import InputError, MissingDependencyError

ANSWER_S = 10.0  # for a scheduler to answer, and for its first worker to be there
_NOT_SAFE = (
    "{address} is another machine and not encrypted: whoever reaches the scheduler can run code on "
    "its workers and read what they are sent. Use tls://, or a network that nobody else is in."
)
_MISSING_TLS = (
    "tls:// needs certificates: set DASK_DISTRIBUTED__COMM__TLS__CA_FILE, "
    "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY."
)
_TLS = ("ca-file", "client.cert", "client.key")


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

    Raises
    ------
    InputError
        Nobody answers, no worker is there, or another state of Posecheck is.
    MissingDependencyError
        Dask is not installed.

    """
    told = note or _to_stderr
    address, safe = check_address(address)
    distributed = _distributed()
    if not safe:
        told(_NOT_SAFE.format(address=address))
    with contextlib.ExitStack() as undo:
        quiet = QuietDask()
        undo.callback(quiet.end)
        client = _client(distributed, address)
        undo.callback(close_client, client)
        _wait_for_a_worker(client, address)
        for line in _differences(client):
            told(line)
        undo.pop_all()
    return ClusterExecutor(client, runs, failed, told, quiet)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise MissingDependencyError(
            "--dask needs Dask, which is not here: python -m pip install distributed"
        ) from None
    return distributed


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
    codes = client.run(code_version, on_error="return")
    for worker, code in codes.items():
        # an OSError: that worker has just been lost, which costs nothing here
        if code != code_version() and not isinstance(code, OSError):
            what = code if isinstance(code, str) else "none that can be imported"
            raise InputError(
                f"The worker at {worker} has another Posecheck than this machine ({what}, not "
                f"{code_version()}); install the same one in the worker's environment."
            )
    found = client.get_versions(packages=["mediapipe"])
    here = _versions(found["client"])
    for worker, about in found["workers"].items():
        there = _versions(about)
        for name in ("mediapipe", "python", "distributed"):
            if there[name] != here[name]:
                yield f"The worker at {worker} has {name} {there[name]}, this machine {here[name]}."


def _versions(about: dict[str, Any]) -> dict[str, str | None]:
    packages = about["packages"]
    python = str(packages.get("python", "")).split(".")[:2]
    found = {name: packages.get(name) for name in ("mediapipe", "distributed")}
    return {**found, "python": ".".join(python)}


def _to_stderr(line: str) -> None:
    put(f"posecheck: {line}\n", sys.stderr)
