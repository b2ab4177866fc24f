"""What the folder of a clip's report is called: safe on any disk, and never another's."""

from __future__ import annotations

import posixpath
import re

from posecheck.apps.batch.result_names import FILES

_LONGEST = 180  # bytes: file systems take 255, and a folder in the making has a longer name
_NOT_IN_NAMES = frozenset('/\\:*?"<>|')
_WINDOWS = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def stem_of(name: str) -> str:
    """The folder of a clip of this name, before any suffix that tells twins apart.

    Examples
    --------
    >>> stem_of("study/Knee, week 2.mp4"), stem_of("https://host/a.b.mov"), stem_of("...mp4")
    ('Knee, week 2', 'a.b', 'clip')

    """
    last = posixpath.basename(name.replace("\\", "/").rstrip("/"))
    return safe_folder(last.rpartition(".")[0] or last)


def safe_folder(stem: str) -> str:
    """A folder name as like ``stem`` as may be.

    Examples
    --------
    >>> safe_folder("Knee, week 2"), safe_folder(".."), safe_folder("a/b")
    ('Knee, week 2', 'clip', 'a_b')

    """
    name = "".join(c if c.isprintable() and c not in _NOT_IN_NAMES else "_" for c in stem)
    name = name.strip().rstrip(". ")
    name = name.encode("utf-8")[:_LONGEST].decode("utf-8", "ignore").rstrip(". ")
    if not name:
        return "clip"
    if name.startswith("."):  # hidden ones are ours
        name = f"_{name[1:]}"
    if name.casefold() in FILES or _WINDOWS.fullmatch(name):
        return f"{name}_"
    return name
