"""All results of a patient as a table to print, each with its uncertainty."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from posecheck.apps.web.store.results import standing_results
from posecheck.apps.web.store.tables import CORRECTED, Clip, Patient, Result
from posecheck.apps.web.words import RoomWords
from posecheck.present.pdf_text import Style, lines_of, put_line
from posecheck.present.set_parts import exercise_title

_MM = 72 / 25.4
_PAGE_PT = (297 * _MM, 210 * _MM)  # A4, lying
_LEFT, _TOP, _BOTTOM = 15 * _MM, 195 * _MM, 16 * _MM
_GAP = 2 * _MM  # between columns
_TITLE, _HEAD, _TEXT = Style(15, bold=True), Style(8.5, bold=True), Style(8.5)
_QUIET = Style(7.5, colour="#57606a")
_MOST_LINES = 3  # of a cell
_COLUMNS = {  # their widths
    "day": 22 * _MM, "exercise": 40 * _MM, "leg": 14 * _MM, "verdict": 34 * _MM,
    "reps": 28 * _MM, "tension": 32 * _MM, "range": 33 * _MM, "peak": 33 * _MM,
    "symptoms": 30 * _MM,
}  # fmt: skip


def results_pdf(session: Session, patient: Patient, t: RoomWords) -> bytes:
    """Return the table, oldest first, each clip as it stands: with corrections where there are any.

    Parameters
    ----------
    session
        A reading one.
    patient
        Whose.
    t
        The words of the language asked for.

    """
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=_PAGE_PT, lang=t.language)
    canvas.setTitle(t("exchange.pdf.title"))
    canvas.setAuthor("Posecheck")
    _Table(canvas, t).write(
        patient.name, [_cells(*row, t) for row in standing_results(session, patient.id)]
    )
    canvas.save()
    return out.getvalue()


def _cells(clip: Clip, result: Result, t: RoomWords) -> list[str]:
    words = t.report
    verdict = words.verdicts.get(result.verdict, result.verdict)
    if result.score is not None:
        verdict += f", {result.score}"
    if result.whose == CORRECTED:
        verdict += " *"
    symptoms = [
        str(s) if s is not None else "–" for s in (clip.symptoms_before, clip.symptoms_after)
    ]
    return [
        words.date(clip.recorded_at.date().isoformat()),
        "–" if result.exercise is None else exercise_title(result.exercise, words),
        "–" if result.side is None else words.text(f"sides.{result.side}"),
        str(verdict),
        str(result.reps),
        _angle(result.tension_knee_deg, result.tension_uncertainty_deg, t),
        _angle(result.range_deg, result.range_uncertainty_deg, t),
        _angle(result.peak_deg, result.peak_uncertainty_deg, t),
        "–" if symptoms == ["–", "–"] else " → ".join(symptoms),
    ]


def _angle(value: float | None, band: float | None, t: RoomWords) -> str:
    if value is None:
        return "–"
    shown = t.report.number(value + 0.0).replace("-", "−")
    return f"{shown}°" if band is None else f"{shown}° ± {t.report.number(band)}°"


class _Table:
    """A table over as many pages as it takes."""

    def __init__(self, canvas: Any, t: RoomWords) -> None:
        self._canvas, self._t = canvas, t
        self._y, self._page = _TOP, 1

    def write(self, name: str, rows: Sequence[list[str]]) -> None:
        """Write all of it; the canvas is saved by whoever made it."""
        width = _PAGE_PT[0] - 2 * _LEFT
        for line in lines_of(self._t("exchange.pdf.of", name=name), width, _TITLE, 2):
            put_line(self._canvas, _LEFT, self._y, line, _TITLE)
            self._y -= _TITLE.line_pt
        self._y -= 3 * _MM
        self._head()
        for row in rows:
            self._row(row, _TEXT)
        if not rows:
            put_line(self._canvas, _LEFT, self._y, self._t("exchange.pdf.nothing"), _TEXT)
        self._foot()

    def _head(self) -> None:
        self._row([self._t(f"exchange.pdf.columns.{name}") for name in _COLUMNS], _HEAD)

    def _row(self, cells: Sequence[str], style: Style) -> None:
        wrapped = [
            lines_of(cell, width - _GAP, style, _MOST_LINES)
            for cell, width in zip(cells, _COLUMNS.values(), strict=True)
        ]
        height = max(len(lines) for lines in wrapped) * style.line_pt + 1.5 * _MM
        if self._y - height < _BOTTOM + 4 * _QUIET.line_pt:
            self._foot()
            self._canvas.showPage()
            self._y, self._page = _TOP, self._page + 1
            self._head()
        x = _LEFT
        for lines, width in zip(wrapped, _COLUMNS.values(), strict=True):
            for i, line in enumerate(lines):
                put_line(self._canvas, x, self._y - i * style.line_pt, line, style)
            x += width
        self._y -= height
        self._canvas.setStrokeColor("#d0d7de")
        self._canvas.line(_LEFT, self._y + 0.5 * _MM, x, self._y + 0.5 * _MM)

    def _foot(self) -> None:
        y = _BOTTOM + 3 * _QUIET.line_pt
        width = _PAGE_PT[0] - 2 * _LEFT
        about = self._t("exchange.pdf.about", page=self._page)
        for line in lines_of(about, width, _QUIET, 3):
            put_line(self._canvas, _LEFT, y, line, _QUIET)
            y -= _QUIET.line_pt
