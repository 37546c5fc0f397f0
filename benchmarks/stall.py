"""The longest that the serving process's event loop stands still beside the largest solves: in the pool, and in a thread.

    python -m benchmarks.stall

A coroutine sleeps for two milliseconds again and again and measures how late it wakes, while a thread has a problem solved as a
request would: by the pool, in a process apart, and for contrast here. The pool is given time enough to finish, so that sending,
the floor plan, receiving and checking are all in it. The last lines are whole requests of a live control room.

Exit code 1 if the loop stands still for longer than `STALL_LIMIT_MS` beside the pool or a request.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Callable

TICK_S = 0.002
STALL_LIMIT_MS = 100.0
SOLVE_LIMIT_S = 120.0
IDLE_S = 2.0


async def stalls_ms(act: Callable[[], str]) -> tuple[list[float], float, str]:
    """Milliseconds by which each tick came late while `act` ran in a thread, how many seconds that took, and what it says."""
    late: list[float] = []
    began = time.perf_counter()
    acting = asyncio.create_task(asyncio.to_thread(act))
    before = time.perf_counter()
    while not acting.done():
        await asyncio.sleep(TICK_S)
        now = time.perf_counter()
        late.append((now - before - TICK_S) * 1000)
        before = now
    return late, time.perf_counter() - began, await acting


def main() -> None:
    """Print a line for each problem and each way of solving it."""
    # Every process of the pool imports this module once more before it can begin, so it imports little itself.
    import numpy as np
    from rich.console import Console
    from rich.table import Table

    from api.serving import settle
    from benchmarks.stall_cases import cases

    logging.disable(logging.WARNING)
    table = Table("what", "where", "took s", "engine", "p50 ms", "p99 ms", "longest ms", title="late ticks of 2 ms")
    longest = 0.0
    for case in cases(SOLVE_LIMIT_S, IDLE_S):
        # A service settles once; here each case leaves behind what no service holds.
        settle()
        late, took_s, engine = asyncio.run(stalls_ms(case.act))
        shown = (f"{value:.1f}" for value in (*np.percentile(late, (50, 99)), max(late)))
        table.add_row(case.what, case.where, f"{took_s:.2f}", engine, *shown)
        print(f"{case.what}, {case.where}: {max(late):.1f} ms", file=sys.stderr, flush=True)
        if case.counts:
            longest = max(longest, max(late))
    Console(width=130).print(table)
    print(f"longest stall beside the pool or a request: {longest:.1f} ms, at most {STALL_LIMIT_MS:.0f} ms allowed")
    sys.exit(longest > STALL_LIMIT_MS)


if __name__ == "__main__":
    main()
