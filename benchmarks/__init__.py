"""Speed and quality, measured beside a named rival in the same run. `python -m benchmarks` runs everything and prints tables."""
