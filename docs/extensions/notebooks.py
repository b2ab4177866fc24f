"""Shows a notebook with the outputs that it was saved with; nothing is run.

A notebook becomes a page of Markdown: its text as it stands, its code in blocks, and of each output
the richest form that a page can show.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_FENCE = "`" * 6  # more than stand in any cell


def as_markdown(notebook: Mapping[str, Any]) -> str:
    """Return the Markdown of a page.

    Parameters
    ----------
    notebook
        What the file holds, of format 4.

    """
    return "\n\n".join(part for cell in notebook["cells"] for part in _cell(cell)) + "\n"


def _cell(cell: Mapping[str, Any]) -> Iterator[str]:
    source = _text(cell["source"])
    if cell["cell_type"] == "markdown":
        yield source
    elif cell["cell_type"] == "code":
        yield f"{_FENCE}python\n{source}\n{_FENCE}"
        for output in cell["outputs"]:
            yield from _output(output)


def _output(output: Mapping[str, Any]) -> Iterator[str]:
    data = output.get("data", {})
    if "text/html" in data:
        yield f"{_FENCE}{{raw}} html\n{_text(data['text/html'])}\n{_FENCE}"
    elif text := _text(data.get("text/plain", output.get("text", ""))):
        yield f"{_FENCE}text\n{text.rstrip()}\n{_FENCE}"


def _text(lines: str | list[str]) -> str:
    return lines if isinstance(lines, str) else "".join(lines)


def setup(app: Sphinx) -> dict[str, Any]:
    """Have notebooks read as pages."""
    from myst_parser.parsers.sphinx_ import MystParser

    class NotebookParser(MystParser):  # type: ignore[misc]
        supported = ("notebook",)

        def parse(self, inputstring: str, document: Any) -> None:
            super().parse(as_markdown(json.loads(inputstring)), document)

    app.add_source_suffix(".ipynb", "notebook")
    app.add_source_parser(NotebookParser)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
