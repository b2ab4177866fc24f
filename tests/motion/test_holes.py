"""Holes are found by time, and what is in them is unknown."""

from __future__ import annotations

import numpy as np
import pytest
from tables import table_of

from posecheck.motion.holes import FILLED_MAX, holes_in, longest_seen, overlap_s, with_unknown

EVEN = np.arange(100) * 0.1
HOLED = np.where(EVEN > 4.05, EVEN + 3, EVEN)


def test_a_hole_is_longer_than_what_is_bridged() -> None:
    """Half a second is none, three are; nor are the even steps of a file of a frame a second."""
    assert holes_in(HOLED) == [pytest.approx((4.0, 7.1))]
    assert holes_in(np.where(EVEN > 4.05, EVEN + 0.5, EVEN)) == []
    assert holes_in(EVEN * 10) == holes_in(EVEN) == holes_in(EVEN[:1]) == holes_in(EVEN[:0]) == []


def test_most_of_a_clip_may_be_a_hole() -> None:
    """A step counts by its number: one of a minute is a hole among a hundred short ones."""
    assert len(holes_in(np.where(EVEN > 4.05, EVEN + 60, EVEN))) == 1


def test_the_end_of_the_clip_counts() -> None:
    assert holes_in(EVEN, 9.95) == []
    assert holes_in(EVEN, 14.0) == [pytest.approx((9.9, 14.0))]


def test_nothing_is_known_in_one() -> None:
    table, hidden = with_unknown(table_of(HOLED, knee_deg=np.ones(100)), holes_in(HOLED))
    assert np.isnan(table.knee_deg[hidden]).all()
    assert (table.knee_deg[~hidden] == 1).all()
    assert np.diff(table.t_s).max() < 0.15
    assert (np.diff(table.t_s) > 0).all()
    days = np.append(EVEN, 1e6)
    assert len(with_unknown(table_of(days), holes_in(days))[0].t_s) == 101 + FILLED_MAX


def test_the_longest_part_that_was_seen() -> None:
    holes = [(2.0, 3.0), (4.0, 8.0)]
    assert longest_seen(0.0, 5.0, holes) == (0.0, 2.0)
    assert longest_seen(1.5, 9.0, holes) == (3.0, 4.0)
    assert longest_seen(2.5, 3.5, holes) == (3.0, 3.5)
    assert longest_seen(5.0, 6.0, holes)[0] == longest_seen(5.0, 6.0, holes)[1]
    assert longest_seen(0.0, 1.0, holes) == (0.0, 1.0)
    assert overlap_s(1.0, 5.0, holes) == 2.0
