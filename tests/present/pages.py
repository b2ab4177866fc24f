"""What a page in a browser comes to, for the tests marked browser."""

from __future__ import annotations

import time
from typing import Any

_PATIENCE_S = 20.0


def until(tab: Any, expression: str) -> None:
    """Wait until something is true in a page.

    Playwright's own waiting has the page look again, which the page's policy forbids.
    """
    end = time.monotonic() + _PATIENCE_S
    while not tab.evaluate(expression):
        assert time.monotonic() < end, f"never: {expression}"
        tab.wait_for_timeout(20)
