"""Files that are called clips and have no pictures in them."""

from __future__ import annotations

from pathlib import Path

import av


def sound_only(path: Path) -> None:
    """What a video is when its pictures are lost."""
    with av.open(str(path), "w") as sink:
        stream = sink.add_stream("aac", rate=16000)
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.sample_rate = 16000
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        sink.mux(stream.encode(frame))
        sink.mux(stream.encode(None))
