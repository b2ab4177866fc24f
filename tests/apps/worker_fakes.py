"""What worker processes are made to do in tests."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn


def echo(payload: Any) -> Any:
    return payload


def own_pid(_: Any) -> int:
    return os.getpid()


def noisy(payload: Any) -> Any:
    print("this is no answer" * 1000, flush=True)
    os.write(1, b"nor this")
    return payload


def crash(_: Any) -> NoReturn:
    os.abort()


def be_killed(_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hang(_: Any) -> None:
    time.sleep(3600)


def swell(_: Any) -> None:
    held = []
    while True:
        held.append(b"x" * (4 << 20))
        time.sleep(0.001)


def fail(_: Any) -> NoReturn:
    raise RuntimeError("no\nsuch luck")


def leave(_: Any) -> NoReturn:
    sys.exit(3)


def not_to_be_sent(_: Any) -> Any:
    return lambda: None


def say_and_be_killed(made: Path) -> None:
    with made.open("a") as file:
        file.write("once\n")
    os.kill(os.getpid(), signal.SIGKILL)
