"""Refusals and failures as RFC 9457 problem details, and their documentation. Imports `control_room`, `log`, `incidents`.

404  nobody and nothing of that name            409  a fact that cannot be, or a proposal no longer made
422  a request that is not well formed, or an idempotency key used for another request
413  too large      403  another site's page, or not the caller's role      401  nobody knows the caller     429  too much at once
503  the log cannot be written      500  our fault; the log says more
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from api.control_room import KeyReused
from api.log import LogUnavailable
from api.registry import StepRefused
from incidents.refusals import FactRefused, Flaw, Refusal

MEDIA_TYPE = "application/problem+json"
MOST_FLAWS = 100
"""The most flaws listed in one problem."""
LONGEST_WORDS = 2_000
"""The most characters of one flaw's text; what a client sent may be long."""


class FlawOnWire(BaseModel):
    """One thing that is wrong."""

    pointer: str = Field(description="JSON pointer into the request, or into the fact it stands for")
    what: str
    accepted: str = Field(description="what would be accepted instead; empty if that cannot be said briefly")


class Problem(BaseModel):
    """Why a request was not carried out (RFC 9457). Nothing was changed by it."""

    type: str
    title: str
    status: int
    detail: str
    flaws: tuple[FlawOnWire, ...] = ()
    proposal: dict[str, Any] | None = Field(
        default=None, description="with a stale proposal: today's for the same need"
    )


class NobodyCalled(Exception):
    """There is no such thing."""

    def __init__(self, what: str) -> None:
        super().__init__(what)


class Stale(Exception):
    """A proposal is not made any more; `today` is what is proposed for the same need now, None: nothing."""

    def __init__(self, detail: str, today: dict[str, Any] | None) -> None:
        super().__init__(detail)
        self.today = today


def problem(
    status: int, kind: str, detail: str, flaws: Sequence[Flaw] = (), *, today: dict[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:  # fmt: skip
    """Return a problem response; `kind` ends its type URI."""
    shown = tuple(
        FlawOnWire(pointer=flaw.where, what=flaw.what[:LONGEST_WORDS], accepted=flaw.accepted[:LONGEST_WORDS])
        for flaw in flaws[:MOST_FLAWS]
    )
    body = Problem(
        type=f"urn:muster:problem:{kind}", title=HTTPStatus(status).phrase, status=status,
        detail=detail[:LONGEST_WORDS], flaws=shown, proposal=today,
    )  # fmt: skip
    content = body.model_dump(mode="json", exclude_none=True)
    return JSONResponse(content, status, dict(headers or {}), MEDIA_TYPE)


def install(application: FastAPI) -> None:
    """Answer every refusal and failure with a problem."""
    application.add_exception_handler(FactRefused, _fact_refused)
    application.add_exception_handler(StepRefused, _step_refused)
    application.add_exception_handler(Refusal, _refused)
    application.add_exception_handler(RequestValidationError, _malformed)
    application.add_exception_handler(NobodyCalled, _nobody)
    application.add_exception_handler(Stale, _stale)
    application.add_exception_handler(KeyReused, _key_reused)
    application.add_exception_handler(LogUnavailable, _log_unavailable)
    application.add_exception_handler(DBAPIError, _log_unavailable)
    application.add_exception_handler(HTTPException, _http)
    application.add_exception_handler(Exception, _unexpected)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses for these problems and those that any request may meet."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    every = sorted({400, 401, 403, 404, 405, 413, 422, 429, 500, 503, *statuses})
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in every}


def _fact_refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, FactRefused)
    return problem(409, "fact-refused", "This cannot have happened, given what is known.", error.flaws)


def _step_refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StepRefused)
    return problem(409, "step-refused", "This step may not be taken now, or not by this person.", error.flaws)


def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    return problem(422, "document-refused", "The request cannot be read.", error.flaws)


def _malformed(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    flaws = [Flaw(_pointer(flaw["loc"]), str(flaw["msg"])) for flaw in error.errors()]
    return problem(422, "request-malformed", "The request cannot be read.", flaws)


def _pointer(loc: Sequence[int | str]) -> str:
    parts = [str(part).replace("~", "~0").replace("/", "~1") for part in loc]
    if parts and parts[0] == "body":
        return "/" + "/".join(parts[1:]) if len(parts) > 1 else ""
    return "/".join(parts)


def _nobody(_request: Request, error: Exception) -> JSONResponse:
    return problem(404, "not-found", str(error))


def _stale(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Stale)
    return problem(409, "stale-proposal", str(error), today=error.today)


def _key_reused(_request: Request, _error: Exception) -> JSONResponse:
    flaw = Flaw("header/Idempotency-Key", "was used for another request", "a new key for a new request")
    return problem(422, "key-reused", "An idempotency key stands for one request.", [flaw])


def _log_unavailable(_request: Request, error: Exception) -> JSONResponse:
    logging.getLogger(__name__).error("%s", error)
    detail = "The log cannot be used just now, so nothing was recorded."
    return problem(503, "log-unavailable", detail, headers={"Retry-After": "1"})


def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, "http", str(error.detail), headers=error.headers)


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    logging.getLogger(__name__).exception("%s %s failed", request.method, json.dumps(request.url.path), exc_info=error)
    return problem(500, "unexpected", "Something went wrong here. Nothing was recorded that was not acknowledged.")
