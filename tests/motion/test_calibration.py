"""Which model's errors are counted with."""

from __future__ import annotations

from dataclasses import astuple

import pytest

from posecheck.motion.calibration import FULL, HEAVY, LITE, Calibration, calibration_of
from posecheck.vision.model import DEFAULT, KNOWN_SHA256


@pytest.mark.parametrize(
    ("name", "its"),
    [
        ("pose_landmarker_heavy", HEAVY), ("pose_landmarker_full", FULL),
        ("pose_landmarker_lite", LITE), ("my_own", LITE), ("", LITE),
    ],
)  # fmt: skip
def test_a_model_is_known_by_its_name(name: str, its: Calibration) -> None:
    """One that is not known is trusted least."""
    assert calibration_of(name) == its


def test_every_model_that_is_fetched_has_its_own() -> None:
    assert calibration_of(DEFAULT) == HEAVY
    assert len({calibration_of(name) for name in KNOWN_SHA256}) == len(KNOWN_SHA256)


def test_the_widest_is_as_wide_as_any() -> None:
    for known in (HEAVY, FULL):
        for its, widest in zip(astuple(known), astuple(LITE), strict=True):
            assert 0 < its <= widest
