"""What goes to an end range is drawn, written and printed as such, and speaks of no tension."""

from __future__ import annotations

import html
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from present_factory import ENGLISH, GERMAN, make_report, make_update
from sessions import report_on

from posecheck import Report
from posecheck.present.canvas import GREEN
from posecheck.present.chart import chart
from posecheck.present.end_ranges import Programme, end_range_of
from posecheck.present.overlay import Overlay
from posecheck.present.page_parts import page_parts
from posecheck.present.panels import status_lines
from posecheck.present.peak_gauge import SCALES, peak_lines, place
from posecheck.present.replay import updates
from posecheck.present.report_page import render_page
from posecheck.present.report_pdf import write_pdf
from posecheck.present.report_reader import load_report
from posecheck.present.set_parts import exercise_title
from posecheck.types import End, ExerciseSet, Joint, Words
from posecheck.vision.pose_store import load_poses

DATA = Path(__file__).parents[1] / "data"
CLIPS: dict[str, tuple[Joint, End, list[str]]] = {
    "sibling_slr_right_side": ("hip", "most flexed", ["Raise", "Stop", "Lower"]),
    "sibling_ake_left_side": ("knee", "straightest", ["Straighten", "Stop", "Bend back"]),
    "sibling_heel_slide_right": ("knee", "most flexed", ["Draw in", "Stop", "Slide back"]),
}


@cache
def report_of(name: str) -> Report:
    return report_on([*load_poses(DATA / f"{name}.npz")])


@pytest.mark.parametrize("name", CLIPS)
def test_the_joint_and_its_end_follow_from_the_report(name: str) -> None:
    report = report_of(name)
    joint, end, _ = CLIPS[name]
    to = end_range_of(report, report.sets[0])
    assert to is not None
    assert (to.joint, to.end, len(to.reps)) == (joint, end, len(report.reps))
    assert report.summary is not None
    assert to.best_deg(to.reps) == report.summary.best_deg
    assert to.median_deg(to.reps) == report.summary.median_deg
    assert end_range_of(make_report(), make_report().sets[0]) is None


@pytest.mark.parametrize("name", CLIPS)
def test_a_replay_counts_and_shows_what_the_set_came_to_so_far(name: str) -> None:
    report = report_of(name)
    said = [*updates(report)]
    assert said[-1].reps == len(report.reps)
    assert [said[-1].best_deg, said[-1].median_deg] == pytest.approx(
        [report.summary.best_deg, report.summary.median_deg]  # type: ignore[union-attr]
    )
    for update in said:
        known = [r.peak_deg for r in report.reps if r.peak_end_s <= update.t_s]
        assert np.isfinite(update.peak_deg) == bool(known)
        assert not known or update.peak_deg == known[-1]
        assert update.exercise == report.exercise
        assert update.end_range == CLIPS[name][:2]
        assert update.tension is None


@pytest.mark.parametrize("name", CLIPS)
def test_phases_have_the_words_of_their_exercise(name: str) -> None:
    box = (0.0, 0.0, 400.0, 100.0)
    shown = [status_lines(box, 5, u, ENGLISH)[0].text for u in updates(report_of(name))]
    changes = [shown[0], *(b for a, b in pairwise(shown) if a != b)]
    assert [word for word in changes if word != "Rest"][:3] == CLIPS[name][2]
    assert set(changes) == {"Rest", *CLIPS[name][2]}


@pytest.mark.parametrize("words", [ENGLISH, GERMAN])
@pytest.mark.parametrize("wide", [120.0, 250.0, 400.0])
def test_the_gauge_speaks_of_the_best_and_of_no_tension(words: Words, wide: float) -> None:
    """And nothing that it says overlaps."""
    for name in CLIPS:
        update = list(updates(report_of(name)))[-1]
        lines = peak_lines((0.0, 0.0, wide, 100.0), wide / 80, update, words)
        texts = " ".join(line.text for line in lines).lower()
        assert words.text("picture.tension").lower() not in texts
        assert f"{round(update.best_deg)}°" in texts
        for row in {line.y for line in lines}:
            spans = sorted(
                (line.x - line.align * line.width, line.x + (1 - line.align) * line.width)
                for line in lines
                if line.y == row
            )
            assert all(a[1] <= b[0] for a, b in pairwise(spans))


