"""What cover is worth: how much longer the next call would wait if a resource were not there.

Let zone r have calls at rate lambda_r, let t_1 <= t_2 <= ... be the seconds from the idle resources to r, T what a call waits
that nobody can reach, and q the chance that an idle resource is busy when it is wanted. The k-th nearest then answers with
probability (1 - q) q^(k - 1), and the seconds that calls wait in an hour are

    V = sum over r of lambda_r * (sum over k of (1 - q) q^(k - 1) t_k + q^n T)

Without the m-th nearest everybody behind it moves up one place, so with t_(n + 1) = T its loss is

    sum over r of lambda_r * sum over k >= m of (1 - q) q^(k - 1) (t_(k + 1) - t_k)

exactly, for one resource that leaves; of several that leave at once each is priced as if it were the only one. The weights of the
k-th nearest are those of Daskin (1983), "A maximum expected covering location model", Transportation Science 17(1), 48-70,
doi:10.1287/trsc.17.1.48; that time is priced instead of a threshold follows van Barneveld, Bhulai and van der Mei (2016), "The
effect of ambulance relocations on the performance of ambulance service providers", European Journal of Operational Research
252(1), 257-269.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from optimiser.objective import FloatArray
from optimiser.problem import BoolArray


def lost_cover_s(
    reach_s: FloatArray, idle: BoolArray, rates: ArrayLike, *, busy: float, unreached_s: float
) -> FloatArray:
    """(resources,) seconds of waiting, by hour if the rates are, that are added when one resource leaves; 0 for the others.

    `reach_s` (zones, resources) seconds, NaN where not known; `idle` (resources,) who gives cover; `rates` (zones,) calls;
    `busy` from 0 to 1, exclusive; `unreached_s` what a call waits that nobody reaches, and the most that any counts for.
    """
    lost: FloatArray = np.zeros(len(idle))
    here = np.flatnonzero(idle)
    if not len(here):
        return lost
    seconds = np.minimum(np.nan_to_num(reach_s[:, here], nan=unreached_s), unreached_s)
    order = np.argsort(seconds, axis=1, kind="stable")
    sorted_s = np.take_along_axis(seconds, order, axis=1)
    steps = np.diff(sorted_s, axis=1, append=unreached_s) * ((1 - busy) * busy ** np.arange(len(here)))
    behind = np.cumsum(steps[:, ::-1], axis=1)[:, ::-1] * np.asarray(rates, dtype=np.float64)[:, None]
    np.add.at(lost, here[order], behind)
    return lost
