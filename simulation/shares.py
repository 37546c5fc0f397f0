"""Which share of many a uniform number falls into: natures by their mix, which may depend on the hour, and luck that is shared.

Everything is vectorised over contacts. Imports `distributions`, `streams`, `workload`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from simulation.distributions import Floats
from simulation.streams import stream
from simulation.workload import Workload


def choose(us: Floats, shares: list[float]) -> NDArray[np.intp]:
    """The index of the share into which each uniform number falls."""
    return np.minimum(np.searchsorted(np.cumsum(shares), us, side="right"), len(shares) - 1)


def natures_of(workload: Workload, us: Floats, hours: Sequence[int]) -> NDArray[np.intp]:
    """The nature of each contact, by the mix of its hour; `hours` may be empty where no mix depends on it."""
    shares = np.asarray([nature.share for nature in workload.natures])
    if not workload.mix_by_hour:
        return choose(us, shares.tolist())
    weights = np.asarray([workload.mix_by_hour.get(nature.id, (1.0,) * 24) for nature in workload.natures])
    chosen, at = np.zeros(len(us), dtype=np.intp), np.asarray(hours)
    for hour in range(24):
        mix = shares * weights[:, hour]
        # An hour at which the log never saw anything takes the mix of the day.
        mix = mix / mix.sum() if mix.sum() > 0 else shares
        chosen[at == hour] = choose(us[at == hour], mix.tolist())
    return chosen


def share_travel_luck(workload: Workload, seed: int, luck: Mapping[str, Floats], cause: int) -> None:
    """Give the travel luck of all resources of a contact a part in common (a normal copula); each keeps its distribution.

    `luck` by kind has the shape (contacts, ordinals, causes), and `cause` is that of travel; it is changed in place.
    """
    share = workload.travel_kinship
    if share == 0 or not luck:
        return
    count = len(next(iter(luck.values())))
    common = ndtri(stream(seed, "travel in common").random(count))[:, None]
    for kind in sorted(luck):
        own = ndtri(np.maximum(luck[kind][:, :, cause], 2.0**-53))
        luck[kind][:, :, cause] = ndtr(math.sqrt(share) * common + math.sqrt(1 - share) * own)
