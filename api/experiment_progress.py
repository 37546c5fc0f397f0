"""How far an experiment is, on the terminal: a bar where there is one, and a line from time to time where there is none."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from simulation.experiment_runs import Progress

LINE_S = 30.0
"""Where there is no terminal, a line no more often than this, and one at the end of each stage."""


@contextmanager
def shown(console: Console) -> Iterator[Callable[[Progress], None]]:
    """Give what is to be told of progress."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[speed]}"),
        TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Bars(*columns, console=console) as bars:
        yield _Bars(bars)


class _Pace:
    """Contacts a second, since the first was played."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def per_s(self, contacts: int) -> float:
        return contacts / max(time.monotonic() - self.began, 1e-3)


class _Bars:
    """A bar for each stage."""

    def __init__(self, bars: object) -> None:
        from rich.progress import Progress as Bars
        from rich.progress import TaskID

        assert isinstance(bars, Bars)
        self._bars, self._pace = bars, _Pace()
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, told: Progress) -> None:
        if told.stage not in self._tasks:
            self._tasks[told.stage] = self._bars.add_task(told.stage, total=told.total, speed="")
        speed = f"{self._pace.per_s(told.contacts):,.0f} contacts/s" if told.contacts else "kept"
        self._bars.update(
            self._tasks[told.stage],
            completed=told.done,
            total=told.total,
            description=f"{told.stage}, {told.workload}",
            speed=speed,
        )


class _Lines:
    """A line now and then, for logs."""

    def __init__(self, console: Console) -> None:
        self._console, self._pace = console, _Pace()
        self._last = ""
        self._told_at = time.monotonic()
        self._stage_began, self._done_before = time.monotonic(), 0

    def __call__(self, told: Progress) -> None:
        now = time.monotonic()
        if told.stage != self._last:
            self._last, self._stage_began, self._done_before = told.stage, now, told.done
        if told.done < told.total and now - self._told_at < LINE_S:
            return
        self._told_at = now
        fresh = told.done - self._done_before
        left_s = (now - self._stage_began) / fresh * (told.total - told.done) if fresh else 0.0
        self._console.print(
            f"{told.stage}, {told.workload}: {told.done} of {told.total} runs, "
            f"{self._pace.per_s(told.contacts):,.0f} contacts/s, {left_s:,.0f} s left",
            soft_wrap=True,
            highlight=False,
        )
