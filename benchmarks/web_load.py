"""Fifty therapists browse a full room while twenty clips are sent and the queue grades them.

usage: python -m benchmarks.web_load [--therapists N] [--clips N] [--seconds S] [--database URL]

A real `posecheck serve` in a process of its own, with 2,000 patients and 20,000 clips. Each
therapist asks for a page every three seconds and listens to the events all the time; the clips
come by four browsers at once, in pieces, through the tus protocol; the queue grades with the heavy
model. A bare route (one that refuses a stranger) is asked for meanwhile. Prints Markdown; exit
code 1 after any error, or where the 95th percentile is 300 ms or more.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from sqlalchemy import func, select

from benchmarks.web_process import answering, free_port
from benchmarks.web_room import fill, sign_in
from posecheck.apps.web.room import Room
from posecheck.apps.web.settings import Settings
from posecheck.apps.web.store.tables import Clip

MOST_MS = 300.0
PATIENTS, CLIPS = 2000, 20_000
SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"
_EVERY_S = 3.0
_PIECE = 64 << 10
_SENDERS = 4


@dataclass
class Seen:
    """What came of it."""

    pages_ms: list[float] = field(default_factory=list)
    bare_ms: list[float] = field(default_factory=list)
    pieces_ms: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    events: int = 0
    sent: list[int] = field(default_factory=list)  # clips


def main() -> int:
    """Fill a room, serve it, and load it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--therapists", type=int, default=50)
    parser.add_argument("--clips", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=90.0)
    parser.add_argument("--database", default=None)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="posecheck-load-") as folder:
        data = Path(folder)
        settings = Settings(data, asked.database)
        with contextlib.closing(Room.opened(settings)) as room:
            fill(room, PATIENTS, CLIPS)
            cookies = [sign_in(room, number) for number in range(asked.therapists)]
        with _served(data, asked.database) as address:
            seen = asyncio.run(_load(address, cookies, asked.clips, asked.seconds))
        with contextlib.closing(Room.opened(settings)) as room, room.database.reading() as session:
            states = session.execute(
                select(Clip.state, func.count()).where(Clip.id.in_(seen.sent)).group_by(Clip.state)
            ).all()
    return _say(seen, {str(state): int(count) for state, count in states}, asked)


async def _load(address: str, cookies: list[dict[str, str]], clips: int, seconds: float) -> Seen:
    seen, end_s = Seen(), time.monotonic() + seconds
    limits = httpx2.Limits(max_connections=400)
    async with contextlib.AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(
                httpx2.AsyncClient(base_url=address, cookies=c, timeout=30, limits=limits)
            )
            for c in cookies
        ]
        stranger = await stack.enter_async_context(httpx2.AsyncClient(base_url=address))
        waiting = list(range(clips))
        jobs = [_browse(client, seen, number, end_s) for number, client in enumerate(clients)]
        jobs += [_listen(client, seen, end_s) for client in clients]
        jobs += [_send(client, seen, waiting) for client in clients[:_SENDERS]]
        await asyncio.gather(*jobs, _ask_bare(stranger, seen, end_s))
    return seen


async def _browse(client: httpx2.AsyncClient, seen: Seen, number: int, end_s: float) -> None:
    chance = random.Random(number)
    await asyncio.sleep(chance.uniform(0, _EVERY_S))
    while time.monotonic() < end_s:
        patient = 1 + int(PATIENTS * chance.random() ** 2)
        path = chance.choice((
            "/patients", "/patients?q=kr%C3%BC", f"/patients/{patient}", "/queue", "/api/queue",
            "/api/clips", f"/api/clips?patient={patient}", "/api/clips?unseen=true&state=done",
        ))  # fmt: skip
        begun_s = time.monotonic()
        try:
            answer = await client.get(path)
            if answer.status_code != 200:
                seen.errors.append(f"{path} answered {answer.status_code}")
        except httpx2.HTTPError as error:
            seen.errors.append(f"{path}: {error!r}")
        seen.pages_ms.append(1000 * (time.monotonic() - begun_s))
        await asyncio.sleep(max(0.0, begun_s + _EVERY_S - time.monotonic()))


