"""Frames of files: time stamps, turns, colours, and everything that is no video."""

from __future__ import annotations

import http.server
import os
import shutil
import socket
import struct
import threading
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace as Namespace
from typing import Any, cast

import av
import numpy as np
import pytest
from PIL import Image

from posecheck.errors import ClipError
from posecheck.threads import prefetch
from posecheck.types import Flaws
from posecheck.vision.containers import file_sha256, stamps_are_of_decoding
from posecheck.vision.frame_times import FrameClock
from posecheck.vision.frames import VideoSource

W, H = 64, 48
RED, BLUE = (200, 30, 30), (30, 30, 200)


def halves(width: int = W, height: int = H) -> np.ndarray:
    """Red on the left, blue on the right, black in the upper left corner."""
    image = np.empty((height, width, 3), np.uint8)
    image[:, : width // 2], image[:, width // 2 :] = RED, BLUE
    image[: height // 4, : width // 4] = 0
    return image


def make(
    path: Path,
    images: list[np.ndarray],
    stamps_ms: list[int] | None = None,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    sar: Fraction | None = None,
    options: dict[str, str] | None = None,
    metadata: dict[str, str] | None = None,
    faststart: bool = False,
    keep_metadata: bool = False,
    container: dict[str, str] | None = None,
) -> Path:
    """Write a small video; ``stamps_ms`` are the frames' time stamps."""
    flags = dict(container or {})
    if faststart:
        flags["movflags"] = "faststart"
    if keep_metadata:
        flags["movflags"] = "use_metadata_tags"
    with av.open(str(path), "w", options=flags) as out:
        out.metadata.update(metadata or {})
        stream = out.add_stream(codec, rate=25, options=options or {})
        stream.height, stream.width = images[0].shape[:2]
        stream.pix_fmt = pix_fmt
        if sar:
            stream.codec_context.sample_aspect_ratio = sar
        if stamps_ms is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        for i, image in enumerate(images):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            if stamps_ms is not None:
                frame.pts, frame.time_base = stamps_ms[i], Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def near(pixel: np.ndarray, colour: tuple[int, int, int], margin: int = 30) -> bool:
    return bool(np.abs(pixel.astype(int) - colour).max() <= margin)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make(tmp_path / "clip.mp4", [halves()] * 10)


def test_frames_carry_their_own_time_stamps(tmp_path: Path) -> None:
    stamps = [500, 540, 700, 705, 1500, 1533, 4000]
    path = make(tmp_path / "vfr.mkv", [halves()] * len(stamps), stamps)
    with VideoSource(path) as source:
        frames = list(source)
        assert [f.t_s for f in frames] == pytest.approx([(s - 500) / 1000 for s in stamps])
        assert [f.index for f in frames] == list(range(len(stamps)))
        assert source.info.frames == len(stamps)


def test_clock_drops_what_stands_still_and_joins_what_starts_again() -> None:
    clock = FrameClock(0.04)
    stamps = [10.0, 10.04, 10.04, 10.02, 10.08, None, 10.16, 0.0, 0.04]
    got = [clock.read(s) for s in stamps]
    expected = [0.0, 0.04, None, None, 0.08, 0.12, 0.16, 0.20, 0.24]
    assert [g is None for g in got] == [e is None for e in expected]
    assert [g for g in got if g is not None] == pytest.approx(
        [e for e in expected if e is not None]
    )


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("size", [(W, H), (62, 45), (540, 40)])
def test_images_are_dense_whatever_their_width(
    tmp_path: Path, size: tuple[int, int], half: bool
) -> None:
    path = make(tmp_path / "odd.mkv", [halves(*size)] * 2, codec="ffv1", pix_fmt="yuv444p")
    max_side = size[0] // 2 + 1 if half else None
    with VideoSource(path, max_side) as source:
        frame = next(iter(source))
        assert (source.width_px, source.height_px) == size
    assert frame.image.flags.c_contiguous
    assert frame.image.dtype == np.uint8
    assert frame.image.shape[1] == (max_side or size[0])
    assert frame.scale == pytest.approx(frame.image.shape[1] / size[0])
    assert near(frame.image[-3, 3], RED)
    assert near(frame.image[-3, -3], BLUE)


@pytest.mark.parametrize(
    ("matrix", "corner", "turn"),
    [
        ((0, 1, -1, 0), (0, -1), 90),  # black corner moves to the upper right
        ((-1, 0, 0, -1), (-1, -1), 180),
        ((0, -1, 1, 0), (-1, 0), 270),
        ((-1, 0, 0, 1), (0, -1), 0),  # mirrored
    ],
)
def test_pictures_stand_upright(
    clip: Path, matrix: tuple[int, ...], corner: tuple[int, int], turn: int
) -> None:
    data = bytearray(clip.read_bytes())
    at = data.index(b"tkhd") + 4 + 40  # the display matrix of a version 0 track header
    a, b, c, d = matrix
    data[at : at + 36] = struct.pack(">9i", a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)
    clip.write_bytes(data)
    with VideoSource(clip) as source:
        frame = next(iter(source))
        assert source.rotation_deg == turn
        assert (source.width_px, source.height_px) == ((H, W) if turn in (90, 270) else (W, H))
    assert frame.image.shape[:2] == (source.height_px, source.width_px)
    assert frame.image.flags.c_contiguous
    rows = slice(0, 6) if corner[0] == 0 else slice(-6, None)
    columns = slice(0, 6) if corner[1] == 0 else slice(-6, None)
    assert frame.image[rows, columns].mean() < 30


@pytest.mark.parametrize(("sar", "size"), [((2, 1), (2 * W, H)), ((1, 2), (W, 2 * H))])
def test_pixels_become_square(tmp_path: Path, sar: tuple[int, int], size: tuple[int, int]) -> None:
    path = make(tmp_path / "anamorphic.mp4", [halves()] * 3, sar=Fraction(*sar))
    with VideoSource(path) as source:
        assert (source.width_px, source.height_px) == size
        assert next(iter(source)).image.shape[:2] == size[::-1]


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("a.mp4", "libx264", "yuv420p"),
        ("a.mov", "libx264", "yuv420p10le"),
        ("a.mkv", "ffv1", "yuva420p"),
        ("a.mkv", "ffv1", "bgra"),
        ("a.mov", "qtrle", "argb"),
        ("a.avi", "mpeg4", "yuv420p"),
        ("a.avi", "mjpeg", "yuvj420p"),
        ("a.webm", "libvpx", "yuv420p"),
        ("a.ts", "mpeg2video", "yuv420p"),
        ("a.mpg", "mpeg1video", "yuv420p"),
        ("a.flv", "flv", "yuv420p"),
        ("a.ogv", "libvpx", "yuv420p"),
        ("a.3gp", "mpeg4", "yuv420p"),
        ("a.wmv", "wmv2", "yuv420p"),
    ],
)
def test_containers_and_codecs(tmp_path: Path, name: str, codec: str, pix_fmt: str) -> None:
    path = make(tmp_path / name, [halves()] * 5, codec=codec, pix_fmt=pix_fmt)
    with VideoSource(path) as source:
        frames = list(source)
        assert not source.flaws.cut_off
    assert len(frames) >= 4
    assert near(frames[0].image[-6, 8], RED, 45)
    assert near(frames[0].image[-6, -8], BLUE, 45)
    assert np.all(np.diff([f.t_s for f in frames]) > 0)


