"""What a control room is started with. Imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"
PORT = 8410
DATABASE = Path("muster.sqlite")
SCENARIO = "san_francisco"
"""What a new log is opened with when nobody says otherwise."""

BODY_LIMIT_BYTES = 1_000_000
"""The largest request body that is read."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where to listen, and what to let through."""

    host: str = LOOPBACK
    port: int = PORT
    body_limit_bytes: int = BODY_LIMIT_BYTES

    @property
    def hosts(self) -> frozenset[str] | None:
        """The names a client may call this server by; None: any, because it listens on every address."""
        if self.host in {"0.0.0.0", "::"}:
            return None
        return frozenset({"localhost", LOOPBACK, "[::1]", self.host})
