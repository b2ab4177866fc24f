"""What runs of `posecheck grade` leave behind, and what of it is wrong.

Two things tell whether a clip was graded twice, each without the other: what the runs said of it
as they went (`--json`: a clip for which something was done has `seconds`), and the files that are
kept from run to run, of which none may be written again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from posecheck.apps.batch.cache import MEASURED_FOLDER, POSES_FOLDER, ROWS_FOLDER
from posecheck.apps.batch.tasks import TABLES
from posecheck.apps.report_dir import REPORT
from posecheck.present.grades import read_grades

Kept = Mapping[str, tuple[int, int]]
"""By name, which file it is and when it was written."""


@dataclass(frozen=True, slots=True)
class Traces:
    """The results of a batch, but for what each clip took."""

    tables: tuple[str, ...]  # every row of both
    names: frozenset[str]  # of files and folders
    reports: Mapping[str, str]  # the hash of each


def traces(out: Path) -> Traces:
    """Of the results in a folder, whatever state they are in."""
    reports = {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in out.rglob(REPORT)
    }
    names = frozenset(path.relative_to(out).as_posix() for path in out.rglob("*"))
    return Traces(tuple(_rows(out)), names, reports)


def _rows(out: Path) -> Iterator[str]:
    for name in TABLES:
        with contextlib.suppress(Exception):  # it is not there, or no table
            for row in read_grades(out / name):
                yield f"{name}: {replace(row, seconds=0.0)!r}"


def differences(calm: Traces, out: Path) -> list[str]:
    """What in a folder is not as in a run that was never disturbed."""
    found = traces(out)
    said = []
    if found.tables != calm.tables:
        said.append("the tables differ")
    said += [f"left: {name}" for name in sorted(found.names - calm.names)]
    said += [f"missing: {name}" for name in sorted(calm.names - found.names)]
    both = calm.reports.keys() & found.reports.keys()
    said += [f"differs: {n}" for n in sorted(both) if calm.reports[n] != found.reports[n]]
    return said


def kept(out: Path) -> Kept:
    """The files that spare the next run some work, and which they are."""
    found = {}
    for place in (POSES_FOLDER, MEASURED_FOLDER, ROWS_FOLDER):
        for path in (out / place).rglob("*"):
            whole = (
                place != POSES_FOLDER or path.with_suffix(".json").exists()
            )  # it is written last
            with contextlib.suppress(OSError):
                if path.is_file() and whole:
                    status = path.stat()
                    found[path.relative_to(out).as_posix()] = (status.st_ino, status.st_mtime_ns)
    return found


def clips_kept(files: Kept) -> int:
    """How many clips are done for good."""
    return sum(name.startswith(f"{ROWS_FOLDER}/") for name in files)


def written_again(states: Sequence[Kept]) -> list[str]:
    """The kept files that were lost, or written once more, from one state to the next."""
    names = {
        name
        for before, after in pairwise(states)
        for name in before
        if after.get(name) != before[name]
    }
    return [f"written again: {name}" for name in sorted(names)]


def graded_twice(runs: Iterable[str]) -> list[str]:
    """The clips that two runs, or one, say to have graded; of the lines that each run printed."""
    said: Counter[str] = Counter()
    twice: list[str] = []
    for run in runs:
        done = [event for event in events(run) if event["event"] == "clip"]
        counts = Counter(event["clip"] for event in done)
        twice += [f"told twice: {clip}" for clip, times in counts.items() if times > 1]
        said.update(e["clip"] for e in done if e["seconds"] is not None and e["error"] is None)
    return twice + [f"graded twice: {clip}" for clip, times in said.items() if times > 1]


def events(lines: str) -> Iterator[dict[str, Any]]:
    """What a run printed, a JSON object a line; its last line may be broken off."""
    for line in lines.splitlines():
        with contextlib.suppress(ValueError):
            yield json.loads(line)
