"""What is said next, and what gives way to it: the order of the phrases of a session.

Pure: whoever speaks says what time it is. One phrase is heard at a time. What ends or pauses the
session comes first and cuts what is being said. Then the newest count, for a count that has waited
behind a sentence is overtaken by the next. Then the set-up, and the reminder that it should never
hurt, which is urgent and never cut. Then the rest, in order, and other reminders last; none is
begun while repetitions are counted. A count cuts what it has made stale, such as the request to
begin, and waits for the end of a correction. An urgent phase, where the leg has arrived, cuts what
led there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from posecheck.types import Cue, CueKind

# How late a cue may begin to be spoken. A count is not late before the next one has come.
LATE_S: Final[dict[CueKind, float]] = {
    "set_up": 5.0, "phase": 7.5, "count": 8.0, "correct": 5.0, "praise": 3.0, "remind": 30.0,
    "rest": 4.0, "pause": 2.0, "end": 60.0, "result": 60.0,
}  # fmt: skip
# A correction begins so soon behind a count, so that it is over before the next one, and waits
# for that at most so long.
BEHIND_COUNT_S, WAITS_S = 1.0, 2.0
COUNTING_S = 6.0  # without a further count the repetitions are over
STALE_AFTER_COUNT: Final = frozenset({"set_up", "phase"})  # what to do, of who has done it
CUT_BY_COUNT: Final = STALE_AFTER_COUNT | {"rest", "remind", None}
KEPT: Final = frozenset({"remind", "result"})  # a newer one does not take the place of an older


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something that waits to be said; times of the clock of who speaks."""

    text: str
    added_s: float
    late_at_s: float
    urgent: bool = False
    kind: CueKind | None = None
    t_s: float = 0.0  # of its cue, in the time of the frames

    @staticmethod
    def of(cue: Cue, text: str, now_s: float) -> Phrase:
        """Return the phrase of a cue.

        Parameters
        ----------
        cue
            What is told.
        text
            The same in the language of who speaks.
        now_s
            The time now.

        """
        late_at_s = now_s + LATE_S[cue.kind]
        return Phrase(text, now_s, late_at_s, cue.urgent, cue.kind, cue.t_s)

    @property
    def moment(self) -> tuple[CueKind | None, float]:
        """What its cue was about."""
        return self.kind, self.t_s

    def ousts(self, other: Phrase) -> bool:
        """Tell whether the other, which still waits, is of a moment that has passed."""
        if self.kind is None or other.kind is None or not self.t_s > other.t_s:
            return False
        if self.kind == other.kind:
            return self.kind not in KEPT
        return self.kind == "count" and other.kind in STALE_AFTER_COUNT

    def cuts(self, other: Phrase) -> bool:
        """Tell whether the other, which is being said, ends for this one."""
        reminds = other.kind == "remind" and other.urgent
        if reminds or other.kind == "count":
            return False
        if self.kind == "count":
            return other.kind in CUT_BY_COUNT and not (other.kind is None and other.urgent)
        if self.kind == "phase":
            return self.urgent and other.kind == "phase"
        return _is_first(self) and not other.urgent


class SpeechQueue:
    """The phrases that wait; `add` them, and `take` the next whenever nothing is being said."""

    def __init__(self) -> None:
        self.waiting: list[Phrase] = []
        self._counted_s = -float("inf")  # when the last count came

    def add(self, phrase: Phrase) -> None:
        """Take a phrase; what it makes stale is not said any more."""
        self.waiting = [p for p in self.waiting if not phrase.ousts(p)] + [phrase]
        if phrase.kind == "count":
            self._counted_s = phrase.added_s
        elif phrase.kind in ("rest", "end"):
            self._counted_s = -float("inf")

    def take(self, now_s: float) -> Phrase | None:
        """Return what is to be said now; None if nothing is, though something may still wait.

        Parameters
        ----------
        now_s
            The time now, of the same clock as that of the phrases.

        """
        self.waiting = [p for p in self.waiting if p.late_at_s >= now_s]
        ready = [p for p in self.waiting if self._may_begin(p, now_s)]
        if not ready:
            return None
        chosen = max(ready, key=_rank)  # of equals the first
        if _is_first(chosen):  # of those the newest
            chosen = [p for p in ready if _is_first(p)][-1]
        if chosen.kind is not None:  # what belongs to one moment keeps its order
            chosen = next(p for p in ready if p.moment == chosen.moment)
        self.waiting.remove(chosen)
        return chosen

    def cuts(self, spoken: Phrase) -> bool:
        """Tell whether what is being said ends now, for something that waits."""
        return any(p.cuts(spoken) for p in self.waiting)

    def _may_begin(self, phrase: Phrase, now_s: float) -> bool:
        since_count_s = now_s - self._counted_s
        if phrase.kind == "remind":
            return since_count_s >= COUNTING_S
        if phrase.kind == "correct" and BEHIND_COUNT_S < since_count_s < COUNTING_S:
            return now_s - phrase.added_s >= WAITS_S
        return True


def _is_first(phrase: Phrase) -> bool:
    return phrase.urgent and phrase.kind not in ("phase", "remind")


def _rank(phrase: Phrase) -> int:
    if _is_first(phrase):
        return 3
    if phrase.kind == "remind":
        return 1 if phrase.urgent else -1
    return {"count": 2, "set_up": 1}.get(phrase.kind or "", 0)
