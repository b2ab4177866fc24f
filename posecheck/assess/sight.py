"""What was seen of a clip, holes and all, and which part of it tells of the exercise."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from posecheck.motion.holes import Hole, holes_in, with_unknown
from posecheck.motion.table import Table
from posecheck.types import Array, Mask

# Where nobody lies for so long, they have left: who lies there later has come anew.
ABSENT_S = 10.0
DOWN_S = 0.5  # a leg whose exercise was seen to begin, or to end, is seen for so long beside it


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of a clip, and when the exercise went on."""

    table: Table  # (n,)
    exercising: Mask  # (n,), from where the repetitions start and until the leg is lowered
    moving: Mask  # (n,), the same with the way there and back
    something_else: bool = False  # another exercise was done
    end_s: float | None = None  # when the clip ends, if that is known
    holes: tuple[Hole, ...] = ()  # in which the rows are that stand for no look
    hidden: Mask | None = None  # (n,), those rows

    @property
    def t_s(self) -> Array:
        """The times of the looks, (n,) in seconds."""
        return self.table.t_s

    @property
    def usable(self) -> Array:
        """1 where knee and hip are known, else 0; (n,)."""
        return self.table.leg_known.astype(float)

    def rows(self, which: Mask) -> Sight:
        """Return a part of it.

        Parameters
        ----------
        which
            A mask (n,).

        """
        return replace(
            self, table=self.table.rows(which), exercising=self.exercising[which],
            moving=self.moving[which],
            hidden=None if self.hidden is None else self.hidden[which],
        )  # fmt: skip

    def through_holes(self) -> Sight:
        """Return it with rows in its holes, in which nothing is known.

        The exercise may have gone on in a hole that follows on it, and so may the way there and
        back.
        """
        holes = holes_in(self.t_s, self.end_s)
        if not holes or self.hidden is not None:
            return self
        table, hidden = with_unknown(self.table, holes)
        seen = np.flatnonzero(~hidden)
        before = np.clip(np.searchsorted(seen, np.arange(len(hidden)), "right") - 1, 0, None)
        after = np.minimum(before + hidden, len(seen) - 1)
        return replace(
            self, table=table, holes=tuple(holes), hidden=hidden,
            exercising=self.exercising[before] & self.exercising[after],
            moving=self.moving[before] | self.moving[after],
        )  # fmt: skip


def attended(sight: Sight) -> Mask:
    """Tell which frames (n,) say whether the exercise was seen, and which warnings hold.

    They go from its first to its last, gaps and all, and on either side for as long as somebody
    lies there: nobody has exercised before they came or after they left. But who vanishes while
    the leg is up has not left: then all frames on that side count, for they may hide the rest.
    Where no exercise was found all count.
    """
    frames, n = np.flatnonzero(sight.moving), len(sight.t_s)
    if not len(frames):
        return np.ones(n, bool)
    lies, usable = (sight.table.tracked > 0) & (sight.table.lying == 1), sight.usable > 0
    before = _stays(-sight.t_s[::-1], lies[::-1], usable[::-1], n - 1 - int(frames[0]))
    after = _stays(sight.t_s, lies, usable, int(frames[-1]))
    inside: Mask = np.zeros(n, bool)
    inside[n - 1 - before : after + 1] = True
    return inside


def _stays(times: Array, lies: Mask, usable: Mask, at: int) -> int:
    """Return the last frame that counts after the exercise has ended with number `at`."""
    seen = at + np.flatnonzero(np.r_[True, lies[at + 1 :]])
    away = np.flatnonzero(np.diff(times[seen]) > ABSENT_S)
    until = int(seen[away[0]] if len(away) else seen[-1])
    known = at + np.flatnonzero(np.r_[True, usable[at + 1 : until + 1]])
    return until if times[known[-1]] - times[at] >= DOWN_S else len(times) - 1
