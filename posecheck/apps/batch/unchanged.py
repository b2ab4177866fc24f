"""Clips behind addresses that need not be fetched again to know what is in them.

What their content hashed to is kept under the address and what its server says of it: a strong
ETag, with the length and the date. Where a server gives none, the clip is fetched.
"""

from __future__ import annotations

import hashlib
import json

from posecheck.apps.batch.addresses import is_address, parse_address
from posecheck.apps.batch.jobs import ClipJob
from posecheck.apps.batch.remote import file_system
from posecheck.apps.batch.result_names import KEPT_FETCHED
from posecheck.apps.batch.storage import Storage

_DATES = ("LastModified", "Last-Modified", "mtime", "updated")


class Unchanged:
    """The content of one clip, known from an earlier run, or soon to be known to a later one."""

    def __init__(self, out: Storage, job: ClipJob) -> None:
        self._out, self._location = out, job.location
        self._name = self._name_now()

    def sha256(self) -> str | None:
        """Of its content, None where it has to be fetched."""
        content = None if self._name is None else self._out.read_bytes(self._name)
        text = (content or b"").decode("ascii", "replace")
        return text if len(text) == 64 and set(text) <= set("0123456789abcdef") else None

    def keep(self, sha256: str) -> None:
        """What it was when it had been fetched, if it has not been replaced meanwhile."""
        if self._name is not None and self._name == self._name_now():
            self._out.write_bytes(self._name, sha256.encode())

    def _name_now(self) -> str | None:
        """Where it is kept; None for a file of this machine, or without a strong ETag."""
        if not is_address(self._location):
            return None
        try:
            address = parse_address(self._location)
            files, place = file_system(address)
            said = files.info(place)
            tag = str(said.get("ETag") or said.get("etag") or "")
        except Exception:  # whoever fetches it says what is wrong
            return None
        if not tag or tag.startswith("W/"):
            return None
        facts = [address.same, tag, said.get("size"), [str(said.get(name)) for name in _DATES]]
        digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
        return f"{KEPT_FETCHED}/{digest[:2]}/{digest}"
