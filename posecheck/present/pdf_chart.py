"""The chart of a report's PDF: the three angles over time, drawn with lines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from posecheck.present.chart import decimate
from posecheck.present.end_ranges import Programme, peak_points
from posecheck.present.pdf_text import Style, put_line, width_of
from posecheck.types import PHASES, Array, Phase, Report, Words

_MOST_POINTS = 1200  # on paper the width of a page has no room for more
_MOST_TICKS_X, _MOST_TICKS_Y = 12, 6
_NICE = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
_CURVES = (
    ("knee", "knee_flexion_deg", "#0b7285", ()),
    ("hip", "hip_flexion_deg", "#b35900", (5, 2)),
    ("ankle", "ankle_dorsiflexion_deg", "#7b3fb5", (1, 2)),
)  # joint, angle, colour, and dashes, so that they are told apart in black and white, too
_FILLS: dict[Phase, str] = {
    "extend": "#e8f0fe", "hold": "#d9efe2", "glide": "#fdf3d3", "lower": "#ececee",
}  # fmt: skip
_GRID, _AXIS, _TENSION = "#d9dce0", "#495057", "#12683f"
_PEAK_PT = 3.2  # from the middle of a mark to its corners
_BAND_OPACITY = 0.16
_NAMES_SHARE = 0.08  # of the chart's height, above the curves, for the phases' names
_LABELS_PT, _LEFT_PT, _BELOW_PT, _ABOVE_PT = 7.0, 24.0, 13.0, 12.0


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where a time and an angle are on the page."""

    left: float
    bottom: float
    width: float
    height: float
    t_s: tuple[float, float]
    deg: tuple[float, float]

    def x(self, t_s: float) -> float:
        return self.left + self.width * (t_s - self.t_s[0]) / (self.t_s[1] - self.t_s[0])

    def y(self, deg: float) -> float:
        return self.bottom + self.height * (deg - self.deg[0]) / (self.deg[1] - self.deg[0])


def draw_chart(
    canvas: Any,
    box_pt: tuple[float, float, float, float],
    report: Report,
    words: Words,
    joints: dict[str, str],
) -> None:
    """Draw the angles with their bands, the phases, the points of tension and the repetitions.

    Parameters
    ----------
    canvas
        The page, one of reportlab's.
    box_pt
        Left, bottom, width and height of the chart, in points.
    report
        What is drawn.
    words
        The language of the phases' names.
    joints
        What the curves of ``knee``, ``hip`` and ``ankle`` are called.

    """
    left, bottom, width, height = box_pt
    scale = _Scale(
        left + _LEFT_PT, bottom + _BELOW_PT, width - _LEFT_PT - 2, height - _BELOW_PT - _ABOVE_PT,
        _times(report), _degrees(report),
    )  # fmt: skip
    _draw_phases(canvas, scale, report, words)
    _draw_axes(canvas, scale)
    canvas.saveState()
    frame = canvas.beginPath()
    frame.rect(scale.left, scale.bottom, scale.width, scale.height)
    canvas.clipPath(frame, stroke=0, fill=0)
    for joint, angle, colour, dashes in _CURVES:
        _draw_curve(canvas, scale, report, joint, angle, colour, dashes)
    _draw_tension(canvas, scale, report)
    _draw_peaks(canvas, scale, report)
    canvas.restoreState()
    _draw_reps(canvas, scale, report)
    _draw_legend(canvas, scale, joints, words.text("chart.peaks") if peak_points(report) else "")


def _times(report: Report) -> tuple[float, float]:
    t_s = report.series.t_s
    start, end = (float(t_s[0]), float(t_s[-1])) if len(t_s) else (0.0, 0.0)
    return start, max(end, start + 0.1)


def _degrees(report: Report) -> tuple[float, float]:
    angles = np.concatenate([getattr(report.series, angle) for _, angle, _, _ in _CURVES])
    known = angles[np.isfinite(angles)]
    if not known.size:
        return 0.0, 90.0
    low, high = float(known.min()) - 5.0, float(known.max()) + 5.0
    return low, high + _NAMES_SHARE * (high - low)


def _ticks(low: float, high: float, most: int) -> Iterator[float]:
    step = next((n for n in _NICE if (high - low) / n <= most), math.ceil((high - low) / most))
    first = math.ceil(low / step) * step
    while first <= high:
        yield first
        first += step


def _draw_phases(canvas: Any, scale: _Scale, report: Report, words: Words) -> None:
    series, style = report.series, Style(_LABELS_PT, colour=_AXIS)
    if not len(series.t_s):
        return
    programme = Programme(report)
    starts = np.r_[0, np.flatnonzero(np.diff(series.phase)) + 1]
    times = np.r_[series.t_s[starts], series.t_s[-1]]
    for start, (t0, t1) in zip(starts, pairwise(times), strict=True):
        phase = PHASES[int(series.phase[start])]
        x, room = scale.x(float(t0)), scale.x(float(t1)) - scale.x(float(t0))
        if phase in _FILLS:
            canvas.setFillColor(_FILLS[phase])
            canvas.rect(x, scale.bottom, room, scale.height, stroke=0, fill=1)
        name = words.phase(phase, programme.at(float(t0 + t1) / 2))
        if (wide := width_of(name, style)) < room:
            top = scale.bottom + scale.height - 1
            put_line(canvas, x + (room - wide) / 2, top, name, style)


