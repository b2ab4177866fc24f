"""Writes frames as H.264 in MP4: what a browser, a phone and a mail program play.

::

    with VideoSink(path, width, height) as sink:
        sink.write(image, t_s)
"""

from __future__ import annotations

import contextlib
import queue
import threading
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from av.container import OutputContainer
from av.packet import Packet
from av.video.reformatter import Colorspace, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from posecheck.atomic_files import AtomicFile, remedy
from posecheck.errors import MissingDependencyError, OutputError, PosecheckError
from posecheck.threads import BoundedQueue, Closing, start_thread

ENCODER: Final = "libx264"
TIME_BASE: Final = Fraction(1, 90_000)
_USUAL_RATE = 30  # for the encoder's planning only; every frame keeps its own time
_KEYFRAME_EVERY = 60  # frames, so that a player can jump to a finding
_BT709 = 1  # FFmpeg's number of these colours, which players expect of such videos
_LIMITED = 1  # FFmpeg's number of the range that players expect
_END_S = 0.05  # how long the encoder is given to notice, before it is told again that it must end
_ROOM_S = 0.1  # how long room in the queue is waited for, before the encoder is looked after
_COLOURS: Final[Any] = {"dst_colorspace": Colorspace.ITU709, "dst_color_range": "MPEG"}


def need_encoder(instead: str) -> None:
    """Refuse at once where there is no encoder; ``instead`` is the option that does without."""
    if ENCODER not in av.codecs_available:
        raise MissingDependencyError(
            "This PyAV has no H.264 encoder (libx264), so no video can be written; install it "
            f"with `pip install av` from a wheel, or use {instead}."
        )


def add_stream(
    container: OutputContainer,
    width: int,
    height: int,
    options: dict[str, str],
    keyframe_every: int = _KEYFRAME_EVERY,
) -> VideoStream:
    """Add a stream for pictures of one size; odd sizes are widened by a pixel.

    Parameters
    ----------
    container
        The file in the making.
    width, height
        Of the pictures, in pixels.
    options
        Those of the encoder.
    keyframe_every
        So many frames at most are between two that need no other.

    """
    stream = container.add_stream(ENCODER, rate=_USUAL_RATE, options=options)
    context = stream.codec_context
    context.width, context.height = width + width % 2, height + height % 2
    context.pix_fmt, context.gop_size = "yuv420p", keyframe_every
    context.time_base = TIME_BASE
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    context.color_range = _LIMITED
    return stream


def to_frame(image: NDArray[np.uint8], stamp: int) -> av.VideoFrame:
    """Return a copy of a picture as the encoder takes it.

    Parameters
    ----------
    image
        (height, width, 3), RGB.
    stamp
        From when on it is shown, in units of `TIME_BASE`.

    """
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
    """Return the packets that a frame makes, in the colours that the stream states.

    Parameters
    ----------
    stream
        Where they go.
    reformatter
        What turns colours; one for all frames of a stream is faster.
    frame
        Of `to_frame`.

    """
    yuv = reformatter.reformat(frame, format="yuv420p", **_COLOURS)
    yuv.pts, yuv.time_base = frame.pts, frame.time_base
    return stream.encode(yuv)


def frame_times(path: Path) -> list[float]:
    """Return from when on each frame of a video is shown, in seconds, as its file says.

    A player shows them by these times. Those that `VideoSink` wrote begin at zero, as the times of
    a clip do.

    Parameters
    ----------
    path
        The video.

    """
    with av.open(f"file:{path.absolute()}") as container:
        stream = container.streams.video[0]
        base = stream.time_base or TIME_BASE
        stamps = sorted(p.pts for p in container.demux(stream) if p.pts is not None)
    return [float(stamp * base) for stamp in stamps]


_WAITING = 4  # frames between the caller and the encoder
# A short look-ahead costs hardly any size and holds back few frames, which counts in 4K.
_OPTIONS = {"preset": "veryfast", "crf": "22", "x264-params": "rc-lookahead=5"}
_IN_ORDER = _OPTIONS | {"x264-params": "rc-lookahead=5:bframes=0:scenecut=0:open-gop=0"}


