"""What pip is told: on the package index ``posecheck`` belongs to somebody else."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TEXTS = ("*.py", "*.md", "*.toml", "*.html", "*.ipynb", ".ci/*")
# `pip install posecheck`, `posecheck[extra]`, and asking what pip knows of `posecheck`.
BY_NAME = (
    re.compile(r"pip[3]? (?:install|download|uninstall)\b[^\n`&|]*\s'?posecheck(?![\w/.-])"),
    re.compile(r"(?<![\w./-])posecheck\[\w"),
    re.compile(r"""(?:version|distribution|metadata)\(["']posecheck["']\)"""),
)


def test_the_distribution_has_a_name_of_its_own() -> None:
    assert PROJECT["name"] == "posecheck-physio"
    assert PROJECT["scripts"] == {"posecheck": "posecheck.__main__:start"}


def test_no_extra_refers_to_another() -> None:
    extras = PROJECT["optional-dependencies"]
    assert [one for needed in extras.values() for one in needed if "posecheck" in one] == []
    for name in ("cluster", "s3", "pandas", "web"):  # which the tests need
        assert set(extras[name]) <= set(extras["test"])


def test_nothing_speaks_of_the_distribution_by_somebody_elses_name() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "--", *TEXTS], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()  # fmt: skip
    if not tracked:
        pytest.skip("this is no clone")
    wrong = [
        f"{name}: {found.group()}"
        for name in tracked
        if (ROOT / name).is_file() and ROOT / name != Path(__file__)
        for form in BY_NAME
        if (found := form.search((ROOT / name).read_text(encoding="utf-8", errors="replace")))
    ]
    assert wrong == []