def _draw_axes(canvas: Any, scale: _Scale) -> None:
    style = Style(_LABELS_PT, colour=_AXIS)
    canvas.setLineWidth(0.4)
    for deg in _ticks(*scale.deg, _MOST_TICKS_Y):
        y, label = scale.y(deg), f"{deg:.0f}°".replace("-", "−")
        canvas.setStrokeColor(_AXIS if deg == 0 else _GRID)
        canvas.line(scale.left, y, scale.left + scale.width, y)
        x = scale.left - 3 - width_of(label, style)
        put_line(canvas, x, y + style.line_pt / 2, label, style)
    canvas.setStrokeColor(_AXIS)
    canvas.line(scale.left, scale.bottom, scale.left + scale.width, scale.bottom)
    for t_s in _ticks(*scale.t_s, _MOST_TICKS_X):
        x, label = scale.x(t_s), f"{t_s:.0f} s"
        canvas.line(x, scale.bottom, x, scale.bottom - 2)
        at = min(x - width_of(label, style) / 2, scale.left + scale.width - width_of(label, style))
        put_line(canvas, at, scale.bottom - 2, label, style)


def _draw_curve(
    canvas: Any, scale: _Scale, report: Report, joint: str, angle: str, colour: str,
    dashes: tuple[int, ...],
) -> None:  # fmt: skip
    series = report.series
    deg, half = getattr(series, angle), getattr(series, f"{joint}_uncertainty_deg")
    keep = decimate(deg, _MOST_POINTS)
    t_s, deg, half = series.t_s[keep], deg[keep], half[keep]
    canvas.saveState()
    canvas.setFillColor(colour)
    canvas.setFillAlpha(_BAND_OPACITY)
    for known in _stretches(np.isfinite(deg) & np.isfinite(half)):
        there, back = t_s[known], t_s[known][::-1]
        edge = np.r_[(deg + half)[known], (deg - half)[known][::-1]]
        path = _path(canvas, scale, np.r_[there, back], edge)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()
    canvas.saveState()
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(1.1)
    canvas.setLineJoin(1)
    canvas.setDash(list(dashes))
    for known in _stretches(np.isfinite(deg)):
        canvas.drawPath(_path(canvas, scale, t_s[known], deg[known]), stroke=1, fill=0)
    canvas.restoreState()


def _stretches(known: Array) -> Iterator[slice]:
    edges = np.flatnonzero(np.diff(np.r_[False, known, False].astype(np.int8)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        yield slice(int(start), int(end))


def _path(canvas: Any, scale: _Scale, t_s: Array, deg: Array) -> Any:
    path = canvas.beginPath()
    for i, (t, y) in enumerate(zip(t_s, deg, strict=True)):
        (path.lineTo if i else path.moveTo)(scale.x(float(t)), scale.y(float(y)))
    return path


def _draw_tension(canvas: Any, scale: _Scale, report: Report) -> None:
    canvas.setStrokeColor(_TENSION)
    canvas.setLineWidth(2.2)
    for one in report.sets:
        if one.tension is not None and math.isfinite(one.tension.knee_flexion_deg):
            y = scale.y(one.tension.knee_flexion_deg)
            canvas.line(scale.x(one.tension.start_s), y, scale.x(one.tension.end_s), y)


def _draw_peaks(canvas: Any, scale: _Scale, report: Report) -> None:
    for t_s, deg, _ in peak_points(report):
        _diamond(canvas, scale.x(t_s), scale.y(deg))


def _diamond(canvas: Any, x: float, y: float) -> None:
    path = canvas.beginPath()
    path.moveTo(x, y - _PEAK_PT)
    for dx, dy in ((_PEAK_PT, 0.0), (0.0, _PEAK_PT), (-_PEAK_PT, 0.0)):
        path.lineTo(x + dx, y + dy)
    path.close()
    canvas.setFillColor(_TENSION)
    canvas.setStrokeColor("#ffffff")
    canvas.setLineWidth(0.6)
    canvas.drawPath(path, stroke=1, fill=1)


def _draw_reps(canvas: Any, scale: _Scale, report: Report) -> None:
    style = Style(_LABELS_PT, bold=True, colour=_AXIS)
    canvas.setStrokeColor(_AXIS)
    canvas.setLineWidth(0.6)
    free = scale.left
    for rep in report.reps:
        start, end = scale.x(rep.start_s), scale.x(rep.end_s)
        for x in (start, end):
            canvas.line(x, scale.bottom, x, scale.bottom + 4)
        x = (start + end - width_of(str(rep.index), style)) / 2
        if x >= free:
            put_line(canvas, x, scale.bottom + style.line_pt, str(rep.index), style)
            free = x + width_of(str(rep.index), style) + 2


def _draw_legend(canvas: Any, scale: _Scale, joints: dict[str, str], peaks: str) -> None:
    style, x = Style(_LABELS_PT, colour=_AXIS), scale.left
    top = scale.bottom + scale.height + _ABOVE_PT - 1
    for joint, _, colour, dashes in _CURVES:
        canvas.saveState()
        canvas.setStrokeColor(colour)
        canvas.setLineWidth(1.4)
        canvas.setDash(list(dashes))
        canvas.line(x, top - style.line_pt / 2, x + 16, top - style.line_pt / 2)
        canvas.restoreState()
        put_line(canvas, x + 19, top, joints[joint], style)
        x += 19 + width_of(joints[joint], style) + 12
    if peaks:
        _diamond(canvas, x + 8, top - style.line_pt / 2)
        put_line(canvas, x + 19, top, peaks, style)
