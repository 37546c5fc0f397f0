"""A decision at a live desk's size: 300 resources, 50 open incidents with mixed plans, full reasons, in process.

Beside it, raw OR-Tools min-cost flow on as many pairs of the same shape, so that the machine's speed cancels.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.instances import a_problem, flow_arrays, raw_flow
from incidents.centre import Centre
from incidents.decision import decide
from incidents.desk import Desk
from incidents.explanation import explain
from incidents.facts import AnswerGiven, IncidentOpened, ResourceSignedOn
from incidents.procedure import Procedure
from incidents.quantities import IncidentId, Place, ResourceId
from incidents.roster import Roster
from incidents.travel import travel_times

START = 1_700_000_000_000
RESOURCES, INCIDENTS, REPEATS = 300, 50, 100
DEGREES = 0.2
"""How wide the city is."""


def a_busy_desk(seed: int) -> Desk:
    """Engines, ambulances and medics anywhere in a city, and incidents that ask for one, two or three of them."""
    draw = np.random.default_rng(seed)
    kinds = {"engine": ["fire"], "ambulance": ["transport"], "medic": ["transport", "advanced"]}
    names = [f"U{index:03d}" for index in range(RESOURCES)]
    spots = (draw.random((RESOURCES + INCIDENTS, 2)) * DEGREES).tolist()
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
        place = Place(*spots[RESOURCES + index])
        answer = ("fire", "illness", "crash", "collapse")[int(draw.integers(4))]
        when = START + 1000 * index
        desk.observe(IncidentOpened(when, incident, None, place), AnswerGiven(when, incident, "what", answer))
    return desk


def its_procedure() -> Procedure:
    """Four natures, plans of one to three resources, one of them all or nothing."""
    plans = {
        "fire": {"send": [{"skill": "fire", "quantity": 2}], "whole": True},
        "illness": {"send": [{"skill": "transport"}]},
        "crash": {"send": [{"skill": "fire"}, {"skill": "transport"}]},
        "collapse": {"send": [{"skill": "advanced"}, {"skill": "fire"}, {"skill": "transport"}]},
    }
    return Procedure.model_validate(
        {
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
            "determinants": {
                name: {"priority": "first" if name == "collapse" else "second", "plan": name} for name in plans
            },
            "plans": plans,
        }
    )


def main() -> None:
    """Print p50 and p99 of deciding, of deciding with every reason, and of the rival."""
    desk = a_busy_desk(1)
    roster = Roster(desk.centre, travel_times(desk.centre))

    def deciding() -> None:
        decide(desk.situation, desk.procedure, roster)

    def with_reasons() -> None:
        decision = decide(desk.situation, desk.procedure, roster)
        decision.holds()
        for need in desk.situation.needs:
            explain(decision, need)

    problem = a_problem(INCIDENTS, RESOURCES, "medium", 1)
    arrays = flow_arrays(problem)
    raw = _times_ms(lambda: raw_flow(arrays))
    decision = decide(desk.situation, desk.procedure, roster)
    table = Table("what", "p50 ms", "p99 ms", "p50 / raw flow's")
    for name, act in (("decide", deciding), ("decide, with a reason for every resource and need", with_reasons)):
        times = _times_ms(act)
        table.add_row(name, *_shown(times), f"{np.median(times) / np.median(raw):.1f}")
    table.add_row(f"raw flow, {len(problem.pair_rows)} pairs", *_shown(raw), "1.0")
    console = Console(width=120)
    console.print(table)
    console.print(f"engine {decision.engine}, {len(decision.proposals)} proposals, {len(decision.holds())} holds")


def _times_ms(act: Callable[[], object]) -> list[float]:
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return times


def _shown(times: list[float]) -> tuple[str, str]:
    return f"{np.percentile(times, 50):.2f}", f"{np.percentile(times, 99):.2f}"


if __name__ == "__main__":
    main()
