"""Queues whose answer is known in closed form or by a small chain: they check the simulated world and answer planners at once.

    loss           Erlang B, Kaufman-Roberts, M/M/c/K          callers are turned away
    delay          Erlang C                                    everybody waits
    impatience     Erlang A, M/M/c+G                           callers give up
    priorities     Cobham, with the distribution of the wait   classes, nobody interrupted
    cut_off        Taylor and Templeton                        servers kept back for the urgent
    single_server  Pollaczek-Khinchine, priorities, batches    any service time
    unlimited      M/G/inf, Mt/M/inf                           what is really asked for, by the hour
    hypercube      Larson                                      units with places of their own

Every module states its model before it computes it, and where it is from. Times are seconds, loads are erlangs.
"""

from simulation.queueing.cut_off import CutOff, cut_off_queue
from simulation.queueing.delay import erlang_c, mean_wait_s, servers_for, wait_quantile_s, wait_within_share
from simulation.queueing.hypercube import Area, Hypercube, hypercube
from simulation.queueing.impatience import (
    Abandonment,
    Answering,
    Impatience,
    erlang_a,
    exponential_impatience,
    impatient_queue,
    mixed_impatience,
)
from simulation.queueing.loss import Limited, erlang_b, kaufman_roberts, limited_room, servers_against_loss
from simulation.queueing.priorities import class_within_share, cobham_waits_s
from simulation.queueing.single_server import Stream, batch_wait_s, single_server_waits_s
from simulation.queueing.unlimited import HourLoad, busy_at_most_share, loads_by_hour, servers_for_all, sine_load

__all__ = [
    "Abandonment",
    "Answering",
    "Area",
    "CutOff",
    "HourLoad",
    "Hypercube",
    "Impatience",
    "Limited",
    "Stream",
    "batch_wait_s",
    "busy_at_most_share",
    "class_within_share",
    "cobham_waits_s",
    "cut_off_queue",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "exponential_impatience",
    "hypercube",
    "impatient_queue",
    "kaufman_roberts",
    "limited_room",
    "loads_by_hour",
    "mean_wait_s",
    "mixed_impatience",
    "servers_against_loss",
    "servers_for",
    "servers_for_all",
    "sine_load",
    "single_server_waits_s",
    "wait_quantile_s",
    "wait_within_share",
]
