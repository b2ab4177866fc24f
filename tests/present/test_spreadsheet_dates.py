"""Days in the forms that people and spreadsheets write them."""

from __future__ import annotations

import pytest

from posecheck.present.spreadsheet import iso_date


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-30", "2026-03-30"), ("2026-03-30T10:15", "2026-03-30"),
        ("2026-03-30 00:00:00", "2026-03-30"), ("2026-03-30T10:15:00Z", "2026-03-30"),
        ("30.03.2026", "2026-03-30"), ("1. 3. 2026", "2026-03-01"),
        ("1.3.2026 08:00", "2026-03-01"),
        ("2026/3/30", "2026-03-30"), ("2026.03.30", "2026-03-30"), ("30/03/2026", "2026-03-30"),
        ("3/30/2026", "2026-03-30"), ("3/30/2026 8:05 AM", "2026-03-30"),
        ("4/4/2026", "2026-04-04"),
        ("30-03-2026", "2026-03-30"),
    ],
)  # fmt: skip
def test_days(text: str, day: str) -> None:
    assert iso_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "", "2026", "today", "2026-03-30x", "30.3.26", "3/4/2026", "13/13/2026", "31.2.2026",
        "2026-02-30", "46111", "20260330",
    ],
)  # fmt: skip
def test_what_is_no_day_or_two(text: str) -> None:
    with pytest.raises(ValueError, match="is no day"):
        iso_date(text)
