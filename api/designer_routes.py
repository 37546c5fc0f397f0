"""Procedures as documents, before anybody puts one in force: check, walk, compare, draw. Nothing is remembered.

A body is the procedure file itself, as YAML or as JSON, and a flaw of it stands at `body:line:column`. Imports
`incidents`, `simulation.scenario_files`, `incident_routes`, `problems` and `submission`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from api.incident_routes import QuestionView, question_view
from api.problems import documented
from api.submission import Room
from incidents.centre import Document
from incidents.charts import Subject
from incidents.differences import Audience, changes
from incidents.drawing import Format, draw
from incidents.interview import Answers
from incidents.near_names import Found
from incidents.procedure import Procedure
from incidents.read import parse_document, parse_procedure
from incidents.refusals import DocumentRefused, Flaw
from incidents.soundness import flaws_of
from incidents.triage import next_step
from simulation.scenario_files import known_packs

routes = APIRouter(prefix="/v1/procedures", tags=["procedures"], responses=documented())

BODY = "body"
"""What a flaw's place begins with, where a file's name stands otherwise."""
YAML, JSON = "application/yaml", "application/json"
MEDIA_TYPES: dict[Format, str] = {"mermaid": "text/vnd.mermaid", "svg": "image/svg+xml"}
NO_SCRIPTS = {"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff"}
"""A drawing holds no script, and if it did a browser would not run it."""


class Pair(Document):
    """Two versions of a procedure."""

    old: Procedure
    new: Procedure

    def flaws(self) -> Found:
        """Yield the flaws of both."""
        for name, procedure in (("old", self.old), ("new", self.new)):
            for loc, what, accepted in flaws_of(procedure, None, known_packs()):
                yield (name, *loc), what, accepted


class Case(Answers):
    """A procedure and the answers given so far."""

    procedure: Procedure

    def all_flaws(self) -> Found:
        """Yield the flaws of the procedure, and each answer that is none to its tree."""
        for loc, what, accepted in flaws_of(self.procedure, None):
            yield ("procedure", *loc), what, accepted
        yield from self.flaws(self.procedure.triage)


class Version(BaseModel):
    """One version of a procedure."""

    procedure: str
    revision: int
    fingerprint: str = Field(description="SHA-256 over the rules; comments and layout do not matter")


class ChangeOnWire(BaseModel):
    """One rule that was added, dropped or changed."""

    where: str = Field(description="its keys in the document, joined by dots")
    words: str
    audience: Audience


class Differences(BaseModel):
    """What changed from `old` to `new`; no changes: the rules are the same."""

    old: Version
    new: Version
    changes: tuple[ChangeOnWire, ...]


async def _text(request: Request) -> str:
    """The body as YAML, of which JSON is a part but for the way it escapes what is beyond U+FFFF."""
    try:
        text = (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise DocumentRefused([Flaw(BODY, f"is not UTF-8: {error.reason}", "YAML or JSON in UTF-8")]) from error
    return _SURROGATES.sub(_as_one, text) if request.headers.get("content-type", "").startswith(JSON) else text


_SURROGATES = re.compile(r"\\(?:\\|u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2}))")


def _as_one(found: re.Match[str]) -> str:
    high, low = found.groups()
    if high is None:
        # An escaped backslash: what follows it is no escape.
        return found.group()
    return rf"\U{0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF):08x}"


Text = Annotated[str, Depends(_text)]


def accepts(what: str) -> dict[str, Any]:
    """Say in the OpenAPI document that a body is a document, as YAML or JSON."""
    schema = {"type": "object", "description": f"{what}, as docs/procedure-format.md says"}
    return {"requestBody": {"required": True, "content": {each: {"schema": schema} for each in (YAML, JSON)}}}


@routes.post("/check", openapi_extra=accepts("a procedure"))
def check_procedure(
    room: Room,
    text: Text,
    against_centre: Annotated[bool, Query(description="check it against this room's centre as well")] = False,
) -> Version:
    """Check a procedure whole: 200 if it is sound, else a problem with every flaw at its line and column."""
    centre = room.centre if against_centre else None
    return _version(parse_procedure(text, BODY, centre, known_packs()))


@routes.post("/diff", openapi_extra=accepts("`old` and `new`, each a procedure"))
def compare_procedures(
    text: Text, audience: Annotated[Audience | None, Query(description="only what concerns them")] = None
) -> Differences:
    """Say in words what changed from one version to another, and whom it concerns."""
    pair = parse_document(text, BODY, Pair, Pair.flaws)
    old, new = (each.holding(known_packs()) for each in (pair.old, pair.new))
    told = tuple(
        ChangeOnWire(where=each.where, words=each.words, audience=each.audience)
        for each in changes(old, new)
        if audience in (None, each.audience)
    )
    return Differences(old=_version(old), new=_version(new), changes=told)


@routes.post(
    "/walk", openapi_extra=accepts("`procedure`, `answers` as question: answer, and `left` as question: jump-out")
)
def walk_procedure(text: Text) -> QuestionView:
    """Say what to ask next after these answers, or what triage concludes."""
    case = parse_document(text, BODY, Case, Case.all_flaws)
    standing = next_step(case.procedure.triage, case.answers, case.left)
    return question_view(case.procedure, standing, case.left)


@routes.post(
    "/draw",
    openapi_extra=accepts("a procedure"),
    response_class=Response,
    responses={200: {"content": {each: {"schema": {"type": "string"}} for each in MEDIA_TYPES.values()}}},
)
def draw_procedure(
    text: Text,
    of: Annotated[Subject, Query(description="what to draw")] = "tree",
    form: Annotated[Format, Query(alias="format")] = "svg",
    beneath: Annotated[str | None, Query(max_length=80, description="of the tree only what follows from here")] = None,
) -> Response:
    """Draw the triage tree, the response plans or the escalation of a sound procedure."""
    procedure = parse_document(text, BODY, Procedure, lambda procedure: flaws_of(procedure, None))
    drawn = draw(procedure, of, form, beneath=beneath)
    return Response(drawn, media_type=MEDIA_TYPES[form], headers=NO_SCRIPTS)


def _version(procedure: Procedure) -> Version:
    return Version(
        procedure=procedure.procedure, revision=procedure.revision, fingerprint=procedure.fingerprint
    )  # fmt: skip
