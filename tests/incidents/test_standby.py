"""What a reserve loses, layer by layer, against the formula it stands for."""

from __future__ import annotations

import numpy as np
import pytest

from incidents.procedure import Reserve
from incidents.roster import Roster
from incidents.standby import layers
from incidents.travel import travel_times
from optimiser import Problem, solve
from tests.builders import a_centre, a_desk

UNITS = dict.fromkeys(("a", "b", "c", "d", "e", "f"), ("ambulance", 0.0))


def a_roster() -> Roster:
    """Six ambulances, each based at a station of its own name, all on duty."""
    desk = a_desk(a_centre(UNITS))
    roster = Roster(desk.centre, travel_times(desk.centre))
    roster.see(desk.situation)
    return roster


def kept(name: str, stations: str, keep: int, missing_s: float) -> Reserve:
    """A reserve of ambulances; `stations` names them by their letters, none is everywhere."""
    return Reserve(name=name, skill="transport", stations=tuple(stations), keep=keep, missing_s=missing_s)


FAMILIES = {
    "one group": [kept("ab", "ab", 1, 10)],
    "two apart": [kept("ab", "ab", 2, 10), kept("cd", "cd", 1, 7)],
    "one in everywhere": [kept("ab", "ab", 2, 10), kept("all", "", 4, 5)],
    "three deep": [kept("a", "a", 1, 30), kept("abc", "abc", 2, 11), kept("all", "", 4, 3)],
    "the same stations twice": [kept("much", "ab", 2, 4), kept("little", "ab", 1, 20)],
    "outer as large as the inner together": [kept("ab", "ab", 1, 9), kept("cd", "cd", 1, 9), kept("all", "", 2, 5)],
}


@pytest.mark.parametrize("reserves", FAMILIES.values(), ids=FAMILIES)
def test_the_cheapest_filling_of_the_layers_is_what_the_groups_lack(reserves: list[Reserve]) -> None:
    """For every set of idle resources: the sum over groups of price times how many of the kept are missing."""
    roster = a_roster()
    for idle in range(2 ** len(UNITS)):
        free = np.array([bool(idle >> at & 1) for at in range(len(UNITS))])
        bases = [base for base, is_free in zip(roster.bases, free, strict=True) if is_free]
        lacking_s = sum(
            each.missing_s * max(0, each.keep - sum(not each.stations or base in each.stations for base in bases))
            for each in reserves
        )
        assert _cheapest(reserves, roster, free) == lacking_s * 10


def _cheapest(reserves: list[Reserve], roster: Roster, free: np.ndarray) -> int:
    found = layers(reserves, roster, free)
    rows, resources = np.nonzero(np.array([layer.able for layer in found]))
    problem = Problem(
        need_ids=tuple(layer.id for layer in found),
        ranks=np.ones(len(found), dtype=np.int64),
        whole=np.zeros(len(found), dtype=np.bool_),
        row_needs=np.arange(len(found)),
        quantities=np.array([layer.positions for layer in found]),
        resource_ids=roster.ids,
        capacities=np.ones(len(roster.ids), dtype=np.int64),
        pair_rows=rows,
        pair_resources=resources,
        terms=np.array([layer.prices for layer in found])[rows, resources].reshape(-1, 1),
        term_names=("reserve",),
        optional=np.ones(len(found), dtype=np.bool_),
        open_prices=np.array([layer.open_price for layer in found]),
    )
    return solve(problem).cost
