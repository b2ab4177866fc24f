"""Who is in the picture, and who of them is meant: looks that follow nobody.

Traps of MediaPipe 0.10.31, both measured: a tracker goes on reporting a person who has left until
somebody looks afresh; a body that is small in the picture, or seen from far off the side, is found
only in a part of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import Any

import numpy as np

from posecheck.motion.people import (
    Window,
    box_around,
    describe,
    search_windows,
    window_around,
    windows_beside,
)
from posecheck.vision.aside import Aside
from posecheck.vision.frames import Frame
from posecheck.vision.hiding import Image
from posecheck.vision.seen import Seen, cut, people_in, same_person, size_px

SEARCH_S = 0.5  # between two searches while nobody is seen
CHECK_S = 5.0  # a fresh look for further people, and whether the followed one is still there
STANDING_S = 2.0  # the next one while the followed person does not lie
DOUBT_S = 0.8  # the next fresh look after one that did not find the followed person
READ_S = 0.6  # from a check to its result; on a slow laptop its looks take half of that
DOUBTS = 3  # so many in a row: the person has gone
BESIDE_MIN = 0.5  # smaller ones, in trunks of the followed person, are pictures on the wall


class Meant(Enum):
    """Who is to be followed."""

    SAME = "whoever was"
    ANOTHER = "somebody else"
    NOBODY = "nobody: the person has gone"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where to follow somebody: in a part of the picture, or in the whole."""

    window: Window | None


@dataclass(frozen=True, slots=True)
class _Around:
    """What a check has found."""

    here: bool  # the followed person
    lies: bool
    others: bool
    instead: _Place | None  # of somebody else who is meant


class Finder:
    """Searches for the person of one clip, and checks now and then who is there.

    The looks of a check are taken beside the ones that follow, and read `READ_S` later in the
    time of the clip: always of the same frames, however busy the machine is.
    """

    def __init__(self, detect: Callable[[Image], Any], beside: Aside) -> None:
        self.window: Window | None = None  # the part of the picture to follow the person in
        self.others = 0  # 1 if somebody else was there at the last check
        self._detect, self._beside = detect, beside
        self._asked_s: float | None = None  # the time of the frame that is being checked
        self._answer: _Around | None = None
        self._doubts = 0
        self._check_s = -np.inf
        self._search_s = -np.inf

    def due(self, frame: Frame) -> bool:
        """Whether it is time to search again."""
        return frame.t_s - self._search_s >= SEARCH_S

    def search(self, frame: Frame) -> bool:
        """Look for somebody in parts of the picture; whether there is anybody."""
        self._search_s = frame.t_s
        self._beside.end()  # the looks share one landmarker
        self._asked_s = None  # whoever was checked has been lost since
        place = self._searched(frame)
        self.window = place.window if place is not None else None
        if place is not None:
            self._doubts = 0
        return place is not None

    def check(self, frame: Frame, seen: Seen) -> Meant:
        """Whether fresh looks agree: the followed person is there, and nobody else is meant."""
        if self._asked_s is None:
            if frame.t_s >= self._check_s:
                self._asked_s = frame.t_s
                self._beside.begin(partial(self._look_around, frame, seen))
            return Meant.SAME
        if frame.t_s < self._asked_s + READ_S:
            return Meant.SAME
        self._beside.end()
        assert self._answer is not None
        asked_s, self._asked_s = self._asked_s, None
        if frame.t_s > asked_s + CHECK_S:  # there was a pause: what was there may have gone
            return Meant.SAME
        return self._take(asked_s, self._answer)

    def _take(self, asked_s: float, around: _Around) -> Meant:
        self.others = int(around.others)
        if around.instead is not None:
            self.window, self._doubts = around.instead.window, 0
            self._check_s = asked_s + DOUBT_S
            return Meant.ANOTHER
        here, lies = around.here, around.lies
        self._doubts = 0 if here else self._doubts + 1
        self._check_s = asked_s + (DOUBT_S if not here else CHECK_S if lies else STANDING_S)
        if self._doubts < DOUBTS:
            return Meant.SAME
        self.window, self._doubts = None, 0
        return Meant.NOBODY

    def _searched(self, frame: Frame) -> _Place | None:
        """Where somebody is, if there is anybody."""
        for window in search_windows(*size_px(frame)):
            people = self._fresh(frame, window)
            if people:
                return self._close_to(frame, _likeliest(people), window)
        return None

    def _look_around(self, frame: Frame, seen: Seen) -> None:
        """Check, in the other thread."""
        self._answer = self._around(frame, seen)

    def _around(self, frame: Frame, seen: Seen) -> _Around:
        people = self._fresh(frame, None)
        if not any(same_person(s, seen) for s in people):
            people += self._fresh(frame, window_around(seen.xy_px, *size_px(frame)))
        here = any(same_person(s, seen) for s in people)
        lies = describe(seen.xy_px).lies
        if not lies:  # somebody who lies may be small beside who stands
            for window in search_windows(*size_px(frame)):
                people += self._fresh(frame, window) if window is not None else []
        others = [s for s in people if not same_person(s, seen)]
        if lies and not others:
            others = self._beside_of(frame, seen)
        instead = None
        if others and not lies and describe(_likeliest(others).xy_px).lies:
            instead = self._close_to(frame, _likeliest(others), None)
        return _Around(here, lies, bool(others), instead)

    def _fresh(self, frame: Frame, window: Window | None) -> list[Seen]:
        """Everybody in a part of the frame, whoever was followed before."""
        part, offset = cut(frame.image, window, frame.scale)
        return list(people_in(self._detect(part), part, offset, frame.scale))

    def _close_to(self, frame: Frame, person: Seen, found_in: Window | None) -> _Place:
        """Where this person is to be followed from now on."""
        close = window_around(person.xy_px, *size_px(frame))
        again = self._fresh(frame, close)
        return _Place(close if any(same_person(s, person) for s in again) else found_in)

    def _beside_of(self, frame: Frame, seen: Seen) -> list[Seen]:
        """Whoever is found once the followed person is painted over: it cannot be the same."""
        width, height = size_px(frame)
        box = box_around(seen.xy_px, width, height)
        left, top, right, bottom = (round(n * frame.scale) for n in box)
        image = np.array(frame.image)
        image[top:bottom, left:right] = np.median(image[::16, ::16].reshape(-1, 3), axis=0)
        without = replace(frame, image=image)
        found = [s for w in windows_beside(box, width, height) for s in self._fresh(without, w)]
        mine = describe(seen.xy_px).trunk_px
        bodies = [(s, describe(s.xy_px)) for s in found]
        return [s for s, d in bodies if d.whole and d.trunk_px > BESIDE_MIN * mine]


def _likeliest(people: list[Seen]) -> Seen:
    """Who of several is meant."""
    return max(people, key=lambda s: describe(s.xy_px).rank)
