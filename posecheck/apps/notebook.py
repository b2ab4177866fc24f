"""What a notebook shows of a report: its chart, and a page of its own in small."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from posecheck.atomic_files import atomic_text
from posecheck.errors import OutputError
from posecheck.exercises.language import language_of, words_of
from posecheck.present.chart_svg import chart_svg
from posecheck.types import Report, Words

_COLOURS = {"pass": "#12683f", "needs_work": "#8a4b00", "ungradable": "#495057"}


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart that a notebook shows by itself."""

    svg: str

    def save(self, path: str | Path) -> None:
        """Write it to a file, such as ``chart.svg``."""
        try:
            with atomic_text(Path(path)) as stream:
                stream.write(self.svg)
        except OSError as error:
            raise OutputError(
                f"The chart cannot be written to {path} ({error.strerror or error}); give a file "
                "in a folder that can be written."
            ) from error

    def _repr_html_(self) -> str:
        return self.svg


def plot(report: Report, language: str | None = None) -> Plot:
    """Return the chart of a report: the three angles, phases, tension and repetitions.

    It is the chart of the report's page as a picture, which a notebook shows without any further
    library. For charts of your own take `Report.angles`.

    Parameters
    ----------
    report
        What is shown.
    language
        Two letters: the language of its words; that of the report if None.

    Raises
    ------
    InputError
        There is no such language.

    """
    return Plot(chart_svg(report, words_of(language_of(language or report.language))))


def report_html(report: Report) -> str:
    """Return what a notebook shows of a report: verdict, numbers, findings and the chart.

    Parameters
    ----------
    report
        What is shown.

    """
    words = words_of(report.language)
    grade = report.grade
    colour = _COLOURS[grade.verdict]
    score = "" if grade.score is None else f", {words.text('summary.score', number=grade.score)}"
    verdict = f"{escape(words.verdicts[grade.verdict])}{score}"
    name = f"{escape(report.clip.name)}: " if report.clip.name else ""
    said = [f.message for f in report.findings] + list(report.quality.notes)
    items = "".join(f"<li>{escape(one)}</li>" for one in said)
    return (
        '<div style="color:#212529;background:#ffffff;padding:8px;max-width:860px">'
        f'<p style="font-size:1.2em;margin:0"><b>{name}'
        f'<span style="color:{colour}">{verdict}</span></b></p>'
        f'<p style="margin:4px 0">{escape(_numbers(report, words))}</p>'
        f"{f'<ul>{items}</ul>' if items else ''}"
        f"{chart_svg(report, words) if len(report.series.t_s) else ''}</div>"
    )


def _numbers(report: Report, words: Words) -> str:
    """Say in one line what was done."""
    n = len(report.reps)
    parts = [words.text("notebook.one" if n == 1 else "notebook.several", number=n)]
    if report.variant:
        parts.insert(0, words.variants[report.variant])
    if report.side:
        parts.append(words.text(f"legs.{report.side}"))
    if report.tension and report.tension.knee_flexion_deg == report.tension.knee_flexion_deg:
        degrees = f"{report.tension.knee_flexion_deg:.0f}"
        parts.append(words.text("notebook.tension", degrees=degrees))
    if report.summary is not None:
        title = words.text(f"exercises.{report.exercise}.title")
        parts.insert(0, title)
        best, median = (round(v) for v in (report.summary.best_deg, report.summary.median_deg))
        parts.append(words.text("notebook.end_range", best=best, median=median))
    return ", ".join(parts)
