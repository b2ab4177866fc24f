"""Many rows: how long one takes, and what memory the command takes, with more and more of them."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.soak_clips import known_clips
from posecheck.apps.batch.plan import Settings
from posecheck.apps.batch.runner import run_batch
from posecheck.apps.review import LOOKS_PER_S

MOST_MIB = 250.0  # of the command
MOST_TIMES = 1.5  # as long a row with the most of them as with the fewest
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Rows:
    """What grading so many clips took."""

    count: int
    seconds: float  # from what was measured of their poses
    again_s: float  # with nothing left to do
    mib: float  # the most that the command took
    failed: int


def many_rows(made: Path, counts: Sequence[int], model_sha256: str) -> int:
    """Grade kept poses under so many names, twice; 1 if a row takes longer where there are more."""
    print("| rows | graded | a row | run again | a row | memory of the command |")
    print("|---|---|---|---|---|---|")
    found = []
    for count in counts:
        folder = made / f"rows_{count}"
        folder.mkdir()
        print(f"{count} clips whose poses are known ...", file=sys.stderr, flush=True)
        known_clips(folder / "clips", folder / "out", count, model_sha256)
        found.append(_grade(folder, count))
        shutil.rmtree(folder)
        print(line(found[-1]), flush=True)
    said = wrong(found)
    print(f"\nNot as it should be: {'; '.join(said)}." if said else "")
    return int(bool(said))


def _grade(folder: Path, count: int) -> Rows:
    most = 0.0

    def tell(event: dict[str, Any]) -> None:
        nonlocal most
        if event["event"] != "clip":  # but once a second
            most = max(most, psutil.Process().memory_info().rss / _MIB)

    settings = Settings(str(folder / "out"), per_s=LOOKS_PER_S, pages=False)
    took_s, failed = [], 0
    for _ in range(2):
        begun_s = time.perf_counter()
        failed += run_batch([str(folder / "clips")], settings, tell=tell).summary.failed
        took_s.append(time.perf_counter() - begun_s)
    return Rows(count, took_s[0], took_s[1], most, failed)


def line(rows: Rows) -> str:
    """One of the table."""
    first_ms, again_ms = (1e3 * s / rows.count for s in (rows.seconds, rows.again_s))
    return (
        f"| {rows.count} | {rows.seconds:.1f} s | {first_ms:.1f} ms | {rows.again_s:.1f} s | "
        f"{again_ms:.1f} ms | {rows.mib:.0f} MiB |"
    )


def wrong(found: Sequence[Rows]) -> list[str]:
    """What is not as it should be."""
    fewest, most = found[0], found[-1]
    said = []
    for name in ("seconds", "again_s"):
        if getattr(most, name) / most.count > MOST_TIMES * getattr(fewest, name) / fewest.count:
            said.append(f"a row takes longer where there are more ({name})")
    if any(rows.mib > MOST_MIB for rows in found):
        said.append(f"the command took more than {MOST_MIB:.0f} MiB")
    if any(rows.failed for rows in found):
        said.append("rows failed")
    return said
