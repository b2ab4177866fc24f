"""How further Python processes are started: they import from where this one does.

``python -m`` and ``python -c`` look for modules in the working directory first, and in a folder
of clips anybody's ``queue.py`` may lie. `sys` is built in, so nothing is looked for before the
ways are set.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_HOME = os.path.realpath(Path(__file__).parents[1])  # where posecheck is imported from
_RUN = "import runpy; runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"


def python_module(module: str, *arguments: str) -> list[str]:
    """As ``python -m module arguments``, without what lies in the working directory."""
    return python_code(_RUN, module, *arguments)


def python_code(code: str, *arguments: str) -> list[str]:
    """As ``python -c code arguments``, without what lies in the working directory."""
    return [sys.executable, "-c", f"import sys; sys.path[:] = {_ways()!a}\n{code}", *arguments]


def _ways() -> list[str]:
    """Where this process finds modules, but not in the working directory, unless we are there."""
    try:
        here = os.path.realpath(Path.cwd())
    except OSError:  # somebody has removed it
        return [way for way in sys.path if Path(way).is_absolute()]
    ways = [os.path.abspath(way) for way in sys.path]  # noqa: PTH100 - keeps links
    return ways if here == _HOME else [way for way in ways if os.path.realpath(way) != here]
