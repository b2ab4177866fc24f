"""What the folder of a clip's report is called: safe on any disk, and never another's."""

from __future__ import annotations

import re

_LONGEST = 180  # bytes: file systems take 255, and a folder in the making has a longer name
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\ud800-\udfff\u2028\u2029]')
_OURS = frozenset(("grades.csv", "grades.parquet", "index.html", "plotly.min.js"))
_WINDOWS = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def safe_folder(stem: str) -> str:
    """A folder name as like ``stem`` as may be.

    Examples
    --------
    >>> safe_folder("Knee, week 2"), safe_folder(".."), safe_folder("a/b")
    ('Knee, week 2', 'clip', 'a_b')

    """
    name = _NOT_IN_NAMES.sub("_", stem).strip().rstrip(". ")
    name = name.encode("utf-8")[:_LONGEST].decode("utf-8", "ignore").rstrip(". ")
    if not name:
        return "clip"
    if name.startswith("."):  # hidden ones are ours
        name = f"_{name[1:]}"
    if name.casefold() in _OURS or _WINDOWS.fullmatch(name):
        return f"{name}_"
    return name
