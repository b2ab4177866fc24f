"""The notebooks of the documents run, and show what they were saved with."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from test_docs import extension

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))


@pytest.mark.filterwarnings("default")  # of the libraries that run it
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_it_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From top to bottom, without a model; each cell shows as many things as it did."""
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    pytest.importorskip("pandas")
    for name in ("HOME", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", ""))))
    saved = nbformat.read(path, as_version=4)
    run = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        run, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    assert [kinds(cell) for cell in run.cells] == [kinds(cell) for cell in saved.cells]
    assert any(kinds(cell) for cell in saved.cells)


def kinds(cell: object) -> list[list[str]]:
    """What a cell shows, without what it says."""
    return [sorted(output.get("data", ["text"])) for output in getattr(cell, "outputs", [])]


def test_a_notebook_is_shown_as_a_page() -> None:
    page = extension("notebooks").as_markdown({
        "cells": [
            {"cell_type": "markdown", "source": ["# Title\n", "text"]},
            {"cell_type": "code", "source": "1 + 1", "outputs": [
                {"data": {"text/plain": ["2"]}}, {"text": "said\n"},
                {"data": {"text/html": ["<b>", "2</b>"], "text/plain": "2"}},
            ]},
        ]
    })  # fmt: skip
    fence = "`" * 6
    assert page == (
        f"# Title\ntext\n\n{fence}python\n1 + 1\n{fence}\n\n{fence}text\n2\n{fence}\n\n"
        f"{fence}text\nsaid\n{fence}\n\n{fence}{{raw}} html\n<b>2</b>\n{fence}\n"
    )
