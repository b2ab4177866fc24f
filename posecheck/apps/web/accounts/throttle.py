"""Who guesses passwords is slowed down, without a stranger locking anybody out.

The tries are counted in memory: a room has one server.
"""

from __future__ import annotations

import math
import time

from fastapi import HTTPException
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

_TEN = RateLimitItemPerMinute(10, 10)  # in ten minutes
_FIFTY = RateLimitItemPerMinute(50, 10)  # for an address: a practice is behind one
_ACCOUNT, _ADDRESS, _BROWSER, _OWN = "account", "address", "browser", "own"


class Throttle:
    """Counts tries; its methods may be called by any thread.

    A try is counted before the password is looked at, so that many at once are counted all.
    """

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def sign_in(self, login: str, address: str, browser: int | None) -> None:
        """Count a try to sign in.

        Parameters
        ----------
        login, address
            The account, and where it is tried from.
        browser
            The one it is tried in, if they have signed in there before: then what strangers try
            does not matter.

        Raises
        ------
        HTTPException
            It was tried too often.

        """
        if browser is not None:
            self._count(_TEN, _BROWSER, str(browser))
            return
        if not self._limiter.test(_FIFTY, _ADDRESS, address):
            raise self._refusal(_FIFTY, _ADDRESS, address)
        self._count(_TEN, _ACCOUNT, login)

    def wrong(self, address: str, browser: int | None) -> None:
        """Count for its address a try that went wrong."""
        if browser is None:
            self._limiter.hit(_FIFTY, _ADDRESS, address)

    def right(self, login: str, browser: int | None) -> None:
        """Forget the tries of somebody who knew the password."""
        if browser is not None:
            self._limiter.clear(_TEN, _BROWSER, str(browser))
        else:
            self._limiter.clear(_TEN, _ACCOUNT, login)

    def own_password(self, user_id: int) -> None:
        """Count a try to change one's own password, for which the present one is needed.

        Raises
        ------
        HTTPException
            It was tried too often.

        """
        self._count(_TEN, _OWN, str(user_id))

    def own_right(self, user_id: int) -> None:
        """Forget the tries to change one's own password."""
        self._limiter.clear(_TEN, _OWN, str(user_id))

    def _count(self, item: RateLimitItem, kind: str, key: str) -> None:
        if not self._limiter.hit(item, kind, key):
            raise self._refusal(item, kind, key)

    def _refusal(self, item: RateLimitItem, kind: str, key: str) -> HTTPException:
        left = self._limiter.get_window_stats(item, kind, key).reset_time - time.time()
        seconds = max(1, math.ceil(left))
        why = f"That was wrong too often. Wait for {seconds} s, then try again."
        return HTTPException(429, why, {"Retry-After": str(seconds)})
