"""Who is in the picture, and who of them is meant.

A body that is small in the picture, or seen from far off the side, is found only in a part of it
(MediaPipe 0.10.31, measured); so nobody is looked for in several parts. Somebody who lies beside
the followed person is found once that person is painted over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

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
from posecheck.vision.frames import Frame
from posecheck.vision.seen import Image, Seen, framed, people_in, same_person, size_px

SEARCH_S = 0.5  # between two searches while nobody is seen
GONE_S = 1.5  # the followed person was not seen for so long: somebody else may be meant
CHECK_S = 5.0  # between two looks for further people
STANDING_S = 2.0  # the next one while the followed person does not lie
READ_S = 0.6  # from a check to its result; on a slow laptop its looks take half of that
BESIDE_MIN = 0.5  # smaller ones, in trunks of the followed person, are pictures on the wall

Detect = Callable[[Image], Any]


@dataclass(frozen=True, slots=True)
class _Around:
    """What a check has found."""

    others: list[Seen]
    instead: Seen | None  # somebody else who is meant


class Finder:
    """Follows one person of a clip, by where they were last seen, and sees who else is there.

    The looks of a check are taken beside the ones that follow, and read `READ_S` later in the
    time of the clip: always of the same frames, however busy the machine is.
    """

    def __init__(self, detect: Detect, detect_beside: Detect, beside: BackgroundWorker) -> None:
        self.others = 0  # further people, when they were last looked for
        self.touched = False
        self._detect, self._detect_beside, self._beside = detect, detect_beside, beside
        self._window: Window | None = None  # the part of the picture to look in
        self._last: Seen | None = None
        self._last_s = self._check_s = self._search_s = -np.inf
        self._asked_s: float | None = None  # the time of the frame that is being checked
        self._answer: _Around | None = None

    def find(self, frame: Frame) -> Seen | None:
        """The followed person in a frame, None where they are not seen."""
        gone = frame.t_s - self._last_s > GONE_S
        whole = self._window is None
        people = self._bodies(frame, self._window, self._detect)
        seen = _nearest(people, self._last)
        if seen is None and gone:
            people = self._anybody(frame, people)
            seen = _likeliest(people)
        if seen is None:
            return None
        if gone:  # what was asked before may no longer be true
            self._asked_s = None
        self._last, self._last_s = seen, frame.t_s
        self._keep_up(frame, seen)
        others = [s for s in people if not same_person(s, seen)]
        if others:
            self._note(others, seen)
        self._check(frame, seen, others if whole else None)
        return seen

    def _anybody(self, frame: Frame, people: list[Seen]) -> list[Seen]:
        """Who is in the picture once nobody is followed: these, or who is found in a part of it."""
        if people or frame.t_s - self._search_s < SEARCH_S:
            return people
        self._search_s = frame.t_s
        looked, self._window = self._window, None
        for part in search_windows(*size_px(frame)):
            if part == looked:  # and nobody was seen
                continue
            found = self._bodies(frame, part, self._detect)
            person = _likeliest(found)
            if person is not None:
                around = window_around(person.xy_px, *size_px(frame))
                close = self._bodies(frame, around, self._detect)
                seen_close = any(same_person(s, person) for s in close)
                self._window = around if seen_close else part
                return close if seen_close else found
        return []

    def _keep_up(self, frame: Frame, seen: Seen) -> None:
        """Move the window with a person who moves out of it, as who lies down does."""
        size = size_px(frame)
        if self._window is None or self._window in search_windows(*size):
            return  # they are seen in this part, and were not in one that fits them
        if leaves(self._window, seen.xy_px, *size):
            self._window = window_around(seen.xy_px, *size)

    def _note(self, others: list[Seen], seen: Seen) -> None:
        self.others = len(_each_once(others))
        self.touched = any(touches(s.xy_px, seen.xy_px) for s in others)

    def _check(self, frame: Frame, seen: Seen, others: list[Seen] | None) -> None:
        """Look for further people now and then, beside the other looks.

        ``others`` are those who were seen in the whole picture, if that was looked at.
        """
        if self._asked_s is None:
            if frame.t_s >= self._check_s:
                self._asked_s = frame.t_s
                self._beside.submit(partial(self._look_around, frame, seen, others))
            return
        if frame.t_s < self._asked_s + READ_S:
            return
        self._beside.wait()
        assert self._answer is not None
        asked_s, self._asked_s = self._asked_s, None
        lies = describe(seen.xy_px).lies
        self._check_s = asked_s + (CHECK_S if lies else STANDING_S)
        self._note(self._answer.others, seen)
        if self._answer.instead is not None and not lies:
            # from the next frame on, whoever lies is followed
            self._last = self._answer.instead
            self._window = window_around(self._last.xy_px, *size_px(frame))

    def _look_around(self, frame: Frame, seen: Seen, others: list[Seen] | None) -> None:
        """Check, in the other thread."""
        whole = self._bodies(frame, None, self._detect_beside) if others is None else others
        people = list(whole)
        lies = describe(seen.xy_px).lies
        if not lies:  # somebody who lies may be small beside who stands
            for window in search_windows(*size_px(frame)):
                if window is not None:
                    people += self._bodies(frame, window, self._detect_beside)
        others = [s for s in people if not same_person(s, seen)]
        if lies and not others:
            others = self._beside_of(frame, seen)
        self._answer = _Around(others, _likeliest([s for s in others if describe(s.xy_px).lies]))

    def _beside_of(self, frame: Frame, seen: Seen) -> list[Seen]:
        """Whoever is found once the followed person is painted over: it cannot be the same."""
        width, height = size_px(frame)
        box = box_around(seen.xy_px, width, height)
        left, top, right, bottom = (round(n * frame.scale) for n in box)
        image = np.array(frame.image)
        image[top:bottom, left:right] = np.median(image[::16, ::16].reshape(-1, 3), axis=0)
        without = replace(frame, image=image)
        found = [
            s
            for w in windows_beside(box, width, height)
            for s in self._bodies(without, w, self._detect_beside)
        ]
        mine = describe(seen.xy_px).trunk_px
        return [s for s in found if describe(s.xy_px).trunk_px > BESIDE_MIN * mine]

    def _bodies(self, frame: Frame, window: Window | None, detect: Detect) -> list[Seen]:
        """Everybody in a part of the frame whose skeleton can be that of a body."""
        part, offset = framed(frame.image, window, frame.scale)
        found = people_in(detect(part), part, offset, frame.scale)
        return [s for s in found if describe(s.xy_px).whole]


def _nearest(people: list[Seen], person: Seen | None) -> Seen | None:
    """The person as they are seen now: whose hips are nearest to where theirs were."""
    if person is None:
        return None
    hips = describe(person.xy_px).hips_px

    def away(seen: Seen) -> float:
        return float(np.hypot(*(describe(seen.xy_px).hips_px - hips)))

    return min((s for s in people if same_person(s, person)), key=away, default=None)


def _each_once(people: list[Seen]) -> list[Seen]:
    """These people without those who are in the list before: two parts may show the same one."""
    once: list[Seen] = []
    for seen in people:
        if not any(same_person(seen, s) for s in once):
            once.append(seen)
    return once


def _likeliest(people: list[Seen]) -> Seen | None:
    """Who of several is meant."""
    return max(people, key=lambda s: describe(s.xy_px).rank, default=None)
