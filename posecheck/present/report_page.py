"""A report as one HTML page that opens without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

from markupsafe import Markup

from posecheck.atomic_files import atomic_text
from posecheck.present.batch_links import BatchPlace
from posecheck.present.chart import chart
from posecheck.present.html_pages import (
    environment,
    json_in_script,
    plotly,
    policy,
    template_file,
)
from posecheck.present.page_parts import PageParts, page_parts
from posecheck.present.video import TIME_BASE
from posecheck.types import Report, Words


def write_page(
    report: Report,
    path: Path,
    words: Words,
    *,
    frames: Mapping[int, bytes] | None = None,
    video: bool = False,
    video_t_s: Sequence[float] | None = None,
    plotly_js: str = "inline",
    change: Mapping[str, Any] | None = None,
    place: BatchPlace | None = None,
) -> None:
    """Write ``report.html``.

    Parameters
    ----------
    report
        What is shown.
    path
        Where the page goes.
    words
        The language.
    frames
        JPEG pictures by the index of the finding that they show.
    video
        Whether ``annotated.mp4`` stands beside the page.
    video_t_s
        From when on each of its frames is shown, as `frame_times` reads it; None if it has every
        frame of the report.
    plotly_js
        ``inline``, or the relative address of a copy that ``write_plotly`` wrote.
    change
        The comparison with an earlier report: ``sentence``, ``knee_change_deg``,
        ``detectable_deg``.
    place
        Where it stands in a batch, to whose other pages it then leads.

    """
    parts = page_parts(report, words, frames or {}, video, change)
    times = report.series.t_s.tolist() if video_t_s is None else video_t_s
    page = render_page(parts, chart(report, words), plotly_js, words, place, times)
    with atomic_text(path) as stream:
        stream.write(page)


def _moments(video_t_s: Sequence[float], words: Words) -> dict[str, Any]:
    """Return the video's own table of frames, in ticks of its clock, and the words for a moment.

    Each frame is told by how long after the one before it comes, which is a third as long.
    """
    ticks = [round(t / TIME_BASE) for t in video_t_s]
    return {
        "ticks_per_s": int(1 / TIME_BASE),
        "steps": [b - a for a, b in pairwise([0, *ticks])],
        "decimal": words.text("numbers.decimal"),
        "at": words.text("page.at_frame", time="{time}", number="{number}", total="{total}"),
    }


def write_plotly(path: Path) -> None:
    """Write the copy of plotly.js that the pages of a batch share."""
    with atomic_text(path) as stream:
        stream.write(plotly())


def render_page(
    parts: PageParts,
    figure: Mapping[str, Any],
    plotly_js: str,
    words: Words,
    place: BatchPlace | None = None,
    video_t_s: Sequence[float] = (),
) -> str:
    """Return the page as text.

    Parameters
    ----------
    parts
        What stands on it.
    figure
        The chart, as `chart` makes it.
    plotly_js, words, place, video_t_s
        As those of `write_page`.

    """
    own, style = template_file("report.js"), template_file("report.css")
    links = "" if place is None else template_file("batch_links.js")
    ours = [script for script in (own, links) if script]
    if plotly_js == "inline":
        library = plotly()
        allowed = policy(library, *ours, *(["'self' file:"] if place else []))
    else:
        address = PurePosixPath(plotly_js)
        if address.is_absolute() or ":" in plotly_js or "\\" in plotly_js:
            raise ValueError(f"plotly_js is not a relative address: {plotly_js!r}")
        library = ""
        allowed = policy("'self' file:", *ours)
    return (
        environment()
        .get_template("report.html")
        .render(
            parts=parts,
            language=words.language,
            t=words.text,
            policy=Markup(allowed),
            style=Markup(style if place is None else style + template_file("batch_links.css")),
            script=Markup(own),
            place=place,
            links=Markup(links),
            library=Markup(library),
            library_address="" if library else plotly_js,
            figure=Markup(json_in_script(figure)),
            moments=Markup(json_in_script(_moments(video_t_s, words))),
        )
    )
