"""The clips on which grades and labels disagree are listed, and lead to their reports."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit
from urllib.request import url2pathname

import pytest
from grade_rows import EVIL, make_failure, make_row

from posecheck.compare.agreement import Label, Pair, agreement_of
from posecheck.compare.compare import compare, compare_json, compare_text
from posecheck.compare.disagreements import (
    both_sides,
    disagreement_texts,
    disagreements_of,
    page_address,
)
from posecheck.compare.labels import read_labels
from posecheck.compare.page import write_agreement_page
from posecheck.errors import InputError
from posecheck.present.grades import write_grades_csv


def pair(said: dict[str, Any], clip: str = "a.mp4", **row: Any) -> Pair:
    return Pair(Label(clip, **said), make_row(clip=clip, **{"folder": None, **row}))


def listed(*pairs: Pair) -> list[tuple[str, dict[str, tuple[Any, Any]]]]:
    found = disagreements_of(pairs, Path())
    return [
        (one.pair.row.clip, {d.what: (d.label, d.grade) for d in one.differences}) for one in found
    ]


def test_what_is_a_disagreement() -> None:
    """Each kind of difference, the gravest clips first."""
    good = {"verdict": "pass", "reps": 6, "side": "left", "tension_knee_flexion_deg": 24.8}
    failed = Pair(Label("failed.mp4", "needs_work"), make_failure("failed.mp4"))
    assert listed(
        pair(good, "same.mp4"),
        pair({}, "nothing said.mp4"),
        pair({"verdict": "ungradable"}, "neither.mp4", verdict="ungradable"),
        pair({**good, "tension_knee_flexion_deg": 31.0}, "near enough.mp4"),
        pair({**good, "reps": 8, "side": "right"}, "numbers.mp4"),
        pair({**good, "tension_knee_flexion_deg": 33.0}, "angle.mp4"),
        pair({"faults": ("bouncing",)}, "faults.mp4", faults=("too_fast",)),
        pair({"faults": ()}, "no faults.mp4"),
        pair({"verdict": "pass", "reps": 9}, "unseen.mp4", verdict="ungradable"),
        failed,
        pair({"verdict": "ungradable"}, "seen.mp4"),
        pair({"verdict": "pass"}, "faulted.mp4", verdict="needs_work"),
        pair({"verdict": "needs_work"}, "let pass.mp4"),
    ) == [
        ("let pass.mp4", {"verdict": ("needs_work", "pass")}),
        ("faulted.mp4", {"verdict": ("pass", "needs_work")}),
        ("unseen.mp4", {"verdict": ("pass", "ungradable")}),  # its count claims nothing
        ("failed.mp4", {"verdict": ("needs_work", None)}),
        ("seen.mp4", {"verdict": ("ungradable", "pass")}),
        ("numbers.mp4", {"reps": (8, 6), "side": ("right", "left")}),
        ("angle.mp4", {"tension_knee_flexion_deg": (33.0, 24.8)}),
        ("faults.mp4", {"faults": (("bouncing",), ("too_fast",))}),
    ]


def test_as_many_as_the_table_of_verdicts_has_off_its_diagonal() -> None:
    answers = ("pass", "needs_work", "ungradable")
    pairs = [
        pair({"verdict": one}, f"{one} {other}.mp4", verdict=other)
        for one in answers
        for other in answers
    ]
    table = agreement_of(pairs).table
    off = sum(count for (one, other), count in table.items() if one != other)
    assert len(disagreements_of(pairs, Path())) == off == 6


def test_what_both_say() -> None:
    said = {"verdict": "pass", "reps": 1, "side": "right", "faults": ()}
    one = pair(
        {**said, "tension_knee_flexion_deg": 40.0}, verdict="needs_work", faults=("bouncing",)
    )
    (found,) = disagreements_of([one], Path())
    assert both_sides(found) == (
        ["Done well", "1 repetition", "right leg", "no fault", "knee at 40°"],
        ["Needs work (Bouncing)", "6 repetitions", "left leg", "Bouncing", "knee at 24.8°"],
    )
    label, grade = both_sides(found, "de")
    assert label[1:4] == ["1 Wiederholung", "rechtes Bein", "kein Fehler"]
    assert grade[1:3] == ["6 Wiederholungen", "linkes Bein"]
    failed = Pair(Label("x.mp4", "pass"), make_failure("clip x.mp4", error="It is empty."))
    (found,) = disagreements_of([failed], Path())
    assert both_sides(found)[1] == ["Not graded (It is empty.)"]


def test_both_languages_say_all() -> None:
    english, german = disagreement_texts("en"), disagreement_texts("de")
    assert english.keys() == german.keys()
    assert disagreement_texts("xx") == english


def batch(folder: Path, names: list[str], labels: str) -> None:
    """A folder of grades, each clip with a page but one, and labels."""
    out = folder / "graded"
    for name in names:
        (out / name).mkdir(parents=True)
        (out / name / "report.html").write_text(name, encoding="utf-8")
    rows = [make_row(clip=f"{name}.mp4", folder=name) for name in names]
    write_grades_csv([*rows, make_row(clip="gone.mp4", folder="gone")], out / "grades.csv")
    (folder / "labels.csv").write_text(labels, encoding="utf-8")


ODD = ["a", "10 % off #1", "Übung?x=1", "תרגיל", "it's & so"]


@pytest.mark.parametrize("place", ["here", ".", "graded", "else where #2/deep"])
def test_the_page_leads_to_the_reports(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it is written, and whatever the clips are called; only to those that are there."""
    monkeypatch.chdir(tmp_path)
    labels = "clip,verdict\n" + "".join(f"{name}.mp4,needs work\n" for name in [*ODD, "gone"])
    batch(tmp_path, ODD, labels)
    done = compare(Path("graded"), Path("labels.csv"), Path(place))
    assert len(done.disagreements) == 6
    for one in done.disagreements[:-1]:
        assert one.report is not None
        address = page_address(one.report, done.page)
        assert f'<a href="{address}">' in done.page.read_text(encoding="utf-8")
        whole = urljoin(done.page.absolute().as_uri(), address)
        target = Path(url2pathname(unquote(urlsplit(whole).path)))
        assert f"{target.read_text(encoding='utf-8')}.mp4" == one.pair.row.clip
    plain = compare_json(done)["disagreements"]
    difference = {"what": "verdict", "label": "needs_work", "grade": "pass"}
    here = os.path.join("graded", "a", "report.html")  # noqa: PTH118
    assert plain[0] == {"clip": "a.mp4", "report": here, "differences": [difference]}
    assert plain[-1] == {"clip": "gone.mp4", "report": None, "differences": [difference]}
    text = compare_text(done)
    assert "Clips on which you disagree\n  6 of 6 clips." in text
    assert f"  a.mp4\n      You: Needs work\n      Posecheck: Done well\n      {here}\n" in text


