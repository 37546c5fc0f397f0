"""A SimPy environment with light entries: a call at an instant costs one place in SimPy's own heap, and no event.

SimPy's processes and events work on it as on any other environment, in one order with the calls: by instant, then urgent before
normal, then as they were scheduled. Imports simpy alone.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

import simpy
from simpy.core import EmptySchedule, StopSimulation
from simpy.events import NORMAL

LIGHT = 5
"""The length of a light entry in the heap: instant, priority, number, what to call, with what. SimPy's own are shorter by one."""


class LightEnvironment(simpy.Environment):
    """An environment that also calls plain functions when their time has come."""

    def __init__(self, initial_time: float = 0) -> None:
        """Begin at `initial_time`."""
        super().__init__(initial_time)
        self._entries: list[tuple[Any, ...]] = self._queue

    @property
    def instant(self) -> int:
        """The present in whole units: an environment that begins at one and is only asked for others stays among them."""
        return self._now  # type: ignore[return-value]

    def call_at(self, instant: float, act: Callable[..., object], arguments: tuple[Any, ...] = ()) -> None:
        """Call `act` with `arguments` at `instant`, which has not passed; after what was scheduled for it before."""
        assert instant >= self._now, "nothing is called in the past"
        # The number tells entries apart, so nothing behind it is ever compared.
        heappush(self._entries, (instant, NORMAL, next(self._eid), act, arguments))

    def step(self) -> None:
        """Process the next entry, whichever kind it is; raise `EmptySchedule` if there is none."""
        queue = self._queue
        if queue and len(queue[0]) == LIGHT:
            self._now, _, _, act, arguments = heappop(queue)  # type: ignore[misc]
            act(*arguments)
        else:
            super().step()

    def play(self, until: float) -> None:
        """Do what `run(until)` does, without the cost of a method for each light entry."""
        queue, stop = self._queue, self.event()
        stop._ok, stop._value = True, None
        assert stop.callbacks is not None
        stop.callbacks.append(StopSimulation.callback)
        heappush(queue, (until, simpy.events.URGENT, next(self._eid), stop))
        try:
            while True:
                if len(queue[0]) == LIGHT:
                    self._now, _, _, act, arguments = heappop(queue)  # type: ignore[misc]
                    act(*arguments)
                else:
                    super().step()
        except (StopSimulation, EmptySchedule):
            return
