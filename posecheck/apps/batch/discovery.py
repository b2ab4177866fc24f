"""Which files of a folder are clips: walked without being led in circles or held up.

A found file is ``Found``: where it is, what it is called within the folder, and, if it can
be seen already that nobody can grade it, why. Hidden files are passed over (among them those
that are still being written, and the shadows that macOS leaves beside files), and so are the
annotated videos of earlier reports.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from posecheck.apps.batch.addresses import MAGIC, Address, file_system, why
from posecheck.apps.report_dir import REPORT, VIDEO
from posecheck.errors import InputError

SUFFIXES = tuple(
    f".{suffix}"
    for suffix in (
        "3g2", "3gp", "asf", "avi", "divx", "dv", "flv", "h264", "h265", "hevc", "ivf", "m2ts",
        "m2v", "m4v", "mjpeg", "mjpg", "mkv", "mov", "mp4", "mpeg", "mpg", "mts", "mxf", "nut",
        "obu", "ogm", "ogv", "qt", "rm", "rmvb", "ts", "vob", "webm", "wmv", "wtv",
    )
)  # fmt: skip
_DEEPEST = 40  # folders; a web server may show one that holds itself


@dataclass(frozen=True, slots=True)
class Found:
    """A file that counts as a clip."""

    location: str
    name: str  # within the folder that was asked for, with /
    problem: str | None = None


def is_clip_name(name: str) -> bool:
    """Whether a file of this name in a folder counts as a clip."""
    return not name.startswith(".") and name.lower().endswith(SUFFIXES)


def is_report_video(name: str, beside: set[str]) -> bool:
    """Whether it is the annotated video of a report that lies in the same folder.

    Parameters
    ----------
    name
        Of a file.
    beside
        The names of all files in its folder.

    """
    return name == VIDEO and REPORT in beside


def what_it_is(path: str) -> str | None:
    """Why a path is no file that can be read, in one sentence; None if it is one."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - a name may hold bytes that are no text
    except FileNotFoundError:
        is_link = os.path.islink(path)  # noqa: PTH114
        return "It is a link to nothing." if is_link else "It is not there; check the name."
    except PermissionError:
        return "It may not be read; change its permissions."
    except (OSError, ValueError) as error:
        return f"It cannot be read ({getattr(error, 'strerror', None) or 'no name of a file'})."
    if stat.S_ISREG(mode):
        return None
    if stat.S_ISDIR(mode):
        return "It is a folder; give the video file in it."
    for test, word in (
        (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"),
    ):  # fmt: skip
        if test(mode):
            return f"It is {word}, no ordinary file; give a recorded clip."
    return "It is no ordinary file; give a recorded clip."


def clips_in_folder(folder: str) -> Iterator[Found]:
    """Every clip below a local folder, each real folder looked into once."""
    seen: set[tuple[int, int]] = set()
    waiting = [(folder, "")]
    while waiting:
        here, prefix = waiting.pop()
        try:
            status = os.stat(here)  # noqa: PTH116
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(here) as listing:
                entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            reason = error.strerror or "it cannot be read"
            yield Found(here, prefix or "./", f"This folder cannot be looked into ({reason}).")
            continue
        names = {entry.name for entry in entries}
        inner = []
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if _is_folder(entry):
                inner.append((entry.path, f"{prefix}{entry.name}/"))
            elif is_clip_name(entry.name) and not is_report_video(entry.name, names):
                yield Found(entry.path, prefix + entry.name, what_it_is(entry.path))
        waiting.extend(reversed(inner))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def clips_at_address(address: Address) -> list[Found]:
    """The clip, or the clips of the folder or glob, behind an address."""
    files, path = file_system(address)
    try:
        if address.is_web:
            return _on_the_web(files, address)
        kind = _kind(files, path)
        magic = MAGIC.search(path)
        if kind == "file":
            return [Found(address.url, address.shown)]
        if kind == "directory":
            folder, paths = path, files.find(path)
        elif magic:
            folder = path[: magic.start()].rpartition("/")[0]
            inside = files.glob(path, detail=True)
            paths = [p for p, about in inside.items() if about["type"] == "file"]
        else:
            raise InputError(f"{address.shown} is not there; check the address.")
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{address.shown} cannot be listed: {why(error)}.") from None
    folder = folder.rstrip("/") + "/"
    named = [(files.unstrip_protocol(p), p[len(folder) :]) for p in paths if p.startswith(folder)]
    return _clips(named)


def _kind(files: Any, path: str) -> str | None:
    try:
        kind: str = files.info(path)["type"]  # `exists` would say no to a lost connection
    except FileNotFoundError:
        return None
    return kind


def _on_the_web(files: Any, address: Address) -> list[Found]:
    """Over HTTP only an address that ends in / is a folder, if its server shows one."""
    parts = urlsplit(address.url)
    wanted = unquote(parts.path)
    pattern = any(sign in parts.path for sign in "*[")
    if parts.query or not (pattern or parts.path.endswith("/")):
        return [Found(address.url, address.shown)]
    if pattern:
        start = address.url[: min(address.url.find(s) for s in "*[" if s in parts.path)]
        top = start.rpartition("/")[0] + "/"
    else:
        top = address.url.partition("#")[0]
    base = unquote(urlsplit(top).path)
    found = []
    for link in sorted(_links_below(files, top)):
        path = unquote(urlsplit(link).path, errors="replace")
        if not pattern or matches(path, wanted):
            found.append((link, path[len(base) :]))
    return _clips(found)


def matches(path: str, pattern: str) -> bool:
    """Whether a glob takes in a path.

    Parameters
    ----------
    path
        With ``/`` between folders.
    pattern
        With ``*``, ``?``, ``[...]``, and ``**`` for any number of folders.

    """
    from fsspec.utils import glob_translate

    return re.match(glob_translate(pattern), path) is not None


def _links_below(files: Any, top: str) -> set[str]:
    """Every file below a folder of a web server; what lies elsewhere is not followed."""
    base = unquote(urlsplit(top).path)
    seen, found = {top}, set()
    waiting = [top]
    while waiting:
        for link in files.ls(waiting.pop(), detail=False):
            plain = link.partition("?")[0].partition("#")[0]
            path = unquote(urlsplit(plain).path)
            if not path.startswith(base) or "/../" in path or plain in seen:
                continue
            seen.add(plain)
            if not plain.endswith("/"):
                found.add(link)
            elif path.count("/") - base.count("/") <= _DEEPEST:
                waiting.append(plain)
    return found


def _clips(named: list[tuple[str, str]]) -> list[Found]:
    beside: dict[str, set[str]] = {}
    for _, name in named:
        folder, _, last = name.rpartition("/")
        beside.setdefault(folder, set()).add(last)
    found = []
    for location, name in named:
        folder, _, last = name.rpartition("/")
        hidden = any(part.startswith(".") for part in name.split("/"))
        if is_clip_name(last) and not hidden and not is_report_video(last, beside[folder]):
            found.append(Found(location, name))
    return found
