"""The chart of a report's page: the three angles over time, as plotly's plain data."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from posecheck.present.end_ranges import Programme, peak_points
from posecheck.types import PHASES, Array, Phase, Report, Words

MOST_POINTS = 3000
PEAK_COLOUR = "#12683f"
_ANKLE = "ankle_dorsiflexion_deg"
_DASH = {"knee": "solid", "hip": "dash", "ankle": "dot"}  # told apart without colour, too
_TRACES = (
    ("knee", "#0b7285", "rgba(11,114,133,0.16)"),
    ("hip", "#b35900", "rgba(179,89,0,0.14)"),
    ("ankle", "#7b3fb5", "rgba(123,63,181,0.12)"),
)
_PHASE_FILLS: dict[Phase, str] = {
    "rest": "rgba(0,0,0,0)",
    "extend": "rgba(66,133,244,0.10)",
    "hold": "rgba(27,140,80,0.16)",
    "glide": "rgba(250,200,60,0.14)",
    "lower": "rgba(110,110,120,0.12)",
}


def chart(report: Report, words: Words) -> dict[str, Any]:
    """Return plotly's ``data`` and ``layout``, and the phases' names with their share of it.

    Parameters
    ----------
    report
        What is shown.
    words
        The language of the names.

    """
    series = report.series
    data: list[dict[str, Any]] = []
    for joint, colour, fill in _TRACES:
        angle = getattr(series, f"{joint}_flexion_deg" if joint != "ankle" else _ANKLE)
        half = getattr(series, f"{joint}_uncertainty_deg")
        keep = decimate(angle, MOST_POINTS)
        t, y, band = series.t_s[keep], angle[keep], half[keep]
        x_band, y_band = _outline(t, y, band)
        if x_band:
            data.append({
                "type": "scatter", "mode": "lines", "x": x_band, "y": y_band, "fill": "toself",
                "fillcolor": fill, "line": {"width": 0}, "hoverinfo": "skip",
                "showlegend": False, "legendgroup": joint,
            })  # fmt: skip
        data.append({
            "type": "scatter", "mode": "lines", "name": words.text(f"chart.{joint}"),
            "legendgroup": joint, "x": _numbers(t, 3), "y": _numbers(y, 1), "connectgaps": False,
            "line": {"color": colour, "width": 2, "dash": _DASH[joint]},
            "hovertemplate": "%{y:.0f}°",
        })  # fmt: skip
    data += _peaks(report, words)
    shapes, names = _phases(report, words)
    tension_shapes, notes = _tension(report, words)
    rep_shapes, rep_notes = _reps(report)
    separators = words.text("numbers.decimal") + words.text("numbers.thousands")
    layout = _layout(report, shapes + tension_shapes + rep_shapes, notes + rep_notes)
    layout["separators"] = separators
    # Whether a phase's name has its room is known in the browser.
    return {"data": data, "layout": layout, "phases": names}


def _peaks(report: Report, words: Words) -> list[dict[str, Any]]:
    """Return the end ranges as marks on the curve of their joint, where there are any."""
    points = peak_points(report)
    if not points:
        return []
    return [{
        "type": "scatter", "mode": "markers", "name": words.text("chart.peaks"),
        "x": [round(t_s, 3) for t_s, _, _ in points], "y": [round(deg, 1) for _, deg, _ in points],
        "marker": {"color": PEAK_COLOUR, "size": 10, "symbol": "diamond",
                   "line": {"color": "#ffffff", "width": 1.5}},
        "hovertemplate": "%{y:.0f}°",
    }]  # fmt: skip


def decimate(values: Array, most: int) -> NDArray[np.intp]:
    """Return indices of a curve that keep the lowest and highest of each stretch.

    A plain stride would cut the peaks off the repetitions.

    Parameters
    ----------
    values
        (n,), NaN where unknown.
    most
        How many indices there may be.

    """
    count = len(values)
    if count <= most:
        return np.arange(count)
    edges = np.linspace(0, count, max(most // 3, 1) + 1).astype(np.intp)
    kept: set[int] = set()
    for start, end in pairwise(edges):
        part = values[start:end]
        unknown = np.isnan(part)
        if unknown.any():
            kept.add(int(start + unknown.argmax()))  # so that a gap stays a gap
        if not unknown.all():
            kept.update((int(start + np.nanargmin(part)), int(start + np.nanargmax(part))))
    return np.array(sorted(kept), dtype=np.intp)


def _numbers(values: Array, digits: int) -> list[float | None]:
    return [round(float(v), digits) if np.isfinite(v) else None for v in values]


def _outline(t: Array, y: Array, half: Array) -> tuple[list[float | None], list[float | None]]:
    """Return the outlines of the uncertainty band, one closed shape for each known stretch."""
    known = np.isfinite(y) & np.isfinite(half)
    edges = np.flatnonzero(np.diff(np.r_[False, known, False].astype(np.int8)))
    xs: list[float | None] = []
    ys: list[float | None] = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        part = slice(start, end)
        xs += [*_numbers(t[part], 3), *_numbers(t[part][::-1], 3), None]
        low, high = y[part] - half[part], y[part] + half[part]
        ys += [*_numbers(high, 1), *_numbers(low[::-1], 1), None]
    return xs, ys


_Marks = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def _phases(report: Report, words: Words) -> _Marks:
    series = report.series
    shapes: list[dict[str, Any]] = []
    names: list[dict[str, Any]] = []
    programme = Programme(report)
    if not len(series.t_s):
        return shapes, names
    starts = np.r_[0, np.flatnonzero(np.diff(series.phase)) + 1]
    times = np.r_[series.t_s[starts], series.t_s[-1]]
    whole = max(float(times[-1] - times[0]), 1e-9)
    for start, t0, t1 in zip(starts, times[:-1], times[1:], strict=True):
        phase = PHASES[int(series.phase[start])]
        shapes.append(_rectangle(float(t0), float(t1), _PHASE_FILLS[phase]))
        name = words.phase(phase, programme.at(float(t0 + t1) / 2))
        note = _note(float(t0 + t1) / 2, 1.0, name, "bottom")
        names.append({"note": note, "share": round(float(t1 - t0) / whole, 4)})
    return shapes, names


def _tension(report: Report, words: Words) -> _Marks:
    shapes: list[dict[str, Any]] = []
    for one in report.sets:
        tension = one.tension
        if tension is None or not np.isfinite(tension.knee_flexion_deg):
            continue
        line = {"color": "#12683f", "width": 3}
        shapes.append({
            "type": "line", "x0": round(tension.start_s, 3), "x1": round(tension.end_s, 3),
            "y0": round(tension.knee_flexion_deg, 1), "y1": round(tension.knee_flexion_deg, 1),
            "line": line,
        })  # fmt: skip
    if report.tension is None or not np.isfinite(report.tension.knee_flexion_deg):
        return shapes, []
    first = report.tension
    note = _note(
        (first.start_s + first.end_s) / 2, first.knee_flexion_deg,
        words.text("chart.tension", degrees=words.number(first.knee_flexion_deg)), "top",
    )  # fmt: skip
    note.update(yref="y", yshift=-5, font={"color": "#12683f", "size": 13})
    return shapes, [note]


def _reps(report: Report) -> _Marks:
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    every = max(len(report.reps) // 12, 1)
    for i, rep in enumerate(report.reps):
        for t in (rep.start_s, rep.end_s):
            shapes.append({
                "type": "line", "yref": "paper", "x0": round(t, 3), "x1": round(t, 3),
                "y0": 0, "y1": 0.06, "line": {"color": "#495057", "width": 1},
            })  # fmt: skip
        if i % every == 0:
            notes.append(_note((rep.start_s + rep.end_s) / 2, 0.0, str(rep.index), "bottom"))
    return shapes, notes


def _rectangle(t0: float, t1: float, fill: str) -> dict[str, Any]:
    return {
        "type": "rect", "yref": "paper", "x0": round(t0, 3), "x1": round(t1, 3), "y0": 0, "y1": 1,
        "fillcolor": fill, "line": {"width": 0}, "layer": "below",
    }  # fmt: skip


def _note(t: float, y: float, text: str, anchor: str) -> dict[str, Any]:
    return {
        "x": round(t, 3), "y": round(y, 1), "yref": "paper", "yanchor": anchor, "text": text,
        "showarrow": False, "font": {"size": 12, "color": "#343a40"},
    }  # fmt: skip


def _layout(
    report: Report, shapes: list[dict[str, Any]], notes: list[dict[str, Any]]
) -> dict[str, Any]:
    end = max(float(report.series.t_s[-1]) if len(report.series.t_s) else 0.0, 0.1)
    grid = {"gridcolor": "rgba(0,0,0,0.08)", "zerolinecolor": "rgba(0,0,0,0.25)"}
    return {
        "xaxis": {"ticksuffix": " s", "range": [0, round(end, 2)], **grid},
        "yaxis": {"ticksuffix": "°", **grid},
        "legend": {"orientation": "h", "x": 0, "y": -0.12, "yanchor": "top"},
        "margin": {"l": 48, "r": 12, "t": 30, "b": 40},
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": "#212529"},
        "hovermode": "x unified",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "shapes": shapes,
        "annotations": notes,
    }
