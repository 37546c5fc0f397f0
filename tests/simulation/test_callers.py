"""Callers who give up and ring again: by hand, against chains, and what it does to a queue."""

from __future__ import annotations

import numpy as np
import pytest

from incidents import facts as f
from incidents.quantities import ContactId
from simulation.contacts import draw_contacts, next_attempt, true_priorities
from simulation.intervals import mean_interval
from simulation.replications import Span, contacts_of, play
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from tests.builders import START, a_centre, spot
from tests.simulation.street_calls import ILL, a_world, contacts, timeline, workload

AGAIN = {"share": 1.0, "after_s": {"constant": 20}, "attempts": 2}


def test_whoever_gives_up_rings_again_as_another_contact_about_the_same() -> None:
    """Nobody answers: rings at 100, gives up at 108, rings at 128, gives up at 136, rings at 156 for the last time, gives up."""
    given = workload([ILL], patience_s={"constant": 8}, redial=AGAIN)
    centre = a_centre({"A1": ("ambulance", 0.0)})
    world = a_world(given, contacts(given, (100, "ill", spot(40))), centre=centre)
    log = world.run()
    assert timeline(log, f.ContactReceived, f.ContactAbandoned) == [
        ("ContactReceived", 100),
        ("ContactAbandoned", 108),
        ("ContactReceived", 128),
        ("ContactAbandoned", 136),
        ("ContactReceived", 156),
        ("ContactAbandoned", 164),
    ]
    assert world.tally["redials"] == 2


def test_whoever_is_answered_does_not_ring_again() -> None:
    """Redials belong to those who gave up."""
    given = workload([ILL], patience_s={"constant": 8}, redial=AGAIN)
    log = a_world(given, contacts(given, (100, "ill", spot(40)))).run()
    assert len(timeline(log, f.ContactReceived)) == 1


def test_the_next_attempt_is_named_after_the_first_and_its_incident_has_the_same_true_priority() -> None:
    """Whoever sorts measures by the truth must know the incident that the third attempt opens."""
    assert next_attempt(next_attempt(ContactId("c000007"))) == "c000007.2"
    given = workload([ILL], patience_s={"constant": 8}, redial=AGAIN)
    call = contacts(given, (100, "ill", spot(40)))
    assert list(true_priorities(call)) == [f"i{call[0].id[1:]}{attempt}" for attempt in ("", ".1", ".2")]


def test_attempts_are_as_many_as_a_geometric_law_cut_off_says() -> None:
    """With share 0.6 and at most 3 attempts the mean is 0.6 + 0.36 + 0.216 = 1.176; four standard errors at 2,900 callers."""
    given = workload(
        [ILL], patience_s={"constant": 8}, redial={"share": 0.6, "after_s": {"constant": 20}, "attempts": 3}
    )
    counts = [len(each.redials) for each in draw_contacts(given, 5, START, 3600 * 50, {})]
    assert np.mean(counts) == pytest.approx(1.176, abs=4 * 1.21 / np.sqrt(len(counts)))


def loss_with_retrials(
    offered: float, share: float, servers: int, rate: float, wait_rate: float, again_rate: float
) -> float:
    """Arrivals at the desk per fresh call in M/M/c + M with retrials: of those who give up, `share` join an orbit and come back.

    The chain (calls in the centre, callers in orbit), cut at 40 and 20 of them, solved exactly (Falin and Templeton 1997,
    Retrial Queues, chapter 2, with impatience in place of blocking).
    """
    most, orbit = 40, 20
    index = {(n, m): n * (orbit + 1) + m for n in range(most + 1) for m in range(orbit + 1)}
    rates = np.zeros((len(index), len(index)))
    fresh = offered * rate
    for (n, m), here in index.items():
        waiting = max(0, n - servers)
        if n < most:
            rates[here, index[n + 1, m]] += fresh
        if n > 0:
            rates[here, index[n - 1, m]] += min(n, servers) * rate + waiting * wait_rate * (1 - share)
        if n > 0 and m < orbit:
            rates[here, index[n - 1, m + 1]] += waiting * wait_rate * share
        if m > 0 and n < most:
            rates[here, index[n + 1, m - 1]] += m * again_rate
    np.fill_diagonal(rates, rates.diagonal() - rates.sum(axis=1))
    system = np.vstack([rates.T, np.ones(len(index))])
    solution = np.linalg.lstsq(system, np.append(np.zeros(len(index)), 1.0), rcond=None)[0]
    returning = sum(solution[here] * m * again_rate for (_, m), here in index.items())
    return float(1 + returning / fresh)


def test_calls_with_redials_are_as_many_as_the_chain_of_retrials_says() -> None:
    """Six agents, 144 calls an hour of 120 s, patience 60 s, half ring again after 120 s on average."""
    scenario = Scenario.read(scenario_folder("call_centre"))
    entry = {"exponential": 60.0}
    changed = scenario.workload.model_dump(mode="json", exclude_defaults=True)
    changed |= {
        "patience_s": entry,
        "redial": {"share": 0.5, "after_s": {"exponential": 120.0}, "attempts": 10},
    }
    workload_ = type(scenario.workload).model_validate(changed)
    scenario = Scenario(scenario.folder, scenario.centre, workload_, None)
    rules = scenario.procedure("procedures/baseline.yaml")
    span = Span(START, 0, 8 * 3600)
    ratios = []
    for seed in range(8):
        drawn = contacts_of(scenario, span, seed)
        rung = sum(isinstance(fact, f.ContactReceived) for fact in play(scenario, rules, drawn, span))
        ratios.append(rung / len(drawn))
    expected = loss_with_retrials(4.8, 0.5, 6, 1 / 120, 1 / 60, 1 / 120)
    interval = mean_interval(ratios, level=0.99)
    assert interval.low <= expected <= interval.high
    assert expected > 1.02
