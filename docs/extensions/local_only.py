"""Fails the build where a page would load something from another host.

A link that a reader may follow is no such thing; a font, a script, a style or a picture is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_LOADS = {  # the attributes that a browser follows by itself, by element
    "audio": ("src",), "embed": ("src",), "iframe": ("src",), "img": ("src", "srcset"),
    "input": ("src",), "link": ("href",), "object": ("data",), "script": ("src",),
    "source": ("src", "srcset"), "track": ("src",), "video": ("src", "poster"),
}  # fmt: skip
_NOT_LOADED = {"canonical", "author", "license", "next", "prev"}  # what a `link` may only name
_ELSEWHERE = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
_IN_STYLE = re.compile(r"""(?:url\(|@import)\s*["']?\s*((?:https?:)?//[^"')\s]+)""", re.IGNORECASE)


def loads_from_elsewhere(html: str) -> list[str]:
    """Return the addresses on other hosts that a browser would load with a page."""
    page = _Page()
    page.feed(html)
    return [*page.found, *_IN_STYLE.findall(html)]


def style_loads_from_elsewhere(style: str) -> list[str]:
    """Return the addresses on other hosts that a browser would load with a style sheet."""
    return _IN_STYLE.findall(style)


def setup(app: Sphinx) -> dict[str, Any]:
    """Look at every page once the build is done."""
    app.connect("build-finished", _check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _check(app: Sphinx, error: Exception | None) -> None:
    from sphinx.errors import ExtensionError

    if error is not None or app.builder.format != "html":
        return
    found = list(_all_loads(Path(app.outdir)))
    if found:
        raise ExtensionError("These would be loaded from another host: " + "; ".join(found))


def _all_loads(folder: Path) -> Iterator[str]:
    looks = {".html": loads_from_elsewhere, ".css": style_loads_from_elsewhere}
    for path in sorted(folder.rglob("*")):
        if look := looks.get(path.suffix):
            for address in look(path.read_text(encoding="utf-8")):
                yield f"{path.relative_to(folder)}: {address}"


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "link" and values.get("rel", "").lower() in _NOT_LOADED:
            return
        for name in _LOADS.get(tag, ()):
            if _ELSEWHERE.match(value := values.get(name, "")):
                self.found.append(value)
