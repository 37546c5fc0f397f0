"""Queues that turn callers away: nobody waits, or only so many do.

    Erlang B        M/G/c/c, nobody waits. B(0) = 1, B(n) = a B(n-1) / (n + a B(n-1)), whatever the law of the service time.
    Kaufman-Roberts calls of class i take b_i of C places at once. j g(j) = sum_i a_i b_i g(j - b_i), g(0) = 1,
                    lost_i = (g(C - b_i + 1) + ... + g(C)) / (g(0) + ... + g(C)); insensitive too.
    M/M/c/K         K places, c of them served. p_n is Erlang's up to c and p_{c+j} = p_c (a/c)^j beyond.

a = arrivals per second x mean service time. Sources: Erlang 1917, Elektroteknikeren 13; Kaufman 1981, IEEE Transactions
on Communications 29(10), 1474-1481, doi:10.1109/TCOM.1981.1094894; Roberts 1981, A service system with heterogeneous
user requirements, in: Performance of Data Communications Systems, 423-431; Cooper, Introduction to Queueing Theory, 2nd
ed. 1981, sections 3.3-3.5. The recursion for B never leaves [0, 1], so it is good for any number of servers. May import
numpy and `arguments`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimiser.refusals import Refusal
from simulation.queueing.arguments import (
    MOST_SERVERS,
    MOST_STATES,
    check_load,
    check_not_negative,
    check_positive,
    check_share,
)

_RESCALE_ABOVE = 1e200


def erlang_b(offered: float, servers: int) -> float:
    """The share of calls that find every server busy, where such calls are lost. O(servers)."""
    check_load(offered, servers)
    blocked = 1.0
    for server in range(1, servers + 1):
        blocked = offered * blocked / (server + offered * blocked)
    return blocked


def servers_against_loss(offered: float, most_lost: float) -> int:
    """The fewest servers that lose no more than the share `most_lost` of the calls. O(servers)."""
    check_load(offered, 0)
    check_share("most_lost", most_lost)
    if most_lost == 0 and offered > 0:
        raise Refusal.of("most_lost", "no number of servers loses nobody", "a share above 0")
    blocked = 1.0
    for servers in range(MOST_SERVERS + 1):
        if servers:
            blocked = offered * blocked / (servers + offered * blocked)
        if blocked <= most_lost or offered == 0:
            return servers
    raise Refusal.of("offered", f"{offered} erlangs need more than {MOST_SERVERS} servers", "a smaller load")


def kaufman_roberts(classes: Sequence[tuple[float, int]], places: int) -> tuple[float, ...]:
    """The share of each class that is lost; a class is its load and how many of the `places` a call of it takes.

    O(places x classes).
    """
    if not 1 <= places <= MOST_SERVERS or any(not 1 <= room <= MOST_SERVERS for _, room in classes):
        raise Refusal.of("places", f"{places} places for {[room for _, room in classes]}", "whole numbers above 0")
    for load, _ in classes:
        check_load(load, places)
    weights = [1.0]
    for busy in range(1, places + 1):
        taken = sum(load * room * weights[busy - room] for load, room in classes if room <= busy) / busy
        weights.append(taken)
        if taken > _RESCALE_ABOVE:
            weights = [weight / taken for weight in weights]
    everything = math.fsum(weights)
    return tuple(math.fsum(weights[max(places - room + 1, 0) :]) / everything for _, room in classes)


@dataclass(frozen=True, slots=True)
class Limited:
    """What M/M/c/K says: the share of all calls that is lost, and of those let in how many wait, and how long on average."""

    lost: float
    waiting: float
    mean_wait_s: float


def limited_room(offered: float, servers: int, places: int, service_s: float) -> Limited:
    """M/M/c/K: whoever finds all `places` taken, those of the `servers` included, is lost; any load is carried."""
    check_load(offered, servers, 1)
    check_positive(service_s=service_s)
    queue = places - servers
    if not 0 <= queue <= MOST_STATES:
        raise Refusal.of(
            "places",
            f"{places} places, {servers} of them served",
            "at least the servers, and no more than 5e6 places to wait",
        )
    check_not_negative(offered=offered)
    blocked = erlang_b(offered, servers)
    if blocked == 0.0:
        return Limited(0.0, 0.0, 0.0)
    # Weights against that of c calls, and scaled by the largest, which an overload makes huge.
    steps = np.arange(queue + 1, dtype=np.float64)
    logs = steps * math.log(offered / servers)
    top = max(float(logs[-1]), 0.0)
    above = np.exp(logs - top)
    everything = (1 / blocked - 1) * math.exp(-top) + float(above.sum())
    lost = float(above[-1]) / everything
    let_in = 1 - lost
    if let_in <= 0.0:
        return Limited(1.0, 1.0, math.inf)
    waiting = float(above[:-1].sum()) / everything / let_in
    mean_queue = float((steps * above).sum()) / everything
    return Limited(lost, waiting, mean_queue * service_s / (offered * let_in))
