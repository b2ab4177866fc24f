"""The attempts of a clip: what may be one, and bears out that it is."""

from __future__ import annotations

from posecheck.exercises.attempt import Attempt, Found
from posecheck.exercises.nerve_glide.evidence import is_glide, moves_otherwise
from posecheck.exercises.nerve_glide.tension import candidates
from posecheck.motion.table import Table
from posecheck.types import Variant


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
    attempts = [attempt for attempt, raised in possible if is_glide(attempt, raised, table)]
    instead = not attempts and (bool(possible) or moves_otherwise(table))
    return Found(attempts, instead)
