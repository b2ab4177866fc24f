"""What is said next, and what gives way to it."""

from __future__ import annotations

from posecheck.present.speech_queue import COUNTING_S, Phrase, SpeechQueue
from posecheck.types import Cue, CueKind


def phrase(kind: CueKind, t_s: float, text: str, urgent: bool = False) -> Phrase:
    return Phrase.of(Cue(t_s, kind, text, urgent=urgent), text, t_s)


def queue(*phrases: Phrase) -> SpeechQueue:
    made = SpeechQueue()
    for each in phrases:
        made.add(each)
    return made


def said(waiting: SpeechQueue, now_s: float) -> list[str]:
    """All that is said from now on, were it to take no time."""
    texts = []
    while (taken := waiting.take(now_s)) is not None:
        texts.append(taken.text)
    return texts


def test_a_late_count_gives_way_to_the_next() -> None:
    counts = [phrase("count", float(t), f"{t}") for t in (1, 2, 3)]
    assert said(queue(*counts), 3.1) == ["3"]
    assert said(queue(*counts), 7.0) == ["3"], "late, and still the newest"


def test_one_more_follows_its_number() -> None:
    both = [phrase("count", 1.0, "9"), phrase("count", 1.0, "One more.")]
    assert said(queue(*both), 1.1) == ["9", "One more."]
    assert said(queue(*both, phrase("count", 3.0, "10")), 3.1) == ["10"]


def test_a_count_cuts_what_has_been_done_and_nothing_else() -> None:
    waiting = queue(phrase("count", 2.0, "1"))
    cut: list[CueKind] = ["set_up", "phase", "rest", "remind"]
    heard: list[CueKind] = ["correct", "praise", "count", "end", "pause", "result"]
    for kinds, cuts in ((cut, True), (heard, False)):
        assert [waiting.cuts(phrase(kind, 1.0, "x")) for kind in kinds] == [cuts] * len(kinds)


def test_what_to_do_is_not_said_of_what_is_done() -> None:
    assert said(queue(phrase("phase", 1.0, "Pump."), phrase("count", 2.0, "1")), 2.1) == ["1"]
    after = queue(phrase("count", 2.0, "6"), phrase("phase", 2.0, "Lower."))
    assert said(after, 2.1) == ["6", "Lower."]


def test_the_reminder_is_first_and_never_among_counts() -> None:
    first = queue(phrase("phase", 1.0, "Lift."), phrase("remind", 1.0, "Ease.", urgent=True))
    assert said(first, 1.1) == ["Ease.", "Lift."]
    among = queue(phrase("remind", 1.0, "Ease.", urgent=True), phrase("count", 2.0, "1"))
    assert said(among, 2.1) == ["1"]
    assert said(among, 2.0 + COUNTING_S) == ["Ease."]
    assert not queue(phrase("count", 2.0, "1")).cuts(phrase("remind", 1.0, "Ease.", urgent=True))
    assert not queue(phrase("remind", 2.0, "Ease.", urgent=True)).cuts(phrase("set_up", 1.0, "x"))
    ended = queue(phrase("end", 2.0, "The end.", urgent=True))
    assert not ended.cuts(phrase("remind", 1.0, "Ease.", urgent=True))


def test_other_reminders_come_last() -> None:
    slow = queue(phrase("remind", 1.0, "Slow."), phrase("phase", 2.0, "Hold."))
    assert said(slow, 2.1) == ["Hold.", "Slow."]


def test_a_correction_is_begun_behind_a_count() -> None:
    waiting = queue(phrase("count", 1.0, "1"))
    assert said(waiting, 1.0) == ["1"]
    waiting.add(phrase("correct", 2.4, "Still."))
    assert said(waiting, 2.5) == []
    waiting.add(phrase("count", 3.0, "2"))
    assert said(waiting, 3.1) == ["2", "Still."]


def test_a_correction_does_not_wait_for_a_count_that_does_not_come() -> None:
    waiting = queue(phrase("count", 1.0, "1"), phrase("correct", 2.4, "Still."))
    assert said(waiting, 2.5) == ["1"]
    assert said(waiting, 4.5) == ["Still."]
    assert said(queue(phrase("correct", 2.4, "Still.")), 2.5) == ["Still."]


def test_where_the_leg_has_arrived_what_led_there_is_cut() -> None:
    waiting = queue(phrase("phase", 3.0, "Stay.", urgent=True))
    assert waiting.cuts(phrase("phase", 1.0, "Straighten."))
    assert not waiting.cuts(phrase("remind", 1.0, "Ease.", urgent=True))
    assert not queue(phrase("phase", 3.0, "Pump.")).cuts(phrase("phase", 1.0, "Stay."))
    waiting.add(phrase("remind", 3.0, "Ease.", urgent=True))
    assert said(waiting, 3.1) == ["Ease.", "Stay."]


def test_the_end_cuts_a_correction_and_comes_first() -> None:
    waiting = queue(phrase("phase", 1.0, "Pump."), phrase("end", 2.0, "The end.", urgent=True))
    assert waiting.cuts(phrase("correct", 1.0, "Still."))
    waiting.add(phrase("result", 2.1, "Done well."))
    assert said(waiting, 2.2)[0] == "The end."


def test_verdict_and_advice_are_both_said() -> None:
    both = [phrase("result", 5.0, "Needs work."), phrase("result", 5.0, "Still.")]
    assert said(queue(*both), 5.1) == ["Needs work.", "Still."]
