"""The debrief of one incident of the live log, over HTTP. Nothing is recorded. Imports `debrief_tables` and `submission`."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.debrief_tables import debrief_as_json
from api.incident_routes import IncidentName
from api.judging import read_window
from api.problems import NobodyCalled, documented
from api.submission import Room
from incidents import facts as f
from incidents.debrief import debrief
from incidents.quantities import IncidentId
from incidents.refusals import Flaw, Refusal
from simulation.scenario_files import known_packs

routes = APIRouter(prefix="/v1/incidents", tags=["incidents"], responses=documented())

MOST_FACTS = 50_000
"""The most facts that are decided again for one request; what a longer log says is asked of the command."""


@routes.get("/{incident}/debrief")
def read_debrief(incident: IncidentName, room: Room) -> dict[str, Any]:
    """Tell one incident step by step: its timeline, clocks, messages and rungs, and beside every choice what was proposed."""
    entries = read_window(room.log, None, MOST_FACTS)[1]
    head = room.log.head()
    if head is not None and len(entries) < head.sequence:
        what = f"the log has {head.sequence:,} facts, of which at most {MOST_FACTS:,} are decided again here"
        raise Refusal([Flaw("path/incident", what, "`muster debrief`, which reads all of them")])
    if not any(isinstance(each.fact, f.IncidentOpened) and each.fact.incident == incident for each in entries):
        raise NobodyCalled(f"There is no incident {incident}.")
    found = debrief(
        [each.fact for each in entries], room.centre, room.log.procedures(), known_packs(),
        incident=IncidentId(incident), actors=[each.actor for each in entries],
    )  # fmt: skip
    return debrief_as_json(found)
