"""What has changed, in sentences."""

from __future__ import annotations

import math

from posecheck.apps.web.progress.data import date_of
from posecheck.apps.web.words import RoomWords
from posecheck.assess.progress import Moved, Trend

_AS_BEFORE_DEG = 0.5  # less is no difference once it is rounded


def title_of(measure: str, t: RoomWords) -> str:
    """Return what a measure is called."""
    own = t.texts.get(f"progress.measure.{measure}")
    return own or t.report.text(f"exercises.{measure}.title")


def sentences_of(trend: Trend, t: RoomWords) -> tuple[str, ...]:
    """Return whether a measure moved by more than chance since the first and the last session."""
    first, last = trend.since_first, trend.since_last
    if first is None or last is None:
        return (t("progress.one_session"),)
    if first.since == last.since:
        return (sentence(trend, first, "since_first", t),)
    return (sentence(trend, first, "since_first", t), sentence(trend, last, "since_last", t))


def sentence(trend: Trend, moved: Moved, since: str, t: RoomWords) -> str:
    """Say how far something moved, and whether that is more than chance.

    Parameters
    ----------
    trend
        Whose it is.
    moved
        The newest session against an earlier one.
    since
        ``since_first`` or ``since_last``.
    t
        The words.

    """
    number = t.report.number
    change = moved.change_deg
    farther = change * trend.measure.sign > 0
    way = "same" if abs(change) < _AS_BEFORE_DEG else "more" if farther else "less"
    kind = trend.measure.name if f"progress.way.{trend.measure.name}.more" in t.texts else "other"
    least = moved.detectable_deg
    rounded = round(abs(change))
    # where whole degrees would say the opposite, a tenth is told
    places = int(rounded <= least if moved.is_more_than_chance else rounded >= math.ceil(least))
    said = t(
        f"progress.way.{kind}.{way}",
        since=t(f"progress.{since}", day=t.report.date(date_of(moved.since).isoformat())),
        degrees=number(abs(change), places), before=number(moved.before_deg),
        now=number(moved.now_deg),
    )  # fmt: skip
    if moved.is_more_than_chance:
        return f"{said} {t('progress.more_than_chance', least=number(least, 1))}"
    least = least if places else math.ceil(least)
    return f"{said} {t('progress.chance', least=number(least, places))}"
