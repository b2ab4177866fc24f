"""The sentences of a report in the language of whoever reads it, whatever it was graded in."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from posecheck.apps.web.review import history
from posecheck.apps.web.review.fold import Step
from posecheck.apps.web.review.measuring import measured
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import Clip
from posecheck.present.report_files import report_to_dict

_KEPT = 64  # reports in another language, some twenty kilobytes each


def translated(room: Room, clip: Clip, data: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return what the page draws of a clip, with its sentences in another language.

    They are those of the same report, measured once more from the kept poses. Where that comes to
    something else, as with a report of an earlier version, the sentence stays as it was written.

    Parameters
    ----------
    room, clip
        Whose it is.
    data
        As `settled` returns it.
    language
        Two letters.

    """
    if data["machine"]["language"] == language:
        return dict(data)
    with room.database.reading() as session:
        steps = history.steps(session, clip.id)
    folder = room.folders.clip(clip.patient_id, clip.sha256).machine
    machine = json.dumps(data["machine"])
    own = _measured(folder, machine, "[]", language)
    put_right = json.dumps([dataclasses.asdict(step) for step in steps])
    standing = _measured(folder, machine, put_right, language)
    return {
        **data,
        "report": _in_its_words(data["report"], standing),
        "machine": _in_its_words(data["machine"], own),
    }


@lru_cache(_KEPT)
def _measured(folder: Path, machine: str, put_right: str, language: str) -> dict[str, Any]:
    """Return a report, of corrections that hold; one that is graded anew is another one."""
    del machine  # only tells one report from the next
    steps = [Step(**step) for step in json.loads(put_right)]
    return report_to_dict(measured(folder, steps, language).report)


def _in_its_words(report: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report with the sentences of another one that says the same."""
    messages = {_what(finding): finding["message"] for finding in other["findings"]}
    findings = [
        {**finding, "message": messages.get(_what(finding), finding["message"])}
        for finding in report["findings"]
    ]
    changed = {**report, "language": other["language"], "findings": findings}
    if _sums(report["grade"]) == _sums(other["grade"]):
        changed["grade"] = other["grade"]
    if report["quality"]["warnings"] == other["quality"]["warnings"]:
        notes = other["quality"]["notes"]
        changed["quality"] = {**report["quality"], "notes": notes}
    return changed


def _what(finding: Mapping[str, Any]) -> tuple[str, float, float | None]:
    return finding["rule"], finding["start_s"], finding["measured"]


def _sums(grade: Mapping[str, Any]) -> tuple[Any, ...]:
    lines = [(line["rule"], line["points"]) for line in grade["deductions"]]
    return grade["verdict"], grade["score"], len(grade["reasons"]), lines