@pytest.mark.parametrize("pix_fmt", ["gray", "gray10le", "yuvj420p"])
def test_grey_and_full_range_keep_black_and_white(tmp_path: Path, pix_fmt: str) -> None:
    image = np.zeros((H, W, 3), np.uint8)
    image[:, W // 2 :] = 255
    codec = "mjpeg" if pix_fmt == "yuvj420p" else "ffv1"
    with VideoSource(make(tmp_path / "a.mkv", [image] * 2, codec=codec, pix_fmt=pix_fmt)) as source:
        frame = next(iter(source))
    assert frame.image[:, 4].max() <= 20
    assert frame.image[:, -4].min() >= 235


def test_recording_time_is_read_if_believable(tmp_path: Path) -> None:
    for stamp, expected in (("2024-05-01T10:00:00Z", "2024-05-01T10:00:00+00:00"),
                            ("1970-01-01T00:00:00Z", None), ("soon", None)):  # fmt: skip
        path = make(tmp_path / "a.mkv", [halves()] * 2, metadata={"creation_time": stamp})
        with VideoSource(path) as source:
            assert source.info.recorded_at == expected


def test_reading_twice_gives_the_same(clip: Path) -> None:
    with VideoSource(clip) as source:
        first = [(f.t_s, f.image.sum()) for f in source]
        assert first == [(f.t_s, f.image.sum()) for f in source]
        assert source.info.duration_s == pytest.approx(0.4)
        assert source.expected_frames == 10


def test_a_file_cut_in_the_middle_gives_what_is_there(tmp_path: Path) -> None:
    noise = [np.random.default_rng(i).integers(0, 255, (H, W, 3), np.uint8) for i in range(75)]
    path = make(tmp_path / "cut.mp4", noise, options={"g": "5"}, faststart=True)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with VideoSource(path) as source:
        frames = list(source)
        assert source.flaws.cut_off
    assert 10 < len(frames) < 60


def test_damage_in_the_middle_is_stepped_over(tmp_path: Path) -> None:
    noise = [np.random.default_rng(i).integers(0, 255, (H, W, 3), np.uint8) for i in range(50)]
    path = make(tmp_path / "hurt.mp4", noise, options={"g": "5"})
    data = bytearray(path.read_bytes())
    third = len(data) // 3
    data[third : third + 2000] = bytes(2000)
    path.write_bytes(data)
    with VideoSource(path) as source:
        frames = list(source)
    assert 25 < len(frames) <= 50
    assert frames[-1].t_s > 1.8


NOISE = [np.random.default_rng(i).integers(0, 255, (H, W, 3), np.uint8) for i in range(100)]


def read(path: Path) -> tuple[list[float], Flaws]:
    """Return the times of a clip's frames, and what it lacks."""
    with VideoSource(path) as source:
        return [frame.t_s for frame in source], source.flaws


def zeroed(path: Path, first: float, last: float) -> Path:
    """Make a part of the file blank, from and to a share of its size."""
    data = bytearray(path.read_bytes())
    a, b = (int(len(data) * share) for share in (first, last))
    data[a:b] = bytes(b - a)
    path.write_bytes(data)
    return path


WHERE = pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mp4", "libx264"),
        ("a.mkv", "libx264"),
        ("a.webm", "libvpx"),
        ("a.ts", "libx264"),
        ("a.flv", "libx264"),
        ("a.avi", "mpeg4"),
        ("a.wmv", "wmv2"),
        ("a.h264", "libx264"),
    ],
)


