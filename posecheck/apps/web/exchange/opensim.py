"""A clip for OpenSim: where the joints are (TRC), and their angles (MOT).

TRC: the places in the plane of the picture, x to the right and y upwards from its lower left
corner, z always 0. The camera knows no metres, so the unit is the length of the thigh: the median
distance of hip and knee of the working leg is 1. The format knows metres and millimetres alone;
``m`` stands there, and the name of the file says ``thigh_lengths``. Whoever knows the length of
the thigh multiplies by it. Times are those of the frames; `DataRate` is their mean rate. What is
unknown is an empty field, which OpenSim takes for a missing marker.

MOT: `hip_flexion`, `knee_angle` and `ankle_angle` in degrees with the signs of Rajagopal's model
of 2016, as of most newer ones: flexion and dorsiflexion are positive. In gait2392 and gait2354
the knee bends into the negative, so there `knee_angle` has to be negated. OpenSim knows no unknown
values here: a column that is known in less than half of the frames is left out, and so is a frame
in which one of the others is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from posecheck.errors import InputError
from posecheck.types import Array, Report, Side

TRC_SUFFIX, MOT_SUFFIX = ".thigh_lengths.trc", ".mot"
_OTHER: dict[Side, Side] = {"left": "right", "right": "left"}
_PARTS = ("Hip", "Knee", "Ankle", "Heel", "BigToe")
_LETTERS: dict[Side, str] = {"left": "L", "right": "R"}
_OF_ALL = ("Shoulders", "Ear")
_KNOWN = 0.5  # of the frames, else a column of angles is left out


def markers_of(report: Report) -> dict[str, Array]:
    """Return the places of all markers in pixels, (n, 2) each, by their names.

    Raises
    ------
    InputError
        No exercise was found, so left and right are not known, or no joint.

    """
    s = report.series
    side = _side(report)
    found: dict[str, Array] = {}
    for leg, points in ((side, s.working_px), (_OTHER[side], s.resting_px)):
        found |= {f"{_LETTERS[leg]}{part}": points[:, i] for i, part in enumerate(_PARTS)}
    found |= {name: s.trunk_px[:, i] for i, name in enumerate(_OF_ALL)}
    return dict(sorted(found.items(), key=lambda item: (item[0] in _OF_ALL, item[0])))


def write_trc(report: Report, name: str) -> str:
    """Return the text of a TRC file.

    Parameters
    ----------
    report
        With the places in the picture.
    name
        Of the file, which its first line repeats.

    """
    markers = markers_of(report)
    thigh = np.linalg.norm(report.series.working_px[:, 0] - report.series.working_px[:, 1], axis=1)
    if not np.isfinite(thigh).any():
        raise InputError("No joint was seen in this clip, so there is nothing for OpenSim.")
    unit_px = float(np.nanmedian(thigh))
    places = [
        np.column_stack([xy[:, 0], report.clip.height_px - xy[:, 1]]) / unit_px
        for xy in markers.values()
    ]
    return "".join(f"{line}\n" for line in _trc(report, name, list(markers), places))


def _trc(report: Report, name: str, names: list[str], places: list[Array]) -> Iterator[str]:
    t_s = report.series.t_s
    rate = (len(t_s) - 1) / float(t_s[-1] - t_s[0]) if len(t_s) > 1 and t_s[-1] > t_s[0] else 1.0
    yield f"PathFileType\t4\t(X/Y/Z)\t{name}"
    yield (
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\t"
        "OrigNumFrames"
    )
    count = len(t_s)
    yield f"{rate:.6f}\t{rate:.6f}\t{count}\t{len(names)}\tm\t{rate:.6f}\t1\t{count}"
    yield "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t"
    yield "\t\t" + "\t".join(f"X{i}\tY{i}\tZ{i}" for i in range(1, len(names) + 1))
    yield ""
    for i, time in enumerate(t_s):
        yield f"{i + 1}\t{time:.6f}\t" + "\t".join(_place(xy[i]) for xy in places)


def _place(xy: Array) -> str:
    return f"{xy[0]:.6f}\t{xy[1]:.6f}\t0.000000" if np.isfinite(xy).all() else "\t\t"


def write_mot(report: Report, name: str) -> str:
    """Return the text of a MOT file; parameters as those of `write_trc`."""
    s, side = report.series, _side(report)
    mine, other = _LETTERS[side].lower(), _LETTERS[_OTHER[side]].lower()
    columns = {
        f"hip_flexion_{mine}": s.hip_flexion_deg,
        f"knee_angle_{mine}": s.knee_flexion_deg,
        f"ankle_angle_{mine}": s.ankle_dorsiflexion_deg,
        f"hip_flexion_{other}": s.resting_hip_flexion_deg,
        f"knee_angle_{other}": s.resting_knee_flexion_deg,
    }
    columns = {k: v for k, v in columns.items() if len(v) and np.isfinite(v).mean() >= _KNOWN}
    if not columns:
        raise InputError("No angle was measured in this clip, so there is nothing for OpenSim.")
    table = np.column_stack([s.t_s, *columns.values()])
    table = table[np.isfinite(table).all(axis=1)]
    lines = [
        name,
        "version=1",
        f"nRows={len(table)}",
        f"nColumns={table.shape[1]}",
        "inDegrees=yes",
        "",
        "Angles of the picture's plane in degrees, flexion and dorsiflexion positive; times in",
        "seconds. Frames in which an angle is unknown are left out.",
        "",
        "endheader",
        "\t".join(("time", *columns)),
    ]
    lines += ["\t".join(f"{value:.6f}" for value in row) for row in table]
    return "".join(f"{line}\n" for line in lines)


def _side(report: Report) -> Side:
    if report.side is None:
        raise InputError("No exercise was found in this clip, so no leg has a side to be named by.")
    return report.side
