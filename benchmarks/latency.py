"""From a frame's capture to its overlay on the screen, beside a bare loop on the same source.

usage: python -m benchmarks.latency [--clip FILE] [--seconds N]

A clip stands in for the camera, played in real time and over and over. The bare loop takes the
newest frame, has MediaPipe's landmarker look at it anew, and shows the picture in the same
window. Then a live session runs on it while recording, without a voice. It needs a display
(on a server: `xvfb-run -s "-screen 0 1280x720x24"`). Prints Markdown.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks import bare
from posecheck.apps.live.pipeline import Moment
from posecheck.apps.live.run import live
from posecheck.errors import PosecheckError
from posecheck.natives import silence_native_stderr
from posecheck.present.window import Window
from posecheck.vision.camera import Camera
from posecheck.vision.model import ModelFile, ensure_model, stderr_bar

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"
_SLACK_MS = 10.0


@dataclass(slots=True)
class Ages:
    """What was measured of each frame that was shown."""

    waited_s: list[float] = field(default_factory=list)
    look_s: list[float] = field(default_factory=list)
    shown_s: list[float] = field(default_factory=list)
    begun_s: float = field(default_factory=time.perf_counter)
    elapsed_s: float = 0.0  # from then to the last frame that was shown

    def add(self, waited_s: float, look_s: float, shown_s: float) -> None:
        """One frame: how old it was before the look, what that took, how old on the screen."""
        self.waited_s.append(waited_s)
        self.look_s.append(look_s)
        self.shown_s.append(shown_s)
        self.elapsed_s = time.perf_counter() - self.begun_s


def main(argv: Sequence[str] | None = None) -> int:
    """Run both loops and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency", description=__doc__)
    parser.add_argument("--clip", metavar="FILE", type=Path, default=SAMPLES / "pump_left_side.mp4")
    parser.add_argument("--seconds", metavar="N", type=float, default=60.0)
    arguments = parser.parse_args(argv)
    try:
        model = ensure_model(None, stderr_bar)
        with silence_native_stderr():
            loops = {
                "bare capture, infer, show": _bare(arguments.clip, model, arguments.seconds),
                "`posecheck live --record`": _live(arguments.clip, model, arguments.seconds),
            }
    except PosecheckError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(table(loops)))
    return 0


def table(loops: dict[str, Ages]) -> list[str]:
    """One row a loop, and whether the session keeps what it promises."""
    rows = [
        "| loop | waited for the look | inference | capture to screen: median | 95th percentile "
        "| shown |",
        "|---|---|---|---|---|---|",
    ]
    look = late = last = 0.0
    for name, ages in loops.items():
        waited, look, late = (
            1000 * float(np.median(v)) for v in (ages.waited_s, ages.look_s, ages.shown_s)
        )
        last = 1000 * float(np.percentile(ages.shown_s, 95))
        rows.append(
            f"| {name} | {waited:.1f} ms | {look:.1f} ms | {late:.1f} ms | {last:.1f} ms | "
            f"{len(ages.shown_s) / max(ages.elapsed_s, 1e-6):.1f} frames/s |"
        )
    kept = late <= look + _SLACK_MS and last <= 2 * look
    rows += ["", f"The session is {'within' if kept else 'NOT within'} one inference and 10 ms "
             f"({look + _SLACK_MS:.1f} ms) in the median and two inferences ({2 * look:.1f} ms) in "
             "the 95th percentile."]  # fmt: skip
    return rows


def _bare(clip: Path, model: ModelFile, seconds: float) -> Ages:
    import mediapipe as mp

    with (
        Window() as window,
        bare.landmarker(model.path, fresh=True) as marker,
        Camera(str(clip), loop=True) as camera,
    ):
        ages = Ages()
        while ages.elapsed_s < seconds and (frame := camera.read()) is not None:
            begun_s, waited_s = time.perf_counter(), camera.now_s() - frame.t_s
            picture = mp.Image(image_format=mp.ImageFormat.SRGB, data=frame.image)
            marker.detect(picture)
            look_s = time.perf_counter() - begun_s
            painted_s = window.show(frame.image)
            ages.add(waited_s, look_s, camera.at_s(painted_s) - frame.t_s)
    return ages


def _live(clip: Path, model: ModelFile, seconds: float) -> Ages:
    ages = Ages()

    def shown(moment: Moment, age_s: float) -> None:
        if not ages.shown_s:
            ages.begun_s = time.perf_counter()
        ages.add(moment.age_s, moment.look_s, age_s)
        if ages.elapsed_s >= seconds:
            raise KeyboardInterrupt  # as somebody who has had enough

    with tempfile.TemporaryDirectory(prefix="posecheck-benchmark-") as folder:
        live(
            str(clip), record=Path(folder) / "recording", out=Path(folder) / "report",
            mute=True, model=model.path, loop=True, linger_s=0.0, shown=shown,
        )  # fmt: skip
    return ages


if __name__ == "__main__":
    sys.exit(main())
