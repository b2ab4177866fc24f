"""Frames of a video file: upright, square pixels, true time stamps.

::

    with VideoSource(path, max_side_px=1280) as source, closing(prefetch(source)) as frames:
        for frame in frames:
            ...                       # frame.t_s, frame.image, frame.scale
    source.info, source.truncated     # what was really read

Only the given file is ever opened: see `posecheck.vision.containers`.
"""

from __future__ import annotations

import os
import threading
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from posecheck.errors import ClipError
from posecheck.threads import Closing
from posecheck.types import ClipInfo
from posecheck.vision.containers import open_container, recorded_at, video_stream
from posecheck.vision.frame_times import FrameClock, first_from, sampled
from posecheck.vision.orientation import Turn, square_size, turn_of

Image = NDArray[np.uint8]  # (h, w, 3), RGB

MODEL_SIDE_PX = 1280  # of the longer side: more pixels than that show the model nothing
_STATE_THEIR_LENGTH = ("mov", "matroska", "avi", "asf", "flv")
_CUT_S, _CUT_SHARE = 1.0, 0.05  # a clip that is shorter by both is cut off
_SAME_SHAPE = 0.02
_USUAL_STEP_S = 0.04  # of a file that does not tell its rate
_MAX_THREADS = 4  # each decoding thread holds a frame; more gain nothing for one clip


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a clip: RGB, upright, dense in memory (MediaPipe takes nothing else)."""

    index: int
    t_s: float
    image: Image  # C-contiguous
    scale: float = 1.0  # size of the image over that of the full upright picture

    @property
    def size_px(self) -> tuple[float, float]:
        """Return width and height of the full picture."""
        height, width = self.image.shape[:2]
        return width / self.scale, height / self.scale


class VideoSource(Closing):
    """Reads a video file frame by frame; a context manager.

    `width_px` and `height_px` are the full upright picture with square pixels, whatever
    ``max_side_px`` makes of the frames that are handed out. Iterating twice reads twice. A file
    that breaks off gives the frames before, and says so in `truncated`.

    Parameters
    ----------
    path
        The file.
    max_side_px
        Larger pictures are made smaller, so that their longer side has so many pixels.
    per_s
        About so many frames a second are handed out; the others are decoded and counted.
    only_s
        The first frame from each of these times on, in seconds, is handed out, and no other.

    Raises
    ------
    ClipError
        One line: it is no video file that can be read.

    """

    def __init__(
        self,
        path: Path | str,
        max_side_px: int | None = None,
        per_s: float | None = None,
        only_s: Iterable[float] | None = None,
    ) -> None:
        self.path = Path(path)
        self._per_s = per_s
        self._only_s = None if only_s is None else tuple(only_s)
        self.truncated = False
        self.corrupt_packets = 0
        self._max_side_px = max_side_px
        self._lock = threading.Lock()  # decoding may run in a thread while we are closed here
        self._closed = self._read = False
        self._times = array("d")
        self._duration_s = 0.0
        self._container = open_container(self.path)
        try:
            self._stream = self._open_stream()
            self._look_at_first()
        except BaseException:
            self._container.close()
            raise

    def close(self) -> None:
        """Let go of the file, even while another thread is still iterating."""
        self._closed = True
        with self._lock:
            self._container.close()

    @property
    def info(self) -> ClipInfo:
        """Describe what is known of the clip: frames and duration are those read so far."""
        return ClipInfo(
            name=self.path.name,
            sha256=None,
            recorded_at=recorded_at(self._container),
            duration_s=self._duration_s,
            frames=len(self._times),
            width_px=self.width_px,
            height_px=self.height_px,
            rotation_deg=self.rotation_deg,
            looked_at_per_s=self._per_s,
        )

    @property
    def frame_t_s(self) -> NDArray[np.float64]:
        """Return the times (n,) of all frames read so far, handed out or not, in seconds."""
        return np.array(self._times)

    def __iter__(self) -> Iterator[Frame]:
        if self._read:
            self._rewind()
        self._read = True
        reformatter = VideoReformatter()
        for t_s, (index, decoded) in self._wanted():
            yield Frame(index, t_s, self._picture(decoded, reformatter), self._scale)
        if self._only_s is None:
            self._notice_a_cut()

    def _wanted(self) -> Iterator[tuple[float, tuple[int, av.VideoFrame]]]:
        timed = self._timed()
        if self._only_s is not None:
            return first_from(timed, self._only_s)
        return timed if self._per_s is None else sampled(timed, self._per_s)

    def _timed(self) -> Iterator[tuple[float, tuple[int, av.VideoFrame]]]:
        """Yield every frame with its time and its number."""
        clock = FrameClock(self._usual_step_s)
        for decoded in self._decoded():
            t_s = clock.read(decoded)
            if t_s is None:
                continue
            if not self._has_shape(decoded):  # what follows is another clip
                self.truncated = True
                return
            self._duration_s = t_s + clock.step_s
            self._times.append(t_s)
            yield t_s, (len(self._times) - 1, decoded)

    def _open_stream(self) -> VideoStream:
        stream = video_stream(self._container, self.path)
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = min(_MAX_THREADS, os.cpu_count() or 1)
        return stream

    def _look_at_first(self) -> None:
        """Decode the first frame: only it tells turn, shape, and whether there is one."""
        first = next(self._decoded(), None)
        if first is None:
            raise ClipError(
                f"{self.path.name} holds no picture that can be decoded; record the clip again."
            )
        sar = self._stream.sample_aspect_ratio or 1
        self._stored = (first.width, first.height)
        w, h = square_size(first.width, first.height, float(sar))
        self.turn: Turn = turn_of(first)
        self.width_px, self.height_px = self.turn.size(w, h)
        self.rotation_deg = self.turn.clockwise_deg
        self._scale = min(1.0, (self._max_side_px or max(w, h)) / max(w, h))
        self._target = (max(1, round(w * self._scale)), max(1, round(h * self._scale)))
        self._picture(first, VideoReformatter())  # what cannot be converted is refused here
        self._measure()
        self._rewind()

    def _measure(self) -> None:
        """Note what the file says of its length: for a progress bar, and to notice a cut."""
        stream, rate = self._stream, self._stream.average_rate
        self._usual_step_s = 1.0 / float(rate) if rate else _USUAL_STEP_S
        if stream.duration and stream.time_base:
            self.expected_duration_s = float(stream.duration * stream.time_base)
        elif self._container.duration:
            self.expected_duration_s = self._container.duration / av.time_base
        else:
            self.expected_duration_s = 0.0
        self.expected_frames: int = stream.frames or round(
            self.expected_duration_s / self._usual_step_s
        )

    def _notice_a_cut(self) -> None:
        """Notice an early end where the container states its length up front."""
        stated = any(name in self._container.format.name for name in _STATE_THEIR_LENGTH)
        lacking_s = self.expected_duration_s - self._duration_s
        if stated and lacking_s > max(_CUT_S, _CUT_SHARE * self.expected_duration_s):
            self.truncated = True

    def _rewind(self) -> None:
        # Opened anew, since not every container can seek to its very first frame.
        with self._lock:
            if self._closed:
                raise ClipError(f"{self.path.name} was closed before it was read.")
            self._container.close()
            self._container = open_container(self.path)
            self._stream = self._open_stream()
        self._read = self.truncated = False
        self._times = array("d")
        self._duration_s, self.corrupt_packets = 0.0, 0

    def _decoded(self) -> Iterator[av.VideoFrame]:
        """Yield every frame that can be decoded; damage is stepped over or ends the clip."""
        packets = self._container.demux(self._stream)
        while True:
            with self._lock:
                if self._closed:
                    return
                try:
                    packet = next(packets)
                except StopIteration:
                    return
                except av.FFmpegError:
                    self.truncated = True
                    packet = None
                frames = self._decode(packet)
            yield from frames
            if packet is None:
                return

    def _decode(self, packet: av.Packet[VideoStream] | None) -> list[av.VideoFrame]:
        try:
            frames = self._stream.codec_context.decode(packet)
        except av.FFmpegError:
            self.corrupt_packets += 1
            return []
        return [f for f in frames if f.format is not None and not f.is_corrupt]

    def _has_shape(self, decoded: av.VideoFrame) -> bool:
        """Tell whether it is of the first frame's shape, give or take the odd pixel."""
        w, h = self._stored
        return abs(decoded.width * h - decoded.height * w) <= _SAME_SHAPE * decoded.width * h

    def _picture(self, decoded: av.VideoFrame, reformatter: VideoReformatter) -> Image:
        try:
            rgb = reformatter.reformat(
                decoded, *self._target, format="rgb24", dst_color_range="JPEG"
            )
        except (av.FFmpegError, ValueError) as error:
            raise ClipError(
                f"{self.path.name} holds pictures of a kind that cannot be converted; save it as "
                "H.264 in an .mp4 file."
            ) from error
        return self.turn.apply(rgb.to_ndarray())  # type: ignore[arg-type]  # rgb24 is uint8
