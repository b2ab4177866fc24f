"""A report as tables of pandas, for those who have it."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from posecheck.errors import MissingDependencyError
from posecheck.present.report_files import COLUMNS
from posecheck.types import PHASES, Rep, Report


def angles_frame(report: Report) -> Any:
    """Return a DataFrame with the columns of ``angles.csv``: one row a frame, NaN where unknown.

    Parameters
    ----------
    report
        Whose series it is. The values are not rounded.

    Raises
    ------
    MissingDependencyError
        pandas is not there.

    """
    series = report.series
    names = np.array(PHASES, dtype=object)
    columns: dict[str, Any] = {
        name: names[series.phase] if name == "phase" else np.asarray(getattr(series, name), float)
        for name in COLUMNS
    }
    return _pandas().DataFrame(columns)


def repetitions_frame(report: Report) -> Any:
    """Return a DataFrame with one row a repetition, and a column for each field of `Rep`.

    Parameters
    ----------
    report
        Whose repetitions they are.

    Raises
    ------
    MissingDependencyError
        pandas is not there.

    """
    columns = [f.name for f in dataclasses.fields(Rep)]
    rows = [[getattr(rep, name) for name in columns] for rep in report.reps]
    return _pandas().DataFrame(rows, columns=columns)


def _pandas() -> Any:
    try:
        import pandas
    except ImportError:
        raise MissingDependencyError(
            "A table of pandas was asked for, and pandas is not here: python -m pip install pandas"
        ) from None
    return pandas
