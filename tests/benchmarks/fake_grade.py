"""`posecheck`, but that a clip is not looked at: it shows what a sample shows."""

from __future__ import annotations

import functools
import sys
from unittest import mock

from posecheck.apps.batch.plan import Settings
from posecheck.cli import main

if __name__ == "__main__":
    slowly = functools.partial(Settings, runs="batch_fakes:remember_slowly")
    with mock.patch("posecheck.apps.grade.Settings", slowly):
        sys.exit(main())
