"""Charts over the sessions as SVG: no script, good on paper, in the page's own colours.

The colours are classes of ``static/progress.css``; the numbers stand in a table as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from math import ceil, floor

from posecheck.types import Words

_WIDTH, _HEIGHT = 420, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 16, 14, 30  # margins, px
_STEPS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
_LINES = 6  # across, at most
_DATES_PX = 88  # what a date takes


@dataclass(frozen=True, slots=True)
class Dot:
    """A point with its error bar."""

    day: date
    value: float
    half_band: float = 0.0


@dataclass(frozen=True, slots=True)
class Curve:
    """Dots that are joined; `kind` is a class of the style sheet, and says the dots' form."""

    kind: str
    dots: Sequence[Dot]


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of values over the whole width."""

    low: float
    high: float


def svg_chart(
    title: str, curves: Sequence[Curve], words: Words,
    *, band: Band | None = None, low: float, high: float,
) -> str:  # fmt: skip
    """Draw curves over days.

    Parameters
    ----------
    title
        What those are told who do not see it.
    curves
        With one dot at least.
    words
        The language of dates and numbers.
    band
        What lies behind them.
    low, high
        The values that must be seen at least.

    """
    days = [dot.day for curve in curves for dot in curve.dots]
    place = _Place(min(days), max(days), low, high)
    parts = [
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(title)}">',
        _band(band, place) if band else "",
        *_lines(place, words),
        *_dates(sorted(set(days)), place, words),
        *(part for curve in curves for part in _curve(curve, place)),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part)


class _Place:
    """Where days and values lie in the picture."""

    def __init__(self, first: date, last: date, low: float, high: float) -> None:
        self._first, self._days = first, (last - first).days
        self.step = next((s for s in _STEPS if (high - low) / s <= _LINES - 1), _STEPS[-1])
        self.low = floor(low / self.step) * self.step
        self.high = max(ceil(high / self.step) * self.step, self.low + self.step)

    def x(self, day: date) -> float:
        share = (day - self._first).days / self._days if self._days else 0.5
        inside = _WIDTH - _LEFT - _RIGHT - 20
        return round(_LEFT + 10 + inside * share, 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(_HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share, 1)


def _band(band: Band, place: _Place) -> str:
    top, bottom = place.y(min(band.high, place.high)), place.y(max(band.low, place.low))
    width = _WIDTH - _LEFT - _RIGHT
    return (
        f'<rect class="noise" x="{_LEFT}" y="{top}" width="{width}" height="{bottom - top:.1f}"/>'
    )


def _lines(place: _Place, words: Words) -> Iterator[str]:
    for i in range(round((place.high - place.low) / place.step) + 1):
        value = place.low + i * place.step
        y = place.y(value)
        yield f'<line class="grid" x1="{_LEFT}" y1="{y}" x2="{_WIDTH - _RIGHT}" y2="{y}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{words.number(value)}</text>'


def _dates(days: Sequence[date], place: _Place, words: Words) -> Iterator[str]:
    """Name the first day, the last, and those between that have room."""
    shown = [days[0]]
    room_until = place.x(days[-1]) - _DATES_PX
    for day in days[1:-1]:
        if place.x(shown[-1]) + _DATES_PX <= place.x(day) <= room_until:
            shown.append(day)
    for day in dict.fromkeys((*shown, days[-1])):
        x = place.x(day)
        anchor = "middle" if len(days) == 1 else "start" if day == days[0] else "middle"
        if len(days) > 1 and day == days[-1]:
            anchor = "end"
        x += {"start": -10, "end": 10}.get(anchor, 0)
        text = escape(words.date(day.isoformat()))
        yield f'<text x="{x}" y="{_HEIGHT - 8}" text-anchor="{anchor}">{text}</text>'


def _curve(curve: Curve, place: _Place) -> Iterator[str]:
    dots = [(place.x(dot.day), place.y(dot.value), dot) for dot in curve.dots]
    joined = " ".join(f"{x},{y}" for x, y, _ in dots)
    yield f'<polyline class="curve {curve.kind}" points="{joined}"/>'
    for x, y, dot in dots:
        if dot.half_band:
            low, high = place.y(dot.value - dot.half_band), place.y(dot.value + dot.half_band)
            path = f"M{x} {low}V{high}M{x - 4} {low}h8M{x - 4} {high}h8"
            yield f'<path class="bar {curve.kind}" d="{path}"/>'
        yield f'<circle class="dot {curve.kind}" cx="{x}" cy="{y}" r="4"/>'
