"""The planner's questions that a formula answers at once, over HTTP. Imports `simulation.call_takers_needed`."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.call_taker_tables import call_takers_as_json
from api.problems import documented
from incidents.refusals import Refusal
from simulation.call_takers_needed import CallTakerQuestion, call_takers
from simulation.scenario_files import known_packs

routes = APIRouter(prefix="/v1/planner", tags=["planner"], responses=documented())

LOAD_LIMIT = 1_000.0
"""Erlangs in one hour of a question that is answered here: the room has other work, and `muster call-takers` takes more."""


@routes.post("/call-takers")
def find_call_takers(question: CallTakerQuestion) -> dict[str, Any]:
    """Say how many call-takers meet the targets, each hour, with one fewer and one more, and by which formula."""
    demand = question.demand()
    busiest = max(demand.calls_per_h) * demand.handling_s / 3600
    if busiest > LOAD_LIMIT:
        what, accepted = f"{busiest:,.0f} erlangs", f"at most {LOAD_LIMIT:,.0f} here; `muster call-takers` takes more"
        raise Refusal.of("/calls_per_h", what, accepted)
    return call_takers_as_json(call_takers(demand, question, known_packs(), of=question.of))
