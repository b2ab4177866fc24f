"""Who is meant among people that a make-believe detector finds: one coloured dot is one person."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from figure import Figure
from script import Script

from posecheck.types import Array
from posecheck.vision.aside import Aside
from posecheck.vision.finding import (
    CHECK_S,
    DOUBT_S,
    DOUBTS,
    READ_S,
    SEARCH_S,
    STANDING_S,
    Finder,
    Meant,
)
from posecheck.vision.frames import Frame
from posecheck.vision.seen import Seen

WIDTH, HEIGHT = 640, 480
LIES, STANDS = 1, 2  # the second dot of a person says which


def body(how: int, size: float) -> Array:
    """Landmarks (33, 2) around the hips, in pixels."""
    xy = Figure().film(Script().stay(0.1), fps=20)[0].xy_px
    around = size * (xy - xy[[23, 24]].mean(axis=0))
    turned: Array = around if how == LIES else around[:, ::-1] * [1, -1]
    return turned


class Room:
    """People by place; `frame` draws them, `detect` finds whose dots are in a part."""

    def __init__(self) -> None:
        self.people: list[tuple[tuple[int, int], int, int]] = []  # hips, how, size in hundredths
        self.looks = 0

    def frame(self, t_s: float) -> Frame:
        image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        for (x, y), how, size in self.people:
            image[y, x] = (255, how, size)
        return Frame(0, t_s, image)

    def detect(self, part: Any) -> Any:
        self.looks += 1
        height, width = part.shape[:2]
        found = []
        for y, x in np.argwhere(part[..., 0] == 255):
            how, size = int(part[y, x, 1]), part[y, x, 2] / 100
            xy = body(how, size) + np.array([x, y])
            marks = [SimpleNamespace(x=a / width, y=b / height, visibility=0.9) for a, b in xy]
            found.append(marks)
        return SimpleNamespace(pose_landmarks=found)

    def seen(self, which: int) -> Seen:
        at, how, size = self.people[which]
        xy = (body(how, size / 100) + at).astype(np.float32)
        return Seen(xy, np.full(33, 0.9, np.float16))


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def beside() -> Iterator[Aside]:
    with Aside() as aside:
        yield aside


def checked(finder: Finder, room: Room, t_s: float, seen: Seen) -> Meant:
    """What a check says that falls due at this time, once it is read."""
    assert finder.check(room.frame(t_s), seen) is Meant.SAME
    return finder.check(room.frame(t_s + READ_S), seen)


def test_an_empty_room_is_searched_now_and_then(room: Room, beside: Aside) -> None:
    """Five looks, and the next ones half a second later."""
    finder = Finder(room.detect, beside)
    assert finder.due(room.frame(0.0))
    assert not finder.search(room.frame(0.0))
    assert finder.window is None
    assert not finder.due(room.frame(SEARCH_S - 0.1))
    assert finder.due(room.frame(SEARCH_S))


def test_who_lies_is_meant_before_who_stands(room: Room, beside: Aside) -> None:
    """However large the therapist is; then the picture is cut to whom was found."""
    room.people = [((150, 240), STANDS, 60), ((420, 300), LIES, 30)]
    finder = Finder(room.detect, beside)
    assert finder.search(room.frame(0.0))
    assert finder.window is not None
    left, _, right, _ = finder.window
    assert left < 420 < right


def test_a_person_alone_is_checked_every_few_seconds(room: Room, beside: Aside) -> None:
    """In between not a single look is spent."""
    room.people = [((320, 240), LIES, 50)]
    finder, seen = Finder(room.detect, beside), room.seen(0)
    assert checked(finder, room, 0.0, seen) is Meant.SAME
    assert finder.others == 0
    spent = room.looks
    assert finder.check(room.frame(CHECK_S - 0.1), seen) is Meant.SAME
    assert room.looks == spent
    checked(finder, room, CHECK_S, seen)
    assert room.looks > spent


def test_somebody_beside_is_seen_and_changes_nothing(room: Room, beside: Aside) -> None:
    """Whoever lies is followed further; that there is another is known."""
    room.people = [((320, 300), LIES, 50), ((60, 200), STANDS, 50)]
    finder = Finder(room.detect, beside)
    assert checked(finder, room, 0.0, room.seen(0)) is Meant.SAME
    assert finder.others == 1


def test_a_small_figure_beside_is_a_picture_on_the_wall(room: Room, beside: Aside) -> None:
    """Found only once the person is painted over, and less than half as large."""
    room.people = [((320, 300), LIES, 50), ((40, 40), STANDS, 15)]

    def largest(part: Any) -> Any:
        """The model sees the person first, and then no more."""
        found = room.detect(part)
        if (part[..., 1] == LIES).any():
            del found.pose_landmarks[:-1]
        return found

    finder = Finder(largest, beside)
    assert checked(finder, room, 0.0, room.seen(0)) is Meant.SAME
    assert finder.others == 0


def test_from_who_stands_to_who_lies(room: Room, beside: Aside) -> None:
    """A therapist was followed; the patient has lain down."""
    room.people = [((150, 240), STANDS, 60), ((420, 300), LIES, 30)]
    finder = Finder(room.detect, beside)
    assert checked(finder, room, 0.0, room.seen(0)) is Meant.ANOTHER
    assert finder.window is not None
    assert checked(finder, room, DOUBT_S, room.seen(1)) is Meant.SAME


def test_who_stands_alone_is_checked_sooner(room: Room, beside: Aside) -> None:
    """They may lie down any moment."""
    room.people = [((320, 240), STANDS, 60)]
    finder, seen = Finder(room.detect, beside), room.seen(0)
    checked(finder, room, 0.0, seen)
    spent = room.looks
    checked(finder, room, STANDING_S, seen)
    assert room.looks > spent


def test_who_has_left_is_given_up_after_some_doubts(room: Room, beside: Aside) -> None:
    """The tracker still reports them: three fresh looks in a row did not find them."""
    room.people = [((320, 240), LIES, 50)]
    finder, ghost = Finder(room.detect, beside), room.seen(0)
    room.people = []
    answers = [checked(finder, room, i * DOUBT_S, ghost) for i in range(DOUBTS)]
    assert answers == [Meant.SAME] * (DOUBTS - 1) + [Meant.NOBODY]
    assert finder.window is None


def test_a_result_is_read_of_the_same_frame_always(room: Room, beside: Aside) -> None:
    """Not as soon as it is there, which would depend on how busy the machine is."""
    room.people = [((320, 300), LIES, 50), ((60, 200), STANDS, 50)]
    finder, seen = Finder(room.detect, beside), room.seen(0)
    finder.check(room.frame(0.0), seen)
    beside.end()  # it has been answered
    finder.check(room.frame(READ_S - 0.01), seen)
    assert finder.others == 0
    finder.check(room.frame(READ_S), seen)
    assert finder.others == 1


def test_a_result_from_before_a_pause_is_not_believed(room: Room, beside: Aside) -> None:
    """What was beside then may have gone; it is asked anew at once."""
    room.people = [((320, 300), LIES, 50), ((60, 200), STANDS, 50)]
    finder, seen = Finder(room.detect, beside), room.seen(0)
    finder.check(room.frame(0.0), seen)
    del room.people[1]
    later_s = CHECK_S + 0.1
    assert finder.check(room.frame(later_s), seen) is Meant.SAME
    assert finder.others == 0
    assert checked(finder, room, later_s + 0.1, seen) is Meant.SAME
    assert finder.others == 0


def test_what_was_asked_of_who_is_lost_is_not_answered(room: Room, beside: Aside) -> None:
    """They were searched for since, and somebody else may be followed."""
    room.people = [((150, 240), STANDS, 60), ((420, 300), LIES, 30)]
    finder = Finder(room.detect, beside)
    finder.check(room.frame(0.0), room.seen(0))
    assert finder.search(room.frame(0.2))
    assert finder.check(room.frame(READ_S), room.seen(1)) is Meant.SAME
