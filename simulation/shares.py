"""Which share of many a uniform number falls into: natures by their mix, which may depend on the hour, and luck that is shared.

Everything is vectorised over contacts. Imports `distributions`, `workload`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from incidents.local_time import hour_of_week
from simulation.distributions import Floats
from simulation.workload import HourlyTime, Workload

HOURS_IN_A_DAY = 24
DAY = "day/"
"""How the name of a column begins that says what its day does to a time of the crews of a contact."""


def choose(us: Floats, shares: list[float]) -> NDArray[np.int64]:
    """The index of the share into which each uniform number falls."""
    found = np.minimum(np.searchsorted(np.cumsum(shares), us, side="right"), len(shares) - 1)
    return np.asarray(found, dtype=np.int64)


def local_hours(workload: Workload, at: NDArray[np.int64]) -> NDArray[np.int64]:
    """The hour of the local day of every instant."""
    zone = workload.zone_info
    return np.array([hour_of_week(instant, zone) % HOURS_IN_A_DAY for instant in at.tolist()], dtype=np.int64)


def natures_of(workload: Workload, us: Floats, hours: NDArray[np.int64]) -> NDArray[np.int64]:
    """The nature of each contact, by the mix of its hour; nobody looks at `hours` where no mix depends on it."""
    shares = np.asarray([nature.share for nature in workload.natures])
    if not workload.mix_by_hour:
        return choose(us, shares.tolist())
    always = (1.0,) * HOURS_IN_A_DAY
    weights = np.asarray([workload.mix_by_hour.get(nature.id, always) for nature in workload.natures])
    chosen = np.zeros(len(us), dtype=np.int64)
    for hour in range(HOURS_IN_A_DAY):
        mix = shares * weights[:, hour]
        # An hour at which the log never saw anything takes the mix of the day.
        mix = mix / mix.sum() if mix.sum() > 0 else shares
        chosen[hours == hour] = choose(us[hours == hour], mix.tolist())
    return chosen


def by_hour(workload: Workload, name: HourlyTime, at: NDArray[np.int64], seconds: Floats) -> Floats:
    """Times of contacts that come at these instants, by the hour where the workload says so."""
    factors = workload.times_by_hour.get(name)
    return seconds if factors is None else seconds * np.asarray(factors)[local_hours(workload, at)]


def share_travel_luck(workload: Workload, common: Floats, luck: Mapping[str, Floats], cause: int) -> None:
    """Give the travel luck of all resources of a contact a part in common (a normal copula); each keeps its distribution.

    `luck` by kind has the shape (contacts, ordinals, causes), and `cause` is that of travel; it is changed in place. `common`: a
    uniform number for each contact.
    """
    share = workload.travel_kinship
    shared = ndtri(np.maximum(common, 2.0**-53))[:, None]
    for kind in sorted(luck):
        own = ndtri(np.maximum(luck[kind][:, :, cause], 2.0**-53))
        luck[kind][:, :, cause] = ndtr(math.sqrt(share) * shared + math.sqrt(1 - share) * own)
