"""The composition root: one control room behind its routes. Imports every module of the routes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import (
    alarm_routes,
    allocation_routes,
    conformance_routes,
    contact_routes,
    correction_routes,
    debrief_routes,
    designer_routes,
    dispatcher_routes,
    escalation_routes,
    incident_routes,
    job_routes,
    key_routes,
    live_feed,
    message_routes,
    planner_routes,
    problems,
    record_routes,
    registry_routes,
    rehearsal_routes,
    resource_routes,
    shadow_routes,
    watch_routes,
)
from api.access import Door, Doorkeeper
from api.control_room import ControlRoom
from api.guard import Guard
from api.live_feed import Bell
from api.problems import Problem
from api.rates import Rates
from api.rollout_keeper import keep_rollouts
from api.settings import Settings
from api.timekeeper import keep_time
from api.tokens import Tokens

ROUTERS = (
    contact_routes.routes,
    incident_routes.routes,
    debrief_routes.routes,
    alarm_routes.routes,
    message_routes.routes,
    dispatcher_routes.routes,
    escalation_routes.routes,
    correction_routes.routes,
    resource_routes.routes,
    record_routes.routes,
    conformance_routes.routes,
    rehearsal_routes.routes,
    live_feed.routes,
    allocation_routes.routes,
    designer_routes.routes,
    shadow_routes.routes,
    planner_routes.routes,
    key_routes.routes,
    registry_routes.routes,
    job_routes.routes,
    watch_routes.routes,
)
TITLE = "Muster"
VERSION = "1"
SHOWN = "A key of this centre, or a token of its identity provider. A room that stands open asks for neither."


def application(room: ControlRoom, settings: Settings | None = None, *, tokens: Tokens | None = None) -> FastAPI:
    """Put a control room behind HTTP; `tokens` reads those of an identity provider. Closing the log is the caller's business."""

    @contextlib.asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[None]:
        bell = Bell()
        served.state.bell = bell
        unsubscribe = room.subscribe(bell.ring)
        keepers = [asyncio.create_task(keep_time(room, bell)), asyncio.create_task(keep_rollouts(room))]
        try:
            yield
        finally:
            unsubscribe()
            shadow_routes.stop(served)
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)

    # The documentation pages of the framework load scripts from other sites; the document itself is enough for tools.
    served = FastAPI(title=TITLE, version=VERSION, lifespan=lifespan, docs_url=None, redoc_url=None)
    served.state.room = room
    for routes in ROUTERS:
        served.include_router(routes)
    problems.install(served)
    door = served.state.door = Door(room, tokens)
    served.add_middleware(Doorkeeper, door=door, routers=ROUTERS, rates=Rates())
    served.add_middleware(Guard, settings=settings or Settings())
    served.openapi = lambda: _document(served)  # type: ignore[method-assign]
    return served


def _document(served: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the parts that the framework cannot see for itself."""
    if served.openapi_schema is None:
        document = get_openapi(title=TITLE, version=VERSION, routes=served.routes)
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas.update(allocation_routes.snapshot_components())
        whole = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(whole.pop("$defs", {}))
        schemas["Problem"] = whole
        document["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "description": SHOWN}}
        document["security"] = [{"key": []}]
        served.openapi_schema = document
    return served.openapi_schema
