"""A report as one HTML page that opens without a network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from markupsafe import Markup

from posecheck.present.chart import chart
from posecheck.present.files import write_whole
from posecheck.present.page_parts import PageParts, page_parts
from posecheck.present.shell import (
    environment,
    json_in_script,
    plotly,
    policy,
    template_file,
)
from posecheck.types import Report


def write_page(
    report: Report,
    path: Path,
    *,
    frames: Mapping[int, bytes] | None = None,
    video: bool = False,
    plotly_js: str = "inline",
    change: Mapping[str, Any] | None = None,
) -> None:
    """Write ``report.html``.

    Parameters
    ----------
    report
        What is shown.
    path
        Where the page goes.
    frames
        JPEG pictures by the index of the finding that they show.
    video
        Whether ``annotated.mp4`` stands beside the page.
    plotly_js
        ``inline``, or the relative address of a copy that ``write_plotly`` wrote.
    change
        The comparison with an earlier report: ``sentence``, ``knee_change_deg``,
        ``detectable_deg``.

    """
    parts = page_parts(report, frames or {}, video, change)
    page = render_page(parts, chart(report), plotly_js)
    with write_whole(path) as stream:
        stream.write(page)


def write_plotly(path: Path) -> None:
    """Write the copy of plotly.js that the pages of a batch share."""
    with write_whole(path) as stream:
        stream.write(plotly())


def render_page(parts: PageParts, figure: Mapping[str, Any], plotly_js: str) -> str:
    """Return the page as text."""
    own = template_file("report.js")
    if plotly_js == "inline":
        library = plotly()
        allowed = policy(library, own)
    else:
        address = PurePosixPath(plotly_js)
        if address.is_absolute() or ":" in plotly_js or "\\" in plotly_js:
            raise ValueError(f"plotly_js is not a relative address: {plotly_js!r}")
        library = ""
        allowed = policy("'self' file:", own)
    return (
        environment()
        .get_template("report.html")
        .render(
            parts=parts,
            policy=Markup(allowed),
            style=Markup(template_file("report.css")),
            script=Markup(own),
            library=Markup(library),
            library_address="" if library else plotly_js,
            figure=Markup(json_in_script(figure)),
        )
    )
