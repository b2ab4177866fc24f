"""Who is followed among people that a make-believe detector finds: one coloured dot is a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from figure import Figure
from script import Script

from posecheck.motion.people import describe
from posecheck.threads import BackgroundWorker
from posecheck.types import Array
from posecheck.vision.detections import Detection
from posecheck.vision.frames import Frame
from posecheck.vision.person_finder import (
    CHECK_S,
    GONE_S,
    READ_S,
    SEARCH_S,
    STANDING_S,
    PersonFinder,
)

WIDTH, HEIGHT = 640, 480
LIES, STANDS, FOLDED = 1, 2, 3  # the second colour of a person's dot says how
STEP_S = 0.1
VISIBLE = np.full(33, 0.9, np.float16)
Make = Callable[..., PersonFinder]


def body(how: int, size: float) -> Array:
    """Landmarks (33, 2) around the hips, in pixels."""
    xy = Figure().film(Script().stay(0.1), fps=20)[0].xy_px
    around = size * (xy - xy[[23, 24]].mean(axis=0))
    if how == FOLDED:
        around[:11] *= 0.1  # a face between the hips
    turned: Array = around[:, ::-1] * [1, -1] if how == STANDS else around
    return turned


class Room:
    """People by place; `frame` draws them, `detect` finds whose dots are in a part."""

    def __init__(self) -> None:
        self.people: list[tuple[tuple[int, int], int, int]] = []  # hips, how, size in hundredths
        self.looks: list[int] = []  # how wide each part was
        self.looks_beside = 0

    def frame(self, t_s: float) -> Frame:
        image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        for (x, y), how, size in self.people:
            image[y, x] = (255, how, size)
        return Frame(0, t_s, image)

    def detect(self, part: Any) -> Any:
        self.looks.append(part.shape[1])
        return self._found(part)

    def only_near(self, part: Any) -> Any:
        """As a model for which people are too small in the whole picture."""
        found = self.detect(part)
        return found if part.shape[1] < 600 else []

    def only_first(self, part: Any) -> Any:
        """As a model that overlooks whoever lies farther to the right."""
        found = self.detect(part)
        del found[1:]
        return found

    def detect_beside(self, part: Any) -> Any:
        self.looks_beside += 1
        return self._found(part)

    def _found(self, part: Any) -> Any:
        found = []
        for y, x in np.argwhere(part[..., 0] == 255):
            how, size = int(part[y, x, 1]), part[y, x, 2] / 100
            found.append(Detection(body(how, size) + np.array([x, y]), VISIBLE))
        return found


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def finder(room: Room) -> Iterator[PersonFinder]:
    with BackgroundWorker() as aside:
        yield PersonFinder(room.detect, room.detect_beside, aside)


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes a finder with another detector, or another for each kind of looks."""
    with BackgroundWorker() as aside:
        yield lambda detect, beside=None: PersonFinder(detect, beside or detect, aside)


def hips(seen: Detection | None) -> tuple[int, int] | None:
    """Where whoever was found is."""
    if seen is None:
        return None
    x, y = describe(seen.xy_px).hips_px
    return round(x), round(y)


def follow(
    finder: PersonFinder, room: Room, from_s: float, to_s: float
) -> list[tuple[int, int] | None]:
    """Where the followed person is, ten times a second."""
    times = np.arange(from_s, to_s - 1e-9, STEP_S)
    return [hips(finder.find(room.frame(float(t)))) for t in times]


def test_an_empty_room_is_searched_now_and_then(room: Room, finder: PersonFinder) -> None:
    """The whole picture in every frame, and its parts every half second."""
    spent = []
    for t_s in (0.0, SEARCH_S - 0.1, SEARCH_S):
        room.looks.clear()
        assert finder.find(room.frame(t_s)) is None
        spent.append(len(room.looks))
    assert spent == [5, 1, 5]
    assert room.looks_beside == 0


def test_who_lies_is_meant_before_who_stands(room: Room, finder: PersonFinder) -> None:
    """However large the therapist is."""
    room.people = [((150, 240), STANDS, 60), ((420, 300), LIES, 30)]
    assert follow(finder, room, 0.0, 1.0) == [(420, 300)] * 10


def test_a_small_body_is_found_in_a_part_and_followed_close_to(room: Room, make: Make) -> None:
    """The model sees nobody so small in the whole picture."""
    room.people = [((450, 300), LIES, 25)]
    assert follow(make(room.only_near, room.detect_beside), room, 0.0, 0.5) == [(450, 300)] * 5
    assert room.looks[-1] < 400


def test_where_a_close_look_fails_the_part_does(room: Room, make: Make) -> None:
    """Somebody who is found in a part of the picture, and not around them, is not lost again."""
    room.people = [((540, 300), LIES, 25)]

    def picky(part: Any) -> Any:
        found = room.detect(part)
        fits = 400 < part.shape[1] < 700
        return found if fits else []

    assert follow(make(picky), room, 0.0, 3.0) == [(540, 300)] * 30


def test_what_is_no_body_is_nobody(room: Room, finder: PersonFinder) -> None:
    room.people = [((320, 240), FOLDED, 50)]
    assert follow(finder, room, 0.0, 1.0) == [None] * 10


