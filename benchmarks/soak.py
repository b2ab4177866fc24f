"""A long session on a clip that is played over and over: memory, drift, threads.

usage: python -m benchmarks.soak [--clip FILE] [--minutes N] [--window]

A live session runs while recording, without a voice. Every half minute it notes the resident
memory, how many frames were looked at, and how far the time stamps have drifted from the clock.
At the end it says how much memory each frame has cost after the first tenth, and which threads
are left. Prints Markdown; exit code 1 if memory grew by more than 1 KiB a frame, the drift is
above 0.2 s, or a thread is left. Drift is the age of the frame that is looked at, on the clock.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from posecheck.apps.live.pipeline import Moment
from posecheck.apps.live.run import live
from posecheck.errors import PosecheckError
from posecheck.natives import silence_native_stderr
from posecheck.vision.model import ensure_model, stderr_bar

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"
MOST_BYTES = 1024.0  # a frame
MOST_DRIFT_S = 0.2


@dataclass(frozen=True, slots=True)
class Note:
    """The state at one time."""

    clock_s: float
    frames: int
    resident: int  # bytes
    drift_s: float  # how far the frames' time is behind the clock: the age of the newest


class Soak:
    """Takes notes of a session, and ends it."""

    def __init__(self, seconds: float, every_s: float) -> None:
        self.notes: list[Note] = []
        self._seconds, self._every_s = seconds, every_s
        self._begun_s = np.nan

    def push(self, moment: Moment, _age_s: float) -> None:
        """Called with each frame that was looked at and shown."""
        now_s = time.monotonic()
        if not self.notes:
            self._begun_s = now_s
        clock_s = now_s - self._begun_s
        if clock_s >= self._every_s * len(self.notes):
            self.notes.append(Note(clock_s, moment.count, _resident(), moment.age_s))
        if clock_s >= self._seconds:
            raise KeyboardInterrupt  # as somebody who has had enough

    @property
    def bytes_a_frame(self) -> float:
        """The slope of the memory over the frames, after the first tenth."""
        late = [n for n in self.notes if n.clock_s >= self._seconds / 10]
        if len(late) < 3:
            return float("nan")
        return float(np.polyfit([n.frames for n in late], [n.resident for n in late], 1)[0])


def main(argv: Sequence[str] | None = None) -> int:
    """Run the session and print what was noted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--clip", metavar="FILE", type=Path, default=SAMPLES / "pump_left_side.mp4")
    parser.add_argument("--minutes", metavar="N", type=float, default=30.0)
    parser.add_argument("--window", action="store_true", help="show it too (needs a display)")
    arguments = parser.parse_args(argv)
    seconds = 60 * arguments.minutes
    soak = Soak(seconds, min(30.0, seconds / 20))
    before = set(threading.enumerate())
    try:
        model = ensure_model(None, stderr_bar)
        with (
            silence_native_stderr(),
            tempfile.TemporaryDirectory(prefix="posecheck-soak-") as folder,
        ):
            report = live(
                str(arguments.clip), out=Path(folder) / "report",
                record=Path(folder) / "recording", window=arguments.window, mute=True,
                model=model.path, loop=True, linger_s=0.0, shown=soak.push,
            ).report  # fmt: skip
    except PosecheckError as error:
        print(error, file=sys.stderr)
        return 2
    left = sorted(t.name for t in set(threading.enumerate()) - before)
    print("\n".join(table(soak)))
    drift_s = max(abs(n.drift_s) for n in soak.notes)
    print(f"\n{report.clip.frames} frames, {len(report.reps)} repetitions in {len(report.sets)} "
          f"sets; {soak.bytes_a_frame:.0f} bytes a frame after the first tenth; largest drift "
          f"{1000 * drift_s:.0f} ms; threads left: {', '.join(left) or 'none'}.")  # fmt: skip
    return int(soak.bytes_a_frame > MOST_BYTES or drift_s > MOST_DRIFT_S or bool(left))


def table(soak: Soak) -> list[str]:
    """At most some twenty rows of what was noted."""
    step = max(len(soak.notes) // 20, 1)
    rows = ["| clock | frames | memory | drift |", "|---|---|---|---|"]
    rows += [
        f"| {n.clock_s:.0f} s | {n.frames} | {n.resident / 2**20:.1f} MiB | "
        f"{1000 * n.drift_s:+.0f} ms |"
        for n in soak.notes[::step]
    ]
    return rows


def _resident() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return 1024 * int(line.split()[1])
    raise OSError("this system does not tell how much memory a process holds")


if __name__ == "__main__":
    sys.exit(main())
