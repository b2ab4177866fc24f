"""The first signal interrupts, further ones do not disturb the tidying up."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading

import pytest

from posecheck.apps import interrupts

pytestmark = pytest.mark.usefixtures("handlers")


def send(number: int = signal.SIGINT) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_interrupts_once(number: int) -> None:
    tidied = False
    with pytest.raises(KeyboardInterrupt), interrupts.interruptible():  # noqa: PT012
        try:
            send(number)
        finally:
            send(number)
            send(number)
            tidied = True
    assert tidied
    assert interrupts.requested()
    assert signal.getsignal(number) is signal.SIG_IGN


def test_handlers_are_given_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interrupts.interruptible():
        assert signal.getsignal(signal.SIGINT) is not before
        interrupts.check()
    assert signal.getsignal(signal.SIGINT) is before


def test_what_must_not_stop_half_way_does_not() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), interrupts.interruptible():  # noqa: PT012
        with interrupts.shielded():
            with interrupts.shielded():
                send()
                done.append("inner")
            done.append("outer")
        done.append("never")
    assert done == ["inner", "outer"]


def test_an_interrupt_that_was_swallowed_is_found_later() -> None:
    with pytest.raises(KeyboardInterrupt), interrupts.interruptible():  # noqa: PT012
        with contextlib.suppress(KeyboardInterrupt):
            send()
        interrupts.check()


class Gone:
    """Fails while it is taken down, where Python swallows what is raised."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error

    def __del__(self) -> None:
        if self.error:
            raise self.error
        send()


def test_an_interrupt_in_a_destructor_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda swallowed: told.append(swallowed.exc_type))
    before = sys.unraisablehook
    with pytest.raises(KeyboardInterrupt), interrupts.interruptible():  # noqa: PT012
        Gone()
        Gone(OSError("a real fault"))
        interrupts.check()
    assert told == [OSError]
    assert sys.unraisablehook is before


def test_other_threads_leave_signals_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    seen = []

    def look() -> None:
        with interrupts.interruptible():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [before]
