"""Opens a report's page in the user's browser, where there is one that can be seen."""

from __future__ import annotations

import contextlib
import os
import sys
import webbrowser
from pathlib import Path


def has_display() -> bool:
    """Return whether a window would be seen by who has called."""
    if os.environ.get("SSH_CONNECTION") and not os.environ.get("DISPLAY"):
        return False
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_page(page: Path) -> bool:
    """Open a page, and return whether that was done; without a display nothing is tried.

    Parameters
    ----------
    page
        An HTML file.

    """
    if not has_display():
        return False
    with contextlib.suppress(webbrowser.Error, OSError):
        browser = webbrowser.get()
        # One in the terminal (lynx, w3m) would take it over, unless the user has chosen it.
        windowed = type(browser) is not webbrowser.GenericBrowser or "BROWSER" in os.environ
        return windowed and browser.open(page.resolve().as_uri())
    return False
