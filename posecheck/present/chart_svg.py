"""The chart of a report as one picture that needs no script: SVG, for notebooks and files.

It draws what `posecheck.present.chart.chart` says, so that both show the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from math import ceil, floor
from typing import Any

from posecheck.present.chart import chart
from posecheck.types import Report, Words

_WIDTH, _HEIGHT = 860, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 14, 34, 34  # margins, px
_STEP_DEG = 20.0
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600)
_MOST_STEPS = 14
_LETTER_PX = 7.0  # about what one of the small letters takes
_DIAMOND = ((0, -1), (1, 0), (0, 1), (-1, 0))
_DASHES = {"dash": "7 4", "dot": "2 3"}


def chart_svg(report: Report, words: Words) -> str:
    """Return the three angles over time, with phases, tension and repetitions.

    Parameters
    ----------
    report
        What is shown.
    words
        The language of the phases' names.

    """
    spec = chart(report, words)
    place = _Place(spec)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'width="100%" style="max-width:{_WIDTH}px" font-family="system-ui, sans-serif" '
        'font-size="12" fill="#212529">',
        f"<title>{escape(', '.join(_names(spec)))}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        *(_shape(one, place) for one in spec["layout"]["shapes"]),
        *_axes(place),
        *(curve for trace in spec["data"] for curve in _curves(trace, place)),
        *(_text(one, place) for one in spec["layout"]["annotations"]),
        *_phase_names(spec["phases"], place),
        *_legend(spec["data"]),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part)


class _Place:
    """Where times and angles lie in the picture."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self.start_s, self.end_s = map(float, spec["layout"]["xaxis"]["range"])
        angles = [y for trace in spec["data"] for y in trace["y"] if y is not None] or [0.0, 90.0]
        self.low = floor(min(angles) / _STEP_DEG) * _STEP_DEG
        self.high = max(ceil(max(angles) / _STEP_DEG) * _STEP_DEG, self.low + _STEP_DEG)

    def x(self, t_s: float) -> float:
        inside = _WIDTH - _LEFT - _RIGHT
        return round(_LEFT + inside * (t_s - self.start_s) / (self.end_s - self.start_s), 1)

    def y(self, value: float, paper: bool = False) -> float:
        share = value if paper else (value - self.low) / (self.high - self.low)
        return round(_HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share, 1)


def _names(spec: Mapping[str, Any]) -> list[str]:
    return [trace["name"] for trace in spec["data"] if "name" in trace]


def _shape(shape: Mapping[str, Any], place: _Place) -> str:
    paper = shape.get("yref") == "paper"
    x0, x1 = place.x(shape["x0"]), place.x(shape["x1"])
    y0, y1 = place.y(shape["y0"], paper), place.y(shape["y1"], paper)
    line = shape.get("line", {})
    if shape["type"] == "rect":
        return (
            f'<rect x="{x0}" y="{y1}" width="{x1 - x0:.1f}" height="{y0 - y1:.1f}" '
            f'fill="{shape["fillcolor"]}"/>'
        )
    return (
        f'<line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}" stroke="{line.get("color", "#495057")}" '
        f'stroke-width="{line.get("width", 1)}"/>'
    )


def _curves(trace: Mapping[str, Any], place: _Place) -> Iterator[str]:
    """Draw each known stretch of a trace: a band, or a line."""
    pairs = list(zip(trace["x"], trace["y"], strict=True))
    if trace["mode"] == "markers":
        yield from (_diamond(place.x(t), place.y(y), trace["marker"]) for t, y in pairs)
        return
    line = trace.get("line", {})
    for known, part in groupby(pairs, key=lambda pair: None not in pair):
        if not known:
            continue
        points = " ".join(f"{place.x(t)},{place.y(y)}" for t, y in part)
        if trace.get("fill"):
            yield f'<polygon points="{points}" fill="{trace["fillcolor"]}"/>'
        else:
            yield (
                f'<polyline points="{points}" fill="none" stroke="{line["color"]}" '
                f'stroke-width="{line["width"]}"{_dash(line)} stroke-linejoin="round"/>'
            )


def _diamond(x: float, y: float, marker: Mapping[str, Any]) -> str:
    r, line = 0.6 * marker["size"], marker["line"]
    points = " ".join(f"{x + a * r:.1f},{y + b * r:.1f}" for a, b in _DIAMOND)
    return (
        f'<polygon points="{points}" fill="{marker["color"]}" stroke="{line["color"]}" '
        f'stroke-width="{line["width"]}"/>'
    )


def _dash(line: Mapping[str, Any]) -> str:
    dashes = _DASHES.get(line.get("dash", ""))
    return f' stroke-dasharray="{dashes}"' if dashes else ""


def _text(note: Mapping[str, Any], place: _Place) -> str:
    y = place.y(note["y"], note.get("yref") == "paper") - note.get("yshift", 0)
    y += {"top": 12, "bottom": -4}.get(note.get("yanchor", ""), 4)
    colour = note.get("font", {}).get("color", "#343a40")
    return (
        f'<text x="{place.x(note["x"])}" y="{y:.1f}" text-anchor="middle" fill="{colour}">'
        f"{escape(note['text'])}</text>"
    )


def _phase_names(phases: Sequence[Mapping[str, Any]], place: _Place) -> Iterator[str]:
    """Name the phases that have room for it, above the curves."""
    for phase in phases:
        room_px = phase["share"] * (_WIDTH - _LEFT - _RIGHT)
        if room_px > _LETTER_PX * len(phase["note"]["text"]):
            yield _text(phase["note"], place)


def _axes(place: _Place) -> Iterator[str]:
    value = place.low
    while value <= place.high:
        y, colour = place.y(value), "#adb5bd" if value == 0 else "#e9ecef"
        yield f'<line x1="{_LEFT}" y1="{y}" x2="{_WIDTH - _RIGHT}" y2="{y}" stroke="{colour}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{value:.0f}°</text>'
        value += _STEP_DEG
    length = place.end_s - place.start_s
    step = next((s for s in _STEPS_S if length / s <= _MOST_STEPS), length / _MOST_STEPS)
    for i in range(int(length / step) + 1):
        t_s = place.start_s + i * step
        x, y = place.x(t_s), _HEIGHT - _BOTTOM + 15
        yield f'<text x="{x}" y="{y}" text-anchor="middle">{t_s:.0f} s</text>'


def _legend(data: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    x = float(_LEFT)
    for trace in data:
        if "name" not in trace:
            continue
        y, line = _HEIGHT - 6, trace.get("line")
        yield (
            _diamond(x + 13, y - 4, trace["marker"])
            if line is None
            else (
                f'<line x1="{x}" y1="{y - 4}" x2="{x + 26}" y2="{y - 4}" stroke="{line["color"]}" '
                f'stroke-width="{line["width"]}"{_dash(line)}/>'
            )
        )
        yield f'<text x="{x + 32}" y="{y}">{escape(trace["name"])}</text>'
        x += 52 + _LETTER_PX * len(trace["name"])
