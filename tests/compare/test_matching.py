"""Labels find their clips by name, and nothing else's."""

from __future__ import annotations

import pytest
from grade_rows import make_row

from posecheck.compare.agreement import Label
from posecheck.compare.labels import Joined, join


def joined(labels: list[str], clips: list[str | tuple[str, str]]) -> Joined:
    rows = [
        make_row(clip=clip, sha256=str(i)) if isinstance(clip, str)
        else make_row(clip=clip[0], sha256=clip[1])
        for i, clip in enumerate(clips)
    ]  # fmt: skip
    return join([Label(name) for name in labels], rows)


@pytest.mark.parametrize(
    ("label", "clip"),
    [
        ("a.mp4", "a.mp4"), ("a", "a.mp4"), ("A.MP4", "a.mp4"), ("a.mp4", "monday/a.mp4"),
        ("monday\\a.mp4", "/clips/monday/a.mp4"), ("./monday/a", "monday/a.mp4"),
        ("C:\\videos\\monday\\a.mp4", "monday/a.mp4"), ("p.07", "p.07.mp4"),
        ("u\u0308.mp4", "ü.mp4"), ("s3://bucket/a.mp4", "a.mp4"), (" a.mp4 ", "a.mp4"),
    ],
)  # fmt: skip
def test_names_that_fit(label: str, clip: str) -> None:
    """With or without folder and suffix, whatever the case."""
    found = joined([label], ["other.mp4", clip])
    assert [pair.row.clip for pair in found.pairs] == [clip]
    assert found.unlabelled == 1


@pytest.mark.parametrize(
    ("label", "clip"),
    [
        ("a.mp4", "b.mp4"), ("a.mov", "a.mp4"), ("tuesday/a.mp4", "monday/a.mp4"),
        ("a", "aa.mp4"), ("y/a.mp4", "xy/a.mp4"), ("/", "a.mp4"),
    ],
)  # fmt: skip
def test_names_that_do_not(label: str, clip: str) -> None:
    found = joined([label], [clip])
    assert found.pairs == ()
    assert found.unmatched == (label,)
    assert found.unlabelled == 1


def test_a_name_that_fits_several() -> None:
    """It is of none, unless one has just that name, or all are the same clip."""
    found = joined(["a", "monday/a"], ["monday/a.mp4", "tuesday/a.mp4"])
    assert found.ambiguous == ("a",)
    assert [pair.row.clip for pair in found.pairs] == ["monday/a.mp4"]
    assert joined(["a"], ["a.mp4", "a.mov"]).ambiguous == ("a",)
    assert len(joined(["a.mp4"], ["a.mp4", "b/a.mp4"]).pairs) == 1
    assert len(joined(["a.mov"], ["a.mov", "a.mp4"]).pairs) == 1
    assert len(joined(["a"], [("x/a.mp4", "h"), ("y/a.mp4", "h")]).pairs) == 1


def test_a_clip_with_two_labels() -> None:
    """None of them is used: nobody knows which is meant."""
    found = joined(["a", "a.mp4", "b"], ["a.mp4", "b.mp4", "c.mp4"])
    assert [pair.row.clip for pair in found.pairs] == ["b.mp4"]
    assert found.twice == ("a.mp4",)
    assert found.unlabelled == 1