async def _listen(client: httpx2.AsyncClient, seen: Seen, end_s: float) -> None:
    async def read() -> None:
        async with client.stream("GET", "/api/events", timeout=60) as answer:
            async for line in answer.aiter_lines():
                seen.events += line.startswith("data:")

    try:
        await asyncio.wait_for(read(), end_s - time.monotonic())
        seen.errors.append("a stream of events ended")
    except (TimeoutError, asyncio.TimeoutError):
        return
    except httpx2.HTTPError as error:
        seen.errors.append(f"/api/events: {error!r}")


async def _ask_bare(stranger: httpx2.AsyncClient, seen: Seen, end_s: float) -> None:
    while time.monotonic() < end_s:
        begun_s = time.monotonic()
        await stranger.get("/api/queue")
        seen.bare_ms.append(1000 * (time.monotonic() - begun_s))
        await asyncio.sleep(0.2)


async def _send(client: httpx2.AsyncClient, seen: Seen, waiting: list[int]) -> None:
    samples = sorted(SAMPLES.glob("*.mp4"))
    while waiting:
        number = waiting.pop()
        # a box that nobody reads makes another file of it
        content = samples[number % len(samples)].read_bytes()
        content += (16).to_bytes(4, "big") + b"free" + number.to_bytes(8, "big")
        said = {"patient": str(1 + number), "name": f"clip {number}.mp4"}
        coded = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in said.items())
        headers = {"Tus-Resumable": "1.0.0"}
        try:
            made = await client.post(
                "/api/uploads",
                headers=headers | {"Upload-Length": str(len(content)), "Upload-Metadata": coded},
            )
            made.raise_for_status()
            for start in range(0, len(content), _PIECE):
                begun_s = time.monotonic()
                answer = await client.patch(
                    made.headers["location"], content=content[start : start + _PIECE],
                    headers=headers | {
                        "Upload-Offset": str(start),
                        "Content-Type": "application/offset+octet-stream",
                    },
                )  # fmt: skip
                answer.raise_for_status()
                seen.pieces_ms.append(1000 * (time.monotonic() - begun_s))
                await asyncio.sleep(0.1)
            seen.sent.append(int(answer.headers["posecheck-clip"]))
        except httpx2.HTTPError as error:
            seen.errors.append(f"clip {number}: {error!r}")


def _say(seen: Seen, states: dict[str, int], asked: argparse.Namespace) -> int:
    print(
        f"{asked.therapists} therapists, {asked.seconds:.0f} s, {len(seen.sent)} of {asked.clips} "
        f"clips sent ({', '.join(f'{n} {state}' for state, n in sorted(states.items()))}), "
        f"{seen.events:,} events heard, {len(seen.errors)} errors.\n"
    )
    for error in seen.errors[:10]:
        print(f"- {error}")
    print("| what | requests | median | 95 % | worst |\n|---|---|---|---|---|")
    rows = {
        "pages and lists": seen.pages_ms, "a bare route": seen.bare_ms,
        "pieces of clips": seen.pieces_ms,
    }  # fmt: skip
    p95_ms = {}
    for what, took_ms in rows.items():
        p95_ms[what] = statistics.quantiles(took_ms, n=20)[-1]
        print(
            f"| {what} | {len(took_ms):,} | {statistics.median(took_ms):.0f} ms | "
            f"{p95_ms[what]:.0f} ms | {max(took_ms):.0f} ms |"
        )
    well = not seen.errors and len(seen.sent) == asked.clips
    return 0 if well and p95_ms["pages and lists"] < MOST_MS else 1


@contextlib.contextmanager
def _served(data: Path, database: str | None) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "posecheck", "serve", "--data", str(data), "--port", str(port)]
    command += ["--no-open", *(["--database", database] if database else [])]
    with answering(command, port):
        yield f"http://127.0.0.1:{port}"


if __name__ == "__main__":
    sys.exit(main())
