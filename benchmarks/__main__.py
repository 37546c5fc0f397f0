"""Run every benchmark that finishes in minutes, one after another. `benchmarks.chaos` is a command of its own."""

from benchmarks.allocation import main as allocation
from benchmarks.city import main as city
from benchmarks.queues import main as queues

if __name__ == "__main__":
    for run in (allocation, queues, city):
        run()
