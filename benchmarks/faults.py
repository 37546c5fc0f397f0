"""Solver faults planted in a live control room, by the thousand: is there always a checked plan, in time, that says so?

    python -m benchmarks.faults 1000

`faulty_room` says what is done and what counts as a failure; the exit code is 1 if there is any. About a fifth of the faults take
the whole limit of a second.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> None:
    """Plant as many as asked for, and print what came of them."""
    # Every process of the pool imports this module once more before it can begin, so it imports little itself.
    import numpy as np
    from rich.console import Console
    from rich.table import Table

    from api.settings import SOLVE_LIMIT_S
    from benchmarks.faulty_room import run
    from benchmarks.planted_faults import FAULTS

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("number", type=int, nargs="?", default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        tally = run(options.number, Path(folder), options.seed)
    table = Table("family", "fault", "planted", "better plan kept", "median ms", "longest ms")
    for name, took in tally.took_s.items():
        kept = str(tally.kept[name]) if tally.kept[name] else ""
        median, longest = np.median(took) * 1000, max(took) * 1000
        table.add_row(FAULTS[name].family, name, str(len(took)), kept, f"{median:.0f}", f"{longest:.0f}")
    console = Console(width=120)
    console.print(table)
    longest_s = max(max(took) for took in tally.took_s.values())
    healthy_ms = np.percentile(np.array(tally.recovered_s) * 1000, (50, 99, 100))
    console.print(
        f"{options.number} faults, {len(tally.failures)} failures; longest request {longest_s:.3f} s, the limit is"
        f" {SOLVE_LIMIT_S:.1f} s; the healthy request after each: p50 {healthy_ms[0]:.0f}, p99 {healthy_ms[1]:.0f}, longest"
        f" {healthy_ms[2]:.0f} ms; {tally.cut_short} batches were cut short, and the audit found"
        f" {tally.differences} differences"
    )
    for failure in tally.failures[:20]:
        console.print(failure)
    sys.exit(1 if tally.failures else 0)


if __name__ == "__main__":
    main()
