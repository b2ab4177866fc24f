"""How many looks a second the landmark model gives on this machine, on a picture of ours.

usage: python -m posecheck.apps.look_speed MODEL

A process of its own, for a broken native library may abort it. Prints the number.
"""

from __future__ import annotations

import contextlib
import statistics
import sys
import time
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from PIL import Image

from posecheck.vision.frames import Frame
from posecheck.vision.landmarker import Landmarker
from posecheck.vision.model import ensure_model

FOR_S, LOOKS = 2.0, 20  # it looks for so long, or so often
FIRST = 2  # looks that take longer: somebody is looked for


def looks_per_s(landmarker: Landmarker) -> float:
    """Return what a live session gets of this model here, its camera and its screen aside."""
    with as_file(files("posecheck.vision") / "lying.jpg") as path, Image.open(path) as picture:
        image = np.array(picture.convert("RGB"))
    took_s: list[float] = []
    landmarker.warm_up()
    until_s = time.perf_counter() + FOR_S
    while len(took_s) < LOOKS and (len(took_s) <= FIRST or time.perf_counter() < until_s):
        begun_s = time.perf_counter()
        landmarker.look(Frame(len(took_s), 0.1 * len(took_s), image))
        took_s.append(time.perf_counter() - begun_s)
    return 1.0 / statistics.median(took_s[FIRST:])


if __name__ == "__main__":
    with contextlib.closing(ensure_model(Path(sys.argv[1])).open()) as opened:
        print(looks_per_s(opened))
