"""The conditions: how each spoils a clip, and what stays true of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from benchmarks import spoil, still_true
from benchmarks.footage import CRF, Image, Shot, read
from benchmarks.scoring import Truth

IDLE_S, IDLE_FPS, IDLE_GRAIN = 60.0, 25.0, 2.0
PHOTO_S = 10.0
WHOLE, CLOSE = 0.12, 0.05  # room around the body, in its own length: an ear is not a head


@dataclass(frozen=True, slots=True)
class Scene:
    """What a condition is made from."""

    truth: Truth
    box_px: Callable[[float], spoil.Box]  # what holds the body and such a margin
    partner: Truth | None = None  # somebody else, where there is one in the picture


@dataclass(frozen=True, slots=True)
class Condition:
    """One row of the table."""

    name: str
    words: str
    film: Callable[[Scene], Iterator[Shot]]
    truth: Callable[[Truth], Truth] = still_true.unchanged
    crf: int = CRF
    beside: bool = False  # two people: either may be followed
    warning: str | None = None  # what the person has to be told


def _each(change: Callable[[Image], Image]) -> Callable[[Scene], Iterator[Shot]]:
    """Every picture changed alike."""
    return lambda scene: (Shot(s.t_s, change(s.image)) for s in read(scene.truth.clip))


def _timed(change: Callable[[Iterator[Shot]], Iterator[Shot]]) -> Callable[[Scene], Iterator[Shot]]:
    """Other pictures at other times."""
    return lambda scene: change(read(scene.truth.clip))


def _crop(scene: Scene, margin: float) -> Iterator[Shot]:
    box = scene.box_px(margin)
    return (Shot(s.t_s, spoil.cropped(s.image, box)) for s in read(scene.truth.clip))


def _dark(scene: Scene) -> Iterator[Shot]:
    grain = spoil.Grain(3.0)
    for shot in read(scene.truth.clip):
        yield Shot(shot.t_s, grain(spoil.darkened(shot.image, 0.25)))


def _still(scene: Scene) -> Iterator[Shot]:
    at_s = still_true.moment(scene.truth)
    return spoil.still(read(scene.truth.clip), at_s, PHOTO_S, IDLE_FPS)


def _idle(scene: Scene) -> Iterator[Shot]:
    return spoil.idle(read(scene.truth.clip), IDLE_S, IDLE_FPS, spoil.Grain(IDLE_GRAIN))


def _two(scene: Scene) -> Iterator[Shot]:
    assert scene.partner is not None
    return spoil.beside(read(scene.truth.clip), read(scene.partner.clip))


CONDITIONS = (
    Condition("mirrored", "left and right exchanged", _each(spoil.mirrored), still_true.mirrored),
    Condition(
        "cropped", "cut to the body and 12 % of its length around", partial(_crop, margin=WHOLE)
    ),
    Condition(
        "cropped_close", "cut 5 % from ears and toes: the hair is off", partial(_crop, margin=CLOSE)
    ),
    Condition(
        "third", "a third of the pixels each way", _each(partial(spoil.scaled, factor=1 / 3))
    ),
    Condition("far", "half as large in the same picture", _each(partial(spoil.far, factor=0.5))),
    Condition("darkened", "a quarter of the light, with grain", _dark),
    Condition("blurred", "out of focus by 3 pixels", _each(partial(spoil.blurred, sigma_px=3.0))),
    Condition("recompressed", "H.264 at CRF 42", _each(lambda image: image), crf=42),
    Condition(
        "fps_12",
        "12 frames/s",
        _timed(partial(spoil.slower, fps=12.0)),
        partial(still_true.at_rate, fps=12.0),
    ),
    Condition(
        "fps_60",
        "60 frames/s, in between after the optical flow",
        _timed(partial(spoil.faster, fps=60.0)),
        partial(still_true.at_rate, fps=60.0),
    ),
    Condition("uneven", "a varying rate, with gaps up to 0.16 s", _timed(spoil.uneven)),
    Condition(
        "roll_plus_20", "camera turned 20° clockwise", _each(partial(spoil.rolled, degrees=20.0))
    ),
    Condition(
        "roll_minus_20", "and 20° the other way", _each(partial(spoil.rolled, degrees=-20.0))
    ),
    Condition(
        "two_people",
        "somebody else beside, exercising too",
        _two,
        beside=True,
        warning="second_person",
    ),
    Condition(
        "still",
        "a photograph taken at the tension, for 10 s",
        _still,
        lambda truth: still_true.photograph(truth, still_true.moment(truth)),
    ),
    Condition(
        "idle",
        "a minute before and after in which nothing moves",
        _idle,
        partial(still_true.delayed, by_s=IDLE_S),
    ),
)
