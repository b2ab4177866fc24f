"""Clears away what was kept and can serve nobody any more.

That is what was kept under other schema numbers, with which names end; and of the rows of one
clip in one folder all but the one whose report stands there. What another prescription, model,
rate, or a batch with other clips could use stays, and so does whatever is not known.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator

from posecheck.apps.batch.cache import (
    MEASURED_FOLDER,
    POSES_FOLDER,
    ROWS_FOLDER,
    folder_digest,
    measured_suffix,
    poses_suffix,
    row_suffix,
)
from posecheck.apps.batch.storage import Storage
from posecheck.apps.report_dir import REPORT
from posecheck.errors import OutputError

# The end of a name: schema numbers, or the digests of source files that stood there once.
_SUFFIX = r"-((?:p\d+)(?:m\d+)?(?:r\d+)?|[0-9a-f]{8}(?:-[0-9a-f]{8})?)"
_SHA, _SHORT = "[0-9a-f]{64}", "[0-9a-f]{16}"
_POSES = re.compile(rf"{_SHA}-{_SHORT}-[^/]+?{_SUFFIX}\.(?:npz|json)")
_ROW = re.compile(rf"({_SHA})-{_SHORT}(?:-([0-9a-z]{{4,8}}){_SUFFIX})?\.json")
_NO_FOLDER = folder_digest(None)


def clean_cache(out: Storage) -> int:
    """Clear it where nobody else works; how many files went.

    What cannot be taken away stays: it takes room and does no harm.
    """
    count = 0
    with contextlib.suppress(OutputError):
        for name in stale_files(out):
            out.remove(name)
            count += 1
    return count


def stale_files(out: Storage) -> Iterator[str]:
    """The names of the files that nothing can use."""
    yield from _of_other_schemas(out, POSES_FOLDER, poses_suffix())
    yield from _of_other_schemas(out, MEASURED_FOLDER, measured_suffix())
    of_a_folder: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in out.list(ROWS_FOLDER):
        found = _ROW.fullmatch(name.rpartition("/")[2])
        if found is None:
            continue
        sha256, folder, suffix = found.groups()
        if suffix != row_suffix():
            yield name
        elif folder != _NO_FOLDER:
            of_a_folder[sha256, folder].append(name)
    for names in of_a_folder.values():
        if len(names) > 1:
            yield from (name for name in names if not _stands(out, name))


def _of_other_schemas(out: Storage, folder: str, suffix: str) -> Iterator[str]:
    for name in out.list(folder):
        found = _POSES.fullmatch(name.rpartition("/")[2])
        if found is not None and found[1] != suffix:
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
