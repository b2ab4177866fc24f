"""The direction of the house: a module imports only what stands before it, and some are pure."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from posecheck.exercises.catalogue import EXERCISES, rule_names

PACKAGE = Path(__file__).resolve().parents[1] / "posecheck"
ORDER = (
    "_version", "errors", "types", "atomic_files", "threads", "natives", "motion", "exercises",
    "assess", "session", "vision", "present", "compare", "apps", "cli",
)  # fmt: skip
MODULES = sorted(PACKAGE.rglob("*.py"))
SHOWING = [m for m in sorted((PACKAGE / "present").glob("*.py")) if "agreement" not in m.name]
NO_EDGES = {  # what touches files, clocks, logs, networks, processes or pixels
    "asyncio", "av", "cv2", "datetime", "http", "io", "json", "logging", "mediapipe", "os",
    "pathlib", "PIL", "plotly", "random", "shutil", "socket", "subprocess", "tempfile",
    "threading", "time", "urllib",
}  # fmt: skip


def imports(module: Path) -> Iterator[str]:
    """Every module that is imported, at the top or in a function."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative imports hide the direction"
            yield node.module or ""
            if node.module == "posecheck":
                yield from (f"posecheck.{alias.name}" for alias in node.names)


def named_imports(module: Path) -> list[str]:
    """Modules of ours that a text names: they would be imported by that name."""
    texts = (
        n.value for n in ast.walk(ast.parse(module.read_text())) if isinstance(n, ast.Constant)
    )
    dotted = {".".join(m.relative_to(PACKAGE.parent).with_suffix("").parts) for m in MODULES}
    return [text for text in texts if isinstance(text, str) and text in dotted]


def part_of(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def name_of(module: Path) -> str:
    return str(module.relative_to(PACKAGE))


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_module_imports_only_what_stands_before_it(module: Path) -> None:
    here = part_of(module)
    if here.startswith("__"):  # the public names, and `python -m posecheck`
        return
    for name in imports(module):
        if name.startswith("posecheck."):
            other = name.split(".")[1]
            if other in ORDER:  # anything else is a name of the package itself
                assert ORDER.index(other) <= ORDER.index(here), f"{name_of(module)}: {name}"


def test_no_modules_import_each_other() -> None:
    """The graph of all imports, those in functions too, has an order."""
    dotted = {
        ".".join(("posecheck", *m.relative_to(PACKAGE).with_suffix("").parts)) for m in MODULES
    }
    graph: dict[str, set[str]] = {}
    for module in MODULES:
        name = ".".join(("posecheck", *module.relative_to(PACKAGE).with_suffix("").parts))
        wanted = {
            f"{one}.__init__" if f"{one}.__init__" in dotted else one for one in imports(module)
        }
        graph[name] = (wanted & dotted) - {name, "posecheck.__init__"}
    list(TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle


def test_what_is_made_of_a_report_is_imported_by_name_in_one_place() -> None:
    """The methods of a report that show it: `types` itself knows nothing of what stands above."""
    upwards = {
        name_of(module): named
        for module in MODULES
        if part_of(module) in ORDER
        and (named := [n for n in named_imports(module) if rises(module, n)])
    }
    assert set(upwards) == {"types.py"}
    assert {name.split(".")[1] for name in upwards["types.py"]} == {"present", "apps"}


def rises(module: Path, name: str) -> bool:
    return ORDER.index(name.split(".")[1]) > ORDER.index(part_of(module))


@pytest.mark.parametrize("module", SHOWING, ids=name_of)
def test_present_needs_the_types_alone(module: Path) -> None:
    """Beside the errors and what stands below all packages: no motion, no rule, no exercise."""
    for name in imports(module):
        if name.startswith("posecheck."):
            other = name.split(".")[1]
            assert other == "present" or ORDER.index(other) < ORDER.index("motion"), name


@pytest.mark.parametrize("module", SHOWING, ids=name_of)
def test_present_knows_no_rule_and_no_exercise(module: Path) -> None:
    """What is drawn, and where, is said by the values that it is given."""
    texts = {
        n.value for n in ast.walk(ast.parse(module.read_text())) if isinstance(n, ast.Constant)
    }
    assert not texts & {*rule_names(), *(exercise.name for exercise in EXERCISES)}


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_only_its_edge_imports_mediapipe(module: Path) -> None:
    if name_of(module) != "vision/mediapipe_landmarker.py":
        assert "mediapipe" not in {name.split(".")[0] for name in imports(module)}


@pytest.mark.parametrize(
    "module", [m for m in MODULES if part_of(m) in ("motion", "session", "types")], ids=name_of
)
def test_motion_is_pure(module: Path) -> None:
    for name in imports(module):
        top = name.split(".")[0]
        assert top in {"numpy", "scipy", "posecheck"} or top in sys.stdlib_module_names, name
        assert top not in NO_EDGES, name


@pytest.mark.parametrize(
    "module", [m for m in MODULES if part_of(m) in ("exercises", "assess")], ids=name_of
)
def test_exercises_and_assess_are_pure_but_for_reading_a_prescription(module: Path) -> None:
    allowed = {"pathlib"} if module.name == "prescription.py" else set()
    for name in imports(module):
        assert name.split(".")[0] not in NO_EDGES - allowed, name


@pytest.mark.parametrize("statement", ["import posecheck", "import posecheck.cli"])
def test_it_is_light_to_import(statement: str) -> None:
    """Help is quick, and Ctrl-C is heard from the start."""
    heavy = ("numpy", "av", "mediapipe", "pydantic", "plotly", "cv2")
    code = f"import sys; {statement}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_doctor_is_there_where_native_libraries_are_broken() -> None:
    """It says what to do about them, so none of them is imported with it."""
    native = ("av", "cv2", "mediapipe", "pygame")
    code = f"import sys; sys.modules.update(dict.fromkeys({native})); import posecheck.apps.doctor"
    subprocess.run([sys.executable, "-c", code], cwd=PACKAGE.parent, check=True)
