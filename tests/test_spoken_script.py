"""What is heard in whole sessions, phrase by phrase with its time, in both languages.

What is heard is in tests/data/spoken; after a change, `python tests/present/spoken.py` writes it
anew, for somebody to read.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import spoken
from spoken import SESSIONS, Heard, Led, golden

from posecheck.exercises.language import languages, words_of

SOON_S = 8.0  # a leg that is up is not left without a word for longer
every = pytest.mark.parametrize("name", SESSIONS)
both = pytest.mark.parametrize("language", languages())


@cache
def led(name: str) -> Led:
    return SESSIONS[name]()


@cache
def heard(name: str, language: str) -> Heard:
    return spoken.heard(led(name), language)


def counts_of(session: Heard) -> list[tuple[float, int]]:
    """When it was time for which number."""
    return [(c.t_s, c.number) for c in session.cues if c.name == "count" and c.number is not None]


@every
@both
def test_it_is_as_written(name: str, language: str) -> None:
    assert str(heard(name, language)) == golden(name, language).read_text("utf-8")


@every
@both
def test_one_phrase_is_heard_at_a_time(name: str, language: str) -> None:
    said = heard(name, language).utterances
    assert all(a.end_s <= b.start_s for a, b in pairwise(said))


@every
@both
def test_no_count_is_swallowed(name: str, language: str) -> None:
    """They rise; the last is heard; a late one gives way to the next, and is late for a reason."""
    session = heard(name, language)
    counted = counts_of(session)
    told = [u for u in session.of("count") if u.text.isdigit()]
    numbers = [int(u.text) for u in told]
    assert numbers == sorted(set(numbers))
    assert not any(u.cut for u in told)
    assert numbers[-1:] == [number for _, number in counted[-1:]]
    for t_s, number in counted:
        later = [t for t, n in counted if n > number]
        here = [u for u in told if int(u.text) >= number]
        waited = [
            u for u in session.of("correct", "remind", "praise", "count")
            if u.start_s - 0.1 <= t_s < u.end_s
        ]  # fmt: skip
        by_s = waited[-1].end_s if waited else t_s
        assert here[0].start_s <= max(by_s, min(later, default=0.0)) + 0.1


@every
@both
def test_nothing_but_a_correction_or_praise_is_begun_while_it_counts(
    name: str, language: str
) -> None:
    session = heard(name, language)
    counts = [u for u in session.of("count") if u.text.isdigit()]
    if not counts:
        return
    between = [u for u in session.utterances if counts[0].start_s < u.start_s < counts[-1].start_s]
    asked = {words_of(language).say[n] for n in ("back", "again", "again_or_rest")}
    waited = [b for a, b in pairwise(between) if b.text in asked and b.start_s - a.end_s > 1]
    kinds = {u.phrase.kind for u in between if u not in waited}  # who waits is told to go on
    assert kinds <= {"count", "correct", "praise"}


@every
@both
def test_how_to_stop_and_that_it_should_never_hurt_come_first(name: str, language: str) -> None:
    """In whole, and before the first repetition is over."""
    session = heard(name, language)
    welcome, *_ = session.utterances
    assert "Arm" in welcome.text or "arm" in welcome.text
    (ease,) = session.of("remind")
    assert not any(u.cut for u in (welcome, ease))
    counted = [c.t_s for c in session.cues if c.kind == "count"]
    assert ease.end_s < min(counted, default=99.0)


@every
@both
def test_there_is_no_silence_while_the_leg_is_up(name: str, language: str) -> None:
    session = heard(name, language)
    last_s = max((u.start_s for u in session.of("count")), default=None)
    if last_s is None:
        return
    up = [t for t, u in session.updates if t > last_s and u.phase in ("hold", "glide")]
    said = [last_s, *(u.start_s for u in session.utterances if u.start_s > last_s)]
    for t in up:
        assert t - max(s for s in said if s <= t) < SOON_S


@both
def test_the_last_one_is_told_only_where_so_many_were_asked_for(language: str) -> None:
    def names(session: str) -> set[str]:
        return {c.name for c in heard(session, language).cues}

    with_a_dose = {"bends_with_a_dose", "extensions_with_a_dose", "slides_with_a_stop"}
    for session in SESSIONS:
        told = {"last_one", "done"} & names(session)
        assert told == ({"last_one", "done"} if session in with_a_dose else set())


@pytest.mark.parametrize(
    ("session", "degrees"),
    [("raises", 55), ("extensions_with_a_dose", 19), ("slides_with_a_stop", 94)],
)
@both
def test_the_best_end_range_is_told_at_the_end(session: str, degrees: int, language: str) -> None:
    """And the best so far is that of the repetitions that were counted, and near the report's."""
    told = heard(session, language)
    (best,) = [c for c in told.cues if c.name == "best"]
    assert best.number == degrees
    assert told.utterances[-1].text == words_of(language).spoken(best)
    assert told.report.summary is not None
    shown = [u.best_deg for _, u in told.updates if u.reps]
    assert np.isfinite(shown).all()
    assert abs(shown[-1] - told.report.summary.best_deg) < 1.5
    assert all(np.isnan(u.best_deg) for _, u in told.updates if not u.reps)


@both
def test_the_set_goes_on_while_the_leg_rests_between_repetitions(language: str) -> None:
    for session in ("raises", "extensions_with_a_fault", "slides_with_a_stop"):
        numbers = [number for _, number in counts_of(heard(session, language))]
        assert numbers == [*range(1, len(heard(session, language).report.reps) + 1)]
        assert {u.set_index for _, u in heard(session, language).updates} == {0, 1}


@both
def test_a_fault_of_every_repetition_is_said_once_and_not_praised(language: str) -> None:
    for session, rule in (
        ("raises_with_a_fault", "knee_bent"),
        ("extensions_with_a_fault", "thigh_drift"),
    ):
        told = [c.name for c in heard(session, language).cues if c.kind in ("correct", "praise")]
        assert told == [rule]


@every
@both
def test_it_ends_with_what_the_report_says(name: str, language: str) -> None:
    session = heard(name, language)
    verdict = session.of("result")[0]
    assert verdict.phrase.text == session.utterances[-len(session.of("result"))].text
    told = [c.name for c in session.cues if c.kind == "result"]
    assert told[0] == session.report.grade.verdict
    corrected = {c.name for c in session.cues if c.kind == "correct"}
    assert corrected <= {f.rule for f in session.report.findings}
    counts = [number for _, number in counts_of(session)]
    assert max(counts, default=0) <= max((s.reps for s in session.report.sets), default=0)
