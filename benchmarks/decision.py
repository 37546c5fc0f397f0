"""A decision at a live desk's size: 300 resources, 50 open incidents with mixed plans, full reasons, in process.

Full reasons are, for each of 50 needs and 300 resources, the grounds, the reach and the exact price in the whole plan, in
columns; words are made for one need at a time, for whoever asks. A sample of the prices is held against plans solved again from
scratch, in ample resources and in scarcity, and every open need's way out is looked at. Beside it stands raw OR-Tools min-cost
flow on as many pairs of the same shape, so that the machine's speed cancels.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from itertools import cycle

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.instances import a_problem, flow_arrays, raw_flow
from incidents.centre import Centre
from incidents.decision import decide
from incidents.desk import Desk
from incidents.explanation import explain, lacking
from incidents.facts import AnswerGiven, IncidentOpened, ResourceSignedOn
from incidents.procedure import Procedure
from incidents.quantities import IncidentId, Place, ResourceId
from incidents.reasons import reasons
from incidents.roster import Roster
from incidents.travel import travel_times
from optimiser import Allocation, ExchangePrices, Limits, Problem, solve
from optimiser.meeting import KeptSession

START = 1_700_000_000_000
RESOURCES, INCIDENTS, REPEATS = 300, 50, 100
SCARCE = 60
"""Resources where there are not enough for all."""
SAMPLE = 60
"""Prices held against plans solved again, per world."""
DEGREES = 0.2
"""How wide the city is."""


def a_busy_desk(seed: int, resources: int = RESOURCES) -> Desk:
    """Engines, ambulances and medics anywhere in a city, and incidents that ask for one, two or three of them."""
    draw = np.random.default_rng(seed)
    kinds = {"engine": ["fire"], "ambulance": ["transport"], "medic": ["transport", "advanced"]}
    names = [f"U{index:03d}" for index in range(resources)]
    spots = (draw.random((resources + INCIDENTS, 2)) * DEGREES).tolist()
    centre = Centre.model_validate(
        {
            "centre": "city",
            "kinds": {name: {"skills": skills, "turnout_s": 60} for name, skills in kinds.items()},
            "stations": {
                name: {"latitude": spot[0], "longitude": spot[1]} for name, spot in zip(names, spots, strict=False)
            },
            "resources": {name: {"kind": list(kinds)[index % 3], "base": name} for index, name in enumerate(names)},
            "travel": {"kind": "straight_line", "speed_mps": 12},
        }
    )
    desk = Desk.under(centre, its_procedure(), START)
    desk.observe(*(ResourceSignedOn(START, ResourceId(name), centre.base_of(name)) for name in names))
    for index in range(INCIDENTS):
        incident = IncidentId(f"I{index:02d}")
        place = Place(*spots[resources + index])
        answer = ("fire", "illness", "crash", "collapse")[int(draw.integers(4))]
        when = START + 1000 * index
        desk.observe(IncidentOpened(when, incident, None, place), AnswerGiven(when, incident, "what", answer))
    return desk


def its_procedure() -> Procedure:
    """Four natures, plans of one to three resources, one of them all or nothing."""
    plans: dict[str, dict[str, object]] = {
        "fire": {"send": [{"skill": "fire", "quantity": 2}], "whole": True},
        "illness": {"send": [{"skill": "transport"}]},
        "crash": {"send": [{"skill": "fire"}, {"skill": "transport"}]},
        "collapse": {"send": [{"skill": "advanced"}, {"skill": "fire"}, {"skill": "transport"}]},
    }
    return a_procedure_of(plans, first=("collapse",))


def a_procedure_of(plans: Mapping[str, object], first: Collection[str], **changes: object) -> Procedure:
    """One question, what has happened, each answer with the plan of its name; those of `first` are most urgent."""
    document = {
        "procedure": "city",
        "revision": 1,
        "queues": {"any": {"skill": "transport"}},
        "priorities": {"first": {"rank": 1, "urgency": {"weight": 4}}, "second": {"rank": 2}},
        "triage": {
            "start": "what",
            "questions": {
                "what": {"text": "What?", "about": "what", "answers": {name: {"code": name} for name in plans}}
            },
        },
        "determinants": {name: {"priority": "first" if name in first else "second", "plan": name} for name in plans},
        "plans": plans,
    }
    return Procedure.model_validate({**document, **changes})


def main() -> None:
    """Print p50 and p99 of deciding, of deciding with every reason, and of the rival; then how the reasons bear examination."""
    problem = a_problem(INCIDENTS, RESOURCES, "medium", 1)
    arrays = flow_arrays(problem)
    raw = _times_ms(lambda: raw_flow(arrays))
    table = Table("what", "p50 ms", "p99 ms", "processor p50", "processor p99", "p50 / raw flow's")
    for resources in (RESOURCES, SCARCE):
        _add_times(table, a_busy_desk(1, resources), resources, float(np.median(raw[0])))
    table.add_row(f"raw flow, {len(problem.pair_rows)} pairs", *_shown(raw), "1.0")
    console = Console(width=120)
    console.print(table)
    for resources in (RESOURCES, SCARCE):
        console.print(_examined(a_busy_desk(1, resources), resources))


def _add_times(table: Table, desk: Desk, resources: int, raw_ms: float) -> None:
    roster, solver = Roster(desk.centre, travel_times(desk.centre)), KeptSession()
    decision = decide(desk.situation, desk.procedure, roster, solver=solver)
    needs = cycle(list(desk.situation.needs))
    known = reasons(decision)
    acts: tuple[tuple[str, Callable[[], object]], ...] = (
        ("decide", lambda: decide(desk.situation, desk.procedure, roster, solver=solver)),
        (
            "decide, with every reason and exact price",
            lambda: reasons(decide(desk.situation, desk.procedure, roster, solver=solver)),
        ),
        ("reasons alone", lambda: reasons(decision)),
        ("words for one need", lambda: explain(decision, next(needs), known)),
    )
    for name, act in acts:
        times = _times_ms(act)
        table.add_row(f"{resources} resources: {name}", *_shown(times), f"{np.median(times[0]) / raw_ms:.1f}")


def _examined(desk: Desk, resources: int) -> str:
    """Hold a sample of exact prices against plans solved again, and look at every way out; say how many differed."""
    decision = decide(desk.situation, desk.procedure, Roster(desk.centre, travel_times(desk.centre)))
    known = reasons(decision)
    problem, plan = known.problem, known.context.allocation
    able = np.flatnonzero(known.prices.exact)
    sample = np.random.default_rng(1).permutation(able)[:SAMPLE].tolist()
    differ = sum(not _holds(problem, plan, known.prices, pair) for pair in sample)
    ways, kept = 0, 0
    for need in lacking(decision):
        for row in explain(decision, need, known).open_positions:
            if row.way_out is not None:
                ways += 1
                mine = [move for move in row.way_out.moves if move.need_id == need]
                kept += sum((move.takes is not None) - (move.leaves is not None) for move in mine) > 0
    return (
        f"{resources} resources: engine {decision.engine}, {len(decision.proposals)} proposals, "
        f"{len(lacking(decision))} needs short; {known.prices.exact.mean():.0%} of {len(problem.pair_rows)} prices exact "
        f"without solving again; of {len(sample)} solved again {differ} differ; {kept} of {ways} ways out fill a position"
    )


def _holds(problem: Problem, plan: Allocation, prices: ExchangePrices, pair: int) -> bool:
    pins = np.zeros(len(problem.pair_rows), dtype=np.bool_)
    pins[pair] = pair not in plan.chosen
    forced = None if problem.barred is None else pins & problem.barred
    other = solve(replace(problem, pinned=pins, forced=forced), Limits(programme_nodes=0)) if pins.any() else plan
    more = {rank: 0 for rank, _ in plan.filled_by_rank}
    for rank, count in ((int(prices.opened[pair]), -1), (int(prices.filled[pair]), 1)):
        if rank:
            more[rank] += count
    filled = tuple((rank, count + more[rank]) for rank, count in plan.filled_by_rank)
    return not other.proven or (filled, plan.cost + int(prices.dearer[pair])) == (other.filled_by_rank, other.cost)


def _times_ms(act: Callable[[], object]) -> tuple[list[float], list[float]]:
    """Milliseconds of each repeat by the clock, and of the processor, which other work on the machine does not lengthen."""
    by_clock, by_processor = [], []
    for _ in range(REPEATS):
        began, began_processor = time.perf_counter(), time.process_time()
        act()
        by_processor.append((time.process_time() - began_processor) * 1000)
        by_clock.append((time.perf_counter() - began) * 1000)
    return by_clock, by_processor


def _shown(times: tuple[list[float], list[float]]) -> tuple[str, ...]:
    return tuple(f"{np.percentile(each, at):.2f}" for each in times for at in (50, 99))


if __name__ == "__main__":
    main()
