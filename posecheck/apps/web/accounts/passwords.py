"""Passwords, which are kept as Argon2 hashes."""

from __future__ import annotations

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

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
