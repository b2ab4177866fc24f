"""A directive that lists a package's modules, each with the first line of its docstring.

In a page: ````{modules} posecheck````. The files are read, not imported, so a module that needs a
camera or a screen is listed like any other.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from docutils.nodes import Node
    from sphinx.application import Sphinx

_ROOT = Path(__file__).resolve().parents[2]


def modules_by_folder(package: Path) -> dict[str, list[tuple[str, str]]]:
    """Return for each folder its modules: their paths and the first lines of their docstrings.

    The docstring of a folder is that of its ``__init__.py``, which stands first.
    """
    folders: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(package.rglob("*.py"), key=lambda p: (p.parent, p.name)):
        folder = str(path.parent.relative_to(package.parent))
        name = "" if path.name == "__init__.py" else path.name
        folders.setdefault(folder, []).append((name, _first_line(path)))
    return folders


def _first_line(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split()).removesuffix("::")


class Modules(SphinxDirective):  # type: ignore[misc]
    """``{modules} PACKAGE``: a list for each folder of the package."""

    required_arguments = 1

    def run(self) -> list[Node]:
        """Write the lists as Markdown and have it read."""
        self.env.note_reread()  # the modules may have changed where the page has not
        lines: list[str] = []
        for folder, modules in modules_by_folder(_ROOT / self.arguments[0]).items():
            lines += ["", f"**{folder}/**", ""]
            for name, first_line in modules:
                lines += [f"- `{name}`: {first_line}" if name else f"{first_line}", ""]
        nodes: list[Node] = self.parse_text_to_nodes("\n".join(lines))
        return nodes


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known."""
    app.add_directive("modules", Modules)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
