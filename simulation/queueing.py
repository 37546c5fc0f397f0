"""Queues whose answer is known in closed form: they check the simulated world and answer planners at once.

Everywhere: calls arrive as a Poisson stream, a call takes a server for an exponential time of mean
`service_s`, and `offered` is the load in erlangs, a = arrivals per second x service_s; c = `servers`.

    Erlang B   nobody waits          B(0) = 1, B(n) = a B(n-1) / (n + a B(n-1))          Erlang 1917
    Erlang C   everybody waits       C = c B / (c - a (1 - B)), a < c                    Erlang 1917
    Erlang A   patience ~ Exp        birth and death chain, death rate c/s + j/patience  Palm 1957
    Cobham     classes, no pre-emption, W_k = C s / c / ((1 - u_{k-1}) (1 - u_k)), u_k = (a_1 + ... + a_k) / c

Sources: Cooper, Introduction to Queueing Theory, 2nd ed. 1981, sections 3.3-3.4; Garnett, Mandelbaum and
Reiman 2002, Manufacturing and Service Operations Management 4(3), 208-227; Cobham 1954, Operations Research
2(1), 70-76, with several servers as in Kella and Yechiali 1985, Stochastic Models 1(2), 257-262. The
recursion for B never leaves [0, 1], so it is good for any number of servers. May import the standard
library and `optimiser.refusals`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from optimiser.refusals import Refusal

MOST_SERVERS = 1_000_000
"""No planner has more; a search for servers stops here."""
MOST_STATES = 5_000_000
"""The longest queue that `erlang_a` follows before it refuses."""
_RESCALE_ABOVE = 1e200


def erlang_b(offered: float, servers: int) -> float:
    """The share of calls that find every server busy, where such calls are lost. O(servers)."""
    _check(offered, servers)
    blocked = 1.0
    for server in range(1, servers + 1):
        blocked = offered * blocked / (server + offered * blocked)
    return blocked


def erlang_c(offered: float, servers: int) -> float:
    """The share of calls that wait, where everybody waits; refuses a load that the servers cannot carry."""
    _check_stable(offered, servers)
    return _waiting(offered, servers, erlang_b(offered, servers))


def mean_wait_s(offered: float, servers: int, service_s: float) -> float:
    """The mean wait over all calls, those that do not wait included (M/M/c): C s / (c - a)."""
    return erlang_c(offered, servers) * service_s / (servers - offered)


def wait_within_share(offered: float, servers: int, service_s: float, within_s: float) -> float:
    """The share of calls answered within `within_s` (M/M/c): 1 - C exp(-(c - a) t / s)."""
    return 1 - erlang_c(offered, servers) * math.exp(-(servers - offered) * within_s / service_s)


def wait_quantile_s(offered: float, servers: int, service_s: float, share: float) -> float:
    """The wait that `share` (0 <= share < 1) of the calls do not exceed (M/M/c)."""
    if not 0 <= share < 1:
        raise Refusal.of("share", f"{share} is no share of the calls that some wait covers", "0 <= share < 1")
    waiting = erlang_c(offered, servers)
    if waiting <= 1 - share:
        return 0.0
    return service_s / (servers - offered) * math.log(waiting / (1 - share))


def servers_for(offered: float, service_s: float, *, share: float, within_s: float) -> int:
    """The fewest servers that answer `share` of the calls within `within_s` seconds (M/M/c). O(servers)."""
    _check(offered, 0)
    if not 0 <= share < 1 or within_s < 0 or not service_s > 0:
        accepted = "0 <= share < 1, within_s >= 0, service_s > 0"
        raise Refusal.of("target", "no number of servers answers so", accepted)
    blocked = 1.0
    for servers in range(1, MOST_SERVERS + 1):
        blocked = offered * blocked / (servers + offered * blocked)
        if servers <= offered:
            continue
        late = _waiting(offered, servers, blocked) * math.exp(-(servers - offered) * within_s / service_s)
        if 1 - late >= share:
            return servers
    raise Refusal.of("offered", f"{offered} erlangs need more than {MOST_SERVERS} servers", "a smaller load")


def cobham_waits_s(offered: Sequence[float], servers: int, service_s: float) -> tuple[float, ...]:
    """The mean wait of each class, most urgent first; nobody is interrupted, a class keeps its order.

    `offered` is the load of each class. A class that the servers cannot carry beside those above it waits
    for ever (inf), and keeps every server busy for the others.
    """
    for load in offered:
        _check(load, servers)
    carried = [0.0, *accumulate(offered)]
    total = carried[-1]
    all_busy = erlang_c(total, servers) if total < servers else 1.0
    # Differences from the number of servers, not of shares from 1, which would lose digits near saturation.
    return tuple(
        all_busy * service_s * servers / ((servers - above) * (servers - below)) if below < servers else math.inf
        for above, below in pairwise(carried)
    )


@dataclass(frozen=True, slots=True)
class Abandonment:
    """What Erlang A says: shares of all calls, and the mean wait over all, answered or abandoned."""

    waiting: float
    abandoned: float
    mean_wait_s: float


def erlang_a(offered: float, servers: int, service_s: float, patience_s: float) -> Abandonment:
    """M/M/c whose callers give up after an exponential time of mean `patience_s`; any load is carried.

    The states are weighed against the state of c calls in the system: below it their weights sum to 1 / B,
    above it each is the one before times a / (c + j s / patience).
    """
    _check(offered, servers)
    if not patience_s > 0 or not service_s > 0 or servers < 1:
        accepted = "patience_s > 0, service_s > 0, servers >= 1"
        raise Refusal.of("patience_s", "nobody can wait for anybody here", accepted)
    blocked = erlang_b(offered, servers)
    if blocked == 0.0:
        return Abandonment(0.0, 0.0, 0.0)
    per_place = service_s / patience_s
    below, at_least_c, queue = 1 / blocked - 1, 1.0, 0.0
    weight = 1.0
    for place in range(1, MOST_STATES + 1):
        factor = offered / (servers + place * per_place)
        weight *= factor
        at_least_c += weight
        queue += place * weight
        # Past the mode the rest is below a geometric series, so this leaves out less than rounding does.
        if factor < 1 and weight * place / (1 - factor) < 1e-17 * queue:
            break
        if weight > _RESCALE_ABOVE:
            below, at_least_c, queue, weight = (part / weight for part in (below, at_least_c, queue, weight))
    else:
        raise Refusal.of("patience_s", f"the queue grows beyond {MOST_STATES} calls", "a shorter patience")
    everything = below + at_least_c
    mean_queue = queue / everything
    wait_s = mean_queue * service_s / offered if offered else 0.0
    return Abandonment(at_least_c / everything, wait_s / patience_s, wait_s)


def _waiting(offered: float, servers: int, blocked: float) -> float:
    return servers * blocked / (servers - offered * (1 - blocked))


def _check(offered: float, servers: int) -> None:
    if not 0 <= offered < math.inf or servers < 0:
        raise Refusal.of("offered", f"{offered} erlangs on {servers} servers", "a load >= 0 and servers >= 0")


def _check_stable(offered: float, servers: int) -> None:
    _check(offered, servers)
    if offered >= servers:
        what = f"{servers} servers never carry {offered} erlangs"
        raise Refusal.of("servers", what, "more servers than erlangs")
