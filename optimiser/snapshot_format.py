"""The documents of `muster allocate`: a snapshot of needs and resources in, an answer with reasons out.

Strangers write snapshots, so they are read strictly and refused whole, with a JSON pointer (RFC 6901) for every flaw.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from optimiser.allocation import Engine
from optimiser.objective import LinearLoss, Loss
from optimiser.pointers import escaped, flaw_at
from optimiser.refusals import DocumentRefused, Flaw, ProblemRefused

TEXT_LIMIT = 50_000_000
"""The longest snapshot that is read, in characters."""
PAIR_LIMIT = 2_000_000
"""The most combinations of row and resource in one snapshot."""

Id: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
Seconds: TypeAlias = Annotated[float, Field(ge=0, le=10_000_000, allow_inf_nan=False)]
Weight: TypeAlias = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]
Rank: TypeAlias = Annotated[int, Field(ge=1, le=1000)]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class SnapshotPlace(_Document):
    """A point in degrees, WGS 84."""

    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)


class SnapshotRow(_Document):
    """So many resources of one skill."""

    skill: Id
    quantity: int = Field(default=1, ge=1, le=1000)


class SnapshotNeed(_Document):
    """Something that asks for resources."""

    id: Id
    priority: Rank = Field(description="1 is the most urgent; no number of lesser needs outweighs a more urgent one.")
    waited_s: Seconds = Field(default=0.0, description="Seconds since it was reported.")
    rows: tuple[SnapshotRow, ...] = Field(min_length=1, max_length=100)
    whole: bool = Field(default=True, description="true: all positions or none; false: as many as can be had.")
    place: SnapshotPlace | None = None


class SnapshotResource(_Document):
    """Somebody or something that can be sent."""

    id: Id
    skills: tuple[Id, ...] = Field(max_length=1000)
    available: bool = True
    capacity: int = Field(default=1, ge=1, le=1000, description="Needs it can serve at once.")
    place: SnapshotPlace | None = None


class TravelMatrix(_Document):
    """Travel as known times: need id, then resource id, then seconds. A pair that is not listed is out of reach."""

    kind: Literal["matrix"]
    reach_s: dict[Id, dict[Id, Seconds]]


class TravelStraightLine(_Document):
    """Travel as the great circle, made longer by a detour factor, at one speed."""

    kind: Literal["straight_line"]
    speed_kmh: float = Field(gt=0, le=2000, allow_inf_nan=False)
    detour: float = Field(default=1.3, ge=1, le=10, allow_inf_nan=False)
    turnout_s: Seconds = Field(default=0.0, description="Seconds before anybody moves, added to every journey.")


class Snapshot(_Document):
    """Everything an allocation depends on, at one instant."""

    needs: tuple[SnapshotNeed, ...] = Field(max_length=10_000)
    resources: tuple[SnapshotResource, ...] = Field(max_length=10_000)
    travel: Annotated[TravelMatrix | TravelStraightLine, Field(discriminator="kind")]
    weights: dict[Rank, Weight] = Field(default={}, description="What a second weighs, by priority; 1 unless given.")
    loss: Annotated[Loss, Field(discriminator="shape")] = LinearLoss()
    precedence: float = Field(
        default=1.0, ge=0, le=1000, allow_inf_nan=False,
        description="Seconds of travel that one second of longer waiting outweighs, when not everybody can be served.",
    )  # fmt: skip
    reach_limit_s: Seconds | None = Field(default=None, description="Whoever needs longer is out of reach.")


WhyNot: TypeAlias = Literal[
    "lacks the skill", "not available", "out of reach",
    "dearer", "taken", "in another role here", "team incomplete",
]  # fmt: skip
WhyHeld: TypeAlias = Literal["nobody has the skill", "no eligible resource", "taken", "team incomplete"]


class AnswerChoice(_Document):
    """A resource chosen for a row, and the price of choosing it in weighted seconds, term by term."""

    resource: str
    reach_s: float
    price: float
    terms: dict[str, float]


class AnswerNot(_Document):
    """A resource not chosen for a row, and why."""

    resource: str
    why: WhyNot
    reach_s: float | None = None
    dearer_by: float | None = Field(default=None, description="Weighted seconds above the dearest one chosen here.")
    held_by: tuple[str, ...] = ()


class AnswerRow(_Document):
    """One row of a need: who goes, who does not, and what is missing."""

    skill: str
    quantity: int
    chosen: tuple[AnswerChoice, ...]
    missing: int
    held_because: WhyHeld | None = None
    not_chosen: tuple[AnswerNot, ...]


class AnswerNeed(_Document):
    """What becomes of one need."""

    id: str
    priority: int
    state: Literal["filled", "partly filled", "held"]
    rows: tuple[AnswerRow, ...]
    alternatives: tuple[AnswerNot, ...] = Field(description="The free resources that would cost least extra.")


class AnswerFilled(_Document):
    """Positions asked for and filled in one priority class."""

    priority: int
    asked: int
    filled: int


class Answer(_Document):
    """Who goes where, what it costs, and how sure it is that nothing is better. Prices are weighted seconds."""

    filled: tuple[AnswerFilled, ...]
    price: float
    bound: float | None = Field(description="No plan filling as many positions can be cheaper; null when not known.")
    proven: bool
    engine: Engine
    stopped: Literal["proven", "limit", "degraded"]
    detail: str
    needs: tuple[AnswerNeed, ...]


def snapshot_schema() -> dict[str, Any]:
    """Return the JSON Schema of a snapshot."""
    return Snapshot.model_json_schema()


def answer_schema() -> dict[str, Any]:
    """Return the JSON Schema of an answer."""
    return Answer.model_json_schema(mode="serialization")


def read_snapshot(text: str) -> Snapshot:
    """Read a snapshot from JSON; raises `DocumentRefused` with every flaw at once."""
    raw = _parsed(text)
    flaws = [*_repeated_keys(raw, ""), *_meaning_flaws(raw)]
    read = _typed(raw, text)
    if isinstance(read, Snapshot) and not flaws:
        return read
    raise DocumentRefused(flaws if isinstance(read, Snapshot) else read + flaws)


def _typed(raw: object, text: str) -> Snapshot | list[Flaw]:
    try:
        return Snapshot.model_validate_json(text)
    except ValidationError as wrong:
        return [_flaw(raw, error) for error in wrong.errors(include_url=False)]
    except ProblemRefused as wrong:
        # A loss refuses its own parameters, and so hides what else is wrong; that is read without it.
        assert isinstance(raw, dict)
        rest = {key: value for key, value in raw.items() if key != "loss"}
        others = _typed(rest, json.dumps(rest))
        flaws = [Flaw(f"/loss/{flaw.where}", flaw.what, flaw.accepted) for flaw in wrong.flaws]
        return flaws if isinstance(others, Snapshot) else flaws + others


_DEEPEST = 8
"""No part of a snapshot lies deeper; what does is refused as unknown, and needs no walk that could exhaust the stack."""


class _Repeating(dict[str, Any]):
    """A JSON object in which some key occurs twice."""

    again: tuple[str, ...] = ()


def _parsed(text: str) -> object:
    if len(text) > TEXT_LIMIT:
        raise DocumentRefused([Flaw("", "is too long", f"at most {TEXT_LIMIT} characters")])
    try:
        text.encode()
        return json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as wrong:
        where = f"line {wrong.lineno}, column {wrong.colno}"
        raise DocumentRefused([Flaw(where, f"is not JSON: {wrong.msg}", "JSON (RFC 8259)")]) from None
    except (ValueError, RecursionError) as wrong:
        raise DocumentRefused([Flaw("", f"cannot be read: {wrong}", "JSON (RFC 8259)")]) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # JSON lets a key stand twice and keeps the last; in a matrix of travel times that would silently be a wrong time.
    made = _Repeating(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        made.again = tuple(sorted({key for key in keys if keys.count(key) > 1}))
    return made


def _repeated_keys(value: object, where: str) -> Iterator[Flaw]:
    if where.count("/") > _DEEPEST:
        return
    if isinstance(value, _Repeating):
        for key in value.again:
            yield Flaw(f"{where}/{escaped(key)}", "is given more than once", "each key once")
        for key, inner in value.items():
            yield from _repeated_keys(inner, f"{where}/{escaped(key)}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _repeated_keys(inner, f"{where}/{index}")


def _meaning_flaws(raw: object) -> Iterator[Flaw]:
    """Find what no type can say; tolerant of wrong shapes, which are reported as such elsewhere."""
    document = raw if isinstance(raw, dict) else {}
    needs, resources = _entries(document.get("needs")), _entries(document.get("resources"))
    for name, entries in (("needs", needs), ("resources", resources)):
        first: dict[str, int] = {}
        for index, entry in entries:
            if isinstance(entry.get("id"), str) and first.setdefault(entry["id"], index) != index:
                yield Flaw(f"/{name}/{index}/id", f"repeats /{name}/{first[entry['id']]}/id", "each id once")
    travel = document.get("travel")
    if isinstance(travel, dict) and travel.get("kind") == "matrix":
        yield from _unknown_ids(travel.get("reach_s"), needs, resources)
    if isinstance(travel, dict) and travel.get("kind") == "straight_line":
        for name, entries in (("needs", needs), ("resources", resources)):
            for index, entry in entries:
                if entry.get("place") is None:
                    yield Flaw(f"/{name}/{index}/place", "is missing", "a place, since travel is a straight line")
    rows = sum(len(need["rows"]) for _, need in needs if isinstance(need.get("rows"), list))
    if rows * len(resources) > PAIR_LIMIT:
        yield Flaw("/resources", "are too many for so many needs", f"at most {PAIR_LIMIT} rows times resources")


def _unknown_ids(
    reach: object, needs: list[tuple[int, dict[str, Any]]], resources: list[tuple[int, dict[str, Any]]]
) -> Iterator[Flaw]:
    if not isinstance(reach, dict):
        return
    need_ids = {need.get("id") for _, need in needs if isinstance(need.get("id"), str)}
    resource_ids = {resource.get("id") for _, resource in resources if isinstance(resource.get("id"), str)}
    for need, times in reach.items():
        if need not in need_ids:
            yield Flaw(f"/travel/reach_s/{escaped(need)}", "is no need of this snapshot", "the id of a need")
        for resource in times if isinstance(times, dict) else ():
            if resource not in resource_ids:
                where = f"/travel/reach_s/{escaped(need)}/{escaped(resource)}"
                yield Flaw(where, "is no resource of this snapshot", "the id of a resource")


def _entries(value: object) -> list[tuple[int, dict[str, Any]]]:
    if not isinstance(value, list):
        return []
    return [(index, entry) for index, entry in enumerate(value) if isinstance(entry, dict)]


def _flaw(raw: object, error: Any) -> Flaw:
    return flaw_at(_pointer(raw, error["loc"]), error, "a snapshot")


def _pointer(raw: object, location: Iterable[int | str]) -> str:
    """Turn a place in the model into a place in the document: the tags of unions do not stand in it."""
    pointer, here = "", raw
    steps = [step for step in location if step != "[key]"]
    for index, step in enumerate(steps):
        if (isinstance(here, dict) and step in here) or (
            isinstance(here, list) and isinstance(step, int) and step < len(here)
        ):
            here = here[step]  # type: ignore[index]
        elif index < len(steps) - 1:
            continue
        pointer += f"/{escaped(str(step))}"
    return pointer
