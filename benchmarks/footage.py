"""Clips read and written as upright RGB pictures with their times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from posecheck.vision.frames import VideoSource

Image = NDArray[np.uint8]
CRF = 18  # hardly worse than the clip it was made from
TIME_BASE = Fraction(1, 90_000)
USUAL_RATE = 25  # for the encoder's planning; every frame keeps its own time


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture (h, w, 3) and when it was taken."""

    t_s: float
    image: Image


def read(clip: Path) -> Iterator[Shot]:
    """The frames of a clip, upright, in order of time."""
    with VideoSource(clip) as source:
        for frame in source:
            yield Shot(frame.t_s, frame.image)


def write(path: Path, shots: Iterable[Shot], crf: int = CRF) -> None:
    """Encode as H.264; sides become even by leaving out the last row or column."""
    with av.open(str(path), "w") as sink:
        stream = None
        for shot in shots:
            height, width = (n - n % 2 for n in shot.image.shape[:2])
            if stream is None:
                options = {"crf": str(crf), "preset": "veryfast"}
                stream = sink.add_stream("libx264", rate=USUAL_RATE, options=options)
                stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
                stream.codec_context.time_base = TIME_BASE
            image = np.ascontiguousarray(shot.image[:height, :width])
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = round(shot.t_s / TIME_BASE), TIME_BASE
            sink.mux(stream.encode(frame.reformat(format="yuv420p")))
        if stream is not None:
            sink.mux(stream.encode(None))
