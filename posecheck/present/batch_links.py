"""The way from a report of a batch back to its index, and on to the reports beside it.

A page cannot know which clips will stand beside it when the batch has grown. It is written once,
with its own address, and looks itself up in a small file beside the index, which has the addresses
of all reports in the index's order and is written anew with it. As that file is a script, it is
read from a disk too, where a page may not fetch anything. Where it is missing, as of a page that
was passed on alone, no links are shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from posecheck.atomic_files import atomic_text
from posecheck.present.html_pages import json_in_script
from posecheck.present.index_page import report_address
from posecheck.present.spreadsheet import spelled
from posecheck.types import ClipGrade


@dataclass(frozen=True, slots=True)
class BatchPlace:
    """Where a report stands in a batch: in a folder beside the index."""

    address: str  # of its page, as the index has it
    index: str  # the name of the index
    order: str  # the name of the file that `write_order` writes beside it


def write_order(rows: Iterable[ClipGrade], path: Path, report: str) -> None:
    """Write the file in which pages find those beside them, row by row.

    Parameters
    ----------
    rows
        The clips, in the order of the index; those without a report are passed over.
    path
        Where the file goes.
    report
        The name of the page in each clip's folder.

    """
    with atomic_text(path) as stream:
        stream.write("window.posecheckOrder = [")
        before = "\n"
        for row in rows:
            address = report_address(row.folder, report) if row.folder else ""
            if address:
                stream.write(before + json_in_script([address, spelled(row.clip)]))
                before = ",\n"
        stream.write("\n];\n")
