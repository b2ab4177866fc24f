"""Finds who is in the picture, and follows the one who is meant.

A body that is small in the picture, or seen from far off the side, is found only in a part of it
(MediaPipe 0.10.31, measured); so nobody is looked for in several parts. Somebody who lies beside
the followed person is found once that person is painted over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from posecheck.motion.people import (
    Window,
    box_around,
    describe,
    leaves,
    search_windows,
    touches,
    window_around,
    windows_beside,
)
from posecheck.threads import BackgroundWorker
from posecheck.vision.detections import SPARSE_PX, Detection, padded_crop, same_person
from posecheck.vision.frames import Frame, Image

SEARCH_S = 0.5  # between two searches while nobody is seen
GONE_S = 1.5  # the followed person was not seen for so long: somebody else may be meant
CHECK_S = 5.0  # between two looks for further people
STANDING_S = 2.0  # the next one while the followed person does not lie
READ_S = 0.6  # from a check to its result; on a slow laptop its looks take half of that
BESIDE_MIN = 0.5  # smaller ones, in trunks of the followed person, are pictures on the wall

Detect = Callable[[Image], Sequence[Detection]]
"""Finds everybody in a picture (h, w, 3), in its own pixels."""


@dataclass(frozen=True, slots=True)
class _Check:
    """What a check has found."""

    others: list[Detection]
    instead: Detection | None  # somebody else who is meant


class PersonFinder:
    """Follows one person of a clip, by where they were last seen, and sees who else is there.

    The looks of a check are taken beside the ones that follow, and read `READ_S` later in the
    time of the clip: always of the same frames, however busy the machine is.

    Parameters
    ----------
    detect
        Finds everybody in a picture, for the looks themselves.
    detect_second
        The same for the checks, safe to run at the same time.
    worker
        The thread that runs the checks.

    """

    def __init__(self, detect: Detect, detect_second: Detect, worker: BackgroundWorker) -> None:
        self.others = 0  # further people, when they were last looked for
        self.touched = False
        self._detect, self._detect_second, self._worker = detect, detect_second, worker
        self._window: Window | None = None  # the part of the picture to look in
        self._last: Detection | None = None
        self._last_s = self._next_check_s = self._searched_s = -np.inf
        self._checked_s: float | None = None  # the time of the frame that is being checked
        self._answer: _Check | None = None

    def find(self, frame: Frame) -> Detection | None:
        """Find the followed person in a frame; None where they are not seen.

        Frames come in order of time. The landmarks are in pixels of the full picture.
        """
        gone = frame.t_s - self._last_s > GONE_S
        whole = self._window is None
        people = self._detect_in(frame, self._window, self._detect)
        seen = _nearest(people, self._last)
        if seen is None and gone:
            people = self._search(frame, people)
            seen = _likeliest(people)
        if seen is None:
            return None
        if gone:  # what was asked before may no longer be true
            self._checked_s = None
        self._last, self._last_s = seen, frame.t_s
        self._move_window(frame, seen)
        others = [s for s in people if not same_person(s, seen)]
        if others:
            self._count_others(others, seen)
        self._check(frame, seen, others if whole else None)
        return seen

    def _search(self, frame: Frame, people: list[Detection]) -> list[Detection]:
        """Return who is there once nobody is followed: these, or who is found in a part of it."""
        if people or frame.t_s - self._searched_s < SEARCH_S:
            return people
        self._searched_s = frame.t_s
        looked, self._window = self._window, None
        for part in search_windows(*frame.size_px):
            if part == looked:  # and nobody was seen
                continue
            found = self._detect_in(frame, part, self._detect)
            person = _likeliest(found)
            if person is not None:
                around = window_around(person.xy_px, *frame.size_px)
                close = self._detect_in(frame, around, self._detect)
                seen_close = any(same_person(s, person) for s in close)
                self._window = around if seen_close else part
                return close if seen_close else found
        return []

    def _move_window(self, frame: Frame, seen: Detection) -> None:
        """Move the window with a person who moves out of it, as who lies down does."""
        size = frame.size_px
        if self._window is None or self._window in search_windows(*size):
            return  # they are seen in this part, and were not in one that fits them
        if leaves(self._window, seen.xy_px, *size):
            self._window = window_around(seen.xy_px, *size)

    def _count_others(self, others: list[Detection], seen: Detection) -> None:
        self.others = len(_each_once(others))
        self.touched = any(touches(s.xy_px, seen.xy_px) for s in others)

    def _check(self, frame: Frame, seen: Detection, others: list[Detection] | None) -> None:
        """Look for further people now and then, beside the other looks.

        ``others`` are those who were seen in the whole picture, if that was looked at.
        """
        if self._checked_s is None:
            if frame.t_s >= self._next_check_s:
                self._checked_s = frame.t_s
                self._worker.submit(partial(self._look_around, frame, seen, others))
            return
        if frame.t_s < self._checked_s + READ_S:
            return
        self._worker.wait()
        assert self._answer is not None
        checked_s, self._checked_s = self._checked_s, None
        lies = describe(seen.xy_px).lies
        self._next_check_s = checked_s + (CHECK_S if lies else STANDING_S)
        self._count_others(self._answer.others, seen)
        if self._answer.instead is not None and not lies:
            # from the next frame on, whoever lies is followed
            self._last = self._answer.instead
            self._window = window_around(self._last.xy_px, *frame.size_px)

    def _look_around(self, frame: Frame, seen: Detection, others: list[Detection] | None) -> None:
        """Look for further people, in the other thread."""
        whole = self._detect_in(frame, None, self._detect_second) if others is None else others
        people = list(whole)
        lies = describe(seen.xy_px).lies
        if not lies:  # somebody who lies may be small beside who stands
            for window in search_windows(*frame.size_px):
                if window is not None:
                    people += self._detect_in(frame, window, self._detect_second)
        others = [s for s in people if not same_person(s, seen)]
        if lies and not others:
            others = self._painted_over(frame, seen)
        self._answer = _Check(others, _likeliest([s for s in others if describe(s.xy_px).lies]))

    def _painted_over(self, frame: Frame, seen: Detection) -> list[Detection]:
        """Look once the followed person is painted over: whoever is found is somebody else."""
        width, height = frame.size_px
        box = box_around(seen.xy_px, width, height)
        left, top, right, bottom = (round(n * frame.scale) for n in box)
        image = np.array(frame.image)
        image[top:bottom, left:right] = np.median(
            image[::SPARSE_PX, ::SPARSE_PX].reshape(-1, 3), axis=0
        )
        without = replace(frame, image=image)
        found = [
            s
            for w in windows_beside(box, width, height)
            for s in self._detect_in(without, w, self._detect_second)
        ]
        mine = describe(seen.xy_px).trunk_px
        return [s for s in found if describe(s.xy_px).trunk_px > BESIDE_MIN * mine]

    def _detect_in(self, frame: Frame, window: Window | None, detect: Detect) -> list[Detection]:
        """Find everybody in a part of the frame whose skeleton can be that of a body."""
        crop, offset = padded_crop(frame.image, window, frame.scale)
        found = [person.in_whole(offset, frame.scale) for person in detect(crop)]
        return [s for s in found if describe(s.xy_px).whole]


def _nearest(people: list[Detection], person: Detection | None) -> Detection | None:
    """Choose the person as they are seen now: whose hips are nearest to where theirs were."""
    if person is None:
        return None
    hips = describe(person.xy_px).hips_px

    def away(seen: Detection) -> float:
        return float(np.hypot(*(describe(seen.xy_px).hips_px - hips)))

    return min((s for s in people if same_person(s, person)), key=away, default=None)


def _each_once(people: list[Detection]) -> list[Detection]:
    """Leave out who is in the list twice, as two parts may show the same person."""
    once: list[Detection] = []
    for seen in people:
        if not any(same_person(seen, s) for s in once):
            once.append(seen)
    return once


def _likeliest(people: list[Detection]) -> Detection | None:
    """Choose who of several is meant."""
    return max(people, key=lambda s: describe(s.xy_px).rank, default=None)
