"""How much one caller may ask for in a while. Reports and orders of the shift are never limited. Imports `operations`.

Windows move with the clock (`limits`). Each node counts for itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.operations import Load

RATES: Mapping[Load, str] = {Load.READING: "6000/minute", Load.WORK: "240/minute"}
GUESSES = "120/minute"
"""Requests of one address whose caller could not be told."""


class Rates:
    """Counts, by caller and kind of load."""

    def __init__(self, rates: Mapping[Load, str] = RATES, guesses: str = GUESSES) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._rates: Mapping[Load, RateLimitItem] = {load: parse(rate) for load, rate in rates.items()}
        self._guesses = parse(guesses)

    def lets(self, caller: str, load: Load) -> bool:
        """Count one call; whether it is still within the limit."""
        rate = self._rates.get(load)
        return rate is None or self._limiter.hit(rate, load.value, caller)

    def lets_guess(self, address: str) -> bool:
        """Count a caller who could not be told; whether so many are to be expected from one address."""
        return self._limiter.hit(self._guesses, "guess", address)
