"""Making an attendance up and stopping it, over HTTP. Imports `submission`, `incident_routes` and `wire`."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Response
from pydantic import Field

from api.control_room import Present
from api.incident_routes import IncidentName
from api.problems import documented
from api.submission import Submitted
from api.wire import Acknowledgement, Happening, Text, Word
from incidents import facts as f
from incidents import known
from incidents.alarms import following, plan_of
from incidents.known import refusal
from incidents.quantities import IncidentId, Instant

routes = APIRouter(prefix="/v1/incidents", tags=["incidents"], responses=documented(409))


class MakeUp(Happening):
    """Somebody makes the attendance up, and why."""

    level: Word | None = Field(
        default=None, description="an alarm level of the incident's plan; left out: the next one"
    )
    reason: Text


class Stop(Happening):
    """Somebody stops the alarm, and why."""

    level: Word | None = Field(default=None, description="the level it falls to; left out: what is sent at once")
    reason: Text


@routes.post("/{incident}/make-up", response_model=Acknowledgement)
def make_up(incident: IncidentName, asked: MakeUp, submission: Submitted) -> Response:
    """Raise the alarm of an incident; the needs of the level come in the same answer. Refused downwards."""

    def plan(present: Present, at: Instant) -> Sequence[f.Fact]:
        known_incident = known.open_incident(present.situation, IncidentId(incident))
        found = plan_of(known_incident, present.procedure)
        if found is None:
            raise refusal("incident", f"incident {incident} has no response plan", "an incident whose code has a plan")
        name, rules = found
        level = asked.level or following(rules, known_incident.alarm.level)
        if level is None:
            raise refusal(
                "level", f"plan {name} has no higher level", "a level of its own, to ask again for what it lacks"
            )
        because = f"made up by {submission.actor}: {asked.reason}"
        return (f.AlarmRaised(at, known_incident.id, name, level, because, by_person=True),)

    return submission.record(plan, happened_at=asked.happened_at)


@routes.post("/{incident}/stop", response_model=Acknowledgement)
def stop_alarm(incident: IncidentName, asked: Stop, submission: Submitted) -> Response:
    """Lower the alarm of an incident; whoever was sent goes on, and what nobody fills is no longer asked for."""
    because = f"stopped by {submission.actor}: {asked.reason}"
    return submission.record(
        lambda _present, at: (f.AlarmLowered(at, IncidentId(incident), because, asked.level),),
        happened_at=asked.happened_at,
    )
