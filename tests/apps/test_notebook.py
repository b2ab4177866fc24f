"""What a notebook shows of a report, without any further library."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from present_factory import make_finding, make_report
from sessions import clean_report

import posecheck
from posecheck.errors import InputError, OutputError
from posecheck.session import Session

SVG = "{http://www.w3.org/2000/svg}"


def test_the_chart_is_a_picture_with_curves_phases_and_repetitions(tmp_path: Path) -> None:
    report = clean_report()
    posecheck.plot(report).save(tmp_path / "chart.svg")
    svg = ET.parse(tmp_path / "chart.svg").getroot()
    assert len(svg.findall(f"{SVG}polyline")) >= 3
    assert len(svg.findall(f"{SVG}polygon")) >= 3
    texts = [text.text for text in svg.iter(f"{SVG}text")]
    assert {"Knee flexion", "Glide", "0 s", "0°"} <= set(texts)
    assert {str(rep.index) for rep in report.reps} <= set(texts)
    assert svg.find(f"{SVG}script") is None
    assert "Halten" in posecheck.plot(report, "de").svg


def test_a_hole_is_a_hole_in_the_chart() -> None:
    report = clean_report()
    knee = report.series.knee_flexion_deg.copy()
    knee[len(knee) // 2 :][:20] = float("nan")
    series = dataclasses.replace(report.series, knee_flexion_deg=knee)
    whole, holed = (
        posecheck.plot(r).svg.count("<polyline")
        for r in (report, dataclasses.replace(report, series=series))
    )
    assert holed == whole + 1


def test_a_report_shows_its_verdict_findings_and_chart() -> None:
    finding = make_finding(message="It moved <much> & often.")
    html = make_report(findings=[finding])._repr_html_()
    shown = ET.fromstring(html)
    text = "".join(shown.itertext())
    assert "It moved <much> & often." in text
    assert "Needs work" in text
    assert shown.find(f"{SVG}svg") is not None


def test_nothing_at_all_can_be_shown() -> None:
    report = Session().finish()
    assert "<svg" not in report._repr_html_()
    ET.fromstring(report._repr_html_())
    ET.fromstring(posecheck.plot(report).svg)


def test_wrong_wishes_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no language xx"):
        posecheck.plot(clean_report(), "xx")
    with pytest.raises(OutputError):
        posecheck.plot(clean_report()).save(tmp_path / "nothing" / "chart.svg")