@WHERE
def test_a_damaged_middle_is_lost(tmp_path: Path, name: str, codec: str) -> None:
    """With when, but where frames are numbered or have no times; what is whole lacks nothing."""
    path = make(tmp_path / name, NOISE, codec=codec, options={"g": "10", "bf": "0"})
    times, flaws = read(path)
    assert (len(times), flaws) == (100, Flaws())
    times, flaws = read(zeroed(path, 0.4, 0.7))
    lost_s = sum(b - a for a, b in flaws.lost_s) + flaws.unplaced_s
    assert 0.7 < lost_s < 2.2
    assert bool(flaws.unplaced_s) == (name in ("a.avi", "a.h264"))
    assert len(times) < 85
    assert all(1.0 < a < b < 3.6 for a, b in flaws.lost_s)
    assert times[-1] <= 4.0


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mkv", "libx264"), ("a.ts", "libx264"), ("a.avi", "mpeg4"), ("a.wmv", "wmv2")],
)
def test_a_cut_end_is_noticed(tmp_path: Path, name: str, codec: str) -> None:
    path = make(tmp_path / name, NOISE, codec=codec, options={"g": "10"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 376 * 188 + 11])
    times, flaws = read(path)
    assert flaws.cut_off
    ((start_s, end_s),) = flaws.lost_s
    assert start_s == pytest.approx(times[-1] + 0.04)
    assert end_s == pytest.approx(start_s if name == "a.ts" else 4.0, abs=0.1)


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.webm", "libvpx", {"live": "1"}),  # as a browser records it
        ("a.mpg", "mpeg1video", {}),
        ("a.ogg", "libvpx", {}),
        ("a.nut", "mpeg4", {}),
    ],
)
@pytest.mark.parametrize("share", [0.4, 0.66, 0.9])
def test_so_is_one_of_a_file_that_does_not_state_its_length(
    tmp_path: Path, name: str, codec: str, options: dict[str, str], share: float
) -> None:
    path = make(tmp_path / name, NOISE, codec=codec, container=options)
    times, flaws = read(path)
    assert (len(times), flaws) == (100, Flaws())
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    times, flaws = read(path)
    assert flaws.cut_off
    assert flaws.lost_s[-1][0] == pytest.approx(times[-1] + 0.04)


