"""The attempts of a clip: what may be one, and bears out that it is."""

from __future__ import annotations

from dataclasses import replace

from posecheck.exercises.attempt import Attempt, Found
from posecheck.exercises.nerve_glide.evidence import is_glide, moves_otherwise
from posecheck.exercises.nerve_glide.tension import candidates
from posecheck.exercises.repetitions import looked_at
from posecheck.motion.holes import Hole, holes_in, longest_seen, overlap_s
from posecheck.motion.table import Table
from posecheck.types import Variant

# A bend whose beginning was not seen looks like an extension that begins so soon after.
BEGUN_S = 2.0


def find_attempts(table: Table, variant: Variant | None = None) -> list[Attempt]:
    """Find all attempts in order of time; a `variant` that is given is not doubted."""
    return find(table, variant).attempts


def find(table: Table, variant: Variant | None = None) -> Found:
    """Find the attempts, and tell whether there was something else instead of them.

    Parameters
    ----------
    table
        What was measured.
    variant
        What is repeated; None where that is to be found.

    """
    possible = candidates(table, variant)
    holes = holes_in(table.t_s)
    attempts = [
        _as_seen(attempt, holes) for attempt, raised in possible if is_glide(attempt, raised, table)
    ]
    instead = not attempts and (bool(possible) or moves_otherwise(table))
    return Found(attempts, instead)


def _as_seen(attempt: Attempt, holes: list[Hole]) -> Attempt:
    """Return the attempt without what goes through a hole.

    Of the stop that is the longest part that was seen. A repetition that a hole lies in is none,
    but ends the stop where it began.
    """
    if not overlap_s(attempt.extend_s - BEGUN_S, attempt.lower_s, holes):
        return attempt
    cycles = tuple(looked_at(attempt.cycles, holes))
    tension_s, glide_s = longest_seen(attempt.tension_s, attempt.glide_s, holes)
    missed = overlap_s(attempt.extend_s - BEGUN_S, attempt.glide_s, holes)
    return replace(
        attempt, tension_s=tension_s, glide_s=glide_s, cycles=cycles,
        hold_seen=not missed and cycles[:1] == attempt.cycles[:1],
        variant=attempt.variant if cycles else None,
    )  # fmt: skip
