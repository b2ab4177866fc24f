"""What a page in a browser comes to, for the tests marked browser."""

from __future__ import annotations

import time
from typing import Any

import pytest

_PATIENCE_S = 20.0
_FIRST_MS, _LONGEST_MS = 20.0, 250.0
_GRAVE = ("serious", "critical")


def until(tab: Any, expression: str, patience_s: float = _PATIENCE_S) -> None:
    """Wait until something is true in a page.

    Playwright's own waiting has the page look again, which the page's policy forbids.
    """
    end, pause_ms = time.monotonic() + patience_s, _FIRST_MS
    while not tab.evaluate(expression):
        assert time.monotonic() < end, f"never: {expression}"
        tab.wait_for_timeout(pause_ms)
        pause_ms = min(_LONGEST_MS, 1.3 * pause_ms)  # who waits takes time from what it waits for


def assert_for_everybody(tab: Any) -> None:
    """See that axe finds nothing serious: names, contrast, keys, room for a finger."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(tab).response["violations"]
    grave = [v for v in found if v["impact"] in _GRAVE]
    assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in grave] == []