@pytest.mark.parametrize("to", SCALES)
def test_further_is_further_along_the_gauge(to: tuple[Joint, End]) -> None:
    near, far = (20, 60) if to[1] == "most flexed" else (60, 20)
    assert 0 < place(near, to) < place(far, to) < 1


def test_the_best_of_the_set_is_marked_on_the_arc() -> None:
    """Beyond the leg while it is on its way, and nowhere before there is one."""
    grey = np.full((480, 640, 3), 128, np.uint8)
    none = make_update(
        exercise="straight_leg_raise",
        tension=None,
        end_range=("hip", "most flexed"),
        findings=(),
        phase="extend",
    )
    marked = replace(none, peak_deg=98.0, best_deg=100.0, median_deg=97.0)
    drawn = [Overlay(640, 480, ENGLISH).draw(grey.copy(), update) for update in (none, marked)]
    legs = slice(120, 300)  # the panels are below
    greens = [int((abs(p[legs].astype(int) - GREEN).sum(axis=2) < 60).sum()) for p in drawn]
    assert greens[0] == 0
    assert greens[1] > 20


def test_each_set_of_a_programme_has_its_exercise() -> None:
    """A glide begins when the leg sets out, before its tension."""
    raised = report_of("sibling_slr_right_side")
    glide = make_report()
    first = replace(glide.sets[0], index=1)
    then_s = 30.0
    reps = tuple(
        replace(r, set=2, start_s=r.start_s + then_s, peak_start_s=r.peak_start_s + then_s)
        for r in raised.reps
    )
    both = make_report(
        sets=(first, ExerciseSet(2, "right", None, None, 4, "straight_leg_raise")),
        reps=(*glide.reps, *reps),
    )
    programme = Programme(both)
    assert programme.at(0.0) == programme.at(10.0) == "nerve_glide"
    assert programme.at(reps[0].start_s + 0.1) == "straight_leg_raise"


def page_of(report: Report, words: Words) -> str:
    parts = page_parts(report, words, {}, False, None)
    return html.unescape(render_page(parts, chart(report, words), "plotly.min.js", words))


@pytest.mark.parametrize("words", [ENGLISH, GERMAN])
@pytest.mark.parametrize("name", CLIPS)
def test_the_page_has_the_end_range_and_no_tension(name: str, words: Words) -> None:
    report = report_of(name)
    page, summary = page_of(report, words), report.summary
    assert summary is not None
    assert exercise_title(report.exercise or "", words) in page
    for text in (
        f"{summary.best_deg:.0f}°", f"{summary.median_deg:.0f}° ± {summary.uncertainty_deg:.0f}°",
        f"{summary.spread_deg:.0f}°", words.text("page.why_gently_to_end"),
    ):  # fmt: skip
        assert text in page
    for name_ in ("page.tension", "page.tension_at", "page.about_numbers", "page.no_movement"):
        assert words.text(name_) not in page
    assert "Boland" in page if "slr" in name else "Boland" not in page


@pytest.mark.parametrize("name", CLIPS)
def test_each_repetition_has_its_peak_and_the_other_joints_there(name: str) -> None:
    report = report_of(name)
    (one,) = page_parts(report, ENGLISH, {}, False, None).sets
    joint = CLIPS[name][0]
    assert one.columns[3] == f"End range ({joint})"
    assert one.columns[4:] == (("Knee there" if joint == "hip" else "Hip there"), "Ankle there")
    for row, rep in zip(one.reps, report.reps, strict=True):
        other = rep.knee_at_peak_deg if joint == "hip" else rep.hip_at_peak_deg
        assert row[3].startswith(f"{rep.peak_deg:.0f}° ± ")
        assert row[4] == f"{other:.0f}°"


