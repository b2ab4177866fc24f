"""How the reference shows frozen values: short signatures, and the comments beside their fields.

The fields of a dataclass say what they hold in a comment behind them (``xy_px: Array  # (33, 2)``),
which Sphinx would leave out.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import io
import re
import tokenize
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_ALIAS = re.compile(r"TypeAliasForwardRef\('(\w+)'\)")  # how Sphinx spells `Array | None`


@cache
def comments_of(value_class: type) -> dict[str, str]:
    """Return the comments that stand behind the fields of a class, by field."""
    source = inspect.getsource(value_class)
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    by_line = {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT}
    (body,) = (node.body for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
    return {
        node.target.id: by_line[node.end_lineno or 0]
        for node in body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.end_lineno in by_line
    }


def setup(app: Sphinx) -> dict[str, Any]:
    """Listen to what the reference is made of, before and after Napoleon does at 500."""
    kept: dict[str, list[str]] = {}

    def keep(_app: Sphinx, what: str, name: str, _v: Any, _o: Any, lines: list[str]) -> None:
        if what == "property":  # Napoleon would take what stands before a colon for its type
            kept[name] = list(lines)

    def give_back(_app: Sphinx, what: str, name: str, _v: Any, _o: Any, lines: list[str]) -> None:
        if what == "property":
            lines[:] = kept.pop(name)

    app.connect("autodoc-process-docstring", keep, priority=400)
    app.connect("autodoc-process-docstring", give_back, priority=600)
    app.connect("autodoc-process-docstring", _comment_as_docstring, priority=600)
    app.connect("autodoc-process-signature", _short_signature)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _short_signature(
    _app: Sphinx, what: str, _name: str, value: Any, _options: Any, signature: Any, returned: Any
) -> tuple[str, str | None] | None:
    """The names of a value's fields alone, for their types follow; none for a prescription."""
    if what != "class":
        return (_ALIAS.sub(r"\1", signature), returned) if signature else None
    if not dataclasses.is_dataclass(value) or not isinstance(value, type):
        return ("", None) if hasattr(value, "model_fields") else None
    typed = inspect.signature(value)
    names = [p.replace(annotation=p.empty) for p in typed.parameters.values()]
    plain = typed.replace(parameters=names, return_annotation=typed.empty)
    return (str(plain) if len(names) else "", None)


def _comment_as_docstring(
    _app: Sphinx, what: str, name: str, _value: Any, _options: Any, lines: list[str]
) -> None:
    """The comment behind a field, where that is all there is."""
    if what != "attribute" or any(lines):
        return
    import posecheck

    owner, _, field = name.removeprefix("posecheck.").partition(".")
    value_class = getattr(posecheck, owner, None)
    if dataclasses.is_dataclass(value_class) and isinstance(value_class, type):
        comment = comments_of(value_class).get(field)
        if comment is not None:
            lines[:] = [comment[0].upper() + comment[1:] + "." * (not comment.endswith("."))]
