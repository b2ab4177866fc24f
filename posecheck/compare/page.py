"""Agreement as one HTML page with its charts, which opens without a network."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import FunctionLoader
from markupsafe import Markup

from posecheck.atomic_files import atomic_text
from posecheck.compare.agreement import ANSWERS, Agreement, is_graded
from posecheck.compare.disagreements import (
    Disagreement,
    both_sides,
    count_of,
    disagreement_texts,
    page_address,
)
from posecheck.compare.statistics import Estimate, Limits
from posecheck.compare.words import (
    ANSWER_WORDS,
    agreement_parts,
    caveats,
    verdict_table,
)
from posecheck.exercises.language import words_of
from posecheck.exercises.rule import FALLBACK
from posecheck.present.html_pages import environment, json_in_script, plotly, policy, template_file
from posecheck.present.spreadsheet import spelled

MARK = '<meta name="generator" content="posecheck compare">'
_DOT, _BIAS, _LIMIT = "#0b7285", "#12683f", "#8a4b00"  # colours
_MOST_NAMED = 5  # clips that the text of a disc names
_LONGEST_NAME = 80  # characters of a clip's name


def write_agreement_page(
    agreement: Agreement,
    path: Path,
    left_out: Sequence[str],
    apart: Sequence[Disagreement] = (),
    unused: Sequence[str] = (),
) -> None:
    """Write ``compare.html``.

    Parameters
    ----------
    agreement
        What is shown.
    path
        Where the page goes.
    left_out
        Sentences that say which clips are not in it.
    apart
        The clips on which grades and labels disagree.
    unused
        Sentences that say what of the labels is not used.

    """
    own = _template("agreement.js")
    page = (
        environment()
        .overlay(loader=FunctionLoader(_template))
        .get_template("agreement.html")
        .render(
            mark=Markup(MARK),
            language=FALLBACK,
            t=words_of().text,
            agreement=agreement,
            parts=agreement_parts(agreement),
            caveats=list(caveats(agreement)),
            table=verdict_table(agreement),
            answers=[ANSWER_WORDS[answer] for answer in ANSWERS],
            left_out=left_out,
            texts=disagreement_texts(),
            apart=[_apart(one, path) for one in apart],
            count_apart=count_of(apart, agreement.clips),
            unused=unused,
            policy=Markup(policy(plotly(), own)),
            style=Markup(template_file("report.css")),
            library=Markup(plotly()),
            charts=Markup(json_in_script(agreement_charts(agreement))),
            script=Markup(own),
        )
    )
    with atomic_text(path) as stream:
        stream.write(page)


def _apart(one: Disagreement, page: Path) -> tuple[str, str, list[tuple[str, str]]]:
    """Return a clip's name, the address of its report or nothing, and what both say."""
    address = "" if one.report is None else page_address(one.report, page)
    return spelled(one.pair.row.clip), address, list(zip(*both_sides(one), strict=True))


def agreement_charts(agreement: Agreement) -> dict[str, Any]:
    """Return the charts as plotly's plain data; one without any clip is None.

    Parameters
    ----------
    agreement
        What is shown: ``angles`` and ``peaks`` are Bland and Altman's plots of the point of
        tension and of the end range, ``counts`` the pairs of counts.

    """
    return {
        "angles": _angles(agreement, "tension_knee_flexion_deg", agreement.tension_deg),
        "peaks": _angles(agreement, "peak_deg", agreement.peak_deg),
        "counts": _counts(agreement),
    }


def _template(name: str) -> str:
    """Return a template: this page's own, or one that all pages share."""
    own = files("posecheck.compare").joinpath("templates").joinpath(name)
    if own.is_file():
        return own.read_text(encoding="utf-8").replace("\r\n", "\n")
    return template_file(name)


