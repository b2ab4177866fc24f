"""A report as one HTML page that opens without a network."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from posecheck.present.chart import chart
from posecheck.present.files import write_whole
from posecheck.present.page_parts import PageParts, page_parts
from posecheck.types import Report

PLOTLY_FILE = "plotly.min.js"


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
        stream.write(_plotly())


def render_page(parts: PageParts, figure: Mapping[str, Any], plotly_js: str) -> str:
    """Return the page as text."""
    own = _file("report.js")
    if plotly_js == "inline":
        library = _plotly()
        allowed = f"{_hash(library)} {_hash(own)}"
    else:
        address = PurePosixPath(plotly_js)
        if address.is_absolute() or ":" in plotly_js or "\\" in plotly_js:
            raise ValueError(f"plotly_js is not a relative address: {plotly_js!r}")
        library = ""
        allowed = f"'self' file: {_hash(own)}"
    # Only the scripts whose hashes stand here can run, and nothing may be fetched, so that
    # even a hole in the escaping could neither run a script nor send anything anywhere.
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data:; media-src 'self' file:; base-uri 'none'; form-action 'none'"
    )
    return (
        _environment()
        .get_template("report.html")
        .render(
            parts=parts,
            policy=Markup(policy),
            style=Markup(_file("report.css")),
            script=Markup(own),
            library=Markup(library),
            library_address="" if library else plotly_js,
            figure=Markup(json_in_script(figure)),
        )
    )


def json_in_script(value: Any) -> str:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _file(name: str) -> str:
    text = (
        files("posecheck.present").joinpath("templates").joinpath(name).read_text(encoding="utf-8")
    )
    return text.replace("\r\n", "\n")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(_file),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _plotly() -> str:
    from plotly.offline import get_plotlyjs  # slow to import, and only a page needs it

    text: str = get_plotlyjs()
    # A browser reads line ends as \n and hashes what it read. The text stands in a script.
    return text.replace("\r\n", "\n").replace("</script", "<\\/script").replace("<!--", "<\\!--")
