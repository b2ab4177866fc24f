"""Passwords: kept as Argon2 hashes, and who guesses them is slowed down."""

from __future__ import annotations

import math
import threading
import time
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

LEAST, MOST = 10, 200  # characters
_hasher = PasswordHasher()
_AT_ONCE = threading.BoundedSemaphore(2)  # one takes 64 MiB of memory


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    with _AT_ONCE:
        return _hasher.hash(password)


def is_right(password: str, kept: str | None) -> bool:
    """Tell whether a password is that of a hash; it takes as long where there is no account."""
    try:
        with _AT_ONCE:
            _hasher.verify(kept or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_weak(kept: str) -> bool:
    """Tell whether a hash was made with weaker parameters than those of today."""
    return _hasher.check_needs_rehash(kept)


@cache
def _nobody() -> str:
    return _hasher.hash("of an account that there is not")


class Throttle:
    """Counts sign-ins that went wrong, for each account and for each address."""

    _ACCOUNT = RateLimitItemPerMinute(10, 10)  # in ten minutes
    _ADDRESS = RateLimitItemPerMinute(50, 10)

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def wait_s(self, login: str, address: str) -> int:
        """Return for how many seconds nobody may try; 0 where they may, which counts as a try.

        It is counted before the password is looked at: many who try at once are counted all.
        """
        if not self._limiter.test(self._ADDRESS, address):
            return self._left_s(self._ADDRESS, address)
        if not self._limiter.hit(self._ACCOUNT, login):
            return self._left_s(self._ACCOUNT, login)
        return 0

    def _left_s(self, item: RateLimitItem, key: str) -> int:
        left = self._limiter.get_window_stats(item, key).reset_time - time.time()
        return max(1, math.ceil(left))

    def wrong(self, address: str) -> None:
        """Count one that went wrong."""
        self._limiter.hit(self._ADDRESS, address)

    def right(self, login: str) -> None:
        """Forget the tries of somebody who knew the password."""
        self._limiter.clear(self._ACCOUNT, login)
