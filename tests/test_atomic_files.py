"""What a killed process has left of a report goes with the next one; live work never does."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from posecheck import atomic_files
from posecheck.apps.report_dir import ReportDir
from posecheck.atomic_files import StagingFolder, remove_leftovers

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = '{"schema": "posecheck.report/1"}'
WORKER = """
import sys
from pathlib import Path
from posecheck.apps.report_dir import ReportDir
with ReportDir(Path(sys.argv[1])) as folder:
    (folder / "report.json").write_text(sys.argv[2])
    print(folder, flush=True)
    input()
"""


def worker(out: Path) -> subprocess.Popen[str]:
    """Make a report in another process, and wait there until it is told to go on."""
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(out), SCHEMA], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def its_folder(process: subprocess.Popen[str]) -> Path:
    assert process.stdout is not None
    return Path(process.stdout.readline().strip())


def write(out: Path) -> None:
    with ReportDir(out) as folder:
        (folder / "report.json").write_text(SCHEMA)


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_what_a_killed_process_left_goes(tmp_path: Path) -> None:
    """Killed with -9, which nothing can tidy up after; the next report to its place does."""
    with worker(tmp_path / "report") as process:
        left = its_folder(process)
        process.kill()
        process.communicate()
    assert names(tmp_path) == [left.name]
    write(tmp_path / "other")
    assert names(tmp_path) == [left.name, "other"]
    write(tmp_path / "report")
    assert names(tmp_path) == ["other", "report"]


def test_two_at_work_on_one_report(tmp_path: Path) -> None:
    """Neither touches the other's; who ends last has the place."""
    out = tmp_path / "report"
    with worker(out) as process:
        other = its_folder(process)
        write(out)
        assert (other / "report.json").read_text() == SCHEMA
        process.communicate("\n")
    assert process.returncode == 0
    assert names(tmp_path) == ["report"]


def test_two_at_work_in_one_process(tmp_path: Path) -> None:
    one = StagingFolder(tmp_path / "report")
    remove_leftovers(tmp_path / "report")
    assert one.folder.is_dir()
    one.close()
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    [
        ".report.0123456.part", ".report.012345678.part", ".report.0123456g.part",
        ".report.01234567.partly", "report.01234567.part", ".reports.01234567.part",
        ".report.x.01234567.part", ".report.01234567.zip",
    ],
)  # fmt: skip
def test_other_names_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    remove_leftovers(tmp_path / "report")
    assert names(tmp_path) == [name]


def test_files_and_links_are_left_alone(tmp_path: Path) -> None:
    """Only a folder can be one of ours."""
    (tmp_path / "mine").mkdir()
    (tmp_path / ".report.01234567.part").touch()
    (tmp_path / ".report.89abcdef.part").symlink_to("mine")
    remove_leftovers(tmp_path / "report")
    assert len(names(tmp_path)) == 3


def test_an_older_report_moved_aside(tmp_path: Path) -> None:
    """Killed between two renames: it is all there is, until another stands in its place."""
    aside = tmp_path / ".report.01234567.old"
    aside.mkdir()
    remove_leftovers(tmp_path / "report")
    assert aside.is_dir()
    write(tmp_path / "report")
    remove_leftovers(tmp_path / "report")
    assert names(tmp_path) == ["report"]


def test_where_folders_cannot_be_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be told there: a report is made, and what looks left over stays."""
    monkeypatch.setitem(sys.modules, "fcntl", None)
    left = tmp_path / ".report.01234567.part"
    left.mkdir()
    write(tmp_path / "report")
    assert names(tmp_path) == [left.name, "report"]


def test_a_sweep_between_making_and_locking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is swept before it is locked is made again."""
    lock = atomic_files._lock_folder
    swept: list[Path] = []

    def too_late(folder: Path) -> int | None:
        if not swept:
            swept.append(folder)
            shutil.rmtree(folder)
        return lock(folder)

    monkeypatch.setattr(atomic_files, "_lock_folder", too_late)
    made = StagingFolder(tmp_path / "report")
    assert made.folder.is_dir()
    assert made.folder != swept[0]
    made.close()


def test_many_at_once(tmp_path: Path) -> None:
    """Each makes and sweeps; nobody loses what it is making."""
    lost: list[Path] = []

    def work() -> None:
        for _ in range(40):
            remove_leftovers(tmp_path / "report")
            made = StagingFolder(tmp_path / "report")
            (made.folder / "report.json").touch()
            remove_leftovers(tmp_path / "report")
            if not (made.folder / "report.json").exists():
                lost.append(made.folder)
            made.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert lost == []
    assert names(tmp_path) == []
