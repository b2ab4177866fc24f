"""Frames of a video file: upright, square pixels, true time stamps.

::

    with VideoSource(path, max_side_px=1280) as source, closing(prefetch(source)) as frames:
        for frame in frames:
            ...                       # frame.t_s, frame.image, frame.scale
    source.info, source.flaws         # what was really read, and what was not

Only the given file is ever opened: see `posecheck.vision.containers`.
"""

from __future__ import annotations

import os
import threading
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import PictureType
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from posecheck.errors import ClipError
from posecheck.threads import Closing
from posecheck.types import ClipInfo, Flaws
from posecheck.vision.containers import (
    liveliest_stream,
    longest_shape,
    open_container,
    recorded_at,
    slowed_by,
    stamps_are_of_decoding,
    video_stream,
    video_streams,
)
from posecheck.vision.damage import Damage, Stated
from posecheck.vision.file_ends import stated_duration_s
from posecheck.vision.frame_times import FrameClock, first_from, sampled, without_strays
from posecheck.vision.orientation import Turn, square_size, turn_of

Image = NDArray[np.uint8]  # (h, w, 3), RGB

MODEL_SIDE_PX = 1280  # of the longer side: more pixels than that show the model nothing
# A turned camera begins a new picture within the stream.
_MAY_CHANGE_SHAPE = ("mpegts", "matroska", "flv", "h264", "hevc")
# Their decoders change a grey picture where the one to change is missing.
_CHANGE_WHAT_IS_NOT_THERE = (
    "mpeg4", "msmpeg4v1", "msmpeg4v2", "msmpeg4", "wmv1", "wmv2", "wmv3", "vc1", "h263", "flv",
    "mpeg1video", "mpeg2video",
)  # fmt: skip
_RESYNC_MAX = 1 << 16  # each goes on in the file, by 64 KB or so
_SAME_SHAPE = 0.02
_STEP_MAX_S = 1.0  # a last frame is not taken to last longer, unless all do
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
    that is damaged gives the frames that there are, and says in `flaws` what it lacks. Of
    one that changes its shape, as a phone that is turned, the longer part is read.

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

    _times: array[float]
    _turned: bool  # its pictures change their shape
    _begun: bool  # a picture that needs no other was decoded
    _read: bool
    _damage: Damage

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
        self._notes: list[tuple[str, float]] = []
        self._by_decoding = self._time_uncertain = False
        self._stored: tuple[int, int] | None = None  # width and height; None: not yet known
        self._max_side_px = max_side_px
        self._lock = threading.Lock()  # decoding may run in a thread while we are closed here
        self._closed = False
        self._stream_index: int | None = None
        self._container = open_container(self.path)
        self._stated = Stated(self.path, self._container.format.name)
        try:
            self._stream = self._open_stream()
            self._forget()
            self._choose()
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
    def flaws(self) -> Flaws:
        """Say what the file lacks, as far as it was read, and what of its times is doubtful."""
        notes = list(self._notes)
        if self._turned:
            notes.append(("turned", 0.0))
        damage = self._damage
        return Flaws(
            damage.truncated, tuple(damage.lost_s), damage.unplaced_s, self._time_uncertain,
            tuple(notes),
        )  # fmt: skip

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
            self._damage.end(self._duration_s, len(self._times))

    def _wanted(self) -> Iterator[tuple[float, tuple[int, av.VideoFrame]]]:
        timed = self._timed()
        if self._only_s is not None:
            return first_from(timed, self._only_s)
        return timed if self._per_s is None else sampled(timed, self._per_s)

    def _timed(self) -> Iterator[tuple[float, tuple[int, av.VideoFrame]]]:
        """Yield every frame with its time and its number."""
        usual_s, damage = self._stated.step_s, self._damage
        clock = FrameClock(usual_s)
        stamped = ((self._stamp(f), f) for f in self._decoded())
        seen_s, skipped = 0.0, False
        for stamp, decoded in without_strays(stamped, damage.strays):
            t_s = clock.read(stamp)
            if t_s is None:
                continue
            if t_s == 0:
                damage.start(stamp)
            self._duration_s = t_s + min(clock.step_s, max(usual_s, _STEP_MAX_S))
            if not self._has_shape(decoded):  # it is another picture, in which nothing is followed
                self._turned = skipped = True
                continue
            damage.step(seen_s, t_s, first=not self._times, skipped=skipped)
            seen_s, skipped = t_s, False
            self._times.append(t_s)
            yield t_s, (len(self._times) - 1, decoded)
        if skipped:
            damage.lost_s.append((seen_s, self._duration_s))

    def _stamp(self, decoded: av.VideoFrame) -> float | None:
        """Return when a frame is shown, in seconds, if the file says so."""
        stamp = decoded.dts if self._by_decoding else decoded.pts
        if stamp is None or decoded.time_base is None:
            return None
        return float(stamp * decoded.time_base) / self._stated.slowed_by

    def _open_stream(self) -> VideoStream:
        stream = video_stream(self._container, self.path, self._stream_index)
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = min(_MAX_THREADS, os.cpu_count() or 1)
        return stream

    def _choose(self) -> None:
        """Choose among several streams, and learn what their time stamps mean."""
        self._stream_index = liveliest_stream(self._container)
        if self._stream_index is not None:
            self._notes.append(("several_tracks", len(video_streams(self._container))))
            self._rewind()
        self._by_decoding = stamps_are_of_decoding(self._container, self._stream)
        self._rewind()
        if self._stated.names(_MAY_CHANGE_SHAPE):
            self._stored = longest_shape(self._container, self._stream)
            self._rewind()

    def _look_at_first(self) -> None:
        """Decode the first frame: only it tells turn, shape, and whether there is one."""
        first = next((f for f in self._decoded() if self._has_shape(f)), None)
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
        if self._stated.without_times:
            rate = self._rate_without_times()
        slowed = slowed_by(self._container, float(rate or 0))
        self._time_uncertain |= slowed is None
        slowed = slowed or 1.0
        if slowed != 1:
            times = max(slowed, 1 / slowed)
            self._notes.append(("slower" if slowed > 1 else "faster", times))
        step_s = (1.0 / float(rate) if rate else self._stated.step_s) / slowed
        if stream.duration and stream.time_base:
            expected_s = float(stream.duration * stream.time_base)
        elif self._container.duration:
            expected_s = self._container.duration / av.time_base
        else:
            expected_s = stated_duration_s(self.path)
        expected_s /= slowed
        if self._stated.names(("avi",)):  # what is there is measured, not what should be
            expected_s = max(expected_s, stream.frames * step_s)
        self.expected_frames: int = stream.frames or round(expected_s / step_s)
        self._stated = replace(
            self._stated, step_s=step_s, duration_s=expected_s, frames=stream.frames,
            slowed_by=slowed,
        )  # fmt: skip

    def _rate_without_times(self) -> Fraction | None:
        """Return the rate that a stream without time stamps states itself, if it does."""
        rate = self._stream.codec_context.framerate
        if not rate or self._container.format.name == "mjpeg":
            self._time_uncertain = True
            return self._stream.average_rate
        return rate

    def _rewind(self) -> None:
        # Opened anew, since not every container can seek to its very first frame.
        with self._lock:
            if self._closed:
                raise ClipError(f"{self.path.name} was closed before it was read.")
            self._container.close()
            self._container = open_container(self.path)
            self._stream = self._open_stream()
        self._forget()

    def _forget(self) -> None:
        """Forget what was read."""
        self._read = False
        self._times = array("d")
        self._duration_s = 0.0
        self._turned = False
        self._begun = self._stream.codec_context.name not in _CHANGE_WHAT_IS_NOT_THERE
        self._damage = Damage(self._stated)

    def _decoded(self) -> Iterator[av.VideoFrame]:
        """Yield every frame that can be decoded; damage is stepped over or ends the clip."""
        packets = self._container.demux(self._stream)
        resyncs = 0
        while True:
            with self._lock:
                if self._closed:
                    return
                try:
                    packet = next(packets)
                except StopIteration:
                    return
                except av.BlockingIOError:  # a stretch without a packet: it goes on behind it
                    resyncs += 1
                    self._damage.hurt()
                    if resyncs < _RESYNC_MAX:
                        packets = self._container.demux(self._stream)
                        continue
                    self._damage.truncated, packet = True, None
                except av.FFmpegError:
                    self._damage.truncated, packet = True, None
                frames = self._decode(packet)
            yield from frames
            if packet is None:
                return

    def _decode(self, packet: av.Packet[VideoStream] | None) -> list[av.VideoFrame]:
        if packet is not None:
            self._damage.take(packet)
        try:
            frames = self._stream.codec_context.decode(packet)
        except av.FFmpegError:
            self._damage.hurt(1)
            return []
        while frames and not self._begun:
            self._begun = frames[0].key_frame or frames[0].pict_type == PictureType.I
            frames = frames if self._begun else frames[1:]
        whole = [f for f in frames if f.format is not None and not f.is_corrupt]
        if len(whole) < len(frames):
            self._damage.hurt(len(frames) - len(whole))
        return whole

    def _has_shape(self, decoded: av.VideoFrame) -> bool:
        """Tell whether it is of the shape that is looked at, give or take the odd pixel."""
        if self._stored is None:
            return True
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
