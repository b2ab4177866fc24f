"""What native code says is kept away; what Python says is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from posecheck.vision.quiet import quiet_natives

ROOT = Path(__file__).resolve().parents[2]


def test_python_is_heard_and_native_code_is_not(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_natives():
        os.write(2, b"native\n")
        print("python", file=sys.stderr)
        with quiet_natives():
            os.write(2, b"native again\n")
            print("inside", file=sys.stderr)
        os.write(2, b"and again\n")
        print("outside", file=sys.stderr)
    os.write(2, b"after\n")
    said = capfd.readouterr().err
    assert "native" not in said
    assert "again" not in said
    assert "after" in said


def test_an_error_goes_through_and_all_is_as_before(capfd: pytest.CaptureFixture[str]) -> None:
    before = sys.stderr
    with pytest.raises(ValueError, match="within"), quiet_natives():
        raise ValueError("within")
    assert sys.stderr is before
    os.write(2, b"heard\n")
    assert "heard" in capfd.readouterr().err


def test_without_a_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with quiet_natives():
        pass


def test_in_a_process_of_its_own() -> None:
    code = (
        "import os, sys\n"
        "from posecheck.vision.quiet import quiet_natives\n"
        "with quiet_natives():\n"
        "    os.write(2, b'native\\n')\n"
        "    print('python', file=sys.stderr)\n"
        "    with quiet_natives():\n"
        "        os.write(2, b'native\\n')\n"
        "        print('inside', file=sys.stderr)\n"
        "print('after', file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr.split() == ["python", "inside", "after"]
