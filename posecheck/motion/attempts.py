"""The attempts of a clip: what may be one, and bears out that it is."""

from __future__ import annotations

from dataclasses import dataclass

from posecheck.motion.evidence import is_glide, moves_otherwise
from posecheck.motion.tension import Attempt, Track, candidates
from posecheck.types import Variant


@dataclass(frozen=True, slots=True)
class Found:
    """The attempts in order of time, and whether somebody did something else instead."""

    attempts: list[Attempt]
    something_else: bool


def find_attempts(track: Track, variant: Variant | None = None) -> list[Attempt]:
    """All attempts in order of time; a `variant` that is given is not doubted."""
    return find(track, variant).attempts


def find(track: Track, variant: Variant | None = None) -> Found:
    """The attempts, and what there was instead of them."""
    possible = candidates(track, variant)
    attempts = [attempt for attempt, raised in possible if is_glide(attempt, raised, track)]
    instead = not attempts and (bool(possible) or moves_otherwise(track))
    return Found(attempts, instead)
