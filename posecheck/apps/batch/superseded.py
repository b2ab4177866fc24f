"""Clears away what was kept and can serve nobody any more.

That is what other code has made, for names end with the code that may read them; and of the rows
of one clip in one folder all but the one whose report stands there. What another prescription,
model, rate, or a batch with other clips could use stays, and so does whatever is not known.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator

from posecheck.apps.batch.code import code_digest, looks_digest, motion_digest
from posecheck.apps.batch.kept import place
from posecheck.apps.batch.result_names import KEPT_MEASURED, KEPT_POSES, KEPT_ROWS
from posecheck.apps.batch.storage import Storage
from posecheck.apps.report_dir import REPORT
from posecheck.errors import OutputError

_SHA, _SHORT, _CODE = "[0-9a-f]{64}", "[0-9a-f]{16}", "-([0-9a-f]{8})"
_POSES = re.compile(rf"{_SHA}-{_SHORT}-[^/]+?{_CODE}\.(?:npz|json)")
_MEASURED = re.compile(rf"{_SHA}-{_SHORT}-[^/]+?{_CODE}{_CODE}\.npz")
_ROW = re.compile(rf"({_SHA})-{_SHORT}(?:-([0-9a-z]{{4,8}}){_CODE})?\.json")  # once without code
_NO_PLACE = place(None)


def clear_superseded(out: Storage) -> int:
    """Clear it where nobody else works; how many files went.

    What cannot be taken away stays: it takes room and does no harm.
    """
    count = 0
    with contextlib.suppress(OutputError):
        for name in superseded(out):
            out.remove(name)
            count += 1
    return count


def superseded(out: Storage) -> Iterator[str]:
    """The names of the files that nothing can use."""
    looks, motion, code = looks_digest()[:8], motion_digest()[:8], code_digest()[:8]
    yield from _of_other_code(out, KEPT_POSES, _POSES, (looks,))
    yield from _of_other_code(out, KEPT_MEASURED, _MEASURED, (looks, motion))
    of_a_folder: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in out.list(KEPT_ROWS):
        found = _ROW.fullmatch(name.rpartition("/")[2])
        if found is None:
            continue
        sha256, where, made_by = found.groups()
        if made_by != code:
            yield name
        elif where != _NO_PLACE:
            of_a_folder[sha256, where].append(name)
    for names in of_a_folder.values():
        if len(names) > 1:
            yield from (name for name in names if not _stands(out, name))


def _of_other_code(
    out: Storage, folder: str, pattern: re.Pattern[str], code: tuple[str, ...]
) -> Iterator[str]:
    for name in out.list(folder):
        found = pattern.fullmatch(name.rpartition("/")[2])
        if found is not None and found.groups() != code:
            yield name


def _stands(out: Storage, name: str) -> bool:
    """Whether the report that a row was made of is where it was written."""
    content = out.read_bytes(name)
    try:
        plain = json.loads(content or b"")
        folder, digest = plain["row"]["folder"], plain["report_sha256"]
    except (ValueError, KeyError, TypeError):
        return False
    try:
        report = out.read_bytes(f"{folder}/{REPORT}")
    except OutputError:  # a damaged row that names a place outside
        return False
    return report is not None and hashlib.sha256(report).hexdigest() == digest
