"""What the pages use that is not ours: uPlot, fetched through npm once, pinned and verified.

It lies in the user's cache beside the landmark model, and is served from there: a page never asks
another host. Without it the pages work, but for their charts.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import platformdirs

from posecheck.atomic_files import atomic_file
from posecheck.vision.model_download import FetchError, download_package, verified

PACKAGE, TARBALL_BYTES = "uplot@1.6.32", 164_279
INTEGRITY = (
    "sha512-KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy"
    "+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw=="
)
FILES = ("uPlot.esm.js", "uPlot.min.css", "LICENSE")
TARBALL_VARIABLE = "POSECHECK_UPLOT_TARBALL"  # a copy of it, for machines without a network
_MEMBERS = {name: f"package/dist/{name}" for name in FILES[:2]} | {"LICENSE": "package/LICENSE"}


def assets_folder() -> Path:
    """Return where they lie, or would."""
    cache = Path(platformdirs.user_cache_dir("posecheck", appauthor=False))
    return cache / "npm" / PACKAGE


def fetch_assets(progress: Callable[[int, int], None] | None = None) -> str | None:
    """Fetch what is not here yet; return one sentence where that cannot be done.

    Parameters
    ----------
    progress
        Is told the bytes that are here and the bytes that are expected.

    """
    folder = assets_folder()
    if all((folder / name).is_file() for name in FILES):
        return None
    scratch = Path(tempfile.mkdtemp(prefix="posecheck-"))
    try:
        given = os.environ.get(TARBALL_VARIABLE)
        tarball = (
            Path(given) if given else download_package(PACKAGE, TARBALL_BYTES, scratch, progress)
        )
        data = verified(tarball, INTEGRITY)
        folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(fileobj=BytesIO(data)) as archive:
            for name, member in _MEMBERS.items():
                stream = archive.extractfile(member)
                assert stream is not None  # by its hash it is the file that it was
                with atomic_file(folder / name) as out:
                    out.write_bytes(stream.read())
    except (FetchError, OSError) as error:
        return (
            f"The charts of the review page need uPlot, which could not be fetched: {error}. "
            "Connect to the internet once and run `posecheck serve --fetch`; until then the "
            "pages are without charts."
        )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return None
