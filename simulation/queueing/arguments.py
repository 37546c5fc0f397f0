"""What every queue of this package refuses: loads, servers, times and shares that no queue can have.

May import the standard library and `optimiser.refusals`.
"""

from __future__ import annotations

import math

from optimiser.refusals import Flaw, Refusal

MOST_SERVERS = 2_000_000
"""No planner has more; a search for servers stops here."""
MOST_STATES = 5_000_000
"""The longest queue that is followed place by place before it is refused."""


def check_load(offered: float, servers: int, least_servers: int = 0) -> None:
    """Refuse a load that is negative or endless, and numbers of servers that nobody has."""
    if not 0 <= offered < math.inf or not least_servers <= servers <= MOST_SERVERS:
        accepted = f"a load >= 0 and {least_servers} to {MOST_SERVERS} servers"
        raise Refusal.of("offered", f"{offered} erlangs on {servers} servers", accepted)


def check_stable(offered: float, servers: int) -> None:
    """Refuse a load that the servers cannot carry, since its queue grows without end."""
    check_load(offered, servers)
    if offered >= servers:
        what = f"{servers} servers never carry {offered} erlangs"
        raise Refusal.of("servers", what, "more servers than erlangs")


def check_positive(**values: float) -> None:
    """Refuse every value, by its name, that is not a number above 0."""
    _check({name: 0 < value < math.inf for name, value in values.items()}, values, "a number above 0")


def check_not_negative(**values: float) -> None:
    """Refuse every value, by its name, that is not a number from 0 on."""
    _check({name: 0 <= value < math.inf for name, value in values.items()}, values, "0 or more")


def check_share(name: str, share: float) -> None:
    """Refuse a share that is not in 0 <= share < 1: no finite wait covers everybody."""
    if not 0 <= share < 1:
        raise Refusal.of(name, f"{share} is no share of the calls that some wait covers", "0 <= share < 1")


def _check(holds: dict[str, bool], values: dict[str, float], accepted: str) -> None:
    flaws = [Flaw(name, f"{values[name]} is out of range", accepted) for name, is_held in holds.items() if not is_held]
    if flaws:
        raise Refusal(flaws)