@pytest.mark.parametrize("name", ["..", "/etc", "../graded", "a\0b", "a/../.."])
def test_a_folder_that_leads_out_of_the_batch_is_not_linked(name: str, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("somebody else's")
    (tmp_path / "graded").mkdir()
    (tmp_path / "graded" / "report.html").write_text("somebody else's")
    one = pair({"verdict": "needs_work"}, folder=name)
    (found,) = disagreements_of([one], tmp_path / "graded")
    assert found.report is None


def test_many_are_cut_short_in_the_terminal(tmp_path: Path) -> None:
    labels = "clip,reps\n" + "".join(f"{i}.mp4,9\n" for i in range(14))
    batch(tmp_path, [str(i) for i in range(14)], labels)
    done = compare(tmp_path / "graded", tmp_path / "labels.csv", tmp_path)
    assert "  and 4 more, in compare.html" in compare_text(done)
    assert done.page.read_text(encoding="utf-8").count('<a href="graded/') == 14


def test_where_they_agree_on_all(tmp_path: Path) -> None:
    batch(tmp_path, ["a"], "clip,reps\na,6\n")
    done = compare(tmp_path / "graded", tmp_path / "labels.csv", tmp_path)
    assert done.disagreements == ()
    assert "they say the same" in compare_text(done)
    assert "they say the same" in done.page.read_text(encoding="utf-8")


def test_faults_that_are_labelled(tmp_path: Path) -> None:
    """By the tables' names or the pages' titles; a word for none is not the same as no word."""
    path = tmp_path / "labels.csv"
    path.write_text('clip;faults\na;too_fast\nb;"Too fast; bouncing"\nc;none\nd;\ne;-\n')
    found = [label.faults for label in read_labels(path).labels]
    assert found == [("too_fast",), ("bouncing", "too_fast"), (), None, None]
    path.write_text("clip;faults\na;sloppy\n")
    with pytest.raises(InputError, match="line 2: the fault 'sloppy' is not the name of a rule"):
        read_labels(path)


def test_agreement_on_faults() -> None:
    agreement = agreement_of([
        pair({"faults": ("too_fast",)}, faults=("too_fast",)),
        pair({"faults": ()}, faults=("too_fast",)),
        pair({}, faults=("too_fast",)),
        pair({"faults": ()}, verdict="ungradable"),
    ])  # fmt: skip
    assert (agreement.faults.value, agreement.faults.n) == (0.5, 2)
    assert math.isnan(agreement_of([pair({})]).faults.value)


@pytest.mark.browser
@pytest.mark.parametrize("width", [400, 1280])
def test_the_list_in_a_browser(browser: Any, tmp_path: Path, width: int) -> None:
    """A link opens the report; no name of a clip runs."""
    batch(tmp_path, ODD, "")
    pairs = [pair({"verdict": "needs_work"}, f"{name}.mp4", folder=name) for name in ODD]
    pairs += [pair({"reps": 9, "side": "right"}, EVIL), pair({"side": "right"}, "n" * 240 + ".mp4")]
    apart = disagreements_of(pairs, tmp_path / "graded")
    write_agreement_page(agreement_of(pairs), tmp_path / "compare.html", [], apart)
    tab = browser.new_page(viewport={"width": width, "height": 800})
    said: list[str] = []
    tab.on("dialog", lambda dialog: said.append(dialog.message))
    tab.goto((tmp_path / "compare.html").as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.locator(".apart tbody").count() == 7
    for i, name in enumerate(ODD):
        with tab.expect_navigation(wait_until="load"):
            tab.locator(".apart a").nth(i).click()
        assert tab.evaluate("decodeURIComponent(location.href)").endswith(f"/{name}/report.html")
        tab.go_back(wait_until="load")
    assert said == []
    tab.close()