def test_the_chart_marks_the_peaks_on_their_curve() -> None:
    for name in CLIPS:
        report = report_of(name)
        spec = chart(report, ENGLISH)
        (marks,) = [trace for trace in spec["data"] if trace["mode"] == "markers"]
        assert marks["y"] == [round(rep.peak_deg, 1) for rep in report.reps]
        assert all(
            rep.peak_start_s - 0.01 <= t <= rep.peak_end_s + 0.01
            for t, rep in zip(marks["x"], report.reps, strict=True)
        )
        assert not [shape for shape in spec["layout"]["shapes"] if shape.get("y0", 0) > 1]
        assert {phase["note"]["text"] for phase in spec["phases"]} == {"Rest", *CLIPS[name][2]}
        assert "End range" in report._repr_html_()
    assert all(trace["mode"] == "lines" for trace in chart(make_report(), ENGLISH)["data"])


def test_the_page_says_where_the_exercise_is_not_sure_and_what_decides() -> None:
    report = report_of("sibling_ake_left_side")
    unsure = replace(report, sets=(replace(report.sets[0], certainty=0.63),))
    asked = {**report.prescription, "exercise": {"name": "active_knee_extension"}}
    assert "63 % sure" not in page_of(report, ENGLISH)
    assert "the motion alone makes this 63 % sure" in page_of(unsure, ENGLISH)
    assert "that is what was asked for" in page_of(replace(unsure, prescription=asked), ENGLISH)


def test_sets_of_several_exercises_have_their_headings() -> None:
    raised, glide = report_of("sibling_slr_right_side"), make_report()
    sets = (*raised.sets, replace(glide.sets[0], index=2))
    reps = (*raised.reps, *(replace(rep, set=2) for rep in glide.reps))
    parts = page_parts(replace(raised, sets=sets, reps=reps), ENGLISH, {}, False, None)
    assert parts.exercises == ("Straight leg raise", "Nerve glide")
    assert [one.title for one in parts.sets] == [
        "Set 1: Straight leg raise, right leg",
        "Set 2: Nerve glide, left leg, foot up and down (ankle pump)",
    ]
    assert [len(one.reps) for one in parts.sets] == [len(raised.reps), len(glide.reps)]
    assert any(name.startswith("Set 1: best") for name, _ in parts.facts)
    assert len(parts.gently) == 3


@pytest.mark.parametrize("words", [ENGLISH, GERMAN])
@pytest.mark.parametrize("name", CLIPS)
def test_the_printed_page_has_the_same_numbers(name: str, words: Words, tmp_path: Path) -> None:
    from pypdf import PdfReader

    report = report_of(name)
    write_pdf(report, tmp_path / "report.pdf", words)
    text = " ".join(PdfReader(tmp_path / "report.pdf").pages[0].extract_text().split())
    assert exercise_title(report.exercise or "", words) in text
    for rep in report.reps:
        assert f"{rep.peak_deg:.0f}° ± {rep.uncertainty_deg:.0f}°" in text
    assert words.text("page.tension") not in text


@pytest.mark.parametrize("name", CLIPS)
def test_a_report_that_was_read_back_goes_to_the_same_end_range(name: str, tmp_path: Path) -> None:
    report = report_of(name)
    (tmp_path / "report.json").write_text(report.to_json(), encoding="utf-8")
    again = load_report(tmp_path)
    to, before = end_range_of(again, again.sets[0]), end_range_of(report, report.sets[0])
    assert to is not None
    assert before is not None
    assert (to.joint, to.end, len(to.reps)) == (before.joint, before.end, len(before.reps))
    parts = page_parts(again, ENGLISH, {}, False, None)
    assert parts.facts == page_parts(report, ENGLISH, {}, False, None).facts