class VideoSink(Closing):
    """An MP4 file in the making; a context manager.

    Parameters
    ----------
    path
        Where it goes.
    width, height
        Of the frames, in pixels.
    keyframe_every
        So many frames at most are between two that need no other.
    in_order
        Whether every frame is stored where it is shown, so that a player that seeks shows the
        very frame it was asked for; the file is a little larger.

    Notes
    -----
    Frames keep their own time stamps. Encoding runs in a background thread. The file is
    written beside under another name and renamed at the end; when the block is left by an
    exception, or something cannot be written, nothing stays behind.

    """

    def __init__(
        self,
        path: Path | str,
        width: int,
        height: int,
        *,
        keyframe_every: int = _KEYFRAME_EVERY,
        in_order: bool = False,
    ) -> None:
        self.path = Path(path)
        self._size = (width, height)
        self._options = _IN_ORDER if in_order else _OPTIONS
        self._keyframe_every = keyframe_every
        self._last = -1
        self._first_s: float | None = None
        self._error: BaseException | None = None
        self._frames: BoundedQueue[av.VideoFrame | None] = BoundedQueue(_WAITING)
        need_encoder("--no-video")
        try:
            self._file = AtomicFile(self.path)
        except OSError as error:
            raise self._refusal(error) from error
        try:
            self._container = self._open()
        except OSError as error:
            self._file.discard()
            raise self._refusal(error) from error
        self._thread = threading.Thread(target=self._encode, name="posecheck-video", daemon=True)
        try:
            start_thread(self._thread)
        except PosecheckError:
            self._container.close()
            self._file.discard()
            raise

    def _leave(self, failed: bool) -> None:
        if failed:
            self.discard()
        else:
            self.close()

    def write(self, image: NDArray[np.uint8], t_s: float) -> None:
        """Add a frame.

        Parameters
        ----------
        image
            (height, width, 3), RGB; the array may be used again.
        t_s
            From when on it is shown.

        """
        if self._error is not None:
            self._fail()
        width, height = self._size
        if image.shape != (height, width, 3):
            raise ValueError(f"a frame of {image.shape} in a video of {(height, width, 3)}")
        if self._first_s is None:
            self._first_s = t_s
        self._last = max(self._last + 1, round((t_s - self._first_s) / TIME_BASE))
        self._put(to_frame(image, self._last))

    def close(self) -> None:
        """Finish the file and put it where it belongs."""
        try:
            self._put(None)
            self._thread.join()
            if self._error is not None:
                self._fail()
            if self._last < 0:
                raise OutputError(f"{self.path} was not written, for there was no frame.")
            self._file.commit()
        except OSError as error:
            raise self._refusal(error) from error
        finally:
            self.discard()

    def discard(self) -> None:
        """Leave no file and no thread behind; does nothing after `close`."""
        while self._thread.is_alive():
            with contextlib.suppress(queue.Empty):
                self._frames.get_nowait()
            with contextlib.suppress(queue.Full):
                self._frames.put_nowait(None)
            self._thread.join(_END_S)
        self._file.discard()

    def _open(self) -> OutputContainer:
        width, height = self._size
        container = av.open(
            f"file:{self._file.part.absolute()}",
            "w",
            format="mp4",
            options={"movflags": "+faststart"},
        )
        self._stream: VideoStream = add_stream(
            container, width, height, self._options, self._keyframe_every
        )
        try:
            container.start_encoding()  # opens the file now, so that a refusal is raised here
        except BaseException:
            container.close()
            raise
        return container

    def _put(self, frame: av.VideoFrame | None) -> None:
        while self._thread.is_alive():
            with contextlib.suppress(queue.Full):
                self._frames.put(frame, timeout=_ROOM_S)
                return
        self._fail()

    def _encode(self) -> None:
        """The background thread: what it meets is raised by the next `write` or `close`."""
        reformatter = VideoReformatter()
        try:
            with self._container as container:
                while (frame := self._frames.get()) is not None:
                    container.mux(encode(self._stream, reformatter, frame))
                if self._last >= 0:
                    container.mux(self._stream.encode(None))
        except BaseException as error:  # a thread has nobody above it to tell
            self._error = error

    def _fail(self) -> None:
        if isinstance(self._error, OSError):
            raise self._refusal(self._error) from self._error
        raise OutputError(f"{self.path} could not be written ({self._error}).") from self._error

    def _refusal(self, error: OSError) -> OutputError:
        reason = error.strerror or "it cannot be written"
        return OutputError(f"{self.path} cannot be written ({reason}); {remedy(error)} or choose a "
                           "folder that can be written with --out.")  # fmt: skip
