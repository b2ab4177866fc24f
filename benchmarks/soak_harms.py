"""What a fault is: what it needs, what it does, and how that is cleared away."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from benchmarks.dask_cluster import Cluster
from benchmarks.soak_commands import Commands

DASK = "dask worker"
KINDS = ("worker", "parent", DASK, "disk")
_DISK_MIB = 64


def possible_kinds() -> list[str]:
    """What can be done here; says what cannot."""
    left_out = {}
    if os.geteuid() != 0:
        left_out["disk"] = "only root can mount a small one"
    if importlib.util.find_spec("distributed") is None:
        left_out[DASK] = "Dask is not installed"
    for kind, why in left_out.items():
        print(f"left out: {kind} ({why})", file=sys.stderr, flush=True)
    return [kind for kind in KINDS if kind not in left_out]


Harm = Callable[[psutil.Popen], None]
"""Is done to a command that is at work."""


@contextlib.contextmanager
def means(kind: str, commands: Commands) -> Iterator[tuple[list[str], Harm]]:
    """More options for the command, and what harms it; cleared away when it has ended."""
    if kind == "disk":
        filler = commands.disk / "filler"
        try:
            yield [], lambda _process: _fill(filler)
        finally:
            filler.unlink(missing_ok=True)
    elif kind == DASK:
        folder = commands.made / "dask"
        folder.mkdir()
        with Cluster(folder, (), commands.program.paths, commands.environment) as cluster:
            first, _ = cluster.worker(), cluster.worker(nanny=True)
            cluster.wait_for_workers(2)
            yield ["--dask", cluster.address], lambda _process: first.kill()
    elif kind == "worker":
        yield [], lambda process: _kill_a_worker(process, commands)
    else:
        yield [], lambda process: process.kill()


def _kill_a_worker(process: psutil.Popen, commands: Commands) -> None:
    while process.poll() is None:
        if children := commands.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                children[-1].kill()
            return
        time.sleep(0.01)  # there is none yet


def _fill(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(bytes(1 << 16)):
            pass


@contextlib.contextmanager
def disk(place: Path, small: bool) -> Iterator[None]:
    """The disk of the results: a small one that is mounted there, or that of the system."""
    if not small:
        yield
        return
    size = f"size={_DISK_MIB}m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "posecheck-soak", str(place)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)
