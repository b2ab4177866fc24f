"""Long runs of batch grading: memory over many clips, faults at random moments, many rows.

usage: python -m benchmarks.soak_grade memory [--clips N] [--workers N]
       python -m benchmarks.soak_grade faults [--runs N] [--clips N] [--seed N]
       python -m benchmarks.soak_grade rows [--rows N ...]

`memory` grades so many short clips and notes each worker's resident memory up to 20 times.
`faults` kills a worker, the whole command or a worker of Dask with SIGKILL, or fills the disk (as
root, on a small one of its own), at a random moment of each run, the four in turn; then runs again
undisturbed, and holds what is there against a run that was never disturbed: the tables, the
reports, every name; that no clip was graded twice, and that nothing half-written is left.
`rows` grades poses that were kept under so many names, without pictures, and says how long a row
takes and what memory the command takes. Prints Markdown; exit code 1 if memory grew, anything
differs, or a row takes longer where there are more.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.soak_clips import short_clips
from benchmarks.soak_faults import faults
from benchmarks.soak_harms import possible_kinds
from benchmarks.soak_rows import many_rows
from posecheck.apps.batch.plan import Settings
from posecheck.apps.batch.runner import run_batch
from posecheck.apps.batch.worker_pool import LocalExecutor
from posecheck.apps.review import LOOKS_PER_S
from posecheck.natives import silence_native_stderr
from posecheck.vision.model import ensure_model, stderr_bar

MOST_MIB, MOST_GROWTH_MIB = 450.0, 40.0
_NOTES = 20
_MIB = 1 << 20


def main(argv: Sequence[str] | None = None) -> int:
    """Run one of the three and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak_grade", description=__doc__)
    parser.add_argument("what", choices=("memory", "faults", "rows"))
    parser.add_argument("--clips", metavar="N", type=int)
    parser.add_argument("--workers", metavar="N", type=int, default=2)
    parser.add_argument("--runs", metavar="N", type=int, default=20)
    parser.add_argument("--seed", metavar="N", type=int, default=1)
    parser.add_argument("--rows", metavar="N", type=int, nargs="+", default=[2000, 20000])
    arguments = parser.parse_args(argv)
    model = ensure_model(None, stderr_bar)
    with silence_native_stderr(), tempfile.TemporaryDirectory(prefix="posecheck-soak-") as folder:
        made = Path(folder)
        if arguments.what == "memory":
            return memory(made, arguments.clips or 200, arguments.workers)
        if arguments.what == "faults":
            clips = short_clips(made / "clips", arguments.clips or 12)
            return faults(made, clips, arguments.runs, arguments.seed, possible_kinds())
        return many_rows(made, arguments.rows, model.sha256)


@dataclass(frozen=True, slots=True)
class Note:
    """Memory after so many clips."""

    done: int
    workers_mib: tuple[float, ...]
    command_mib: float


def memory(made: Path, clips: int, workers: int) -> int:
    """Each worker's memory, noted up to 20 times; 1 if it is too much, or has grown."""
    short_clips(made / "clips", clips)
    executor = LocalExecutor(workers)
    notes: list[Note] = []
    done = 0

    def tell(event: dict[str, object]) -> None:
        nonlocal done
        done += event["event"] == "clip"
        if event["event"] == "clip" and noted(done, clips):
            each = tuple(_mib(pid) for pid in executor.pool.pids())
            notes.append(Note(done, each, _mib(None)))
            print(f"{done} of {clips} clips ...", file=sys.stderr, flush=True)

    settings = Settings(str(made / "out"), per_s=LOOKS_PER_S)
    summary = run_batch([str(made / "clips")], settings, lambda: executor, tell=tell).summary
    print("| clips | memory of the workers | of the command |\n|---|---|---|")
    for note in notes:
        each = ", ".join(f"{mib:.0f}" for mib in note.workers_mib)
        print(f"| {note.done} | {each} MiB | {note.command_mib:.0f} MiB |")
    most = max(mib for note in notes for mib in note.workers_mib)
    grown = growth_mib(notes)
    print(
        f"\n{summary.done} clips, {summary.failed} failed; at most {most:.0f} MiB a worker, "
        f"{grown:+.0f} MiB from the first third to the end."
    )
    return int(most > MOST_MIB or grown > MOST_GROWTH_MIB or summary.failed > 0)


def noted(done: int, clips: int) -> bool:
    """Whether memory is noted after so many clips: after the last one, and 20 times at most."""
    step = -(-clips // _NOTES)
    return done == clips or (done % step == 0 and done + step <= clips)


def growth_mib(notes: Sequence[Note]) -> float:
    """From the most that a worker took after the first third to the most it took at the end."""
    early = notes[(len(notes) - 1) // 3]
    return max(notes[-1].workers_mib) - max(early.workers_mib)


def _mib(pid: int | None) -> float:
    try:
        return float(psutil.Process(pid).memory_info().rss / _MIB)
    except psutil.Error:
        return 0.0


if __name__ == "__main__":
    sys.exit(main())
