"""A report as one page to print: ``report.pdf``, for a letter or a file of paper.

The page is A4 with margins that leave room for the printing on US Letter. Where there is more to
say than there is room, letters and pictures become smaller, and then the rest is left out, with
words that say so.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from posecheck.atomic_files import atomic_file
from posecheck.present.page_parts import FindingPart, PageParts, page_parts
from posecheck.present.pdf_chart import draw_chart
from posecheck.present.pdf_text import Style, lines_of, load_reportlab, put_line, width_of
from posecheck.present.set_parts import SetPart
from posecheck.types import Report, Verdict, Words

MM = 72 / 25.4
PAGE_PT = (210 * MM, 297 * MM)  # A4
# US Letter is 18 mm shorter and 6 mm wider: its printers reach all between these margins.
_TOP, _BOTTOM, _LEFT = PAGE_PT[1] - 20 * MM, 22 * MM, 16 * MM
_WIDTH = PAGE_PT[0] - 2 * _LEFT
_FOOT_PT, _FOOT_LINES = 7.0, 4
_GAP = 2.2 * MM  # between blocks, and between two columns twice that
_MOST_CHART = 78 * MM  # it takes what room is left
_GREY = "#57606a"
_COLOURS: dict[Verdict, tuple[str, str]] = {
    "pass": ("#12683f", "#e6f4ec"), "needs_work": ("#8a4b00", "#fdf1dd"),
    "ungradable": ("#424a53", "#eceef0"),
}  # fmt: skip

_OWN = "pdf."  # its texts in a language file


@dataclass(frozen=True, slots=True)
class _Fit:
    """How much a page shows, and how large: the first that fits is taken."""

    size: float  # of letters, in points
    chart: float  # its least height
    picture: float  # height of a picture, which is 4/3 as wide
    findings: int  # at most so many, and so on
    reps: int
    notes: int
    reasons: int
    lines: int  # of each text


_FITS = (
    _Fit(9.0, 50 * MM, 28 * MM, 8, 12, 8, 6, 12),
    _Fit(8.5, 46 * MM, 26 * MM, 8, 12, 6, 6, 8),
    _Fit(8.0, 42 * MM, 23 * MM, 8, 12, 5, 5, 6),
    _Fit(7.5, 38 * MM, 20 * MM, 6, 12, 4, 4, 4),
    _Fit(7.0, 34 * MM, 17 * MM, 6, 10, 4, 4, 3),
    _Fit(7.0, 30 * MM, 15 * MM, 4, 6, 3, 3, 2),
    _Fit(7.0, 28 * MM, 13 * MM, 2, 4, 2, 2, 2),
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One thing that was found, however many times."""

    part: FindingPart  # the first of them
    when: str
    picture: bytes | None


def write_pdf(
    report: Report,
    path: Path,
    words: Words,
    *,
    frames: Mapping[int, bytes] | None = None,
    change: Mapping[str, Any] | None = None,
) -> None:
    """Write ``report.pdf``, one page.

    Parameters
    ----------
    report
        What is shown.
    path
        Where it goes.
    words
        The language.
    frames
        JPEG pictures by the index of the finding that they show.
    change
        The comparison with an earlier report, as that of ``write_page``.

    Raises
    ------
    MissingDependencyError
        The library that writes PDFs is not there.

    """
    load_reportlab()
    from reportlab.pdfgen.canvas import Canvas

    parts = page_parts(report, words, frames or {}, False, change)
    page = _fitting(_Letter(report, parts, words, _seen(parts, frames or {})))
    with atomic_file(path) as part:
        canvas = Canvas(str(part), pagesize=PAGE_PT, lang=words.language)
        canvas.setTitle(f"{parts.verdict_words} – {parts.clip}")
        canvas.setAuthor("Posecheck")
        canvas.setCreator(f"Posecheck {report.posecheck}")
        for draw in page.draws:
            draw(canvas)
        canvas.save()


def _fitting(letter: _Letter) -> _Sheet:
    """Return the page in the largest size that fits, with the chart as high as there is room."""
    for fit in _FITS:
        sheet = letter.laid_out(fit)
        if sheet.room >= 0:
            return letter.laid_out(replace(fit, chart=min(fit.chart + sheet.room, _MOST_CHART)))
    return sheet  # of the smallest: what there may be of each text has been counted


def _seen(parts: PageParts, frames: Mapping[int, bytes]) -> list[_Seen]:
    """Return what was found, each thing once."""
    found: dict[tuple[str, str], list[int]] = {}
    for i, part in enumerate(parts.findings):
        found.setdefault((part.title, part.severity), []).append(i)
    return [
        _Seen(
            parts.findings[several[0]],
            "; ".join("".join(parts.findings[i].when) for i in several),
            next((frames[i] for i in several if i in frames), None),
        )
        for several in found.values()
    ]


