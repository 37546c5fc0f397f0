"""Allocation without a centre: a snapshot in, who goes where and why out. Nothing is remembered. Imports the optimiser.

The engines hold the interpreter while they search, so a large snapshot would stop the board; what is too large for here is what
`muster allocate` is for.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request

from api.problems import documented
from optimiser.allocation import Limits
from optimiser.refusals import DocumentRefused, Flaw
from optimiser.snapshot import Answer, Snapshot, allocate, read_snapshot

routes = APIRouter(prefix="/v1", tags=["allocation"], responses=documented())

PAIR_LIMIT = 20_000
"""The most combinations of row and resource in a snapshot that is answered here."""
LIMITS = Limits(nodes=100, programme_work=0.2, programme_nodes=100)
"""Less search than on the command line, since others are waiting; an answer that was cut short says so."""


async def _body(request: Request) -> bytes:
    return await request.body()


@routes.post(
    "/allocations",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Snapshot"}}},
        }
    },
)
def allocate_snapshot(body: bytes = Depends(_body)) -> Answer:
    """Fill the needs of a snapshot as well as can be, with reasons; the same snapshot always gets the same answer."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise DocumentRefused([Flaw("", f"is not UTF-8: {error.reason}", "JSON in UTF-8")]) from error
    snapshot = read_snapshot(text)
    if snapshot.combinations > PAIR_LIMIT:
        what = f"{snapshot.combinations} combinations of row and resource"
        raise DocumentRefused([Flaw("", what, f"at most {PAIR_LIMIT} here; `muster allocate` takes more")])
    return allocate(snapshot, LIMITS)


def snapshot_components() -> dict[str, Any]:
    """Return the schema of a snapshot and its parts, as components of an OpenAPI document."""
    whole = Snapshot.model_json_schema(ref_template="#/components/schemas/{model}")
    parts: dict[str, Any] = whole.pop("$defs", {})
    return {**parts, "Snapshot": whole}
