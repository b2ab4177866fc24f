"""Runs of `posecheck grade` that are disturbed at random moments, and run again."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.soak_commands import Commands, Program
from benchmarks.soak_harms import DASK, KINDS, disk, means
from benchmarks.soak_traces import (
    Kept,
    Traces,
    clips_kept,
    differences,
    graded_twice,
    kept,
    traces,
    written_again,
)

LATEST = 0.95  # of the time that a run takes: later ones come too late too often


@dataclass(frozen=True, slots=True)
class Fault:
    """What is done to a run."""

    kind: str
    at: float  # of the time that the command takes undisturbed, from 0 to 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run."""

    kind: str
    at_s: float  # after the command was begun
    in_time: bool  # whether the command was still at work
    code: int | None  # that it ended with, None if it had to be ended
    then: Kept  # when it happened
    first: Kept  # when the command had ended
    found: tuple[str, ...]  # what is wrong after it was run again
    forgotten: tuple[str, ...]  # in the system's folder for what is not for long


def drawn(runs: int, kinds: Sequence[str], seed: int) -> list[Fault]:
    """So many faults at any moment: all kinds in turn, shuffled each time.

    Of four kinds, 20 runs hold each five times.
    """
    rng = random.Random(seed)
    found: list[Fault] = []
    while len(found) < runs:
        found += [
            Fault(kind, rng.uniform(0, LATEST)) for kind in rng.sample(list(kinds), len(kinds))
        ]
    return found[:runs]


def faults(
    made: Path,
    clips: Path,
    runs: int,
    seed: int,
    kinds: Sequence[str] = KINDS,
    program: Program | None = None,
) -> int:
    """Disturb so many runs, run each again, and compare; 1 if anything is wrong after that."""
    program = program or Program()
    wanted, usual_s = _calm(Commands(made / "calm", clips, program), "parent")
    takes_s = dict.fromkeys(kinds, usual_s)
    print(f"{len(list(clips.iterdir()))} clips; undisturbed, they take {usual_s:.1f} s", end="")
    if DASK in kinds:
        same, takes_s[DASK] = _calm(Commands(made / "calm_dask", clips, program), DASK)
        if same != wanted:
            raise SystemExit("With Dask, a run that nobody disturbs ends otherwise.")
        print(f", with two workers of Dask {takes_s[DASK]:.1f} s", end="")
    print(
        ".\n\n| run | fault | after | clips kept by then | the command ended with "
        "| clips kept by it | after it was run again |\n|---|---|---|---|---|---|---|"
    )
    outcomes = []
    for number, fault in enumerate(drawn(runs, kinds, seed), 1):
        commands = Commands(made / f"run_{number}", clips, program)
        at_s = fault.at * takes_s[fault.kind]
        outcomes.append(disturb_and_resume(commands, fault.kind, at_s, wanted))
        print(line(number, outcomes[-1]), flush=True)
    good = sum(not outcome.found for outcome in outcomes)
    print(f"\n{good} of {runs} runs end as one that nobody disturbs.")
    forgotten = {name for outcome in outcomes for name in outcome.forgotten}
    if forgotten:
        print(f"Left in the folder for temporary files: {', '.join(sorted(forgotten))}.")
    return int(good < runs)


def _calm(commands: Commands, kind: str) -> tuple[Traces, float]:
    """What an undisturbed run leaves, and the seconds it takes."""
    with means(kind, commands) as (options, _harm):
        begun_s = time.monotonic()
        if commands.end(commands.begin(options)) != 0:
            raise SystemExit("The run that nobody disturbs has failed.")
        took_s = time.monotonic() - begun_s
    return traces(commands.out), took_s


def line(number: int, outcome: Outcome) -> str:
    """One of the table."""
    code = "killed, it took too long" if outcome.code is None else str(outcome.code)
    return (
        f"| {number} | {outcome.kind} | {outcome.at_s:.1f} s "
        f"| {clips_kept(outcome.then)} | {code}{'' if outcome.in_time else ', before the fault'} "
        f"| {clips_kept(outcome.first)} | {'; '.join(outcome.found) or 'equal'} |"
    )


def disturb_and_resume(commands: Commands, kind: str, at_s: float, wanted: Traces) -> Outcome:
    """Run with a fault, run again without, and see what is wrong then."""
    found = []
    with disk(commands.disk, small=kind == "disk"):
        with means(kind, commands) as (options, harm):
            process = commands.begin(options)
            with contextlib.suppress(psutil.TimeoutExpired):
                process.wait(at_s)
            in_time = process.poll() is None
            if in_time:
                harm(process)
            then = kept(commands.out)
            code = commands.end(process)
        if code is None:
            found.append("the disturbed command did not end")
        if alive := commands.left_alive():
            found.append(f"{alive} processes lived on")
        first = kept(commands.out)
        if kind == DASK:  # the other one has done it all
            found += [f"before it was run again: {d}" for d in differences(wanted, commands.out)]
        if again := commands.end(commands.begin()):
            found.append(f"run again, it ended with {again}")
        found += differences(wanted, commands.out)
        found += written_again([then, first, kept(commands.out)])
    found += graded_twice(commands.told)
    return Outcome(kind, at_s, in_time, code, then, first, tuple(found), tuple(commands.forgotten))
