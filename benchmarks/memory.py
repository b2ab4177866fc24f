"""Peak memory of a review against the length of the clip."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import av

_SIZE = (1280, 720)
_MINUTES = (1, 10)


@dataclass(frozen=True, slots=True)
class Peak:
    """One review in a process of its own."""

    minutes: int
    frames: int
    peak_bytes: int


def memory_table(sample: Path) -> Iterable[str]:
    """Review a clip of one minute and one of ten, with video and without; Markdown."""
    with tempfile.TemporaryDirectory(prefix="posecheck-benchmark-") as folder:
        once = Path(folder) / "once.mp4"
        _upscale(sample, once)
        clips = [(m, *_loop(once, Path(folder) / f"{m}min.mp4", m)) for m in _MINUTES]
        yield "| peak memory, 720p | 1 minute | 10 minutes | growth a frame |"
        yield "|---|---|---|---|"
        for words, options in (("`review --no-video`", ["--no-video"]), ("`review`", [])):
            short, long = (_review(m, clip, frames, options) for m, clip, frames in clips)
            growth = (long.peak_bytes - short.peak_bytes) / (long.frames - short.frames)
            yield (
                f"| {words} | {short.peak_bytes / 2**20:.0f} MiB ({short.frames} frames) | "
                f"{long.peak_bytes / 2**20:.0f} MiB ({long.frames} frames) | {growth:.0f} bytes |"
            )


def _review(minutes: int, clip: Path, frames: int, options: list[str]) -> Peak:
    command = [sys.executable, "-m", "posecheck", "review", str(clip), *options]
    command += ["--out", str(clip.with_suffix(".posecheck"))]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Peak(minutes, frames, usage.ru_maxrss * unit)


def _upscale(sample: Path, out: Path) -> None:
    """The sample as 720p, in closed groups of pictures so that it can be strung together."""
    width, height = _SIZE
    with av.open(str(sample)) as source, av.open(str(out), "w") as sink:
        rate = source.streams.video[0].average_rate
        stream = sink.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for frame in source.decode(video=0):
            scaled = frame.reformat(width, height, "yuv420p")
            scaled.pts, scaled.time_base = frame.pts, frame.time_base
            sink.mux(stream.encode(scaled))
        sink.mux(stream.encode(None))


def _loop(once: Path, out: Path, minutes: int) -> tuple[Path, int]:
    """The clip again and again, its packets copied, until it is that long."""
    frames, offset = 0, 0
    with av.open(str(out), "w") as sink:
        stream = None
        while True:
            with av.open(str(once)) as source:
                video = source.streams.video[0]
                if stream is None:
                    stream = sink.add_stream_from_template(video)
                assert video.time_base is not None
                assert video.duration is not None
                for packet in source.demux(video):
                    if packet.pts is None or packet.dts is None:
                        continue
                    packet.pts, packet.dts = packet.pts + offset, packet.dts + offset
                    packet.stream = stream
                    sink.mux(packet)
                    frames += 1
                offset += video.duration
                if offset * video.time_base >= 60 * minutes:
                    return out, frames
