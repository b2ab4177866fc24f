"""What a review room is started with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from posecheck.apps.batch.tasks import Limits
from posecheck.vision.landmarker import ModelChoice

LOOPBACK = ("127.0.0.1", "::1", "localhost")
PORT = 8790
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line says of a room, and what follows from it."""

    data: Path  # the folder of everything that is kept
    database: str | None = None  # a URL; None: SQLite in the data folder
    host: str = "127.0.0.1"
    port: int = PORT
    public_url: str | None = None  # what links that are sent begin with
    tls_cert: Path | None = None
    tls_key: Path | None = None
    behind_proxy: bool = False  # a proxy on this machine does TLS
    model: ModelChoice = None
    workers: int = 1
    clip_bytes_max: int = 4 * GIB
    limits: Limits = field(default_factory=Limits)  # of grading one clip

    @property
    def database_url(self) -> str:
        """The URL of the database, as SQLAlchemy takes it."""
        return self.database or f"sqlite:///{self.data / 'room.sqlite'}"

    @property
    def secure(self) -> bool:
        """Whether browsers see TLS: cookies are then never sent without it."""
        return self.tls_cert is not None or (self.public_url or "").startswith("https://")

    @property
    def address(self) -> str:
        """What links begin with, without a slash at the end."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls_cert else 'http'}://{host}:{self.port}"
