"""The files of a report that is drawn: data, tables, the page, and what is sent or printed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from posecheck.apps.report_dir import ANGLES, PAGE, PDF, REPORT, VIDEO
from posecheck.exercises.language import words_of
from posecheck.present.batch_links import BatchPlace
from posecheck.present.report_files import write_csv, write_json
from posecheck.present.report_page import write_page
from posecheck.present.report_pdf import write_pdf
from posecheck.present.single_file import put_video_inside
from posecheck.present.video import frame_times
from posecheck.types import Report


def write_report(
    report: Report,
    folder: Path,
    pictures: Mapping[int, bytes],
    *,
    video: bool,
    pdf: bool = False,
    single_file: bool = False,
    change: Mapping[str, Any] | None = None,
    plotly_js: str = "inline",
    place: BatchPlace | None = None,
) -> None:
    """Write all of a report but its video, which stands in the folder by then, and its poses.

    Parameters
    ----------
    report, folder
        What is written, and where.
    pictures
        Of the findings, as JPEG, by their numbers.
    video
        Whether ``annotated.mp4`` is there.
    pdf, single_file
        As those of `posecheck.apps.review.review`.
    change
        What has changed since an earlier report, as plain values.
    plotly_js, place
        As those of `posecheck.present.report_page.write_page`.

    """
    words = words_of(report.language)
    write_csv(report, folder / ANGLES)
    write_json(report, folder / REPORT, change=change)
    write_page(
        report, folder / PAGE, words, frames=pictures, video=video,
        video_t_s=frame_times(folder / VIDEO) if video else None, change=change,
        plotly_js=plotly_js, place=place,
    )  # fmt: skip
    if single_file and video:
        put_video_inside(folder / PAGE, folder / VIDEO)
    if pdf:
        write_pdf(report, folder / PDF, words, frames=pictures, change=change)
