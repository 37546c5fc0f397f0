"""Named streams: equal where they must be, independent where they must be."""

from __future__ import annotations

import numpy as np

from simulation.streams import stream


def test_a_stream_is_a_function_of_seed_and_name() -> None:
    """Two procedures meet the same luck only if asking again gives the same numbers."""
    assert np.array_equal(stream(7, "arrivals").random(100), stream(7, "arrivals").random(100))


def test_the_first_number_of_a_stream_does_not_change_between_versions() -> None:
    """A published verdict names its seed; the seed must mean the same numbers tomorrow and in another
    process.
    """
    assert stream(7, "arrivals").integers(0, 2**32, size=3).tolist() == [1918853668, 2336012450, 1247451760]


def test_one_draw_more_in_a_stream_leaves_the_others_as_they_were() -> None:
    """Reusing one generator for all causes would shift everything after an extra draw."""
    untouched = stream(7, "turnout").random(10)
    stream(7, "arrivals").random(1_000_001)
    assert np.array_equal(stream(7, "turnout").random(10), untouched)


def test_streams_of_other_names_or_seeds_are_uncorrelated() -> None:
    """Streams that walk together would tie causes that have nothing to do with each other."""
    draws = np.array([stream(seed, name).random(20_000) for seed in (0, 1) for name in ("a", "b", "c")])
    correlations = np.corrcoef(draws)[np.triu_indices(6, 1)]
    # Standard error 1 / sqrt(20,000) = 0.007; four of them cover fifteen pairs.
    assert np.abs(correlations).max() < 0.029
