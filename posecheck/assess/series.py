"""The series of a report: what was measured, a row for each frame of the clip."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from posecheck.assess.coverage import too_oblique
from posecheck.exercises.attempt import Attempt
from posecheck.exercises.sections import View
from posecheck.motion.holes import Hole, holes_in
from posecheck.motion.smoothing import at_times
from posecheck.motion.table import Table
from posecheck.motion.track import POINTS, RESTING, TRUNK, WORKING
from posecheck.types import PHASES, Array, Series

# The columns of the table that stand in the series of a report, by the names they have there.
SERIES = {
    "hip_flexion_deg": "hip_deg",
    "knee_flexion_deg": "knee_deg",
    "ankle_dorsiflexion_deg": "ankle_deg",
    "resting_hip_flexion_deg": "resting_hip_deg",
    "resting_knee_flexion_deg": "resting_knee_deg",
    "head_lift_deg": "head_deg",
    "confidence": "confidence",
    "hip_uncertainty_deg": "hip_band_deg",
    "knee_uncertainty_deg": "knee_band_deg",
    "ankle_uncertainty_deg": "ankle_band_deg",
}
# Those of them that an update has.
MOMENT = tuple(SERIES)[: tuple(SERIES).index("confidence") + 1]


def series_of(
    table: Table, points_px: Array, view: View, attempts: Sequence[Attempt], frame_t_s: Array | None
) -> Series:
    """Return the series of a report.

    Parameters
    ----------
    table
        What was measured, a row a look.
    points_px
        (n, POINTS, 2), where it was measured.
    view
        How far from side-on the camera may stand; where it stood farther there are no places.
    attempts
        What was found, for the phases.
    frame_t_s
        The times (m,) of all frames in seconds, each of which has a row then; if None or empty,
        each look has one.

    """
    times = table.t_s
    oblique = too_oblique(table.azimuth_deg, table.elevation_deg, view)
    points = np.where(oblique[:, None, None], np.nan, points_px)
    columns: Array = np.column_stack([getattr(table, name) for name in SERIES.values()])
    if frame_t_s is not None and len(frame_t_s) and len(times):
        columns = at_times(times, columns, frame_t_s).astype(np.float32)
        flat = points.reshape(len(times), -1)
        points = at_times(times, flat, frame_t_s).reshape(-1, POINTS, 2).astype(np.float32)
        times = frame_t_s
    series = dict(zip(SERIES, columns.T, strict=True))
    series["confidence"] = np.clip(np.nan_to_num(series["confidence"]), 0, 1)
    return Series(
        t_s=times,
        phase=_phases(times, attempts, holes_in(table.t_s)),
        **series,
        working_px=points[:, WORKING],
        resting_px=points[:, RESTING],
        trunk_px=points[:, TRUNK],
    )


def _phases(times: Array, attempts: Sequence[Attempt], holes: list[Hole]) -> NDArray[np.int8]:
    phase = np.zeros(len(times), np.int8)
    for attempt in attempts:
        for name, start, end in attempt.phases:
            phase[(times >= start) & (times < end)] = PHASES.index(name)
    for start, end in holes:  # in which nothing is said of anybody
        phase[(times > start) & (times < end)] = PHASES.index("rest")
    return phase
