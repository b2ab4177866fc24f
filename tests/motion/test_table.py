"""The last minutes of the rows."""

from __future__ import annotations

import numpy as np
import pytest

from posecheck.motion.table import BLOCK, COLUMNS, RECENT_ROOM, RECENT_S, RecentRows, Rows


@pytest.mark.parametrize("batch", [1, 7, 5000])
def test_nothing_of_the_last_seconds_is_forgotten(batch: int) -> None:
    """However many rows come at once."""
    recent, fps = RecentRows(), 64.0  # times that 32 bits hold exactly
    times = np.arange(2.5 * RECENT_ROOM) / fps
    rows = np.tile(times[:, None], (1, len(COLUMNS)))
    for i in range(0, len(times), batch):
        recent.push(times[i : i + batch], rows[i : i + batch])
    since = times[-1] - RECENT_S
    expected = times[times >= since]
    np.testing.assert_array_equal(recent.times(since), expected)
    np.testing.assert_array_equal(recent.column("knee_deg", since), expected)
    assert recent.now_s == times[-1]


def test_it_is_empty_before_the_first() -> None:
    recent = RecentRows()
    assert np.isnan(recent.now_s)
    assert len(recent.times()) == len(recent.column("hip_deg")) == 0


@pytest.mark.parametrize("first", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK - 1, 3 * BLOCK])
@pytest.mark.parametrize("count", [0, 1, BLOCK, 3 * BLOCK])
def test_rows_from_a_number_on(first: int, count: int) -> None:
    """The same as all of them, cut."""
    rows = Rows(2)
    for i in range(count):
        rows.append(np.array([i, -i]))
    np.testing.assert_array_equal(rows.since(first), rows.all()[first:])
