"""The clock of a simulated world: whole milliseconds since the epoch, kept by SimPy.

Everything that the world itself schedules goes through `at` and `after`. Whoever extends the world may also hand in a SimPy
process, which lives in the same environment. Imports `light_entries`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import simpy

from incidents.quantities import Instant, ms
from simulation.light_entries import LightEnvironment


class Clock:
    """Now, and what is to be done later; acts that fall on one instant are done in the order in which they were scheduled."""

    def __init__(self, start: Instant) -> None:
        self.environment = LightEnvironment(start)
        """What a process waits in; its unit is the millisecond."""

    @property
    def now(self) -> Instant:
        """The present instant."""
        return self.environment.instant

    def at(self, instant: Instant, act: Callable[..., None], *arguments: Any) -> None:
        """Do something at an instant, which is now or later."""
        self.environment.call_at(instant, act, arguments)

    def after(self, seconds: float, act: Callable[..., None], *arguments: Any) -> None:
        """Do something so many seconds from now."""
        self.environment.call_at(self.environment.instant + ms(seconds), act, arguments)

    def process(self, generator: Generator[simpy.Event, Any, Any]) -> simpy.Process:
        """Let a SimPy process live in this world."""
        return self.environment.process(generator)

    def run(self, until: Instant) -> None:
        """Let time pass up to, and not including, `until`."""
        self.environment.play(until)
