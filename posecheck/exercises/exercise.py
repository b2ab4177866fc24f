"""What an exercise is: its attempts, repetitions and rules, and what a session says on the way.

An exercise is one folder beside this module and one entry in ``catalogue.py``. Everything that is
the same for all of them (following the leg, grading, pages) is elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from posecheck.exercises.attempt import Attempt, Found, Running
from posecheck.exercises.end_range import EndRange
from posecheck.exercises.rule import Asked, OneCause, Rule
from posecheck.motion.table import RecentRows, Table
from posecheck.types import Joint, Update, Variant, Words


class Follower(Protocol):
    """Follows the attempts of a session while they happen."""

    @property
    def running(self) -> Running:
        """The state at the newest row."""

    @property
    def confirmed(self) -> Attempt | None:
        """The attempt that runs, or the last one, with what a report would confirm of it."""

    @property
    def settled(self) -> Attempt | None:
        """The same without repetitions that may still change."""

    def push(self, recent: RecentRows, busy: bool = False) -> bool:
        """Look again if it is time, and tell whether it was; while `busy` a little later."""


@dataclass(frozen=True, slots=True)
class Script:
    """What a live session asks for, by the names of the phrases in the language files.

    Attributes
    ----------
    prompt
        What to do next, of somebody who rests.
    urgent_prompt
        Of the prompts, the one that need not wait for the other to be repeated.
    arrived
        What is said when the leg has arrived where the repetitions start, and its number; None
        where that is nothing to be told.
    wait_s
        How long to stay there before the repetitions are asked for.
    repeat
        What is said to begin the repetitions of a variant, if that is known.
    lower
        What is said when the repetitions that were asked for are done; where each of them ends with
        the leg at rest, what is said of a leg that stays at its end range.
    over
        What is said when, without a number that was asked for, no further repetition comes and the
        leg is still up; None where each repetition ends with the leg at rest.
    remind
        What is said once in a session, before the first repetition.
    is_down
        Whether the leg is back at rest, as far as it is seen.
    over_s
        How long the leg is at rest until the set is over, where its repetitions are not yet all
        done.

    """

    prompt: Callable[[Update], str]
    urgent_prompt: str
    arrived: Callable[[Asked], tuple[str, int | None] | None]
    wait_s: Callable[[Asked], float]
    repeat: Callable[[str | None], str]
    lower: str
    over: str | None
    remind: str
    is_down: Callable[[Update], bool]
    over_s: float

    @property
    def rests_between(self) -> bool:
        """Whether the leg comes to rest after each repetition, and not only after the last."""
        return self.over is None


@dataclass(frozen=True, slots=True)
class Exercise:
    """An exercise as one value.

    Attributes
    ----------
    name
        As reports and prescriptions name it.
    find
        The attempts of a clip; a variant that is given is not doubted.
    follow
        The same while a session goes on.
    moves
        The joint that a variant moves; that of None where there are no variants.
    rules, one_cause
        What is looked at, and which of several findings with one cause stays.
    script
        What a live session says.
    how_to
        What to do, in one sentence that goes on.
    no_repetitions, no_tension
        What is said of an attempt that lacks the one or the other; None where there is no tension.
    to
        Where a repetition goes to an end range: which, and how it is found.
    peak_sd_deg
        How far the end range of one person differs from one measurement to the next, as a standard
        deviation, with a goniometer (degrees).
    repetitions_min
        Fewer than these are few; None where the prescription says what is usual.

    """

    name: str
    find: Callable[[Table, Variant | None], Found]
    follow: Callable[[Variant | None], Follower]
    moves: Mapping[Variant | None, Joint]
    rules: tuple[Rule, ...]
    one_cause: OneCause
    script: Script
    how_to: str
    no_repetitions: str
    no_tension: str | None
    to: EndRange | None = None
    peak_sd_deg: float = float("nan")
    repetitions_min: int | None = None

    def said(self, what: str, words: Words) -> str:
        """Return `how_to`, `no_repetitions` or `no_tension` in a language; English if it has none.

        Parameters
        ----------
        what
            Which of them.
        words
            The language, whose file has a table ``[exercises.NAME]``.

        """
        own: str = getattr(self, what)
        return words.texts.get(f"exercises.{self.name}.{what}", own)
