"""The wall clock: the only place in the product that asks what time it is. Imports `incidents.quantities`."""

from __future__ import annotations

import time
from typing import Protocol

from incidents.quantities import Instant


class Clock(Protocol):
    """Something that knows what time it is; tests hand in one that they move by hand."""

    def now(self) -> Instant:
        """Return the present instant."""
        ...


class WallClock:
    """The machine's clock. It may be set back; whoever asks has to bear that."""

    def now(self) -> Instant:
        """Return the machine's idea of the present instant."""
        return time.time_ns() // 1_000_000
