"""A city whose crews' messages come late, not at all, twice or wrong: what the desk makes of it, over 20 days.

San Francisco, a day for each seed, beside the same day with a perfect radio. An independent auditor reads every log and is held
against the desk at the end; no exception, no broken book and no need without an answer is tolerated.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from incidents import facts as f
from incidents.desk import Desk
from incidents.performance import measure
from incidents.procedure import Procedure
from incidents.quantities import ms
from simulation.intervals import mean_interval
from simulation.replications import DAY_S, Span, contacts_of
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from simulation.workload import Workload
from simulation.world import World
from tests.incidents.auditor import Auditor

SEEDS = range(1, 21)
RADIO: Mapping[str, Any] = {
    "delay_s": {"exponential": 10},
    "lost_share": 0.05,
    "repeated_share": 0.10,
    "wrong_share": 0.05,
    "poll_s": {"constant": 900},
    "positions_lost_share": 0.30,
}
FORGOTTEN_AFTER_S = 6 * 3600.0
"""An incident still open so long after it was last heard of has been forgotten."""
FIGURE = "response_s.p90.all"


@dataclass(frozen=True, slots=True)
class Day:
    """One day: what the desk could not know, what is wrong with the books, and how well it went."""

    contacts: int
    facts: int
    tally: Counter[str]
    offences: tuple[str, ...]
    response_p90_s: float


def main() -> None:
    """Print what happened, and end with 1 if anything was broken."""
    console = Console(width=140)
    scenario = Scenario.read(scenario_folder("san_francisco"))
    rules = scenario.procedure("procedures/diversion.yaml")
    faulty = with_radio(scenario, RADIO)
    plain = [play_day(scenario, rules, seed) for seed in SEEDS]
    days = [play_day(faulty, rules, seed) for seed in SEEDS]
    shown = Table("over all days", "perfect", "imperfect")
    for name in ("contacts", "facts"):
        shown.add_row(name, *(f"{sum(getattr(day, name) for day in each):,}" for each in (plain, days)))
    total = sum((day.tally for day in days), Counter())
    for name in sorted(total):
        shown.add_row(name, "", f"{total[name]:,}")
    console.print(shown)
    later_s = [bad.response_p90_s - good.response_p90_s for good, bad in zip(plain, days, strict=True)]
    known = mean_interval(later_s, level=0.95)
    console.print(f"{FIGURE} as the desk knows it: {known.low:+.0f} to {known.high:+.0f} s, {len(days)} paired days")
    offences = [offence for day in (*plain, *days) for offence in day.offences]
    console.print("\n".join(offences) or f"{len(SEEDS)} seeds: no exception, no broken book, nobody forgotten")
    if offences:
        sys.exit(1)


def with_radio(scenario: Scenario, radio: Mapping[str, Any]) -> Scenario:
    """The scenario with a radio of these faults."""
    document = scenario.workload.model_dump(mode="json", exclude_defaults=True)
    return Scenario(scenario.folder, scenario.centre, Workload.model_validate({**document, "radio": radio}), None)


def play_day(scenario: Scenario, rules: Procedure, seed: int, *, hours: float = 24.0) -> Day:
    """Play a day and audit it."""
    start = round(datetime(2017, 1, 9, tzinfo=scenario.centre.zone_info).timestamp() * 1000)
    span = Span(start, 0, hours * DAY_S / 24)
    desk = Desk.under(scenario.centre, rules, start)
    trace = contacts_of(scenario, span, seed)
    world = World(desk, trace, start=start, end=span.until)
    log = world.run()
    found = measure(log, since=start, until=span.until, priority_of=trace.priorities)
    offences = tuple(f"seed {seed}: {each}" for each in audit(desk, log))
    return Day(len(trace), len(log), world.tally, offences, found.figure(FIGURE))


def audit(desk: Desk, log: Sequence[f.Fact]) -> list[str]:
    """Say where an auditor who read the log disagrees with the desk, and who was forgotten."""
    books, heard = Auditor(), dict[str, int]()
    for fact in log:
        books.read(fact)
        about = getattr(fact, "incident", None) or books.owner.get(getattr(fact, "need", ""))
        if about is not None:
            heard[about] = fact.at
    situation = desk.situation
    offences = []
    if set(situation.incidents) != books.open_incidents:
        offences.append("the open incidents differ")
    if {
        (name, each.need): each.rows for name, known in situation.resources.items() for each in known.serving
    } != books.serving:
        offences.append("who serves what differs")
    if {name for name, known in situation.resources.items() if known.is_on_duty} != books.on_duty:
        offences.append("who is on duty differs")
    offences += [
        f"the open positions of {need} differ"
        for need, known in situation.needs.items()
        if known.open != books.open_positions(need)
    ]
    decision = desk.decision
    answered = {each.need for each in decision.proposals} | {hold.need for hold in decision.holds() if hold.because}
    offences += [
        f"need {need} has no answer"
        for need, known in situation.needs.items()
        if not known.is_filled and need not in answered
    ]
    late = situation.at - ms(FORGOTTEN_AFTER_S)
    return offences + [f"incident {name} is forgotten" for name in situation.incidents if heard[name] < late]


if __name__ == "__main__":
    main()
