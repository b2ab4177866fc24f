"""The annotated video: plays in a browser, keeps its times, leaves nothing half."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from posecheck.errors import MissingDependencyError, OutputError
from posecheck.present import video
from posecheck.present.video import VideoSink

W, H = 64, 48


def picture(seed: int, width: int = W, height: int = H) -> np.ndarray:
    """Noise, which no encoder makes small."""
    return np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)


def threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "posecheck-video"]


def read(path: Path) -> tuple[list[float], list[np.ndarray]]:
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
        return [f.time for f in frames], [f.to_ndarray(format="rgb24") for f in frames]


def test_a_browser_plays_it(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    with VideoSink(path, W, H) as sink:
        for i in range(10):
            sink.write(picture(i), i / 25)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # starts before it has all arrived
    with av.open(str(path)) as container:
        assert len(container.streams) == 1  # no sound
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.codec_context.profile in ("High", "Main")
    assert list(tmp_path.iterdir()) == [path]
    assert not threads()


def test_frames_keep_their_times(tmp_path: Path) -> None:
    times = [0.0, 0.033, 0.1, 0.1001, 0.5, 2.25]
    with VideoSink(tmp_path / "out.mp4", W, H) as sink:
        for i, t_s in enumerate(times):
            sink.write(picture(i), t_s)
    assert read(tmp_path / "out.mp4")[0] == pytest.approx(times, abs=1e-4)


@pytest.mark.parametrize("size", [(W, H), (65, 49), (64, 49), (1, 1), (541, 37)])
def test_any_size_and_true_colours(tmp_path: Path, size: tuple[int, int]) -> None:
    width, height = size
    image = np.full((height, width, 3), (200, 60, 30), np.uint8)
    with VideoSink(tmp_path / "out.mp4", width, height) as sink:
        for i in range(3):
            sink.write(image, i / 10)
    shown = read(tmp_path / "out.mp4")[1][0]
    assert shown.shape == (height + height % 2, width + width % 2, 3)
    assert np.abs(shown.reshape(-1, 3).mean(axis=0) - (200, 60, 30)).max() < 6


def test_the_array_may_be_reused_and_need_not_be_dense(tmp_path: Path) -> None:
    wide = np.zeros((H, 2 * W, 3), np.uint8)
    with VideoSink(tmp_path / "out.mp4", W, H) as sink:
        for i in range(6):
            wide[:] = 40 * i
            sink.write(wide[:, ::2], i / 25)
    levels = [shown.mean() for shown in read(tmp_path / "out.mp4")[1]]
    assert levels == pytest.approx([0, 40, 80, 120, 160, 200], abs=6)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_interrupted_it_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "out.mp4"
    path.write_bytes(b"old")

    def run() -> None:
        with VideoSink(path, W, H) as sink:
            for i in range(30):
                sink.write(picture(i), i / 25)
            raise error

    with pytest.raises(error):
        run()
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"old"
    assert not threads()


def test_a_frame_of_another_size_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a frame of"), VideoSink(tmp_path / "o.mp4", W, H) as sink:
        sink.write(picture(0, W + 2, H), 0.0)
    assert list(tmp_path.iterdir()) == []


def test_no_frame_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no frame"), VideoSink(tmp_path / "out.mp4", W, H):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        VideoSink(tmp_path / "gone" / "out.mp4", W, H)
    assert not threads()


def test_without_the_encoder_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(av, "codecs_available", {"h264"})
    with pytest.raises(MissingDependencyError, match="--no-video"):
        VideoSink(tmp_path / "out.mp4", W, H)


@pytest.mark.root
def test_a_full_disk_is_one_sentence(small_disk: Callable[[str], Path]) -> None:
    """Full amid the frames, at the end, or when the index moves to the front: whole or nothing."""
    path = small_disk("200k") / "out.mp4"

    def run(frames: int) -> str:
        try:
            with VideoSink(path, W, H) as sink:
                for i in range(frames):
                    sink.write(picture(i), i / 25)
        except OutputError as error:
            return str(error)
        return ""

    said = {frames: run_and_check(run, path, frames) for frames in (*range(110, 134, 2), 400)}
    assert said[110] == ""
    assert "No space left" in said[400]
    assert not threads()


def run_and_check(run: Callable[[int], str], path: Path, frames: int) -> str:
    said = run(frames)
    if said:
        assert "\n" not in said
        assert "make room" in said
        assert list(path.parent.iterdir()) == []
    else:
        assert len(read(path)[0]) == frames
        path.unlink()
    return said


def test_what_breaks_in_the_background_is_raised_in_front(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def reformat(self, *_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(video, "VideoReformatter", Full)

    def run() -> None:
        with VideoSink(tmp_path / "out.mp4", W, H) as sink:
            for i in range(50):
                sink.write(picture(i), i / 25)

    with pytest.raises(OutputError, match="No space left"):
        run()
    assert list(tmp_path.iterdir()) == []
    assert not threads()
