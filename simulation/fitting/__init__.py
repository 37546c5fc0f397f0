"""The parts of a fit: each turns rows of a log into one part of a scenario. `simulation.fit` is their face."""
