"""Lists and search in a room of 2,000 patients with 20,000 clips: how long, and how much memory.

usage: python -m benchmarks.web_scale [--patients N] [--clips N] [--requests N] [--database URL]

The room is served by a process of its own. Every address is asked for again and again; the time is
that of the whole request over the loopback, beside a bare route (one that refuses a stranger). The
memory is the server's, after each address was asked for a few times and at the end. Prints
Markdown; exit code 1 where a 95th percentile is above 100 ms, or memory has grown.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
from sqlalchemy import func, select

from benchmarks.web_process import answering, free_port
from benchmarks.web_room import fill, sign_in
from posecheck.apps.web.room import Room
from posecheck.apps.web.settings import Settings
from posecheck.apps.web.store.tables import Clip

MOST_MS = 100.0
MOST_GROWTH_MIB = 8.0
BARE = "/api/queue without a session"


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--patients", type=int, default=2000)
    parser.add_argument("--clips", type=int, default=20_000)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--database", default=None)
    parser.add_argument("--serve", nargs=2, metavar=("DATA", "PORT"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        _serve(Path(asked.serve[0]), asked.database, int(asked.serve[1]))
        return 0
    with tempfile.TemporaryDirectory(prefix="posecheck-scale-") as folder:
        data = Path(folder)
        with contextlib.closing(Room.opened(Settings(data, asked.database))) as room:
            cookies = sign_in(room, 1)
            begun_s = time.perf_counter()
            fill(room, asked.patients, asked.clips)
            print(
                f"{asked.patients:,} patients, {asked.clips:,} clips, filled in "
                f"{time.perf_counter() - begun_s:.0f} s, {room.database.engine.dialect.name}.\n"
            )
            addresses = list(_addresses(room))
        with _served(data, asked.database) as (address, pid):
            return _measure(address, pid, cookies, addresses, asked.requests)


def _addresses(room: Room) -> Iterator[str]:
    with room.database.reading() as session:
        count = func.count()
        most, _ = session.execute(
            select(Clip.patient_id, count).group_by(Clip.patient_id).order_by(count.desc())
        ).first() or (1, 0)
        half = session.scalars(
            select(Clip).order_by(Clip.received_at.desc()).offset(10_000).limit(1)
        ).first()
    yield from ("/api/clips", "/api/clips?unseen=true&state=done", "/api/clips?state=failed")
    if half is not None:
        before = f"{half.received_at.isoformat()}_{half.id}".replace("+", "%2B")
        yield f"/api/clips?before={before}"
    yield f"/api/clips?patient={most}"
    yield from ("/api/queue", "/queue", "/patients", "/patients?q=kr%C3%BCg", "/patients?q=%28199")
    yield from ("/api/patients", "/api/patients?q=krug", f"/patients/{most}")
    yield f"/api/patients/{most}/progress"


def _measure(
    address: str, pid: int, cookies: dict[str, str], addresses: list[str], requests: int
) -> int:
    server = psutil.Process(pid)
    with httpx2.Client(base_url=address, cookies=cookies) as client, httpx2.Client() as stranger:
        for path in addresses * 10:
            client.get(path)
        before_mib = server.memory_info().rss / 2**20
        times: dict[str, list[float]] = {path: [] for path in [BARE, *addresses]}
        sizes: dict[str, int] = {BARE: 0}
        missing = set()
        for number in range(requests):
            for path in (BARE, addresses[number % len(addresses)]):
                begun_s = time.perf_counter()
                bare = path == BARE
                answer = stranger.get(f"{address}/api/queue") if bare else client.get(path)
                times[path].append(1000 * (time.perf_counter() - begun_s))
                sizes[path] = len(answer.content)
                if not bare and answer.status_code == 404:
                    missing.add(path)
                elif not bare and answer.status_code != 200:
                    raise RuntimeError(f"{path} answered {answer.status_code}: {answer.text[:300]}")
        grown_mib = server.memory_info().rss / 2**20 - before_mib
    print("| address | requests | median | 95 % | worst | bytes |\n|---|---|---|---|---|---|")
    slow = False
    for path, took_ms in times.items():
        if path in missing:
            print(f"| `{path}` | not there |  |  |  |  |")
            continue
        p95_ms = statistics.quantiles(took_ms, n=20)[-1]
        slow |= p95_ms > MOST_MS
        print(
            f"| `{path}` | {len(took_ms)} | {statistics.median(took_ms):.1f} ms | "
            f"{p95_ms:.1f} ms | {max(took_ms):.1f} ms | {sizes[path]:,} |"
        )
    print(f"\nMemory of the server: {before_mib:.1f} MiB, then {grown_mib:+.1f} MiB.")
    return 1 if slow or grown_mib > MOST_GROWTH_MIB else 0


@contextlib.contextmanager
def _served(data: Path, database: str | None) -> Iterator[tuple[str, int]]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.web_scale", "--serve", str(data), str(port)]
    command += ["--database", database] if database else []
    with answering(command, port, {"MALLOC_ARENA_MAX": "2"}) as process:
        yield f"http://127.0.0.1:{port}", process.pid


def _serve(data: Path, database: str | None, port: int) -> None:
    import uvicorn

    from posecheck.apps.web.app import create_app
    from posecheck.apps.web.serve import settle

    with contextlib.closing(Room.opened(Settings(data, database))) as room:
        app = create_app(room)
        settle()
        uvicorn.run(app, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    sys.exit(main())
