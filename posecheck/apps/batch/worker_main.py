"""What a worker process runs: it looks at clips for a parent that may kill it (`worker_process`).

It reads requests from standard input and answers each twice on standard output, that it takes it
and then what came of it: one pickle after its length each. It ends as soon as its input does, so
that a parent that is killed leaves none behind.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import queue
import shutil
import signal
import struct
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

LENGTH = struct.Struct(">Q")
_leaving = threading.Lock()  # of the two threads one ends the process
TAKEN = "taken"  # the first answer to a request: nothing was done before it


def send(stream: BinaryIO, value: Any) -> None:
    """Write one pickle after its length.

    Parameters
    ----------
    stream
        A pipe.
    value
        Anything that can be pickled.

    """
    data = pickle.dumps(value)
    stream.write(LENGTH.pack(len(data)) + data)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """Read what `send` wrote; EOFError where the other side has gone."""
    (length,) = LENGTH.unpack(_exactly(stream, LENGTH.size))
    return pickle.loads(_exactly(stream, length))


def _exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) != length:
        raise EOFError
    return data


def main(scratch: Path) -> None:
    """Answer requests until there are none."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    # What others print to standard output must not get between the answers.
    replies = os.fdopen(os.dup(1), "wb")
    requests = os.fdopen(os.dup(0), "rb")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    _be_killed_first()
    tempfile.tempdir = str(scratch)
    inbox: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, inbox, scratch), daemon=True).start()
    while True:
        name, payload = inbox.get()
        try:
            send(replies, TAKEN)
            send(replies, _answer(name, payload))
        except OSError:
            _leave(scratch)


def _listen(requests: BinaryIO, inbox: queue.SimpleQueue[tuple[str, Any]], scratch: Path) -> None:
    """Wait for requests; without a parent there is nothing to live for, whatever is under way."""
    while True:
        try:
            inbox.put(receive(requests))
        except (EOFError, OSError):
            _leave(scratch)


def _leave(scratch: Path) -> NoReturn:
    """End the process without a parent, whichever thread has noticed first."""
    with _leaving:
        shutil.rmtree(scratch, ignore_errors=True)
        os._exit(0)


def _answer(name: str, payload: Any) -> tuple[bool, Any]:
    """Whether it went well, and what came of it or the reason."""
    try:
        module, _, function = name.partition(":")
        value = getattr(importlib.import_module(module), function)(payload)
        pickle.dumps(value)
        return True, value
    except BaseException as error:  # whatever it is, the next clip may do better
        text = " ".join(str(error).split())[:300]
        return False, f"{type(error).__name__}: {text}" if text else type(error).__name__


def _be_killed_first() -> None:
    """Ask a system that runs out of memory to end this process and not its parent."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
