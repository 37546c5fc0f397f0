"""The speed of the simulated world, bare and with the whole desk inside, beside the rivals in the same run.

    queue   M/M/10 with three ranks at 0.9: Ciw, SimPy's process idiom, a loop over a heap
    city    call-takers, nearest unit, travel, scene, facility, return, at three sizes: SimPy's process idiom
    surge   1,000 to 10,000 contacts within 30 minutes: how throughput depends on the length of the queue
    log     what folding, reading the log off and the rest of the desk cost
    day     a day of each of the scenarios, where rules and shortages make decisions dear

The whole desk is the one that runs live: it checks every fact, folds it, entails what the rules entail, decides, can explain
every decision, and its log is measured. Rates are contacts a second of processor time, drawing the contacts not counted; the best
of `ROUNDS`, which take turns so that all meet the same weather on the machine. Every rate has what it came to beside it, so
that one sees that all played the same world.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from benchmarks.bare_world import BareCity, BareQueue
from benchmarks.world_cases import (
    NAMES,
    RATE_PER_S,
    SERVERS,
    UNITS,
    call_takers,
    city_centre,
    city_procedure,
    city_rate_per_s,
    city_workload,
    queue_centre,
    queue_procedure,
    queue_workload,
)
from benchmarks.world_crews import simpy_crews
from benchmarks.world_rivals import Customer, Waits, ciw_queue, has_ciw, heap_queue, simpy_queue
from incidents.centre import Centre
from incidents.desk import Desk
from incidents.facts import Fact
from incidents.measures import EVERY, Measures
from incidents.performance import measure
from incidents.procedure import Procedure
from incidents.quantities import ResourceId
from incidents.situation import Situation
from incidents.working import Working
from simulation.contacts import Contact, draw_contacts
from simulation.replications import Span, contacts_of, uncollected
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from simulation.trace import Trace
from simulation.world import World

T = TypeVar("T")
START = 1_700_000_000_000
CUSTOMERS, CALLS = 20_000, 4_000
SURGES, SURGE_S = (1_000, 3_000, 10_000), 1_800.0
ROUNDS = 3
DAY_STARTS_AT = 1_700_035_200_000
SCENARIOS = ("police", "service_desk", "san_francisco", "bank", "call_centre")
RIVALS = ("Ciw", "SimPy, process idiom")


def main() -> None:
    """Print the tables."""
    console = Console(width=150)
    for table in (_queue(), _city(), _surge(), _log(), _days()):
        console.print(table)


def _best(acts: Mapping[str, Callable[[], T]]) -> dict[str, tuple[float, T]]:
    """The least processor seconds of each act and what it came to; they take turns."""
    found: dict[str, tuple[float, T]] = {}
    for _ in range(ROUNDS):
        for name, act in acts.items():
            with uncollected():
                began = time.process_time()
                came_to = act()
                took_s = time.process_time() - began
            if name not in found or took_s < found[name][0]:
                found[name] = took_s, came_to
    return found


def _played(centre: Centre, procedure: Procedure, contacts: Sequence[Contact], end: int) -> tuple[list[Fact], Measures]:
    desk = Desk.under(centre, procedure, START)
    log = World(desk, contacts, start=START, end=end).run()
    return log, measure(log, since=START, until=end)


def _queue() -> Table:
    duration_s = CUSTOMERS / RATE_PER_S
    end = START + round(duration_s * 1000)
    contacts = draw_contacts(queue_workload(), 1, START, duration_s, {})
    customers = [Customer((each.at - START) / 1000, NAMES.index(each.queue), each.pace_s) for each in contacts]

    def whole() -> Waits:
        _, measures = _played(queue_centre(), queue_procedure(), contacts, end)
        means = tuple(measures.figure(f"answer_s.mean.{name}") for name in NAMES)
        return Waits(int(measures.figure("answered")), means)

    acts: dict[str, Callable[[], Waits]] = {"Ciw": lambda: ciw_queue(CUSTOMERS, 1)} if has_ciw() else {}
    found = _best(
        {
            **acts,
            "SimPy, process idiom": lambda: simpy_queue(customers),
            "loop over a heap": lambda: heap_queue(customers),
            "bare world": lambda: BareQueue(contacts, SERVERS, NAMES).run(START, end),
            "whole desk, log and measures": whole,
        }
    )
    table = Table("M/M/10, three ranks, 0.9", "contacts/s", "x Ciw", "x SimPy idiom", "served", "mean waits s")
    rates = {name: waits.served / took_s for name, (took_s, waits) in found.items()}
    for name, (_, waits) in found.items():
        means = " ".join(f"{mean:.2f}" for mean in waits.mean_s)
        beside = (f"{rates[name] / rates[rival]:.2f}" if rival in rates else "not installed" for rival in RIVALS)
        table.add_row(name, f"{rates[name]:,.0f}", *beside, str(waits.served), means)
    return table


def _city() -> Table:
    table = Table(
        "city", "units", "call-takers", "calls/s", "x SimPy idiom", "facts a call", "reached", "mean response s"
    )
    for units in UNITS:
        rate_per_s = city_rate_per_s(units)
        takers, duration_s = call_takers(rate_per_s), CALLS / rate_per_s
        centre, end = city_centre(units, takers), START + round(duration_s * 1000)
        zones = {name: centre.zone(name) for name in centre.zones}
        contacts = draw_contacts(city_workload(centre, rate_per_s), 1, START, duration_s, zones)
        homes = [centre.base_of(ResourceId(f"U{at:03d}")) for at in range(units)]
        places = [home for home in homes if home is not None]
        lucks = [each.outcome("unit") for each in contacts]
        facts = 0

        def whole(centre: Centre = centre, contacts: Sequence[Contact] = contacts, end: int = end) -> tuple[int, float]:
            nonlocal facts
            log, measures = _played(centre, city_procedure(), contacts, end)
            facts = len(log)
            return len(measures.samples["response_s", EVERY]), measures.figure("response_s.mean.all")

        found = _best(
            {
                "SimPy, process idiom": lambda: tuple(simpy_crews(contacts, lucks, START, places, takers)),  # noqa: B023
                "bare world": lambda: tuple(BareCity(contacts, lucks, places, takers).run(START, end)),  # noqa: B023
                "whole desk, log and measures": whole,
            }
        )
        idiom_s = found["SimPy, process idiom"][0]
        for name, (took_s, (reached, mean_s)) in found.items():
            per_call = f"{facts / len(contacts):.1f}" if name.startswith("whole") else ""
            rate = f"{len(contacts) / took_s:,.0f}"
            ratio = f"{idiom_s / took_s:.2f}"
            table.add_row(name, str(units), str(takers), rate, ratio, per_call, str(reached), f"{mean_s:.1f}")
    return table


def _surge() -> Table:
    table = Table(
        "surge within 30 minutes", "contacts", "SimPy idiom/s", "bare world/s", "whole desk/s", "x SimPy idiom"
    )
    for many in SURGES:
        contacts = draw_contacts(queue_workload(many / SURGE_S), 1, START, SURGE_S, {})
        customers = [Customer((each.at - START) / 1000, NAMES.index(each.queue), each.pace_s) for each in contacts]
        end = contacts[-1].at + round(sum(each.pace_s for each in contacts) / SERVERS * 1000) + 3_600_000
        found = _best(
            {
                "idiom": lambda: simpy_queue(customers).served,  # noqa: B023
                "bare": lambda: BareQueue(contacts, SERVERS, NAMES).run(START, end).served,  # noqa: B023
                "whole": lambda: int(_played(queue_centre(), queue_procedure(), contacts, end)[1].figure("answered")),  # noqa: B023
            }
        )
        assert len({served for _, served in found.values()}) == 1, "everybody is served in the end, whoever plays it"
        rates = {name: len(contacts) / took_s for name, (took_s, _) in found.items()}
        ratio = f"{rates['whole'] / rates['idiom']:.2f}"
        table.add_row("", f"{len(contacts):,}", *(f"{rate:,.0f}" for rate in rates.values()), ratio)
    return table


def _log() -> Table:
    """What a day of the queue costs, part by part."""
    duration_s = CUSTOMERS / RATE_PER_S
    end = START + round(duration_s * 1000)
    contacts = draw_contacts(queue_workload(), 1, START, duration_s, {})
    centre = queue_centre()
    log = World(Desk.under(centre, queue_procedure(), START), contacts, start=START, end=end).run()
    outside = [fact for fact in log if type(fact).__name__ not in ENTAILED]

    def folded() -> None:
        working = Working(Situation.opening(centre))
        for fact in log:
            working.fold(fact)
            if working.is_far_gone:
                working.keep()

    def told() -> None:
        desk = Desk.under(centre, queue_procedure(), START)
        for fact in outside:
            desk.observe(fact)

    found = _best(
        {
            "folding its facts": folded,
            "the desk, told what people did": told,
            "the world with the desk": lambda: World(
                Desk.under(centre, queue_procedure(), START), contacts, start=START, end=end
            ).run(),
            "reading the measures off its log": lambda: measure(log, since=START, until=end),
        }
    )
    table = Table("queue, part by part", "microseconds a contact", "microseconds a fact", "of the whole")
    whole_s = found["the world with the desk"][0] + found["reading the measures off its log"][0]
    for name, (took_s, _) in found.items():
        each = f"{took_s / len(contacts) * 1e6:.1f}", f"{took_s / len(log) * 1e6:.2f}", f"{took_s / whole_s:.0%}"
        table.add_row(name, *each)
    return table


def _days() -> Table:
    """A Wednesday of each scenario under its baseline, from 08:00 for 24 hours."""
    table = Table("a day of", "contacts", "facts", "contacts/s", "facts/s")
    span = Span(DAY_STARTS_AT, warm_up_s=0, measured_s=86_400)
    for name in SCENARIOS:
        scenario = Scenario.read(scenario_folder(name))
        contacts = contacts_of(scenario, span, 1)
        procedure = scenario.procedure("procedures/baseline.yaml")

        def day(scenario: Scenario = scenario, contacts: Trace = contacts, procedure: Procedure = procedure) -> int:
            desk = Desk.under(scenario.centre, procedure, span.start)
            return len(World(desk, contacts, start=span.start, end=span.until).run())

        took_s, facts = _best({name: day})[name]
        many = len(contacts.contacts)
        table.add_row(name, f"{many:,}", f"{facts:,}", f"{many / took_s:,.0f}", f"{facts / took_s:,.0f}")
    return table


ENTAILED = frozenset({"NeedOpened", "ResourceAssigned", "IncidentAssessed", "ProcedureAdopted"})
"""The facts of the queue that nobody tells the desk."""


if __name__ == "__main__":
    main()
