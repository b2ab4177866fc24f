"""Spoils pictures and their timing in the ways that people's recordings are spoiled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise, zip_longest

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.footage import Image, Shot
from benchmarks.scoring import Floats

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels
LONGEST_STEP = 4  # frames left out in a row, at most, where the rate varies
GRAINS = 8


def mirrored(image: Image) -> Image:
    """Left and right exchanged."""
    return image[:, ::-1]


def cropped(image: Image, box: Box) -> Image:
    """The part of the picture in a box."""
    left, top, right, bottom = box
    return image[top:bottom, left:right]


def scaled(image: Image, factor: float) -> Image:
    """The whole picture in fewer pixels."""
    small: Image = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return small


def far(image: Image, factor: float) -> Image:
    """The scene smaller in a picture of the same size, its edges drawn on to the new ones."""
    small = scaled(image, factor)
    rows, columns = (n - m for n, m in zip(image.shape[:2], small.shape[:2], strict=True))
    wide = ((rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2), (0, 0))
    out: Image = np.pad(small, wide, mode="edge")
    return out


def darkened(image: Image, light: float) -> Image:
    """As if so little of the light were left."""
    out: Image = (image * np.float32(light)).astype(np.uint8)
    return out


def blurred(image: Image, sigma_px: float) -> Image:
    """Out of focus."""
    soft: Image = cv2.GaussianBlur(image, (0, 0), sigma_px)
    return soft


def rolled(image: Image, degrees: float) -> Image:
    """As a camera sees it that is turned clockwise by so much; corners are drawn on."""
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    out: Image = cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return out


class Grain:
    """The noise of a sensor, another in every frame."""

    def __init__(self, sd: float, seed: int = 0) -> None:
        self._random = np.random.default_rng(seed)
        self._sd = sd
        self._fields: list[NDArray[np.int16]] = []

    def __call__(self, image: Image) -> Image:
        """The picture with noise."""
        if not self._fields:
            self._fields = [
                self._random.normal(0, self._sd, image.shape).round().astype(np.int16)
                for _ in range(GRAINS)
            ]
        field = self._fields[self._random.integers(GRAINS)]
        shifted = np.roll(field, self._random.integers(image.shape[0]), axis=0)
        out: Image = np.clip(image + shifted, 0, 255).astype(np.uint8)
        return out


def slower(shots: Iterable[Shot], fps: float) -> Iterator[Shot]:
    """At a lower rate: the frame nearest to each time, the earlier of two as near."""
    index = 0
    for before, after in pairwise(shots):
        while index / fps <= after.t_s + 1e-9:
            t_s = index / fps
            near = before if t_s - before.t_s <= after.t_s - t_s + 1e-6 else after
            yield Shot(t_s, near.image)
            index += 1


def faster(shots: Iterable[Shot], fps: float) -> Iterator[Shot]:
    """At a higher rate: what lies in between follows the optical flow."""
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    index = 0
    for before, after in pairwise(shots):
        motion = None
        while index / fps <= after.t_s + 1e-9:
            share = (index / fps - before.t_s) / (after.t_s - before.t_s)
            if share < 0.02 or share > 0.98:
                image = before.image if share < 0.5 else after.image
            else:
                if motion is None:
                    grey = [cv2.cvtColor(s.image, cv2.COLOR_RGB2GRAY) for s in (before, after)]
                    motion = flow.calc(grey[0], grey[1], None)
                image = _between(before.image, after.image, motion, share)
            yield Shot(index / fps, image)
            index += 1


def _between(a: Image, b: Image, motion: Floats, share: float) -> Image:
    height, width = a.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    from_a = cv2.remap(a, x - share * motion[..., 0], y - share * motion[..., 1], cv2.INTER_LINEAR)
    back = 1 - share
    from_b = cv2.remap(b, x + back * motion[..., 0], y + back * motion[..., 1], cv2.INTER_LINEAR)
    out: Image = cv2.addWeighted(from_a, 1 - share, from_b, share, 0)
    return out


def uneven(shots: Iterable[Shot], seed: int = 0) -> Iterator[Shot]:
    """At a rate that varies as a phone's does: stretches at full rate, and others with gaps."""
    random = np.random.default_rng(seed)
    skip, stretch, loose = 0, 0, False
    for shot in shots:
        if stretch == 0:
            stretch, loose = int(random.integers(15, 60)), not loose
        stretch -= 1
        if skip > 0:
            skip -= 1
            continue
        yield shot
        skip = int(random.integers(0, LONGEST_STEP)) if loose else 0


def still(shots: Iterable[Shot], at_s: float, length_s: float, fps: float) -> Iterator[Shot]:
    """One frame as a photograph, shown for some seconds."""
    image = min(shots, key=lambda shot: abs(shot.t_s - at_s)).image
    for i in range(round(length_s * fps)):
        yield Shot(i / fps, image)


def idle(shots: Iterable[Shot], length_s: float, fps: float, grain: Grain) -> Iterator[Shot]:
    """Nothing happens for so long, then the clip, then nothing again."""
    frames, last = round(length_s * fps), None
    for shot in shots:
        if last is None:
            yield from (Shot(i / fps, grain(shot.image)) for i in range(frames))
        last = replace(shot, t_s=shot.t_s + frames / fps)
        yield last
    if last is not None:
        yield from (Shot(last.t_s + (i + 1) / fps, grain(last.image)) for i in range(frames))


def beside(left: Iterable[Shot], right: Iterable[Shot]) -> Iterator[Shot]:
    """Two scenes in one picture, the right one as high as the left; the shorter one stops."""
    a = b = None
    for one, other in zip_longest(left, right):
        a, b = one or a, other or b
        if a is None or b is None:
            return
        image = b.image
        if image.shape[0] != a.image.shape[0]:
            image = scaled(image, a.image.shape[0] / image.shape[0])[: a.image.shape[0]]
        yield Shot((one or other).t_s, np.concatenate([a.image, image], axis=1))


def body_box(points_px: Floats, margin: float, size_px: tuple[int, int]) -> Box:
    """The part of a picture that holds (n, k, 2) points and a margin, in their largest extent."""
    low, high = np.nanpercentile(points_px.reshape(-1, 2), (0.5, 99.5), axis=0)
    room = margin * float((high - low).max())
    left, top = np.maximum(np.floor(low - room), 0).astype(int)
    right, bottom = np.minimum(np.ceil(high + room), size_px).astype(int)
    return int(left), int(top), int(right), int(bottom)
