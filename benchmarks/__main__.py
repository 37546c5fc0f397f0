"""Run the benchmarks that finish in minutes, one after another.

`backtest`, `first_arrival`, `sequences`, `teams`, `oracles`, `replications`, `chaos`, `machine`, `faults`, `stall`,
`determinism`, `fuzz`, `roads`, `imperfect`, `error_rates` and `common_random_numbers` are commands of their own.
"""

from benchmarks.city import main as city
from benchmarks.decision import main as decision
from benchmarks.events import main as events
from benchmarks.queues import main as queues
from benchmarks.snapshot import main as snapshot
from benchmarks.world import main as world

if __name__ == "__main__":
    for run in (snapshot, events, decision, queues, city, world):
        run()