@pytest.mark.parametrize("name", ["a.avi", "a.mkv", "a.mp4"])
def test_what_changes_a_picture_that_is_missing_is_none(tmp_path: Path, name: str) -> None:
    """Of some codecs it is decoded all the same, and shows grey until a whole picture comes."""
    options = {"g": "25", "sc_threshold": "1000000000"}
    whole = make(tmp_path / f"whole_{name}", NOISE, codec="mpeg4", options=options)
    path = tmp_path / name
    with av.open(str(whole)) as source, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for i, packet in enumerate(source.demux(video=0)):
            if i and packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    times, flaws = read(path)
    assert len(times) == 75
    ((start_s, end_s),) = flaws.lost_s
    assert start_s == pytest.approx(-0.96, abs=0.05)
    assert end_s == 0


def test_a_start_that_cannot_be_decoded_is_lost(tmp_path: Path) -> None:
    """Its packets are there, but not the picture that they begin with."""
    path = make(tmp_path / "a.ts", NOISE, options={"g": "50", "bf": "0", "sc_threshold": "0"})
    path.write_bytes(path.read_bytes()[path.stat().st_size // 4 // 188 * 188 :])
    times, flaws = read(path)
    assert times[0] == 0
    assert times[-1] == pytest.approx(1.96)
    ((start_s, end_s),) = flaws.lost_s
    assert -1.5 < start_s < -0.4
    assert end_s == 0


def test_avi_with_b_frames_has_all_of_them_in_order(tmp_path: Path) -> None:
    shades = [np.full((H, W, 3), 2 * i, np.uint8) for i in range(100)]
    path = make(tmp_path / "b.avi", shades, options={"bf": "2", "g": "50"})
    with VideoSource(path) as source:
        frames = list(source)
        assert source.flaws == Flaws()
    assert [f.t_s for f in frames] == pytest.approx([i / 25 for i in range(100)])
    assert np.all(np.diff([float(f.image.mean()) for f in frames]) > 0)


@pytest.mark.parametrize(("guessed", "of_decoding"), [((3, 4, 6, 5, 7, 9, 8), True),
                                                      ((3, 4, 5, 6, 7, 8, 9), False)])  # fmt: skip
def test_avi_with_two_pictures_in_a_packet_is_in_order_of_decoding(
    guessed: tuple[int, ...], of_decoding: bool
) -> None:
    """As DivX and Xvid write it: the stamps are what FFmpeg 7 gives for such a file."""
    packets = [Namespace(pts=pts, size=9) for pts in (3, 5, 4, 6, 8, 7, 9)]
    frames = iter([Namespace(pts=pts, dts=dts) for dts, pts in enumerate(guessed, start=3)])
    context = Namespace(has_b_frames=True, name="mpeg4", decode=lambda _packet: [next(frames)])
    container, stream = Namespace(demux=lambda _: packets), Namespace(codec_context=context)
    assert stamps_are_of_decoding(cast(Any, container), cast(Any, stream)) == of_decoding


def test_raw_h264_has_its_own_rate(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.h264"), "w", format="h264") as out:
        stream = out.add_stream("libx264", rate=50)
        stream.height, stream.width, stream.pix_fmt = H, W, "yuv420p"
        for image in NOISE:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        out.mux(stream.encode(None))
    times, flaws = read(tmp_path / "a.h264")
    assert times[-1] == pytest.approx(99 / 50)
    assert flaws == Flaws()


def test_raw_mjpeg_is_read_but_its_rate_is_not_known(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mjpeg", NOISE[:10], codec="mjpeg", pix_fmt="yuvj420p")
    times, flaws = read(path)
    assert len(times) == 10
    assert flaws == Flaws(time_uncertain=True)


@pytest.mark.parametrize(
    ("key", "value", "last_s", "uncertain"),
    [
        ("com.android.capture.fps", "100.0", 1.0, False),
        ("com.android.capture.fps", "25.5", 4.0, False),
        ("com.android.capture.fps", "5", 20.0, False),  # a time lapse
        ("com.android.capture.fps", "fast", 4.0, False),
        ("com.apple.quicktime.full-frame-rate-playback-intent", "0", 4.0, True),
        ("com.apple.quicktime.full-frame-rate-playback-intent", "1", 4.0, False),
    ],
)
def test_slow_motion_that_says_so(
    tmp_path: Path, key: str, value: str, last_s: float, uncertain: bool
) -> None:
    """Times are those of the recording, or are said to be doubtful."""
    path = make(tmp_path / "slow.mp4", NOISE, metadata={key: value}, keep_metadata=True)
    times, flaws = read(path)
    assert times[-1] == pytest.approx(last_s * 0.99)
    assert flaws.time_uncertain == uncertain
    assert bool(flaws.notes) == (last_s != 4.0)
    assert not flaws.lost_s


def tracks(path: Path, *kinds: tuple[int, list[np.ndarray]]) -> Path:
    """Write one video track for each width and pictures; the first is said to be shown."""
    with av.open(str(path), "w") as out:
        streams = []
        for width, _ in kinds:
            stream = out.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = width, width, "yuv420p"
            streams.append(stream)
        for stream, (width, images) in zip(streams, kinds, strict=True):
            for image in images:
                frame = av.VideoFrame.from_ndarray(image, format="rgb24")
                out.mux(stream.encode(frame.reformat(width, width)))
            out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_of_several_tracks_the_largest_that_moves(tmp_path: Path, order: tuple[int, ...]) -> None:
    kinds = [(96, [halves()] * 40), (64, NOISE[:40]), (32, NOISE[40:80])]
    with VideoSource(tracks(tmp_path / "two.mkv", *(kinds[i] for i in order))) as source:
        assert source.width_px == 64
        assert len(list(source)) == 40
        assert source.flaws.notes == (("several_tracks", 3),)


@pytest.mark.parametrize(("first", "width_px", "lost"), [(25, 48, (0.0, 1.0)), (75, 64, None)])
def test_of_a_picture_that_is_turned_the_longer_part(
    tmp_path: Path, first: int, width_px: int, lost: tuple[float, float] | None
) -> None:
    parts = []
    for k, images in enumerate((NOISE[:first], [i.swapaxes(0, 1) for i in NOISE[first:]])):
        parts.append(make(tmp_path / f"{k}.ts", images, [40 * (first * k + i) for i in
                          range(len(images))], options={"bf": "0"}).read_bytes())  # fmt: skip
    path = tmp_path / "turned.ts"
    path.write_bytes(b"".join(parts))
    with VideoSource(path) as source:
        times = [frame.t_s for frame in source]
        assert source.width_px == width_px
    assert len(times) == 75
    (span,) = source.flaws.lost_s
    assert span == pytest.approx(lost or (2.96, 4.0), abs=0.05)
    assert source.flaws.notes[0][0] == "turned"


def write_nothing(path: Path) -> None:
    path.write_bytes(b"")


def write_text(path: Path) -> None:
    path.write_text("this is a shopping list\n" * 50)


def write_junk(path: Path) -> None:
    path.write_bytes(np.random.default_rng(0).bytes(20_000))


def write_without_index(path: Path) -> None:
    make(path, [halves()] * 20)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moov") - 4])


def write_sound(path: Path) -> None:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=16_000)
        stream.layout = "mono"
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        sound.sample_rate = 16_000
        for i in range(10):
            sound.pts = 1024 * i
            out.mux(stream.encode(sound))
        out.mux(stream.encode(None))


def write_no_frames(path: Path) -> None:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = W, H, "yuv420p"
        out.start_encoding()


def write_png(path: Path) -> None:
    Image.fromarray(halves()).save(path, "PNG")


def write_jpeg(path: Path) -> None:
    Image.fromarray(halves()).save(path, "JPEG")


def write_folder(path: Path) -> None:
    path.mkdir()


def write_fifo(path: Path) -> None:
    os.mkfifo(path)


def write_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def write_missing(path: Path) -> None:
    assert not path.exists()


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (write_missing, "is not there"),
        (write_nothing, "is empty"),
        (write_text, "not a video"),
        (write_junk, "not a video"),
        (write_without_index, "index is missing"),
        (write_sound, "sound only"),
        (write_no_frames, "clip"),
        (write_png, "is a picture"),
        (write_jpeg, "is a picture"),
        (write_folder, "is a folder"),
        (write_fifo, "no ordinary file"),
        (write_socket, "no ordinary file"),
    ],
)
def test_what_is_no_video_is_refused_in_one_sentence(
    tmp_path: Path, write: object, says: str
) -> None:
    path = tmp_path / "clip.mp4"
    write(path)  # type: ignore[operator]
    with pytest.raises(ClipError, match=says) as caught:
        VideoSource(path)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_device_is_refused() -> None:
    with pytest.raises(ClipError, match="no ordinary file"):
        VideoSource("/dev/zero")


def test_no_permission(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # root may read everything
    with pytest.raises(ClipError, match="may not be read"):
        VideoSource(clip)


@pytest.mark.parametrize("name", ["list.m3u8", "list.mp4", "list.ffconcat", "list.ts"])
@pytest.mark.parametrize("kind", ["m3u8", "ffconcat"])
@pytest.mark.parametrize("hide", [False, True])
def test_playlists_open_nothing(
    clip: Path, name: str, kind: str, hide: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither an address nor another file is touched, even if the first look is fooled."""
    asked: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    if hide:
        monkeypatch.setattr("posecheck.vision.containers._PLAYLISTS", (b"never",))
    part = make(clip.with_name("part.ts"), [halves()] * 5)
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}/a.ts"
        path = clip.with_name(name)
        if kind == "m3u8":
            lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:1"]
            for target in (part, address):
                lines += ["#EXTINF:1,", str(target)]
            path.write_text("\n".join([*lines, "#EXT-X-ENDLIST", ""]))
        else:
            path.write_text(f"ffconcat version 1.0\nfile '{part.name}'\n")
        with pytest.raises(ClipError):
            VideoSource(path)
        server.shutdown()
        thread.join()
    assert asked == []


def test_a_name_is_never_an_address(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(clip.parent)
    for name in ("concat:a.mp4|b.mp4", "http:x.mp4", "-i.mp4", "50%d.mp4"):
        shutil.copy(clip, name)
        with VideoSource(name) as source:
            assert source.info.name == name


def threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "posecheck-prefetch"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_prefetch_leaves_no_thread_behind(clip: Path, error: type[BaseException]) -> None:
    def look() -> None:
        with VideoSource(clip) as source, closing(prefetch(source)) as frames:
            for _ in frames:
                raise error

    with pytest.raises(error):
        look()
    assert not threads()


def test_closing_the_source_ends_a_thread_that_reads_it(clip: Path) -> None:
    source = VideoSource(clip)
    frames = prefetch(source, size=1)
    next(frames)
    source.close()
    assert len(list(frames)) < 9
    assert not threads()


def test_hash_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    assert file_sha256(tmp_path / "abc").startswith("ba7816bf8f01cfea414140de5dae2223")
