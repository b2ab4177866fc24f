"""Random secrets of cookies, links and tokens; the database knows their hashes alone."""

from __future__ import annotations

import hashlib
import secrets

_BYTES = 32  # 256 bits: not to be guessed


def new_secret() -> str:
    """Return a secret that can stand in a URL."""
    return secrets.token_urlsafe(_BYTES)


def hash_of(secret: str) -> str:
    """Return what is kept of a secret; as it is random, no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
