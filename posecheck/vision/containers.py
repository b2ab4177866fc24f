"""Opens a video file, and nothing else; says in one sentence why it cannot.

FFmpeg follows playlists: an ``.m3u8`` or a concat script, even one renamed ``.mp4``, makes it
open other files and addresses. So only the protocol ``file`` and formats that hold their
pictures themselves are allowed, and the path is handed over as a plain file name.
"""

from __future__ import annotations

import datetime
import hashlib
import stat
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from posecheck.errors import ClipError

_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi", "mpegts", "mpeg", "flv", "ogg", "asf",
    "mpegvideo", "m4v", "h264", "hevc", "ivf", "nut", "dv", "mxf", "wtv", "rm", "obu", "vc1",
)  # fmt: skip
_PICTURES = (
    (0, b"\x89PNG"), (0, b"\xff\xd8\xff"), (0, b"GIF8"), (0, b"BM"), (0, b"II*\0"), (0, b"MM\0*"),
    (8, b"WEBP"), (4, b"ftypheic"), (4, b"ftypheix"), (4, b"ftypmif1"), (4, b"ftypavif"),
)  # fmt: skip
_PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"[playlist]", b"<?xml", b"<MPD")
_PIECE_BYTES = 1 << 20
_HEAD_BYTES = 64
_UNSET_CLOCK = 1990  # and earlier: 1904 and 1970 are clocks that were never set
_MP4_BOXES = (b"ftyp", b"mdat", b"moov", b"wide", b"free", b"skip")


def file_sha256(path: Path) -> str:
    """Compute the SHA-256 of a file, in hexadecimal, without reading it whole."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
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
    if any(head[at : at + len(magic)] == magic for at, magic in _PICTURES):
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


def video_stream(container: InputContainer, path: Path) -> VideoStream:
    """Choose the stream of moving pictures, not the cover of a piece of music.

    Parameters
    ----------
    container
        The open file.
    path
        Its path, for the message.

    Raises
    ------
    ClipError
        One line: it holds no pictures, or none that can be decoded here.

    """
    covers = Disposition.attached_pic | Disposition.timed_thumbnails
    streams = [s for s in container.streams.video if not s.disposition & covers]
    if not streams:
        raise ClipError(f"{path.name} has sound only, no picture; give the recorded video.")
    stream = next((s for s in streams if s.disposition & Disposition.default), streams[0])
    if stream.codec_context is None:
        raise ClipError(
            f"{path.name} is coded in a way that cannot be decoded here; convert it to H.264 in "
            "an .mp4 file."
        )
    return stream


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
