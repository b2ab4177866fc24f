"""A report's page with its video inside, to be sent as one file."""

from __future__ import annotations

import base64
from pathlib import Path

from posecheck.atomic_files import atomic_text

_CHUNK_BYTES = 3 << 18  # a multiple of three, so that the pieces of base64 join without padding
_VIDEO_BESIDE, _VIDEO_INSIDE = "media-src 'self' file:", "media-src data:"


def put_video_inside(page: Path, video: Path) -> None:
    """Replace a page by one that holds its video, and asks for no other file.

    The video is read in pieces, for a long one would fill memory.

    Parameters
    ----------
    page
        A finished page that shows the video as a file beside it.
    video
        That file, MP4.

    """
    text = page.read_text(encoding="utf-8")
    text = text.replace(_VIDEO_BESIDE, _VIDEO_INSIDE, 1)
    before, *others = text.split(f'src="{video.name}"')  # quoted so in no text: that is escaped
    with atomic_text(page) as out:
        out.write(before)
        for after in others:
            out.write('src="data:video/mp4;base64,')
            with video.open("rb") as stream:
                while chunk := stream.read(_CHUNK_BYTES):
                    out.write(base64.b64encode(chunk).decode("ascii"))
            out.write(f'"{after}')
