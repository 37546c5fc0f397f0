"""Is the room alive, is it ready, and how is it doing: for load balancers, Prometheus and people.

`/live`    this process answers
`/ready`   it can also read the log, and its own clock has not been forgotten: nothing that fell due is still undone
`/metrics` Prometheus' text (prometheus.io/docs/instrumenting/exposition_formats)
`/v1/measures` the figures of docs/measures.md, off the live log

Imports `judging`, `submission`, `log` and `incidents.performance`.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from pydantic import BaseModel, Field

from api.control_room import ControlRoom, Present
from api.judging import MOST_FACTS, read_window
from api.log import LogUnavailable
from api.problems import documented, problem
from api.submission import Room
from api.wire import instant, iso
from incidents.measures import figure_flaw
from incidents.performance import measure
from incidents.quantities import MS_PER_S, Instant
from incidents.refusals import Refusal
from incidents.situation import ContactStatus

routes = APIRouter(tags=["watch"], responses=documented())

OVERDUE_S = 10.0
"""What fell due so long ago and was not seen to means that nobody keeps the room's time."""
STALE_S = 30.0
MOST_FIGURES = 50


class MeasuresOnWire(BaseModel):
    """Figures of a window, and what they rest on."""

    since: str
    until: str
    figures: dict[str, float | None] = Field(description="null: nothing was observed, or it cannot be told")
    unknown: dict[str, str] = Field(description="why a figure cannot be told of this centre and these rules")
    facts: int
    is_whole: bool = Field(description="false: the window holds more facts than are read at once")


@routes.get("/live", status_code=204)
def live() -> Response:
    """Say that the process answers."""
    return Response(status_code=204)


@routes.get("/ready", status_code=204)
def ready(room: Room) -> Response:
    """Say whether it can be worked with: 503 where the log cannot be read, or what fell due is not seen to."""
    try:
        room.log.head()
    except LogUnavailable as error:
        return problem(503, "log-unavailable", str(error), headers={"Retry-After": "1"})
    overdue = overdue_s(room)
    if overdue > OVERDUE_S:
        return problem(503, "time-not-kept", f"What fell due {overdue:.0f} s ago has not been seen to.")
    return Response(status_code=204)


@routes.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(room: Room) -> Response:
    """Give the state of the room as Prometheus reads it."""
    return Response(exposition(room), media_type=CONTENT_TYPE_LATEST)


@routes.get("/v1/measures")
def read_measures(
    room: Room,
    figure: Annotated[list[str], Query(max_length=MOST_FIGURES, description="names, as docs/measures.md has them")],
    since: Annotated[datetime, Query(description="what was received from then on counts")],
    until: Annotated[datetime | None, Query(description="up to then; now, if not said")] = None,
) -> MeasuresOnWire:
    """Read figures off the live log, by the same code that judges a simulation."""
    present = room.present
    kinds = {resource.kind for resource in present.situation.resources.values()}
    flaws = [
        flaw
        for name in figure
        if (flaw := figure_flaw(name, priorities=tuple(present.procedure.priorities), kinds=kinds)) is not None
    ]
    if flaws:
        raise Refusal(flaws)
    start, end = instant(since), room.clock.now() if until is None else instant(until)
    if end <= start:
        raise Refusal.of("query/until", "is not after `since`", "a later instant")
    _, read, is_whole = read_window(room.log, start, MOST_FACTS)
    found = measure(
        [entry.fact for entry in read], since=start, until=end, procedure=present.procedure, centre=room.centre
    )
    values = {name: found.figure(name) for name in figure}
    lacks = {name: flaw.what for name in figure if (flaw := found.lack(name)) is not None}
    told = {name: None if math.isnan(value) else value for name, value in values.items()}
    return MeasuresOnWire(
        since=iso(start), until=iso(end), figures=told, unknown=lacks, facts=len(read), is_whole=is_whole
    )


def overdue_s(room: ControlRoom) -> float:
    """How long ago something fell due that is still undone; 0: nothing did."""
    due_at = room.present.decision.review_at
    return 0.0 if due_at is None else max(0.0, (room.clock.now() - due_at) / MS_PER_S)


def exposition(room: ControlRoom) -> bytes:
    """The room's state in Prometheus' words, made anew each time: nothing of it is kept between two questions."""
    present, now = room.present, room.clock.now()
    registry = CollectorRegistry()

    def gauge(name: str, told: str, value: float) -> None:
        Gauge(f"muster_{name}", told, registry=registry).set(value)

    waiting, unfilled = waiting_since(present), unfilled_since(present)
    resources = present.situation.resources.values()
    gauge("log_entries", "Entries of the log", present.situation.sequence)
    gauge("contacts_waiting", "Contacts that wait to be answered", len(waiting))
    gauge("oldest_contact_seconds", "How long the longest of them has waited", _oldest_s(waiting, now))
    gauge("needs_unfilled", "Needs that are not filled", len(unfilled))
    gauge("oldest_need_seconds", "How long the oldest of them has stood so", _oldest_s(unfilled, now))
    gauge("proposals", "What the rules propose", len(present.decision.proposals))
    gauge("resources_on_duty", "Resources on duty", sum(each.is_on_duty for each in resources))
    gauge("resources_busy", "Of these, with an assignment", sum(bool(each.serving) for each in resources))
    gauge("overdue_seconds", "How long ago something fell due that is not seen to", overdue_s(room))
    return generate_latest(registry)


def waiting_since(present: Present) -> list[Instant]:
    """When each contact that waits was received."""
    contacts = present.situation.contacts.values()
    return [each.received_at for each in contacts if each.status is ContactStatus.WAITING]


def unfilled_since(present: Present) -> list[Instant]:
    """Since when each unfilled need has stood so."""
    needs = present.situation.needs.values()
    return [need.unfilled_since for need in needs if not need.is_filled and need.unfilled_since is not None]


def _oldest_s(instants: list[Instant], now: Instant) -> float:
    return max(0.0, (now - min(instants)) / MS_PER_S) if instants else 0.0
