"""Days in the forms that people and spreadsheets write them."""

from __future__ import annotations

import pytest

from posecheck.present.spreadsheet import is_month_first, iso_date, serial_date, two_days


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


@pytest.mark.parametrize(
    ("text", "month_first", "day"),
    [
        ("3/4/2026", True, "2026-03-04"), ("3/4/2026", False, "2026-04-03"),
        ("30/3/2026", True, "2026-03-30"), ("3/30/2026", False, "2026-03-30"),
        ("3.4.2026", True, "2026-04-03"),
    ],
)  # fmt: skip
def test_a_day_of_which_the_order_is_known(text: str, month_first: bool, day: str) -> None:
    assert iso_date(text, month_first) == day


def test_days_that_may_be_two() -> None:
    assert two_days("3/4/2026") is not None
    assert [two_days(text) for text in ("4/4/2026", "3/30/2026", "0/4/2026", "3.4.2026")] == [
        None, None, None, None,
    ]  # fmt: skip


def test_the_order_of_a_column() -> None:
    assert is_month_first(["3/4/2026", "3/30/2026", "", "x"]) is True
    assert is_month_first(["30/3/2026 10:00"]) is False
    assert is_month_first(["3/30/2026", "30/3/2026"]) is None
    assert is_month_first(["3/4/2026", "30.3.2026"]) is None


def test_numbers_of_a_workbook() -> None:
    """They count from the end of 1899, and have the time behind the point."""
    assert serial_date("46111") == serial_date("46111.99") == "2026-03-30"
    assert serial_date("29221") == "1980-01-01"
    for text in ("2026", "20260330", "29220", "99999", "46111x", ""):
        assert serial_date(text) is None
