"""A directive that lists the rules of an exercise, as the code has them.

In a page: ````{rules} nerve_glide````.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sphinx.util.docutils import SphinxDirective

from posecheck.exercises.catalogue import exercise_named

if TYPE_CHECKING:
    from docutils.nodes import Node
    from sphinx.application import Sphinx


def rules_table(exercise: str) -> list[str]:
    """Return the lines of a Markdown table with a row for each rule of an exercise.

    Parameters
    ----------
    exercise
        Its name.

    Raises
    ------
    KeyError
        There is no such exercise.

    """
    rows = ["| rule | means | by default | limits | unit, doubt |", "|---|---|---|---|---|"]
    for rule in exercise_named(exercise).rules:
        limits = "; ".join(f"`{x.dotted}` {x.default:g}: {x.description}" for x in rule.limits)
        rows.append(
            f"| `{rule.name}` | {rule.in_language().title} | {rule.severity} | {limits or '-'} | "
            f"{rule.unit}, {rule.uncertainty:g} |"
        )
    return rows


class Rules(SphinxDirective):  # type: ignore[misc]
    """``{rules} EXERCISE``: the table of its rules."""

    required_arguments = 1

    def run(self) -> list[Node]:
        """Write the table as Markdown and have it read."""
        self.env.note_reread()  # the rules may have changed where the page has not
        nodes: list[Node] = self.parse_text_to_nodes("\n".join(rules_table(self.arguments[0])))
        return nodes


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known."""
    app.add_directive("rules", Rules)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
