"""The shadow over HTTP: let another procedure decide beside the live one, see where they part, and end it. Nothing is recorded.

One shadow at a time; starting another ends the one before. It lasts as long as the service does. Imports `shadow`,
`debrief_tables` and `submission`.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel, Field

from api.debrief_tables import disagreement_as_json, tally_as_json
from api.designer_routes import BODY, Text, Version, accepts
from api.problems import NobodyCalled, documented
from api.shadow import Shadow
from api.submission import Room
from api.wire import iso
from incidents.read import parse_procedure
from simulation.scenario_files import known_packs

routes = APIRouter(prefix="/v1", tags=["procedures"], responses=documented())


class ShadowOnWire(BaseModel):
    """Where the shadow stands: what it has compared, and the latest points at which it parts from the rules in force."""

    procedure: Version
    begun_at: str
    sequence: int = Field(description="the fact of the log up to which it has decided")
    unseen: int = Field(description="facts that came faster than it decides, and that it left out")
    ended: str | None = Field(description="why it goes on no longer; null: it goes on")
    tally: dict[str, Any]
    latest: tuple[dict[str, Any], ...] = Field(description="disagreements, the newest last")


def stop(served: FastAPI) -> None:
    """End whatever shadow there is."""
    shadow: Shadow | None = getattr(served.state, "shadow", None)
    served.state.shadow = None
    if shadow is not None:
        shadow.stop()


@routes.get("/shadow")
def read_shadow(request: Request) -> ShadowOnWire:
    """Say where the shadow stands."""
    return _on_wire(_shadow(request))


@routes.post("/shadow", status_code=201, openapi_extra=accepts("a procedure"))
def begin_shadow(request: Request, room: Room, text: Text) -> ShadowOnWire:
    """Let the procedure in the body, YAML or JSON, decide beside the live one from now on."""
    procedure = parse_procedure(text, BODY, room.centre, known_packs())
    stop(request.app)
    shadow = request.app.state.shadow = Shadow(room, procedure)
    shadow.start()
    return _on_wire(shadow)


@routes.delete("/shadow")
def end_shadow(request: Request) -> ShadowOnWire:
    """End the shadow; the answer is the last that it says."""
    shadow = _shadow(request)
    stop(request.app)
    return _on_wire(shadow)


def _shadow(request: Request) -> Shadow:
    shadow = getattr(request.app.state, "shadow", None)
    if not isinstance(shadow, Shadow):
        raise NobodyCalled("No procedure decides beside the live one.")
    return shadow


def _on_wire(shadow: Shadow) -> ShadowOnWire:
    view = shadow.view()
    rules = view.procedure
    return ShadowOnWire(
        procedure=Version(procedure=rules.procedure, revision=rules.revision, fingerprint=rules.fingerprint),
        begun_at=iso(view.begun_at),
        sequence=view.sequence,
        unseen=view.unseen,
        ended=view.ended,
        tally=tally_as_json(view.tally),
        latest=tuple(disagreement_as_json(each) for each in view.latest),
    )
