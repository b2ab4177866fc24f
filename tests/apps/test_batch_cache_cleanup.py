"""What nothing can use any more goes; what anything could use stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from batch_fakes import make_clip, run_inline

from posecheck.apps.batch import cache
from posecheck.apps.batch.cache_cleanup import clean_cache
from posecheck.apps.batch.local_storage import LocalStorage
from posecheck.apps.batch.runner import Graded
from posecheck.exercises.prescription import load_prescription

OTHER = load_prescription("knee-bends-10")


def files(out: Path) -> set[str]:
    """What is kept, by kind and name."""
    top = out / ".posecheck"
    found = {p.relative_to(top).as_posix() for p in top.rglob("*") if p.is_file()}
    return {name for name in found if name.partition("/")[0] not in ("lock", "locks")}


def kinds(out: Path) -> list[str]:
    return sorted(name.partition("/")[0] for name in files(out))


def with_other_schemas(patch: pytest.MonkeyPatch, *names: str) -> None:
    """As if they had been raised."""
    for name in names:
        patch.setattr(cache, name, 99)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "a.mp4")


@pytest.mark.parametrize(
    ("changed", "stay"),
    [
        ("REPORT_SCHEMA", {"poses", "measured"}), ("MEASURED_SCHEMA", {"poses"}),
        ("POSES_SCHEMA", set()),
    ],
)  # fmt: skip
def test_what_is_of_another_schema_is_cleared(
    changed: str, stay: set[str], clip: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Once a batch is through, and no more than that."""
    out = tmp_path / "out"
    run_inline([clip], out)
    before = files(out)
    assert kinds(out) == ["grades", "measured", "poses", "poses"]
    with_other_schemas(monkeypatch, changed)
    run_inline([clip], out)
    assert kinds(out) == ["grades", "measured", "poses", "poses"]
    assert {name.partition("/")[0] for name in before & files(out)} == stay
    assert run_inline([clip], out, runs="batch_fakes:do_not_look").summary.kept == 1


def test_the_row_of_a_report_that_was_replaced_is_cleared(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_inline([clip], out)
    run_inline([clip], out, prescription=OTHER)
    assert kinds(out) == ["grades", "measured", "poses", "poses"]
    again = run_inline([clip], out, prescription=OTHER, runs="batch_fakes:do_not_look")
    assert again.summary.kept == 1


def test_what_another_batch_could_use_stays(clip: Path, tmp_path: Path) -> None:
    """Of other clips, rates and prescriptions, of tables alone, and what is not known."""
    out, other = tmp_path / "out", make_clip(tmp_path / "b.mp4", seed=1)
    (out / ".posecheck/poses/ab").mkdir(parents=True)
    (out / ".posecheck/poses/ab/notes.txt").write_text("mine")
    run_inline([clip], out)
    run_inline([other], out, per_s=None)
    run_inline([clip], out, pages=False)
    run_inline([clip], out, pages=False, prescription=OTHER)
    before = files(out)
    ways: list[dict[str, object]] = [
        {"pages": False}, {"pages": False, "prescription": OTHER}, {},
    ]  # fmt: skip
    for changes in ways:
        done: Graded = run_inline([clip], out, runs="batch_fakes:do_not_look", **changes)
        assert done.summary.kept == 1
    assert run_inline([other], out, per_s=None, runs="batch_fakes:do_not_look").summary.kept == 1
    assert files(out) == before


def test_a_batch_that_was_interrupted_clears_nothing(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    run_inline([clip], out)
    before = files(out)
    with_other_schemas(monkeypatch, "POSES_SCHEMA")
    with monkeypatch.context() as patch:
        patch.setattr("posecheck.apps.batch.runner.BatchSummary.add", _interrupt)
        assert run_inline([clip], out).interrupted
    assert before < files(out)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_what_cannot_be_taken_away_harms_nobody(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    run_inline([clip], out)
    with_other_schemas(monkeypatch, "REPORT_SCHEMA")
    monkeypatch.setattr(Path, "unlink", _refuse)
    assert clean_cache(LocalStorage(out)) == 0
    monkeypatch.undo()
    assert kinds(out) == ["grades", "measured", "poses", "poses"]


def _refuse(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")