def _angles(agreement: Agreement, angle: str, limits: Limits) -> dict[str, Any] | None:
    both = [
        (getattr(pair.row, angle), getattr(pair.label, angle), pair.row.clip)
        for pair in agreement.pairs
        if is_graded(pair)
    ]
    both = [one for one in both if math.isfinite(one[0] - one[1])]
    if not both:
        return None
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for estimate, name, colour, dash in (
        (limits.upper, "upper limit", _LIMIT, "dash"),
        (limits.bias, "bias", _BIAS, "solid"),
        (limits.lower, "lower limit", _LIMIT, "dash"),
    ):
        _line(estimate, name, colour, dash, shapes, notes)
    data = {
        "type": "scatter", "mode": "markers",
        "hovertemplate": "%{text}<br>%{y:.1f}°<extra></extra>",
        "x": [round((grade + label) / 2, 2) for grade, label, _ in both],
        "y": [round(grade - label, 2) for grade, label, _ in both],
        "text": [_name(clip) for *_, clip in both],
        "marker": {"color": _DOT, "size": 9, "opacity": 0.75},
    }  # fmt: skip
    layout = _layout("Mean of both", "Posecheck minus you", "°")
    return {"data": [data], "layout": {**layout, "shapes": shapes, "annotations": notes}}


def _line(
    estimate: Estimate, name: str, colour: str, dash: str,
    shapes: list[dict[str, Any]], notes: list[dict[str, Any]],
) -> None:  # fmt: skip
    if math.isnan(estimate.value):
        return
    across = {"type": "line", "xref": "paper", "x0": 0, "x1": 1}
    if math.isfinite(estimate.low):
        shapes.append({
            "type": "rect", "xref": "paper", "x0": 0, "x1": 1, "layer": "below", "opacity": 0.12,
            "y0": round(estimate.low, 2), "y1": round(estimate.high, 2), "fillcolor": colour,
            "line": {"width": 0},
        })  # fmt: skip
    value = round(estimate.value, 2)
    shapes.append({
        **across, "y0": value, "y1": value, "line": {"color": colour, "width": 2, "dash": dash},
    })  # fmt: skip
    notes.append({
        "xref": "paper", "x": 1, "xanchor": "right", "y": value, "yanchor": "bottom",
        "text": f"{name} {value:.1f}°", "showarrow": False, "font": {"color": colour, "size": 12},
    })  # fmt: skip


def _counts(agreement: Agreement) -> dict[str, Any] | None:
    at: dict[tuple[int, int], list[str]] = defaultdict(list)
    for pair in agreement.pairs:
        if is_graded(pair) and pair.label.reps is not None and pair.row.reps is not None:
            at[pair.label.reps, pair.row.reps].append(pair.row.clip)
    if not at:
        return None
    most = max(max(both) for both in at) + 1
    names = [
        "<br>".join(map(_name, clips[:_MOST_NAMED]))
        + (f"<br>and {len(clips) - _MOST_NAMED} more" if len(clips) > _MOST_NAMED else "")
        for clips in at.values()
    ]
    data = {
        "type": "scatter", "mode": "markers+text", "textfont": {"color": "#fff", "size": 12},
        "x": [label for label, _ in at], "y": [grade for _, grade in at],
        "text": [str(len(clips)) for clips in at.values()], "hovertext": names,
        "hovertemplate": "you %{x}, Posecheck %{y}<br>%{hovertext}<extra></extra>",
        "marker": {
            "color": [_DOT if label == grade else _LIMIT for label, grade in at], "opacity": 1,
            "size": [round(20 + 6 * math.sqrt(len(clips) - 1), 1) for clips in at.values()],
            "sizemode": "diameter",
        },
    }  # fmt: skip
    layout = _layout("Your count", "Posecheck’s count", "")
    diagonal = {
        "type": "line", "x0": -1, "y0": -1, "x1": most, "y1": most, "layer": "below",
        "line": {"color": "#4d5761", "width": 1},
    }  # fmt: skip
    return {"data": [data], "layout": {**layout, "shapes": [diagonal]}}


def _name(clip: str) -> str:
    """Return a name in which plotly, which knows some markup, finds none."""
    plain = spelled(clip).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain if len(plain) <= _LONGEST_NAME else f"{plain[: _LONGEST_NAME - 1]}…"


def _layout(x: str, y: str, unit: str) -> dict[str, Any]:
    grid = {"gridcolor": "rgba(0,0,0,0.08)", "zerolinecolor": "rgba(0,0,0,0.35)"}
    return {
        "xaxis": {"title": {"text": x}, "ticksuffix": unit, **grid},
        "yaxis": {"title": {"text": y}, "ticksuffix": unit, **grid},
        "margin": {"l": 64, "r": 16, "t": 16, "b": 52},
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": "#212529"},
        "hovermode": "closest", "showlegend": False,
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
    }  # fmt: skip
