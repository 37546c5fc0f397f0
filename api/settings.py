"""What a control room is started with. Imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"
PORT = 8410
DATABASE = Path("muster.sqlite")
CHECKPOINTS = Path("muster.checkpoints")
"""Where a served log's checkpoints are added; worth keeping on another machine than the log."""
SIGNING_KEY = Path("muster.key")
"""What signs them; made, readable by its owner alone, where there is none."""
JOBS = Path("muster.jobs")
"""The folder in which planners' questions are worked on, and what they have played is kept."""
SCENARIO = "san_francisco"
"""What a new log is opened with when nobody says otherwise."""

BODY_LIMIT_BYTES = 1_000_000
"""The largest request body that is read."""

SOLVE_LIMIT_S = 1.0
"""The longest that one request waits for all of its plans; of each the best that has been checked by then is taken."""
OPENING_LIMIT_S = 10.0
"""The same for the first plan of a room that is being opened: nobody waits for it yet, and its solver is still starting."""
IN_PROCESS_VISITS = 20_000
"""Pairs, counted once for every flow that may be solved, up to which a problem is solved in the serving process: a
few milliseconds, while handing it to another process and back takes one."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where to listen, what to let through, and how long to think."""

    host: str = LOOPBACK
    port: int = PORT
    body_limit_bytes: int = BODY_LIMIT_BYTES
    solve_limit_s: float = SOLVE_LIMIT_S
    in_process_visits: int = IN_PROCESS_VISITS
    checkpoints: Path = CHECKPOINTS
    signing_key: Path = SIGNING_KEY
    jobs: Path = JOBS

    @property
    def is_on_loopback(self) -> bool:
        """Whether only programs of this machine can reach it."""
        return self.host in {"localhost", LOOPBACK, "::1"}

    @property
    def hosts(self) -> frozenset[str] | None:
        """The names a client may call this server by; None: any, because it listens on every address."""
        if self.host in {"0.0.0.0", "::"}:
            return None
        return frozenset({"localhost", LOOPBACK, "[::1]", self.host})
