"""From jobs to tasks: what is the same clip, and where each report goes.

The folders depend on the clips alone: the same ones get the same names in whatever order they
are given, and when they are graded again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from posecheck.apps.batch.addresses import is_address
from posecheck.apps.batch.tasks import GRADE_CLIP, ClipJob, GradeTask, Limits
from posecheck.errors import PosecheckError
from posecheck.exercises.prescription import Prescription, load_prescription
from posecheck.types import Side, Subject, Variant
from posecheck.vision.containers import file_sha256
from posecheck.vision.landmarker import ModelChoice
from posecheck.vision.model import from_anywhere

_Key = tuple[str, str, Subject]  # what has one report: content, prescription as JSON, record


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for all clips of a batch."""

    out: str
    prescription: Prescription = field(default_factory=Prescription.default)
    exercise: str | None = None
    side: Side | None = None
    variant: Variant | None = None
    model: ModelChoice = None
    per_s: float | None = None
    pages: bool = True
    video: bool = False
    language: str = "en"  # of everything that is said of the clips
    limits: Limits = field(default_factory=Limits)
    runs: str = GRADE_CLIP
    mark: str = ""  # that the batch has left in `out`


@dataclass(frozen=True, slots=True)
class Planned:
    """One clip to grade, and the jobs that its row answers, its own first."""

    task: GradeTask
    jobs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Every job is in one of both."""

    planned: list[Planned]
    problems: dict[int, str]  # by job: what is wrong with it before it is opened


def plan(jobs: Sequence[ClipJob], settings: Settings) -> Plan:
    """Group the jobs by content, prescription and record, and name their folders.

    Parameters
    ----------
    jobs
        Every clip that was asked for.
    settings
        What holds for all of them.

    """
    problems: dict[int, str] = {}
    wanted = _Wanted(settings)
    asked: dict[int, str] = {}  # the prescription as JSON
    for i, job in enumerate(jobs):
        if job.problem is not None:
            problems[i] = job.problem
            continue
        try:
            asked[i] = wanted.of(job)
        except PosecheckError as error:
            problems[i] = str(error)
    content, unseen = _contents({i: jobs[i] for i in asked})
    groups: dict[_Key, list[int]] = defaultdict(list)
    for i, text in asked.items():
        # A report has one heading; the tables have a row for each job in any case.
        groups[content[i], text, jobs[i].record if settings.pages else Subject()].append(i)
    for group in groups.values():
        group.sort(key=lambda i: (jobs[i].name, jobs[i].location))
    folders = _Folders(((jobs[group[0]], *key) for key, group in groups.items()), unseen)
    planned = [
        Planned(_task(jobs[group[0]], settings, content, text, folders), tuple(group))
        for (content, text, _), group in groups.items()
    ]
    return Plan(planned, problems)


def _task(
    job: ClipJob, settings: Settings, content: str, text: str, folders: _Folders
) -> GradeTask:
    if not is_address(job.location):  # a worker may stand elsewhere
        job = replace(job, location=os.path.abspath(job.location))  # noqa: PTH100 - keeps links
    return GradeTask(
        job=job,
        out=settings.out,
        prescription=text,
        folder=job.stem if settings.pages else None,
        hash_in_folder=folders.has_twins(job.stem),
        folder_tail=folders.tail(job, content, text),
        model=from_anywhere(settings.model),
        per_s=settings.per_s,
        video=settings.video,
        language=settings.language,
        limits=settings.limits,
        runs=settings.runs,
        mark=settings.mark,
    )


class _Wanted:
    """What is asked of each job; every file is read once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loaded: dict[str, Prescription] = {}
        self._texts: dict[tuple[str, Side | None, str | None], str] = {}

    def of(self, job: ClipJob) -> str:
        """The values of its prescription, with what is known of exercise and leg, as JSON."""
        side, exercise = job.side or self._settings.side, job.exercise or self._settings.exercise
        given = "" if job.prescription is None else str(job.prescription)
        if (given, side, exercise) not in self._texts:
            known = self._load(given).with_exercise(side, self._settings.variant, exercise)
            self._texts[given, side, exercise] = json.dumps(known.as_dict(), sort_keys=True)
        return self._texts[given, side, exercise]

    def _load(self, given: str) -> Prescription:
        if not given:
            return self._settings.prescription
        if given not in self._loaded:
            self._loaded[given] = load_prescription(given)
        return self._loaded[given]


def _contents(jobs: dict[int, ClipJob]) -> tuple[dict[int, str], set[str]]:
    """What tells the content of each job from that of others, and for which this is not known.

    Only files of one size can be the same, so only these are read here; a clip behind an
    address, or one that only workers see, is known when it has been fetched.
    """
    by_size: dict[int, list[int]] = defaultdict(list)
    content, unseen = {}, set()
    for i, job in jobs.items():
        content[i] = job.location
        unseen.add(job.location)
        if not is_address(job.location):
            try:
                path = Path(job.location)
                if path.is_file():
                    by_size[path.stat().st_size].append(i)
                    unseen.remove(job.location)
            except (OSError, ValueError):  # the worker says what is wrong with it
                continue
    for size, group in by_size.items():
        places = {jobs[i].location for i in group}
        if size and len(places) > 1:
            hashes = {place: _hash(place) for place in places}
            content.update({i: hashes[jobs[i].location] for i in group})
    return content, unseen


def _hash(place: str) -> str:
    try:
        return file_sha256(Path(place))
    except OSError:
        return place


class _Folders:
    """Which folder names need more than the clip's own."""

    def __init__(
        self, wanted: Iterable[tuple[ClipJob, str, str, Subject]], unseen: set[str]
    ) -> None:
        # as a disk that does not tell capitals apart sees them
        self._contents: dict[str, set[str]] = defaultdict(set)
        self._asked: dict[tuple[str, str], set[tuple[str, Subject]]] = defaultdict(set)
        self._names: dict[str, set[str]] = defaultdict(set)
        for job, content, text, record in wanted:
            stem = job.stem.casefold()
            self._contents[stem].add(content)
            self._asked[stem, content].add((text, record))
            self._names[stem].add(job.short_name)
        self._unseen = unseen

    def has_twins(self, name: str) -> bool:
        """Whether several contents would have a folder of this name."""
        return len(self._contents[name.casefold()]) > 1

    def tail(self, job: ClipJob, content: str, text: str) -> str:
        """What tells two reports of one content apart; else nothing."""
        stem = job.stem.casefold()
        asked, told = self._asked[stem, content], text
        if not self._contents[stem].isdisjoint(self._unseen):  # any of them may be the same
            asked = {both for one in self._contents[stem] for both in self._asked[stem, one]}
            if len(self._names[stem]) > 1:  # which a report holds
                told += job.short_name
        if len({record for other, record in asked if other == text}) > 1:
            told += job.name  # not the record itself: its folder stays when a note is changed
        if {told} == {other for other, _ in asked}:
            return ""
        return f"-{hashlib.sha256(told.encode()).hexdigest()[:8]}"