class _Sheet:
    """A page in the making: how far down it is, and what is to be drawn."""

    def __init__(self) -> None:
        self.y = _TOP
        self.draws: list[Callable[[Any], None]] = []

    @property
    def room(self) -> float:
        """How much is left above the foot, less than nothing if it is too little."""
        return self.y - _BOTTOM - _FOOT_LINES * Style(_FOOT_PT).line_pt - _GAP

    def text(self, x: float, top: float, lines: Sequence[str], style: Style) -> float:
        """Write lines, and return where the last one ends."""
        for line in lines:
            self._line(x, top, line, style)
            top -= style.line_pt
        return top

    def right(self, x: float, top: float, line: str, style: Style) -> None:
        """Write a line that ends at ``x``."""
        self._line(x - width_of(line, style), top, line, style)

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        def draw(canvas: Any) -> None:
            canvas.setFillColor(colour)
            canvas.rect(x, y, width, height, stroke=0, fill=1)

        self.draws.append(draw)

    def _line(self, x: float, top: float, line: str, style: Style) -> None:
        self.draws.append(lambda canvas: put_line(canvas, x, top, line, style))


class _Letter:
    """What stands on the page, laid out anew for each size that is tried."""

    def __init__(
        self, report: Report, parts: PageParts, words: Words, seen: Sequence[_Seen]
    ) -> None:
        self._report, self._parts, self._words, self._seen = report, parts, words, seen
        own = (name for name in words.texts if name.startswith(_OWN))
        self._own = {name.removeprefix(_OWN): words.texts[name] for name in own}
        self._fit = _FITS[0]
        self._left_out: list[str] = []

    def laid_out(self, fit: _Fit) -> _Sheet:
        self._fit, self._left_out = fit, []
        sheet = _Sheet()
        for block in (
            self._heading, self._record, self._verdict, self._numbers, self._change, self._chart,
            self._findings, self._notes, self._more,
        ):  # fmt: skip
            block(sheet)
        self._foot(sheet)
        return sheet

    def _style(self, scale: float = 1.0, bold: bool = False, colour: str | None = None) -> Style:
        style = Style(self._fit.size * scale, bold)
        return style if colour is None else replace(style, colour=colour)

    def _lines(
        self, text: str, width: float, style: Style, most: int | None = None
    ) -> tuple[str, ...]:
        more = self._own["cut"] if width > _WIDTH / 3 else "…"
        return lines_of(text, width, style, most or self._fit.lines, more)

    def _kept(self, several: Sequence[Any], most: int, what: str) -> Sequence[Any]:
        """Return the first of several things, and remember how many were left out."""
        if len(several) > most:
            number = str(len(several) - most)
            self._left_out.append(self._own[f"more_{what}"].replace("{number}", number))
        return several[:most]

    def _section(self, sheet: _Sheet, title: str) -> None:
        sheet.y = sheet.text(_LEFT, sheet.y, [title], self._style(1.15, bold=True)) - 1

    def _heading(self, sheet: _Sheet) -> None:
        title = self._style(1.8, bold=True)
        small = self._style(0.95, colour=_GREY)
        clip = self._report.clip
        about = ", ".join([*self._parts.exercises[:2], clip.name])
        if clip.recorded_at:
            about += f" · {self._own['recorded']} {self._words.date(clip.recorded_at)}"
        if not self._parts.record and (name := self._report.prescription.get("name")):
            about += f" · {self._own['prescription']}: {name}"
        wide = width_of(self._own["title"], title) + 2 * _GAP
        lines = lines_of(about, _WIDTH - wide, small, 2)
        sheet.text(_LEFT, sheet.y, [self._own["title"]], title)
        for i, line in enumerate(lines):
            top = sheet.y - title.line_pt + small.line_pt * (len(lines) - i)
            sheet.right(_LEFT + _WIDTH, top, line, small)
        sheet.y -= max(title.line_pt, len(lines) * small.line_pt) + 2
        sheet.box(_LEFT, sheet.y, _WIDTH, 0.8, "#1f2328")
        sheet.y -= _GAP

    def _record(self, sheet: _Sheet) -> None:
        """Write whose session it was, in three columns, and the note below."""
        parts, label, value = self._parts, self._style(0.85, colour=_GREY), self._style(bold=True)
        width = (_WIDTH - 4 * _GAP) / 3
        for row in range(0, len(parts.record), 3):
            ends = []
            for column, (name, text) in enumerate(parts.record[row : row + 3]):
                x = _LEFT + column * (width + 2 * _GAP)
                top = sheet.text(x, sheet.y, lines_of(name, width, label, 1), label)
                ends.append(sheet.text(x, top, lines_of(text, width, value, 2), value))
            sheet.y = min(ends) - 2
        if parts.record_note:
            style = self._style()
            lines = self._lines(parts.record_note, _WIDTH, style)
            sheet.y = sheet.text(_LEFT, sheet.y, lines, style)
        if parts.record or parts.record_note:
            sheet.y -= _GAP

    def _verdict(self, sheet: _Sheet) -> None:
        parts, fit = self._parts, self._fit
        colour, pale = _COLOURS[parts.verdict]
        large, normal = self._style(1.7, bold=True, colour=colour), self._style()
        reasons = [
            (f"– {line}" if i == 0 else f"   {line}")
            for reason in self._kept(parts.reasons, fit.reasons, "reasons")
            for i, line in enumerate(self._lines(reason, _WIDTH - 8 * _GAP, normal))
        ]
        high = large.line_pt + len(reasons) * normal.line_pt + 2 * _GAP
        sheet.box(_LEFT, sheet.y - high, _WIDTH, high, pale)
        sheet.box(_LEFT, sheet.y - high, 1.4 * MM, high, colour)
        x, top = _LEFT + 2 * _GAP, sheet.y - _GAP
        if parts.score is not None:
            score = self._own["score"].replace("{number}", str(parts.score))
            sheet.right(_LEFT + _WIDTH - _GAP, top, score, large)
        top = sheet.text(x, top, lines_of(parts.verdict_words, _WIDTH * 0.7, large, 1), large)
        sheet.text(x, top, reasons, normal)
        sheet.y -= high + 1.5 * _GAP

    def _numbers(self, sheet: _Sheet) -> None:
        """Write the facts on the left, the repetitions on the right, and what a band is below."""
        self._section(sheet, self._own["numbers"])
        width = (_WIDTH - 4 * _GAP) / 2
        end = min(
            self._facts(sheet, sheet.y, _LEFT, width),
            self._reps(sheet, sheet.y, _LEFT + width + 4 * _GAP, width),
        )
        style = self._style(0.85, colour=_GREY)
        said = [self._own["band"]]
        if any(one.to_end for one in self._parts.sets):
            said.append(self._own["band_range"])
            own = f"exercises.{self._report.exercise}.about_peak"
            said += [self._words.texts[own]] if own in self._words.texts else []
        if not all(one.to_end for one in self._parts.sets) or not self._parts.sets:
            said.append(self._own["band_tension"])
        lines = lines_of(" ".join(said), _WIDTH, style, 3)
        sheet.y = sheet.text(_LEFT, end - 2, lines, style) - _GAP

    def _facts(self, sheet: _Sheet, top: float, x: float, width: float) -> float:
        label, value = self._style(colour=_GREY), self._style(bold=True)
        for name, text in self._parts.facts:
            named = lines_of(name, width * 0.62, label, 2)
            shown = lines_of(text, width * 0.36, value, 2)
            sheet.text(x, top, named, label)
            sheet.text(x + width * 0.64, top, shown, value)
            top -= max(len(named), len(shown)) * label.line_pt
        return top

    def _reps(self, sheet: _Sheet, top: float, x: float, width: float) -> float:
        """Write a table with the repetitions of all sets; of several sets each has its title."""
        head, cells = self._style(0.85, colour=_GREY), self._style()
        several = len(self._parts.sets) > 1
        rows: list[str | tuple[str, ...]] = []
        heads: list[tuple[str, ...]] = []  # of each row
        for one in self._parts.sets:
            rows += [one.title] if several else []
            rows += [" · ".join(f"{n}: {v}" for n, v in one.tension)] if one.tension else []
            rows += one.reps
            heads += [self._heads(one)] * (len(rows) - len(heads))
        most = self._fit.reps + (2 * len(self._parts.sets) if several else 0)
        kept = rows[: min(most, 2 * self._fit.reps)]
        left = sum(not isinstance(row, str) for row in rows[len(kept) :])
        if left:
            self._left_out.append(self._own["more_reps"].replace("{number}", str(left)))
        written: tuple[str, ...] = ()
        for row, names in zip(kept, heads, strict=False):
            # an end range has its band behind it
            fourth = 0.62 if self._own["peak"] in names else 0.6
            shares = (0.07, 0.25, 0.4, fourth, 0.8, 1.0)
            ends = [x + width * share for share in shares]
            if not isinstance(row, str) and names != written:
                for end, name in zip(ends, names, strict=True):
                    sheet.right(end, top, name, head)
                top, written = top - head.line_pt, names
            if isinstance(row, str):
                style = head if " · " in row else self._style(bold=True)
                top = sheet.text(x, top, lines_of(row, width, style, 2), style)
            else:
                for end, cell in zip(ends, row, strict=True):
                    sheet.right(end, top, cell, cells)
                top -= cells.line_pt
        return top

    def _heads(self, one: SetPart) -> tuple[str, ...]:
        """Return the heads of a set's table; of an end range the page names the other joints."""
        same = [self._own[key] for key in ("rep", "start", "took")]
        if not one.to_end:
            return (*same, *(self._own[key] for key in ("low", "high", "range")))
        return (*same, self._own["peak"], *one.columns[-2:])

    def _change(self, sheet: _Sheet) -> None:
        if self._parts.change_sentence:
            self._section(sheet, self._own["change"])
            style = self._style()
            lines = self._lines(self._parts.change_sentence, _WIDTH, style)
            sheet.y = sheet.text(_LEFT, sheet.y, lines, style) - _GAP

    def _chart(self, sheet: _Sheet) -> None:
        self._section(sheet, self._own["chart"])
        sheet.y -= self._fit.chart
        box = (_LEFT, sheet.y, _WIDTH, self._fit.chart)
        joints = {joint: self._own[joint] for joint in ("knee", "hip", "ankle")}
        report, words = self._report, self._words
        sheet.draws.append(lambda canvas: draw_chart(canvas, box, report, words, joints))
        sheet.y -= _GAP

    def _findings(self, sheet: _Sheet) -> None:
        """Write what was found in two columns, each with the picture that shows it."""
        self._section(sheet, self._own["findings"])
        kept = self._kept(self._seen, self._fit.findings, "findings")
        if not kept:
            key = "ungraded" if self._parts.verdict == "ungradable" else "nothing"
            style = self._style()
            sheet.y = sheet.text(_LEFT, sheet.y, [self._own[key]], style)
        columns = 1 if len(kept) == 1 else 2
        width = (_WIDTH - 4 * _GAP * (columns - 1)) / columns
        for row in range(0, len(kept), columns):
            ends = [
                self._finding(sheet, _LEFT + i * (width + 4 * _GAP), width, seen)
                for i, seen in enumerate(kept[row : row + columns])
            ]
            sheet.y = min(ends) - _GAP

    def _finding(self, sheet: _Sheet, x: float, width: float, seen: _Seen) -> float:
        part, fit, end = seen.part, self._fit, sheet.y
        if seen.picture is not None:
            end = sheet.y - fit.picture
            _draw_picture(sheet, (x, end, fit.picture * 4 / 3, fit.picture), seen.picture)
            x, width = x + fit.picture * 4 / 3 + _GAP, width - fit.picture * 4 / 3 - _GAP
        bold, normal = self._style(bold=True), self._style()
        small = self._style(0.85, colour=_GREY)
        title = f"{part.title} ({self._own[part.severity]})"
        top = sheet.text(x, sheet.y, self._lines(title, width, bold, 2), bold)
        top = sheet.text(x, top, self._lines(part.message, width, normal), normal)
        when = f"{seen.when}; {part.measured}" if part.measured else seen.when
        most = max(fit.lines // 3, 1)
        return min(end, sheet.text(x, top, self._lines(when, width, small, most), small))

    def _notes(self, sheet: _Sheet) -> None:
        notes = self._kept(self._parts.notes, self._fit.notes, "notes")
        if not notes:
            return
        self._section(sheet, self._own["seen"])
        style = self._style()
        for note in notes:
            lines = self._lines(note, _WIDTH - 2 * _GAP, style)
            sheet.text(_LEFT, sheet.y, ["–"], style)
            sheet.y = sheet.text(_LEFT + _GAP, sheet.y, lines, style)
        sheet.y -= _GAP

    def _more(self, sheet: _Sheet) -> None:
        if self._left_out:
            style = self._style(bold=True)
            said = self._own["more"].replace("{what}", ", ".join(self._left_out))
            sheet.y = sheet.text(_LEFT, sheet.y, lines_of(said, _WIDTH, style, 2), style)

    def _foot(self, sheet: _Sheet) -> None:
        style, report = Style(_FOOT_PT, colour=_GREY), self._report
        made = self._own["made"].replace("{version}", report.posecheck)
        made = made.replace("{model}", report.model.name)
        top = _BOTTOM + _FOOT_LINES * style.line_pt
        sheet.box(_LEFT, top + 2, _WIDTH, 0.4, _GREY)
        lines = lines_of(self._own["foot"], _WIDTH, style, _FOOT_LINES - 1)
        top = sheet.text(_LEFT, top, lines, style)
        sheet.text(_LEFT, top, lines_of(made, _WIDTH, style, 1), style)


def _draw_picture(sheet: _Sheet, box_pt: tuple[float, float, float, float], jpeg: bytes) -> None:
    """Draw a picture as large as a box allows, at its upper left."""
    x, y, width, height = box_pt

    def draw(canvas: Any) -> None:
        from reportlab.lib.utils import ImageReader

        canvas.drawImage(
            ImageReader(io.BytesIO(jpeg)), x, y, width, height, preserveAspectRatio=True,
            anchor="nw",
        )  # fmt: skip

    sheet.draws.append(draw)
