"""What an answer to a snapshot says: who goes where and why, what stays open and why, what it costs, and how sure that is.

Prices are weighted seconds in steps of 0.1. They add up: choices and waiting to their need, needs to their priority, and
priorities and reserves to the whole, term by term.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pydantic import Field

from optimiser.allocation import Engine
from optimiser.snapshot_format import Document

WhyNot: TypeAlias = Literal[
    "lacks the skill", "level too low", "not available", "out of reach", "shift ends too soon", "barred",
    "slower than the cap allows", "dearer", "taken", "in another role here", "team incomplete", "no capacity",
]  # fmt: skip
"""The reasons of `snapshot_eligibility`, the cap on regret, and the reasons of `explain`."""
WhyHeld: TypeAlias = Literal[
    "nobody has the skill", "no eligible resource", "taken", "team incomplete", "waiting is cheaper",
]  # fmt: skip
State: TypeAlias = Literal["filled", "partly filled", "held", "waiting"]
Terms: TypeAlias = dict[str, float]


class AnswerChoice(Document):
    """A resource chosen for a row, and the price of choosing it, term by term."""

    resource: str
    reach_s: float | None = Field(description="null for a forced pin whose time is not known.")
    price: float
    terms: Terms = Field(description="Of several shared roles, the dearest bears the price and the others nothing.")
    pinned: bool = False


class AnswerChange(Document):
    """How another plan would differ, everybody counted who would have to move."""

    dearer_by: float = Field(description="Weighted seconds; below nought where it fills less.")
    positions: dict[int, int] = Field(description="By priority, of which more or, below nought, fewer are filled.")
    proven: bool = Field(description="Whether no other plan of this kind changes less.")


class AnswerNot(Document):
    """A resource not chosen for a row, and why."""

    resource: str
    why: WhyNot
    rule: str | None = Field(default=None, description="The rule that bars it.")
    reach_s: float | None = None
    dearer_by: float | None = Field(default=None, description="Weighted seconds above the dearest one chosen here.")
    held_by: tuple[str, ...] = ()
    in_plan: AnswerChange | None = Field(
        default=None, description="What choosing it would change in the whole plan; null where that is not known."
    )


class AnswerRow(Document):
    """One row of a need: who goes, who does not, and what is missing."""

    skill: str
    quantity: int
    alternative: int | None = Field(default=None, description="Which of the need's alternatives it belongs to, from 0.")
    chosen: tuple[AnswerChoice, ...]
    missing: int = Field(description="0 where another alternative is used.")
    held_because: WhyHeld | None = None
    filling: AnswerChange | None = Field(
        default=None, description="The least change that would fill more of it; null where that is not known."
    )
    not_chosen: tuple[AnswerNot, ...]


class AnswerNeed(Document):
    """What becomes of one need."""

    id: str
    priority: int
    state: State
    price: float
    terms: Terms = Field(description="Of its choices together, and `waiting` for what it costs to leave it open.")
    going_would_cost: float | None = Field(
        default=None,
        description="Where waiting is cheaper: its price if it were filled, with what others that may wait would lose.",
    )
    rows: tuple[AnswerRow, ...]
    alternatives: tuple[AnswerNot, ...] = Field(description="Who else could go, the least extra first.")


class AnswerClass(Document):
    """One priority: positions asked for and filled, and what they cost. Needs that may wait are not counted, but priced."""

    priority: int
    asked: int
    filled: int
    price: float
    terms: Terms


class AnswerReserve(Document):
    """A reserve: who is kept within its group, and how many are missing."""

    id: str
    keep: int
    kept: tuple[str, ...] = Field(description="Once for each unit of room.")
    missing: int


class AnswerBroken(Document):
    """A rule that forced pins break."""

    rule: str = Field(description="quantity, capacity, one role, one alternative or eligibility")
    about: str = Field(description="The resource for capacity, else the need, or need/resource.")
    detail: str = ""


class Answer(Document):
    """Who goes where, what it costs, and how sure it is that nothing is better."""

    classes: tuple[AnswerClass, ...]
    price: float
    terms: Terms
    bound: float | None = Field(description="No plan filling as many positions can be cheaper; null when not known.")
    proven: bool
    engine: Engine
    seed: int = Field(description="Of the engines' random numbers. It is always the same; ties are broken by ids.")
    stopped: Literal["proven", "limit", "degraded"]
    detail: str
    caps_not_set: tuple[int, ...] = Field(
        description="Priorities whose cap on regret could not be worked out within the limits, and so was not set."
    )
    broken: tuple[AnswerBroken, ...]
    needs: tuple[AnswerNeed, ...]
    reserves: tuple[AnswerReserve, ...]


def answer_schema() -> dict[str, Any]:
    """Return the JSON Schema of an answer."""
    return Answer.model_json_schema(mode="serialization")
