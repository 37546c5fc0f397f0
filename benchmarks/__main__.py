"""Run every benchmark that finishes in minutes, one after another. `benchmarks.chaos` is a command of its own."""

from benchmarks import allocation, city, queues

for each in (allocation, queues, city):
    each.main()
