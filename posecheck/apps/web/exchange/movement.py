"""A clip as a table in the way of DeepLabCut, which ``movement`` and others read.

::

    from movement.io import load_dataset
    data = load_dataset("clip-12.dlc.csv", source_software="DeepLabCut", fps=25)

One row a frame, the same rows as in ``angles.csv``, which has their times: the table has none, and
`fps` is right for clips of a constant rate alone. Places are pixels of the upright picture, y
downwards, smoothed as they were graded; `likelihood` is the confidence of the frame (0 to 1).
"""

from __future__ import annotations

import csv
import io

import numpy as np

from posecheck.apps.web.exchange.opensim import markers_of
from posecheck.types import Report

_COORDS = ("x", "y", "likelihood")
_NAMES = {"L": "left", "R": "right"}


def write_movement(report: Report) -> str:
    """Return the text of the table.

    Parameters
    ----------
    report
        With the places in the picture.

    """
    markers = {_keypoint(name): xy for name, xy in markers_of(report).items()}
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    width = len(_COORDS) * len(markers)
    writer.writerow(["scorer", *[f"posecheck_{report.posecheck}"] * width])
    writer.writerow(["bodyparts", *(name for name in markers for _ in _COORDS)])
    writer.writerow(["coords", *_COORDS * len(markers)])
    for i, confidence in enumerate(report.series.confidence):
        row: list[str] = []
        for xy in markers.values():
            known = bool(np.isfinite(xy[i]).all())
            row += [f"{xy[i, 0]:.3f}", f"{xy[i, 1]:.3f}"] if known else ["", ""]
            row.append(f"{confidence if known else 0.0:.3f}")
        writer.writerow([i, *row])
    return out.getvalue()


def _keypoint(marker: str) -> str:
    if marker[0] in _NAMES:
        part = {"BigToe": "toe"}.get(marker[1:], marker[1:].lower())
        return f"{_NAMES[marker[0]]}_{part}"
    return marker.lower()
