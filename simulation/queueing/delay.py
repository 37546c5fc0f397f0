"""Erlang C: everybody waits until served, in order of arrival (M/M/c).

Calls arrive as a Poisson stream and take one of c servers for an exponential time of mean s = `service_s`; `offered` is
the load in erlangs, a = arrivals per second x s, a < c.

    C = c B / (c - a (1 - B))       the share that waits, with Erlang's B
    P(W > t) = C exp(-(c - a) t / s),  E W = C s / (c - a)

Sources: Erlang 1917, Elektroteknikeren 13; Cooper, Introduction to Queueing Theory, 2nd ed. 1981, section 3.4. May
import `arguments` and `loss`.
"""

from __future__ import annotations

import math

from optimiser.refusals import Refusal
from simulation.queueing.arguments import (
    MOST_SERVERS,
    check_load,
    check_not_negative,
    check_positive,
    check_share,
    check_stable,
)
from simulation.queueing.loss import erlang_b


def erlang_c(offered: float, servers: int) -> float:
    """The share of calls that wait, where everybody waits; refuses a load that the servers cannot carry."""
    check_stable(offered, servers)
    return _waiting(offered, servers, erlang_b(offered, servers))


def mean_wait_s(offered: float, servers: int, service_s: float) -> float:
    """The mean wait over all calls, those that do not wait included (M/M/c): C s / (c - a)."""
    check_positive(service_s=service_s)
    return erlang_c(offered, servers) * service_s / (servers - offered)


def wait_within_share(offered: float, servers: int, service_s: float, within_s: float) -> float:
    """The share of calls answered within `within_s` (M/M/c): 1 - C exp(-(c - a) t / s)."""
    check_positive(service_s=service_s)
    check_not_negative(within_s=within_s)
    return 1 - erlang_c(offered, servers) * math.exp(-(servers - offered) * within_s / service_s)


def wait_quantile_s(offered: float, servers: int, service_s: float, share: float) -> float:
    """The wait that `share` (0 <= share < 1) of the calls do not exceed (M/M/c)."""
    check_share("share", share)
    check_positive(service_s=service_s)
    waiting = erlang_c(offered, servers)
    if waiting <= 1 - share:
        return 0.0
    return service_s / (servers - offered) * math.log(waiting / (1 - share))


def servers_for(offered: float, service_s: float, *, share: float, within_s: float) -> int:
    """The fewest servers that answer `share` of the calls within `within_s` seconds (M/M/c). O(servers)."""
    check_load(offered, 0)
    check_share("share", share)
    check_positive(service_s=service_s)
    check_not_negative(within_s=within_s)
    blocked = 1.0
    for servers in range(1, MOST_SERVERS + 1):
        blocked = offered * blocked / (servers + offered * blocked)
        if servers <= offered:
            continue
        late = _waiting(offered, servers, blocked) * math.exp(-(servers - offered) * within_s / service_s)
        if 1 - late >= share:
            return servers
    raise Refusal.of("offered", f"{offered} erlangs need more than {MOST_SERVERS} servers", "a smaller load")


def _waiting(offered: float, servers: int, blocked: float) -> float:
    return servers * blocked / (servers - offered * (1 - blocked))