def test_another_who_appears_is_not_followed(room: Room, finder: PersonFinder) -> None:
    """Nearer to the camera, lying too, and even while the first one is not seen for a moment."""
    patient, other = ((200, 300), LIES, 30), ((450, 300), LIES, 60)
    room.people = [patient]
    assert follow(finder, room, 0.0, 1.0) == [(200, 300)] * 10
    room.people = [other, patient]
    assert follow(finder, room, 1.0, 2 * CHECK_S) == [(200, 300)] * 90
    room.people = [other]
    assert follow(finder, room, 10.0, 11.0) == [None] * 10
    room.people = [other, patient]
    assert follow(finder, room, 11.0, 12.0) == [(200, 300)] * 10


def test_who_is_gone_for_longer_is_searched_anew(room: Room, finder: PersonFinder) -> None:
    """Then whoever is there is meant, wherever they are."""
    room.people = [((150, 300), LIES, 30)]
    follow(finder, room, 0.0, 1.0)
    room.people = [((500, 300), LIES, 30)]
    found = follow(finder, room, 1.0, 4.0)
    unknown = found.index((500, 300))
    assert set(found[:unknown]) == {None}
    assert GONE_S <= unknown * STEP_S + STEP_S <= GONE_S + SEARCH_S + 2 * STEP_S
    assert set(found[unknown:]) == {(500, 300)}


def test_who_moves_is_followed_out_of_their_part_of_the_picture(room: Room, make: Make) -> None:
    """From one edge to the other; the part that is looked at moves along."""
    finder, found = make(room.only_near), []
    for i in range(60):
        room.people = [((120 + 7 * i, 300), LIES, 25)]
        found.append(hips(finder.find(room.frame(i * STEP_S))))
    assert found == [(120 + 7 * i, 300) for i in range(60)]


def test_a_person_alone_is_checked_every_few_seconds(room: Room, finder: PersonFinder) -> None:
    """In between not a single look is spent beside."""
    room.people = [((320, 240), LIES, 50)]
    follow(finder, room, 0.0, CHECK_S - STEP_S)
    spent = room.looks_beside
    assert spent > 0
    assert finder.others == 0
    follow(finder, room, CHECK_S, CHECK_S + 2 * READ_S)
    assert room.looks_beside == 2 * spent


def test_somebody_beside_is_seen_and_changes_nothing(room: Room, finder: PersonFinder) -> None:
    """Whoever lies is followed further; that there is another is known."""
    room.people = [((200, 300), LIES, 30), ((600, 200), STANDS, 30)]
    finder.find(room.frame(0.0))
    assert finder.others == 1
    assert set(follow(finder, room, 0.1, 2.0)) == {(200, 300)}
    assert finder.others == 1
    assert not finder.touched


def test_a_small_figure_beside_is_a_picture_on_the_wall(room: Room, make: Make) -> None:
    """Found only once the person is painted over, and less than half as large."""
    room.people = [((320, 300), LIES, 50), ((40, 40), STANDS, 15)]

    def largest(part: Any) -> Any:
        """The model sees the person first, and then no more."""
        found = room.detect(part)
        if (part[..., 1] == LIES).any():
            del found[:-1]
        return found

    finder = make(largest)
    follow(finder, room, 0.0, 1.0)
    assert finder.others == 0


@pytest.mark.parametrize(("hand_at", "touched"), [(27, True), (25, True), (0, False), (12, False)])
def test_a_hand_at_a_leg_is_a_touch(hand_at: int, touched: bool, room: Room, make: Make) -> None:
    """Another person's, at ankle or knee; at the head it holds no leg."""
    room.people = [((200, 300), LIES, 40), ((400, 200), STANDS, 60)]

    def reaching(part: Any) -> Any:
        found = room.detect(part)
        if len(found) == 2:
            lies, stands = sorted(found, key=lambda one: one.xy_px[23, 0])
            stands.xy_px[15] = lies.xy_px[hand_at]
        return found

    finder = make(reaching)
    follow(finder, room, 0.0, 1.0)
    assert finder.others == 1
    assert finder.touched is touched
    del room.people[1]
    follow(finder, room, 1.0, 2 * CHECK_S)
    assert (finder.others, finder.touched) == (0, False)


def test_from_who_stands_to_who_lies(room: Room, finder: PersonFinder) -> None:
    """A therapist was followed; the patient has lain down."""
    room.people = [((150, 240), STANDS, 60)]
    follow(finder, room, 0.0, 1.0)
    room.people.append(((480, 320), LIES, 30))
    found = follow(finder, room, 1.0, 4.0)
    assert set(found) == {(150, 240), (480, 320)}
    assert found[-1] == (480, 320)
    assert found.index((480, 320)) * STEP_S <= STANDING_S + READ_S


def test_a_result_is_read_of_the_same_frame_always(room: Room, make: Make) -> None:
    """Not as soon as it is there, which would depend on how busy the machine is."""
    room.people = [((150, 200), LIES, 25), ((600, 300), STANDS, 25)]
    finder = make(room.only_first, room.detect_beside)
    finder.find(room.frame(0.0))
    finder._worker.wait()  # it has been answered
    finder.find(room.frame(READ_S - 0.01))
    assert finder.others == 0
    finder.find(room.frame(READ_S))
    assert finder.others == 1


def test_what_was_asked_before_a_pause_is_not_believed(room: Room, make: Make) -> None:
    """Whoever was beside then may have gone."""
    room.people = [((150, 240), STANDS, 30), ((480, 320), LIES, 30)]
    finder = make(room.only_first, room.detect_beside)
    assert hips(finder.find(room.frame(0.0))) == (150, 240)
    del room.people[1]
    later_s = 0.1 + READ_S + GONE_S
    assert set(follow(finder, room, later_s, later_s + 2.0)) == {(150, 240)}
    assert finder.others == 0
