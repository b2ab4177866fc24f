"""H.264 as browsers, phones and mail programs play it: what all videos here have in common."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import av
import numpy as np
from av.container import OutputContainer
from av.packet import Packet
from av.video.reformatter import Colorspace, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from posecheck.errors import MissingDependencyError

ENCODER: Final = "libx264"
TIME_BASE: Final = Fraction(1, 90_000)
_USUAL_RATE = 30  # for the encoder's planning only; every frame keeps its own time
_KEYFRAME_EVERY = 60  # frames, so that a player can jump to a finding
_BT709 = 1
_COLOURS: Final[Any] = {"dst_colorspace": Colorspace.ITU709, "dst_color_range": "MPEG"}


def need_encoder(instead: str) -> None:
    """Refuse at once where there is no encoder; ``instead`` is the option that does without."""
    if ENCODER not in av.codecs_available:
        raise MissingDependencyError(
            "This PyAV has no H.264 encoder (libx264), so no video can be written; install it "
            f"with `pip install av` from a wheel, or use {instead}."
        )


def add_stream(
    container: OutputContainer, width: int, height: int, options: dict[str, str]
) -> VideoStream:
    """A stream for pictures of this size; odd ones are widened by a pixel."""
    stream = container.add_stream(ENCODER, rate=_USUAL_RATE, options=options)
    context = stream.codec_context
    context.width, context.height = width + width % 2, height + height % 2
    context.pix_fmt, context.gop_size = "yuv420p", _KEYFRAME_EVERY
    context.time_base = TIME_BASE
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    context.color_range = 1  # limited, as players expect
    return stream


def to_frame(image: NDArray[np.uint8], stamp: int) -> av.VideoFrame:
    """A copy of an RGB picture (h, w, 3), to be shown from ``stamp`` (in `TIME_BASE`) on."""
    odd = (image.shape[0] % 2, image.shape[1] % 2)
    # yuv420p halves both: repeat the last row or column
    copy = np.pad(image, ((0, odd[0]), (0, odd[1]), (0, 0)), mode="edge")
    # `from_ndarray` copies in ten times as long as NumPy
    frame = av.VideoFrame.from_numpy_buffer(copy, format="rgb24")
    frame.pts, frame.time_base = stamp, TIME_BASE
    return frame


def encode(
    stream: VideoStream, reformatter: VideoReformatter, frame: av.VideoFrame
) -> list[Packet[VideoStream]]:
    """The packets that a frame makes, in the colours that the stream states."""
    yuv = reformatter.reformat(frame, format="yuv420p", **_COLOURS)
    yuv.pts, yuv.time_base = frame.pts, frame.time_base
    return stream.encode(yuv)
