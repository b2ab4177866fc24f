"""The end range beside a therapist's: the same numbers and words as for the point of tension."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from grade_rows import make_row

from posecheck.compare.compare import Compared, compare, compare_json, compare_text
from posecheck.errors import InputError
from posecheck.present.grades import write_grades_csv

APART_DEG = (2.0, 3.0, 1.0, 2.5, 1.5, 9.0)


def compared(folder: Path, header: str = "peak_angle") -> Compared:
    """Six raises, of which the last differs by more than a goniometer does."""
    labels = [50.0 + 2 * i for i in range(len(APART_DEG))]
    rows = [
        make_row(
            clip=f"{i}.mp4", sha256=str(i), exercise="straight_leg_raise", variant=None,
            tension_knee_flexion_deg=math.nan, peak_deg=label + apart,
        )
        for i, (label, apart) in enumerate(zip(labels, APART_DEG, strict=True))
    ]  # fmt: skip
    write_grades_csv(rows, folder / "grades.csv")
    lines = [f"clip,{header}", *(f"{i}.mp4,{label}" for i, label in enumerate(labels))]
    (folder / "labels.csv").write_text("\n".join(lines))
    return compare(folder / "grades.csv", folder / "labels.csv", folder)


@pytest.mark.parametrize("header", ["peak_angle", "Peak (°)", "end range", "peak_deg"])
def test_bias_and_limits(header: str, tmp_path: Path) -> None:
    done = compared(tmp_path, header)
    found = compare_json(done)["peak_deg"]
    assert found["bias"]["n"] == len(APART_DEG)
    assert found["bias"]["value"] == pytest.approx(sum(APART_DEG) / len(APART_DEG), abs=1e-3)
    assert found["lower"]["value"] < found["bias"]["value"] < found["upper"]["value"]
    assert compare_json(done)["tension_knee_flexion_deg"]["bias"]["value"] is None
    assert done.ignored == ()


def test_in_words_and_on_the_page(tmp_path: Path) -> None:
    done = compared(tmp_path)
    text = compare_text(done)
    assert "\nEnd range\n" in text
    assert "Knee at the point of tension" not in text
    page = done.page.read_text("utf-8")
    assert 'id="peaks"' in page
    assert 'id="angles"' not in page
    charts = json.loads(page.partition('id="charts">')[2].partition("</script>")[0])
    assert charts["peaks"]["data"][0]["y"] == pytest.approx(APART_DEG)


def test_the_clips_that_are_apart_are_listed(tmp_path: Path) -> None:
    done = compared(tmp_path)
    (one,) = compare_json(done)["disagreements"]
    assert one["differences"] == [{"what": "peak_deg", "label": 60.0, "grade": 69.0}]
    assert "end range 69°" in compare_text(done)


def test_what_is_no_angle_is_refused(tmp_path: Path) -> None:
    write_grades_csv([make_row()], tmp_path / "grades.csv")
    (tmp_path / "labels.csv").write_text("clip,peak_angle\nmonday/anna.mp4,high\n")
    with pytest.raises(InputError, match="not an angle of the end range"):
        compare(tmp_path / "grades.csv", tmp_path / "labels.csv", tmp_path)
