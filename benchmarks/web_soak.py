"""Random faults in a row, to a room that grades with the real model: nothing lost, nothing twice.

::

    python -m benchmarks.web_soak --faults 20 [--postgres] [--seed 1]

Needs no root; PostgreSQL, where it is asked for, has to be installed.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import postgres
from benchmarks.web_faults import harms, is_over, is_under_way, locked, states, wait_until
from benchmarks.web_process import RoomProcess
from posecheck.apps.web.room import Room
from posecheck.apps.web.settings import Settings
from posecheck.apps.web.store.tables import Clip, Job, Patient, now

_SAMPLE = Path(__file__).resolve().parents[1] / "sample_videos" / "rest_only.mp4"
_PATIENCE_S = 300.0
_GONE_S = 10.0


def arrive(room: Room, number: int) -> None:
    """Put a clip where it belongs; a box that nobody reads makes it another one."""
    content = _SAMPLE.read_bytes() + (16).to_bytes(4, "big") + b"free" + number.to_bytes(8, "big")
    sha256 = hashlib.sha256(content).hexdigest()
    folder = room.folders.clip(1, sha256)
    folder.path.mkdir(parents=True)
    (folder.path / "clip.mp4").write_bytes(content)
    with room.database.writing() as session:
        clip = Clip(
            patient_id=1, sha256=sha256, name=f"{number}.mp4", size=len(content), recorded_at=now()
        )
        session.add(clip)
        session.flush()
        session.add(Job(clip_id=clip.id))


def soak(
    room: Room,
    process: RoomProcess,
    gone: Callable[[], contextlib.AbstractContextManager[None]],
    faults: int,
    chance: random.Random,
) -> list[str]:
    """Let faults happen one after the other; return what each has harmed."""

    def kill_worker() -> None:
        for worker in process.workers():
            with contextlib.suppress(Exception):
                worker.kill()

    def restart(number: int) -> None:
        process.end(number)
        process.start()

    def database_gone() -> None:
        with gone():
            time.sleep(_GONE_S)

    kinds: dict[str, Callable[[], None]] = {
        "server killed": lambda: restart(signal.SIGKILL),
        "server stopped": lambda: restart(signal.SIGTERM),
        "worker killed": kill_worker,
        "database gone": database_gone,
    }
    found: list[str] = []
    for number in range(faults):
        arrive(room, number)
        wait_until(lambda: is_under_way(room), _PATIENCE_S)
        time.sleep(chance.uniform(0, 6))
        name = chance.choice(sorted(kinds))
        kinds[name]()
        wait_until(lambda: is_over(room), _PATIENCE_S)
        harmed = harms(room)
        print(f"{number + 1}: {name}: {'; '.join(harmed) or 'all is well'}", flush=True)
        found += harmed
    if len(states(room)) != faults:
        found.append(f"{len(states(room))} clips of {faults} are there")
    return found


def main() -> int:
    """Run it; 1 if anything was harmed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", action="store_true")
    wanted = parser.parse_args()
    with contextlib.ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "data"
        data.mkdir()
        url = f"sqlite:///{data / 'room.sqlite'}"
        gone: Callable[[], contextlib.AbstractContextManager[None]]
        if wanted.postgres:
            server = stack.enter_context(postgres.running())
            url, gone = server.new_database("soak"), server.away
        else:
            gone = lambda: locked(data / "room.sqlite")  # noqa: E731
        room = stack.enter_context(
            contextlib.closing(Room.opened(Settings(data=data, database=url)))
        )
        with room.database.writing() as session:
            session.add(Patient(name="S-1", search_name="s-1"))
        process = RoomProcess(data, url)
        process.start()
        stack.callback(process.end)
        return bool(soak(room, process, gone, wanted.faults, random.Random(wanted.seed)))


if __name__ == "__main__":
    sys.exit(main())
