"""Labels are read as people write them, and what means nothing is said to."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from posecheck.compare.agreement import Label
from posecheck.compare.labels import read_labels
from posecheck.errors import InputError


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "labels.csv"
    path.write_bytes(text.encode(encoding))
    return path


PLAIN = (
    Label("ä.mp4", "needs_work", 6, "left", 24.5),
    Label("b.mp4", "pass", None, "right"),
)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (
            "clip,verdict,reps,side,tension_knee_flexion_deg\n"
            "ä.mp4,needs_work,6,left,24.5\nb.mp4,pass,,right,\n",
            "utf-8",
        ),
        (
            "1. CLIP Name;Verdict;Reps (0-50);Leg;Tension angle (°)\r\n"
            '"ä.mp4";Needs Work;6,0;L;24,5\r\n;;;;\r\nb.mp4;PASSED;-;rechts;n/a\r\n',
            "cp1252",
        ),
        (
            "sep=;\r\nfile;grade;reps;side;knee angle;\r\n"
            "ä.mp4;needs-work;6;links;24,5°;\r\nb.mp4;ok;;R;;\r\n",
            "utf-8-sig",
        ),
        (
            "video\trating\trep count\tside\tangle\nä.mp4\tneeds  work\t6\tleft\t24.5 deg\n"
            "b.mp4\tdone well\t?\tright\t\n",
            "utf-16",
        ),
    ],
)
def test_tables_as_people_save_them(text: str, encoding: str, tmp_path: Path) -> None:
    """Any usual delimiter, encoding, decimal sign, spelling and order."""
    found = read_labels(written(tmp_path, text, encoding))
    assert repr(found.labels) == repr(PLAIN)
    assert found.ignored == ()


def test_other_columns_are_ignored_and_named(tmp_path: Path) -> None:
    found = read_labels(written(tmp_path, 'clip,comment,side,rater\n\'=a.mp4,"x, y",left,AB\n'))
    assert found.ignored == ("comment", "rater")
    (label,) = found.labels
    assert (label.clip, label.side, label.verdict) == ("=a.mp4", "left", None)
    assert math.isnan(label.tension_knee_flexion_deg)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("clip,verdict\n", "has no rows"),
        ("clip,comment\na,b\n", "at least one of `verdict`.*its columns are clip, comment"),
        ("name_of_it,verdict\na,pass\n", "needs a column `clip`"),
        ("clip,file,verdict\na,a,pass\n", "two columns for the same: clip and file"),
        ("clip,verdict\na,good\n", "line 2: the verdict 'good' is not pass, needs work"),
        ("clip,side\na,both\n", "the side 'both' is not left or right"),
        ("clip,reps\na,6.5\nb,-1\n", "line 2: '6.5' is not a count.*line 3: '-1' is not"),
        ("clip,angle\na,200\n", "'200' is not a knee angle"),
        ("clip,angle\na,1_0\n", "'1_0' is not a knee angle"),
        ("clip,reps\n,5\n", "line 2: there is no clip's name"),
        ("clip,reps\n" + "a,x\n" * 9, "; and 6 more"),
        ("clip,angle,side\na,24,8,left\n", "line 2: 4 cells under 3 names.*24,8"),
    ],
)
def test_what_means_nothing(text: str, words: str, tmp_path: Path) -> None:
    """The error names the line and what could stand there."""
    with pytest.raises(InputError, match=words):
        read_labels(written(tmp_path, text))
