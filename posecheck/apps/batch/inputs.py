"""From what was typed to the clips to grade.

::

    jobs = list_jobs(["clips", "more/*.mov", "study.csv", "s3://bucket/folder"])

In whatever order they are given, the same places make the same list: sorted by name, each
file once. A clip that a manifest names keeps what the manifest says of it.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from posecheck.apps.batch.addresses import MAGIC, Address, is_address, parse_address
from posecheck.apps.batch.discovery import (
    Found,
    clips_at_address,
    clips_in_folder,
    is_clip_name,
    is_report_video,
    matches,
    what_it_is,
)
from posecheck.apps.batch.manifest import Row, is_manifest, read_manifest
from posecheck.apps.batch.tasks import ClipJob, stem_of
from posecheck.errors import InputError
from posecheck.present.spreadsheet import spelled

_TWICE = "The manifest names it more than once with different values; keep one of the rows."


@dataclass(frozen=True, slots=True)
class _Mention:
    """A clip, as one of the things that were typed leads to it."""

    job: ClipJob
    same: str  # what tells it from other files
    given: str  # its name in full, for when the short one is not enough
    in_manifest: bool = False
    target: str | None = None  # the file itself, where a good one was found, not named


def list_jobs(
    paths: Sequence[str], tell: Callable[[str], None] = lambda _sentence: None
) -> list[ClipJob]:
    """Every clip that the paths, globs, manifests and addresses lead to.

    ``tell`` is told in a sentence which columns of a manifest are not used.

    Raises InputError where one of them is not there at all, or where all of them together hold
    no clip. What is wrong with a single clip is in its job.
    """
    mentions = [mention for path in paths for mention in _mentions(os.fspath(path), tell)]
    jobs = _told_apart(_once(mentions))
    if not jobs:
        raise InputError(
            f"There is no clip in {_listed(paths)}; give video files, or folders that hold some."
        )
    return sorted(jobs, key=lambda job: (job.name, job.location))


def _mentions(given: str, tell: Callable[[str], None]) -> Iterator[_Mention]:
    if is_address(given):
        address = parse_address(given)
        if address.is_file:
            given = url2pathname(unquote(urlsplit(given).path))
        elif is_manifest(address.path):
            yield from _from_manifest(given, tell)
            return
        else:
            for found in clips_at_address(address):
                yield _remote(found, _below(address, found.name))
            return
    yield from _local_mentions(given, tell)


def _below(address: Address, name: str) -> str:
    """The full name of what was found in a folder or by a glob."""
    if name == address.shown:
        return name
    folder = MAGIC.split(address.shown, maxsplit=1)[0]
    return f"{folder.rpartition('/')[0] if folder != address.shown else folder.rstrip('/')}/{name}"


def _local_mentions(given: str, tell: Callable[[str], None]) -> Iterator[_Mention]:
    try:
        there = os.path.lexists(given)
    except ValueError:
        there = False
    if not there:
        yield from _from_glob(given, tell)
    elif os.path.isdir(given):  # noqa: PTH112 - a name may hold bytes that are no text
        for found in clips_in_folder(given):
            yield _local(found, os.path.join(given, found.name), named=False)  # noqa: PTH118
    elif is_manifest(given):
        yield from _from_manifest(given, tell)
    else:
        yield _local(Found(given, given, what_it_is(given)), given)


def _from_glob(given: str, tell: Callable[[str], None]) -> Iterator[_Mention]:
    matched = False
    if "**" in given:  # Python's own would follow links in circles
        top = os.path.dirname(given[: given.index("**")])  # noqa: PTH120
        for found in clips_in_folder(top or "."):
            whole = os.path.join(top, found.name)  # noqa: PTH118
            if matches(whole, given):
                matched = True
                yield _local(replace(found, name=whole), whole, named=False)
    elif MAGIC.search(given):
        for path in _matching(given):
            matched = True
            yield from _local_mentions(path, tell)
    if not matched:
        raise InputError(f"{spelled(given)} is not there; check the name.")


def _matching(pattern: str) -> Iterator[str]:
    """Folders, clips, and whatever has the very suffix that the pattern ends with."""
    try:
        found = sorted(glob.glob(pattern))  # noqa: PTH207
    except (OSError, ValueError):
        return
    beside: dict[str, set[str]] = {}
    for path in found:
        folder, name = os.path.split(path)
        beside.setdefault(folder, set()).add(name)
    suffix = os.path.splitext(pattern)[1]  # noqa: PTH122
    asked = bool(suffix) and not MAGIC.search(suffix)
    for path in found:
        folder, name = os.path.split(path)
        clip = is_clip_name(name) and not is_report_video(name, beside[folder])
        if asked or clip or os.path.isdir(path):  # noqa: PTH112
            yield path


def _from_manifest(given: str, tell: Callable[[str], None]) -> Iterator[_Mention]:
    for row in read_manifest(given, tell):
        mention = _of_row(row, given)
        job = replace(
            mention.job,
            exercise=row.exercise,
            side=row.side,
            prescription=row.prescription,
            said=row.record,
            problem=row.problem or mention.job.problem,
        )
        yield replace(mention, job=job, in_manifest=True)


def _of_row(row: Row, manifest: str) -> _Mention:
    if not row.clip:
        return _local(Found("", row.where, row.problem or "The manifest names no clip."), row.where)
    if not is_address(row.location):
        full = os.path.normpath(os.path.join(os.path.dirname(manifest), row.clip))  # noqa: PTH118, PTH120
        return _local(Found(row.location, row.clip, what_it_is(row.location)), full)
    try:
        address = parse_address(row.location)
    except InputError as error:
        return _local(Found("", row.where, str(error)), row.where)
    if address.is_file:
        path = url2pathname(unquote(urlsplit(row.location).path))
        return _local(Found(path, path, what_it_is(path)), path)
    name = address.shown if is_address(row.clip) else spelled(row.clip)
    return _remote(Found(row.location, name), address.shown)


def _local(found: Found, given: str, named: bool = True) -> _Mention:
    name = spelled(found.name).removeprefix("./") or "./"
    location = os.path.abspath(found.location) if found.location else ""  # noqa: PTH100
    folder, last = os.path.split(location)
    same = os.path.join(os.path.realpath(folder), last) if location else found.name  # noqa: PTH118
    target = None if named or found.problem else os.path.realpath(location)
    job = ClipJob(location, name, stem_of(name), problem=found.problem)
    return _Mention(job, same, spelled(given).removeprefix("./"), target=target)


def _remote(found: Found, given: str) -> _Mention:
    problem, name = found.problem, spelled(found.name)
    try:
        same = parse_address(found.location).same
    except InputError as error:  # the name of an object may be no address
        problem, same = str(error), found.location
    return _Mention(ClipJob(found.location, name, stem_of(name), problem=problem), same, given)


def _once(mentions: Iterable[_Mention]) -> list[_Mention]:
    """One mention a file: the manifest's before others, then the shortest name.

    A link is a file of its own, unless it was only found, and what it leads to is there as well.
    """
    groups: dict[str, list[_Mention]] = {}
    for mention in mentions:
        groups.setdefault(mention.same, []).append(mention)
    return [
        _chosen(group)
        for same, group in groups.items()
        if not all(m.target != same and m.target in groups for m in group)
    ]


def _chosen(group: list[_Mention]) -> _Mention:
    best = min(
        group,
        key=lambda m: (not m.in_manifest, len(m.job.name), m.job.name, m.given, m.job.location),
    )
    said = {_said(m.job) for m in group if m.in_manifest}
    if len(said) > 1:
        blank = replace(
            best.job, exercise=None, side=None, prescription=None, said=None, problem=_TWICE
        )
        return replace(best, job=blank)
    return best


def _said(job: ClipJob) -> tuple[object, ...]:
    return job.exercise, job.side, str(job.prescription), job.record, job.problem


def _told_apart(mentions: Sequence[_Mention]) -> list[ClipJob]:
    """Clips of the same name in different folders are called by the folder as well."""
    count: dict[str, int] = {}
    for mention in mentions:
        count[mention.job.name] = count.get(mention.job.name, 0) + 1
    return [m.job if count[m.job.name] == 1 else replace(m.job, name=m.given) for m in mentions]


def _listed(paths: Sequence[str]) -> str:
    shown = [parse_address(p).shown if is_address(p) else spelled(p) for p in paths[:3]]
    return ", ".join(shown) + (" and others" if len(paths) > 3 else "")
