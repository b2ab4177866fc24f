"""Agreement as one HTML page with its charts, which opens without a network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from posecheck.assess.comparison import ANSWERS, Agreement
from posecheck.atomic_files import atomic_text
from posecheck.present.agreement_chart import agreement_charts
from posecheck.present.agreement_words import (
    ANSWER_WORDS,
    agreement_parts,
    caveats,
    verdict_table,
)
from posecheck.present.html_pages import environment, json_in_script, plotly, policy, template_file

MARK = '<meta name="generator" content="posecheck compare">'


def write_agreement_page(agreement: Agreement, path: Path, left_out: Sequence[str]) -> None:
    """Write ``compare.html``.

    Parameters
    ----------
    agreement
        What is shown.
    path
        Where the page goes.
    left_out
        Sentences that say which clips are not in it.

    """
    own = template_file("agreement.js")
    page = (
        environment()
        .get_template("agreement.html")
        .render(
            mark=Markup(MARK),
            agreement=agreement,
            parts=agreement_parts(agreement),
            caveats=list(caveats(agreement)),
            table=verdict_table(agreement),
            answers=[ANSWER_WORDS[answer] for answer in ANSWERS],
            left_out=left_out,
            policy=Markup(policy(plotly(), own)),
            style=Markup(template_file("report.css")),
            library=Markup(plotly()),
            charts=Markup(json_in_script(agreement_charts(agreement))),
            script=Markup(own),
        )
    )
    with atomic_text(path) as stream:
        stream.write(page)
