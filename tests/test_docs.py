"""The documents know every command and option, and name what can be named in a report."""

from __future__ import annotations

import ast
import dataclasses
import importlib.util
import inspect
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import posecheck
from posecheck.exercises.catalogue import EXERCISES
from posecheck.exercises.nerve_glide import rules
from posecheck.exercises.prescription import ready_prescriptions
from posecheck.exercises.rule import Limit, Rule, RuleWords
from posecheck.types import WARNINGS

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
DOCUMENTS = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
COMMAND_PAGE = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")

COMMAND = re.compile(r"^[\s│|]+([a-z]+)\s{2,}\S", re.MULTILINE)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
OPTION_LINE = re.compile(r"^[\s│|*]*(?:-\w[,\s]+)?--[a-z]")
LINK = re.compile(r"\]\(([^)\s#:]+)(?:#[^)\s]*)?\)")
FILE = re.compile(r"`((?:posecheck|tests|benchmarks|docs|models|sample_videos)/[\w/.-]*)`")
FREE_OPTIONS = {"--help", "--version"}  # every command has the first, none the second
SET_UP = (
    "python3 -m venv .venv && .venv/bin/pip install -q -e . && .venv/bin/posecheck demo",
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest",
)


@cache
def help_of(*command: str) -> str:
    """What `posecheck COMMAND --help` prints, as wide as it likes and without colours."""
    done = subprocess.run(
        [sys.executable, "-m", "posecheck", *command, "--help"],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


@cache
def commands() -> tuple[str, ...]:
    """The commands that the help lists."""
    return tuple(dict.fromkeys(COMMAND.findall(help_of())))


def options_of(command: str) -> set[str]:
    return set(OPTION.findall(help_of(command))) - FREE_OPTIONS


def section_of(command: str) -> str:
    """What the page of commands says of one."""
    sections = re.split(r"^## ", COMMAND_PAGE, flags=re.MULTILINE)
    (found,) = (s for s in sections if s.splitlines()[0] == f"posecheck {command}")
    return found


def test_the_help_lists_the_commands() -> None:
    assert {"review", "demo", "live", "grade", "compare", "model", "doctor"} <= set(commands())


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_documents(command: str) -> None:
    assert f"| `posecheck {command}" in COMMAND_PAGE
    assert f"`posecheck {command}" in DOCUMENTS.replace(COMMAND_PAGE, "")


@pytest.mark.parametrize("command", commands())
def test_every_option_is_in_the_section_of_its_command(command: str) -> None:
    assert options_of(command) - set(OPTION.findall(section_of(command))) == set()


def test_no_option_is_documented_that_is_not_there() -> None:
    told = {o for c in commands() for o in re.findall(r"^\| `.*", section_of(c), re.MULTILINE)}
    named = {option for line in told for option in OPTION.findall(line.split(" | ")[0])}
    there = {option for command in commands() for option in options_of(command)}
    assert named - there == set()


@pytest.mark.parametrize("command", commands())
def test_help_is_there_for_people(command: str) -> None:
    """It begins with how to call it, and says in words what each option does."""
    said = help_of(command)
    assert f"posecheck {command}" in said.split("\n\n")[0]
    blocks: list[str] = []
    for line in said.splitlines():
        if OPTION_LINE.match(line):
            blocks.append(line)
        elif blocks and line.strip(" │|"):
            blocks[-1] += f"\n{line}"
    explained = {o for block in blocks for o in OPTION.findall(block.split("  ")[-1] and block)}
    assert options_of(command) <= explained
    for block in blocks:
        words = re.findall(r"\b[a-z]{2,}\b", re.sub(r"\{.*?\}|--[a-z-]+", "", block))
        assert len(words) >= 2, block


@pytest.mark.parametrize("name", [*WARNINGS, *ready_prescriptions()])
def test_every_warning_and_prescription_is_in_the_documents(name: str) -> None:
    assert f"`{name}`" in DOCUMENTS


def test_every_rule_is_in_the_page_that_is_made_of_them() -> None:
    page = (DOCS / "reference" / "rules.md").read_text(encoding="utf-8")
    table = (DOCS / "extensions" / "rules_table.py").read_text(encoding="utf-8")
    assert "exercise_named(exercise).rules" in table
    for exercise in EXERCISES:
        assert f"```{{rules}} {exercise.name}\n" in page


@pytest.mark.parametrize("name", posecheck.__all__)
def test_every_public_name_is_in_the_reference(name: str) -> None:
    page = (DOCS / "reference" / "python.md").read_text(encoding="utf-8")
    assert re.search(rf"^\.\. auto\w+:: {name}$", page, re.MULTILINE)


def test_every_library_is_explained() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    required = re.findall(r'"([a-z][\w-]*)(?:\[\w+\])?(?:[<>=]=[^"]*)"', project)
    assert {"mediapipe", "opencv-python-headless", "pytest", "sphinx"} <= set(required)
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    assert [name for name in required if name != "hatchling" and f"`{name}`" not in page] == []


@pytest.mark.parametrize("line", SET_UP)
def test_the_readme_sets_up_with_one_command(line: str) -> None:
    assert f"```\n{line}\n```" in README


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    for target in LINK.findall(text):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_are_named_are_there(page: Path) -> None:
    for name in FILE.findall(page.read_text(encoding="utf-8")):
        assert (ROOT / name).exists(), name


def test_the_rule_that_is_walked_through_is_the_one_of_the_code() -> None:
    """The measure word for word, and of the value the names of what it states."""
    page = (DOCS / "contributing.md").read_text(encoding="utf-8")
    blocks = [ast.parse(block) for block in re.findall(r"^```python\n(.*?)^```", page, re.M | re.S)]
    code = ast.parse(inspect.getsource(rules))
    functions = {node.name: node for node in code.body if isinstance(node, ast.FunctionDef)}
    (shown,) = (n for b in blocks for n in b.body if isinstance(n, ast.FunctionDef))
    assert ast.unparse(shown) == ast.unparse(functions[shown.name])
    stated = {"Rule": Rule, "RuleWords": RuleWords, "Limit": Limit}
    calls = [n for b in blocks for n in ast.walk(b) if isinstance(n, ast.Call)]
    named = [(call.func.id, call) for call in calls if isinstance(call.func, ast.Name)]
    assert {name for name, _ in named} > set(stated)
    for name, call in named:
        if value := stated.get(name):
            fields = {field.name for field in dataclasses.fields(value)}
            assert {keyword.arg for keyword in call.keywords} <= fields


def test_no_page_of_the_documents_may_load_from_elsewhere() -> None:
    local_only = extension("local_only")
    for harmless in (
        '<a href="https://example.org/paper">a link</a>', '<img src="pictures/demo.jpg">',
        '<link rel="canonical" href="https://example.org/">', "<p>https://example.org/x.js</p>",
    ):  # fmt: skip
        assert local_only.loads_from_elsewhere(harmless) == []
    for loads in (
        '<script src="https://example.org/x.js"></script>', '<img src="//example.org/x.png">',
        '<link rel="stylesheet" href="HTTP://example.org/x.css">',
        '<div style="background: url(https://example.org/x.png)"></div>',
        "<style>@import 'https://example.org/x.css';</style>",
    ):  # fmt: skip
        assert len(local_only.loads_from_elsewhere(loads)) == 1, loads
    assert local_only.style_loads_from_elsewhere("a { src: url(//example.org/f.woff2) }") != []


def extension(name: str) -> ModuleType:
    """One of the documents' own Sphinx extensions, which needs no Sphinx to be imported."""
    spec = importlib.util.spec_from_file_location(name, DOCS / "extensions" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
