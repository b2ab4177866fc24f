"""The copy for the page: every frame once, upright, where it is shown, and quick to jump to."""

from __future__ import annotations

import json
import struct
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import pytest
from av.video.frame import PictureType

from posecheck.apps.web.queue.review_copy import KEYFRAME_EVERY, CopyTask, make_review_copy
from posecheck.vision.frames import VideoSource

MS = Fraction(1, 1000)
QUARTER_TURN = (0, 1, -1, 0)


def make_clip(
    path: Path, size: tuple[int, int], stamps_ms: list[int], turn: tuple[int, ...] | None = None
) -> Path:
    """Write a clip with frames of different greys, black in the upper left quarter."""
    width, height = size
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264" if path.suffix == ".mp4" else "ffv1", rate=25)
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuv420p" if path.suffix == ".mp4" else "yuv444p"
        stream.codec_context.time_base = MS
        for i, stamp in enumerate(stamps_ms):
            image = np.full((height, width, 3), 80 + 5 * i, np.uint8)
            image[: height // 2, : width // 2] = 0
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = stamp, MS
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    if turn is not None:
        data = bytearray(path.read_bytes())
        at = data.index(b"tkhd") + 4 + 40
        a, b, c, d = (n << 16 for n in turn)
        data[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
        path.write_bytes(data)
    return path


class Decoded(NamedTuple):
    t_s: list[float]
    images: list[np.ndarray]
    keyframes: list[int]
    kinds: set[PictureType]
    boxes: list[bytes]


def decode(path: Path) -> Decoded:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        assert not context.has_b_frames
        assert len(container.streams) == 1
        packets = [p for p in container.demux(stream) if p.size]
        assert [p.pts for p in packets] == [p.dts for p in packets]
        keyframes = [i for i, packet in enumerate(packets) if packet.is_keyframe]
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    data = path.read_bytes()
    boxes = sorted((b"moov", b"mdat"), key=data.index)
    return Decoded(
        [float(f.pts * f.time_base) for f in frames if f.pts is not None and f.time_base],
        [f.to_ndarray(format="gray") for f in frames],
        keyframes,
        {PictureType(f.pict_type) for f in frames},
        boxes,
    )


UNEVEN_MS = [0, 40, 41, 120, 700, 733, 766, 800, 1500, 1504, 1600, 1640, 1700, 1800, 2900, 2940]


@pytest.mark.parametrize(
    ("name", "size", "stamps_ms", "turn", "copied"),
    [
        ("even.mp4", (160, 120), [40 * i for i in range(25)], None, (160, 120)),
        ("uneven.mkv", (160, 120), UNEVEN_MS, None, (160, 120)),
        ("turned.mp4", (160, 120), [40 * i for i in range(12)], QUARTER_TURN, (120, 160)),
        ("odd.mkv", (161, 93), [500 + 40 * i for i in range(12)], None, (162, 94)),
        ("large.mkv", (1601, 300), [0, 20, 40], None, (1280, 240)),
    ],
)
def test_every_frame_once_upright_at_its_own_time(
    tmp_path: Path,
    name: str,
    size: tuple[int, int],
    stamps_ms: list[int],
    turn: tuple[int, ...] | None,
    copied: tuple[int, int],
) -> None:
    clip = make_clip(tmp_path / name, size, stamps_ms, turn)
    out = tmp_path / "out"
    out.mkdir()
    assert make_review_copy(CopyTask(clip, out, out / "progress")).error is None
    with VideoSource(clip, per_s=2) as source:
        assert list(source)
        clip_t_s = source.frame_t_s  # as every report of it has them
    assert json.loads((out / "frames.json").read_text())["t_s"] == pytest.approx(
        np.round(clip_t_s, 3), abs=1e-9
    )
    decoded = decode(out / "review.mp4")
    assert decoded.t_s == pytest.approx(clip_t_s, abs=1e-4)
    assert len(decoded.t_s) == len(stamps_ms)
    assert decoded.images[0].shape == copied[::-1]
    assert PictureType.B not in decoded.kinds
    assert decoded.boxes == [b"moov", b"mdat"]
    assert set(range(0, len(stamps_ms), KEYFRAME_EVERY)) <= set(decoded.keyframes)
    greys = [float(np.median(image[-8:])) for image in decoded.images]
    assert np.diff(greys) == pytest.approx([5.0 * 235 / 255] * len(greys[1:]), abs=4)
    corner = decoded.images[0][:10, -10:] if turn else decoded.images[0][:10, :10]
    assert corner.mean() < 30
    stage, _done, total = json.loads((out / "progress").read_text())
    assert stage == "Copying"
    assert total > 0


def test_what_is_no_video_is_said(tmp_path: Path) -> None:
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"nothing")
    copied = make_review_copy(CopyTask(clip, tmp_path))
    assert copied.error is not None
    assert "a.mp4" in copied.error
    assert not copied.unwritten
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]
