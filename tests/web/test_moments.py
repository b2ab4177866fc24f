"""Times that files write down mean the same wherever a clip comes from."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from posecheck.apps.batch.worker_process import WorkerProcess
from posecheck.apps.web.clips import check
from posecheck.apps.web.clips.moments import moment

AT = datetime(2026, 3, 30, 10, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The server's own zone is another one."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-30T10:00:00", AT),
        ("2026-03-30T10:00:00Z", AT),
        ("2026-03-30T12:00:00+02:00", AT),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_a_time_without_a_zone_is_in_utc(text: str | None, at: datetime | None) -> None:
    assert moment(text) == at


@pytest.mark.parametrize(
    ("text", "at"), [("2026-03-30T10:00:00", AT), ("1970-01-01T00:00:00", None)]
)
def test_so_it_is_with_a_clip_that_is_sent(
    monkeypatch: pytest.MonkeyPatch, text: str, at: datetime | None
) -> None:
    monkeypatch.setattr(WorkerProcess, "run", lambda *_: {"why": None, "recorded_at": text})
    assert check.checked(Path("clip.mp4"), "clip.mp4") == at
