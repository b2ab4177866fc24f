"""Opens a video file, and nothing else; says in one sentence why it cannot.

FFmpeg follows playlists: an ``.m3u8`` or a concat script, even one renamed ``.mp4``, makes it
open other files and addresses. So only the protocol ``file`` and formats that hold their
pictures themselves are allowed, and the path is handed over as a plain file name.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import itertools
import math
import stat
from collections import Counter
from pathlib import Path
from typing import IO

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from posecheck.errors import ClipError

_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi", "mpegts", "mpeg", "flv", "ogg", "asf",
    "mpegvideo", "m4v", "h264", "hevc", "ivf", "nut", "dv", "mxf", "wtv", "rm", "obu", "vc1",
    "mjpeg",
)  # fmt: skip
_PICTURES = (
    (0, b"\x89PNG"), (0, b"\xff\xd8\xff"), (0, b"GIF8"), (0, b"BM"), (0, b"II*\0"), (0, b"MM\0*"),
    (8, b"WEBP"), (4, b"ftypheic"), (4, b"ftypheix"), (4, b"ftypmif1"), (4, b"ftypavif"),
)  # fmt: skip
_NEXT_JPEG = b"\xff\xd9\xff\xd8\xff"  # the end of one, and the start of the next
_JPEGS_MIN = 3  # pictures of two lenses, or with a smaller one of themselves, have fewer
_PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"[playlist]", b"<?xml", b"<MPD")
_PIECE_BYTES = 1 << 20
_HEAD_BYTES = 64
_UNSET_CLOCK = 1990  # and earlier: 1904 and 1970 are clocks that were never set
_JPEGS_BYTES = 1 << 23
_MAY_BE_PACKED = "mpeg4"
_PACKETS_LOOKED_AT = 150  # some seconds of each stream
_MOVES_SHARE = 0.05  # of the changes of the liveliest stream; a blank one has less than 0.01
_ANDROID_RATE = "com.android.capture.fps"
_APPLE_FULL_RATE = "com.apple.quicktime.full-frame-rate-playback-intent"
_SAME_RATE = 1.25  # no rate of recording is nearer to another one; phones keep theirs to 10 %
_SLOWED_BELOW_PER_S = 100.0
_MP4_BOXES = (b"ftyp", b"mdat", b"moov", b"wide", b"free", b"skip")


def file_sha256(path: Path) -> str:
    """Compute the SHA-256 of a file, in hexadecimal, without reading it whole."""
    with path.open("rb") as file:
        return stream_sha256(file)


def stream_sha256(stream: IO[bytes]) -> str:
    """Compute the SHA-256 of what is left of a stream, in hexadecimal, piece by piece."""
    digest = hashlib.sha256()
    while piece := stream.read(_PIECE_BYTES):
        digest.update(piece)
    return digest.hexdigest()


def open_container(path: Path) -> InputContainer:
    """Open a local video file.

    Parameters
    ----------
    path
        The file; nothing else is opened, whatever is in it.

    Raises
    ------
    ClipError
        One line: it is no video file that can be read.

    """
    head = first_bytes(path)
    name = path.name
    if any(head[at : at + len(magic)] == magic for at, magic in _PICTURES) and not (
        head.startswith(b"\xff\xd8") and _holds_many_jpegs(path)
    ):
        raise ClipError(f"{name} is a picture, not a video; give the recorded clip itself.")
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(_PLAYLISTS):
        raise ClipError(f"{name} is a playlist, not a video; give the recorded clip itself.")
    if head[4:8] in _MP4_BOXES and _lacks_index(path):
        raise ClipError(
            f"{name} is cut off: its index is missing, so nothing in it can be found; copy it "
            "from the camera again, or record it again."
        )
    try:
        return av.open(
            f"file:{path.absolute()}",
            container_options={
                "protocol_whitelist": "file",
                "format_whitelist": ",".join(_FORMATS),
            },
            metadata_errors="replace",
        )
    except (av.FFmpegError, OSError, ValueError) as error:
        raise ClipError(
            f"{name} is not a video that can be read, or it is damaged; give a recorded clip, "
            "such as an .mp4, .mov, .webm, .mkv or .avi file."
        ) from error


def video_streams(container: InputContainer) -> list[VideoStream]:
    """Return the streams of pictures, without the covers of pieces of music."""
    covers = Disposition.attached_pic | Disposition.timed_thumbnails
    return [s for s in container.streams.video if not s.disposition & covers]


def video_stream(container: InputContainer, path: Path, index: int | None = None) -> VideoStream:
    """Choose the stream of moving pictures.

    Parameters
    ----------
    container
        The open file.
    path
        Its path, for the message.
    index
        The index of the stream to take; None takes the one that the file says to show.

    Raises
    ------
    ClipError
        One line: it holds no pictures, or none that can be decoded here.

    """
    streams = [s for s in video_streams(container) if index in (None, s.index)]
    if not streams:
        raise ClipError(f"{path.name} has sound only, no picture; give the recorded video.")
    stream = next((s for s in streams if s.disposition & Disposition.default), streams[0])
    if stream.codec_context is None:
        raise ClipError(
            f"{path.name} is coded in a way that cannot be decoded here; convert it to H.264 in "
            "an .mp4 file."
        )
    return stream


def liveliest_stream(container: InputContainer) -> int | None:
    """Return the index of the largest stream that moves, None where there is but one.

    It reads on in the container, which has to be opened anew.

    Parameters
    ----------
    container
        The open file.

    """
    streams = [s for s in video_streams(container) if s.codec_context is not None]
    if len(streams) < 2:
        return None
    amount = {s.index: 0 for s in streams}
    by_themselves = {s.index for s in streams if s.codec_context.codec.intra_only}
    with contextlib.suppress(av.FFmpegError):
        for packet in itertools.islice(container.demux(streams), _PACKETS_LOOKED_AT):
            # A picture by itself is no movement: only what changes since the last one counts.
            if not packet.is_keyframe or packet.stream.index in by_themselves:
                amount[packet.stream.index] += packet.size
    most = max(amount.values())

    def rank(stream: VideoStream) -> tuple[bool, int, bool, int]:
        context = stream.codec_context
        moves = amount[stream.index] >= _MOVES_SHARE * most
        shown = bool(stream.disposition & Disposition.default)
        return moves, context.width * context.height, shown, -stream.index

    return max(streams, key=rank).index


def stamps_are_of_decoding(container: InputContainer, stream: VideoStream) -> bool:
    """Tell whether a file states when pictures are decoded, and not when they are shown.

    AVI does so, and what was copied from it; where it packs two pictures into one packet, the times
    that are guessed for them go to and fro. It reads on in the container, which has to be opened
    anew.

    Parameters
    ----------
    container, stream
        The open file, and its stream.

    """
    if not stream.codec_context.has_b_frames:
        return False
    packed = stream.codec_context.name == _MAY_BE_PACKED
    stamps: list[int] = []
    shown: list[tuple[int, int]] = []
    with contextlib.suppress(av.FFmpegError):
        for packet in itertools.islice(container.demux(stream), _PACKETS_LOOKED_AT):
            if packet.size and packet.pts is not None:
                stamps.append(packet.pts)
            frames = stream.codec_context.decode(packet) if packed else []
            shown += [(f.pts, f.dts) for f in frames if f.pts is not None and f.dts is not None]
    if len(stamps) > 2 and _rise(stamps):
        return True
    return bool(shown) and _rise([dts for _, dts in shown]) and not _rise([pts for pts, _ in shown])


def _rise(stamps: list[int]) -> bool:
    return all(a < b for a, b in itertools.pairwise(stamps))


def longest_shape(container: InputContainer, stream: VideoStream) -> tuple[int, int] | None:
    """Return width and height of the pictures of which a stream has most, None if it has none.

    Only whole pictures are decoded, for a new shape begins with one. It reads on in the container,
    which has to be opened anew.

    Parameters
    ----------
    container, stream
        The open file, and its stream.

    """
    context = stream.codec_context
    stream.thread_type = "NONE"  # so that a shape is known with the packet in which it begins
    context.skip_frame = "NONKEY"
    packets: Counter[tuple[int, int]] = Counter()
    with contextlib.suppress(av.FFmpegError):
        for packet in container.demux(stream):
            with contextlib.suppress(av.FFmpegError):
                context.decode(packet)
            if packet.size:
                packets[context.width, context.height] += 1
    packets.pop((0, 0), None)
    return max(packets, key=packets.__getitem__, default=None)


def slowed_by(container: InputContainer, rate: float) -> float | None:
    """Return how many times slower a clip is played than it was recorded.

    Parameters
    ----------
    container
        The open file.
    rate
        Frames a second as it is played.

    Returns
    -------
    float or None
        1 where nothing else is said, less than 1 for a time lapse; None where it is slow motion
        and the file does not say how slow.

    """
    marks = {**container.metadata}
    for stream in container.streams.video:
        marks = {**stream.metadata, **marks}
    with contextlib.suppress(KeyError, ValueError):
        recorded = float(marks[_ANDROID_RATE])
        if recorded > 0 and rate > 0 and math.isfinite(recorded):
            times = recorded / rate
            return 1.0 if 1 / _SAME_RATE <= times <= _SAME_RATE else times
    # Apple keeps the times of what was recorded, at 100 frames a second and more; a copy that is
    # played at the usual rate has been slowed down, for a part of it or all.
    if str(marks.get(_APPLE_FULL_RATE, "1")).strip() == "0" and rate < _SLOWED_BELOW_PER_S:
        return None
    return 1.0


def _holds_many_jpegs(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(_JPEGS_BYTES).count(_NEXT_JPEG) >= _JPEGS_MIN


def recorded_at(container: InputContainer) -> str | None:
    """Return when the clip was recorded, in ISO 8601, if the camera said so believably."""
    for key in ("com.apple.quicktime.creationdate", "creation_time", "date"):
        text = str(container.metadata.get(key, "")).strip().replace("Z", "+00:00")
        try:
            moment = datetime.datetime.fromisoformat(text)
        except ValueError:
            continue
        if moment.year > _UNSET_CLOCK:
            return moment.isoformat()
    return None


def first_bytes(path: Path) -> bytes:
    """Read the first bytes of a clip, or raise a ClipError for what is none.

    This never blocks, for it looks what the path is before it opens it.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise ClipError(f"{path} is a folder; give the video file in it.")
        if not stat.S_ISREG(status.st_mode):
            raise ClipError(f"{path} is no ordinary file; give a recorded clip.")
        if status.st_size == 0:
            raise ClipError(f"{path.name} is empty; copy or record the clip again.")
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except FileNotFoundError as error:
        raise ClipError(f"{path} is not there; check the name.") from error
    except PermissionError as error:
        raise ClipError(f"{path} may not be read; change its permissions.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ClipError(f"{path} cannot be read ({reason}).") from error


def _lacks_index(path: Path) -> bool:
    """Tell whether an MP4 or MOV file has no ``moov`` box, as when a recording breaks off."""
    size = path.stat().st_size
    with path.open("rb") as file:
        at = 0
        while at + 8 <= size:
            file.seek(at)
            header = file.read(16)
            length, kind = int.from_bytes(header[:4], "big"), header[4:8]
            if kind in (b"moov", b"moof"):
                return False
            if length == 1:
                length = int.from_bytes(header[8:16], "big")
            if length < 8:
                break
            at += length
    return True
