"""The options that make a report a record: who, when, with whom, and how it felt."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click

from posecheck.apps.record import WORST, one_line, whole_note

T = TypeVar("T")


def subject_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a record; it is called with the `Subject` as ``subject``."""

    @functools.wraps(function)  # with the options that it has already
    def with_subject(
        *,
        subject: str | None,
        date: str | None,
        therapist: str | None,
        note: str,
        symptoms: tuple[int, int] | None,
        **more: Any,
    ) -> Any:
        from posecheck.types import Subject

        before, after = symptoms or (None, None)
        return function(subject=Subject(subject, date, therapist, before, after, note), **more)

    for option in reversed(_OPTIONS):
        with_subject = option(with_subject)
    return with_subject


def _date(text: str) -> str:
    from posecheck.present.spreadsheet import iso_date

    try:
        return iso_date(text)
    except ValueError:
        raise click.BadParameter(f"{text[:30]!r} is no date; write it like 2026-03-30.") from None


def _line(text: str) -> str | None:
    return _taken(one_line, text)


def _note(text: str) -> str:
    return _taken(whole_note, text)


def _taken(take: Callable[[str], T], text: str) -> T:
    try:
        return take(text)
    except ValueError as error:
        raise click.BadParameter(f"it {error}.") from None


_OPTIONS = (
    click.option(
        "--subject",
        metavar="TEXT",
        help="who it is, or a code for them: stands in the heading of the report",
        type=_line,
    ),
    click.option(
        "--date", metavar="DATE", help="the day of the session, such as 2026-03-30", type=_date
    ),
    click.option("--therapist", metavar="TEXT", help="who treats them", type=_line),
    click.option("--note", metavar="TEXT", help="a note, for the report", type=_note, default=""),
    click.option(
        "--symptoms",
        metavar="BEFORE AFTER",
        help="how strong the symptoms were before and after, each from 0 (none) to 10",
        nargs=2,
        type=click.IntRange(0, WORST),
    ),
)
