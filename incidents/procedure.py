"""A procedure: the centre's written rules as versioned data, and nothing else.

The YAML of a procedure file is exactly this: who answers, the triage tree, the priorities and their urgency, the response plans,
how resources are dispatched, when an incident escalates, and worked examples that must hold or the procedure does not load.
The same value runs live, in simulation and in replay; its fingerprint is its identity. Imports `centre`; `soundness`
checks what one field alone cannot.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from incidents.centre import Document, Name

SECONDS_IN_A_WEEK = 7 * 24 * 3600
MOST_ROWS = 50
"""The most rows that one need may have, so that its fact stays small."""


class Urgency(Document):
    """How the loss of a response time grows: weight * g(seconds).

    linear     g = t
    power      g = scale_s * (t / scale_s) ** exponent
    threshold  g = t, and `late_s` more once t exceeds target_s
    """

    shape: Literal["linear", "power", "threshold"] = "linear"
    weight: float = Field(default=1.0, gt=0, le=1000)
    target_s: float | None = Field(default=None, gt=0, le=SECONDS_IN_A_WEEK)
    scale_s: float = Field(default=480.0, gt=0, le=SECONDS_IN_A_WEEK)
    exponent: float = Field(default=2.0, ge=1, le=4)
    late_s: float = Field(default=600.0, ge=0, le=SECONDS_IN_A_WEEK)

    @model_validator(mode="after")
    def _threshold_has_target(self) -> Urgency:
        if self.shape == "threshold" and self.target_s is None:
            raise ValueError("a threshold needs target_s")
        return self


class Priority(Document):
    """A class of urgency. Rank 1 is served first; names carry no order of their own."""

    rank: int = Field(ge=1, le=99)
    urgency: Urgency = Urgency()
    lights: bool = Field(default=True, description="resources travel with lights and sirens")


class Queue(Document):
    """A queue of contacts: which skill answers it, in which rank, and how soon it should."""

    skill: Name
    rank: int = Field(default=1, ge=1, le=99)
    answer_target_s: float | None = Field(default=None, gt=0, le=SECONDS_IN_A_WEEK)
    automatic: bool = Field(default=True, description="the chosen call-taker's phone rings at once")
    load: int = Field(default=1, ge=1, le=1000, description="room that a contact takes of who answers it")


class Step(Document):
    """Where an answer leads: to another question, or to a determinant code."""

    ask: Name | None = None
    code: Name | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Step:
        if (self.ask is None) == (self.code is None):
            raise ValueError("give either `ask` (the next question) or `code` (the determinant)")
        return self


class Question(Document):
    """One question of the tree. `about` names the attribute of the incident it asks for; `otherwise` takes every other answer."""

    text: str = Field(min_length=1, max_length=500)
    about: Name
    answers: Mapping[Name, Step] = Field(min_length=1)
    otherwise: Step | None = None


class Triage(Document):
    """The tree of questions, from `start` to determinant codes."""

    start: Name
    questions: Mapping[Name, Question] = Field(min_length=1, max_length=10_000)


class Determinant(Document):
    """What triage concludes: a priority and a response plan (None: no resources are sent)."""

    priority: Name
    plan: Name | None = None


class PlanRow(Document):
    """One line of a response plan: so many resources with one skill."""

    skill: Name
    quantity: int = Field(default=1, ge=1, le=100)
    load: int = Field(default=1, ge=1, le=1000, description="room that each position takes of a resource")


class Plan(Document):
    """A response plan (run card). `whole`: all of it or nothing; otherwise whatever can be sent goes.

    `instead`: further ways to fill the plan, each as good as `send`. `shared`: one resource may fill several rows at once.
    """

    send: tuple[PlanRow, ...] = Field(min_length=1, max_length=MOST_ROWS)
    whole: bool = False
    instead: tuple[Annotated[tuple[PlanRow, ...], Field(min_length=1)], ...] = Field(default=(), max_length=9)
    shared: bool = False

    @property
    def ways(self) -> tuple[tuple[PlanRow, ...], ...]:
        """Every way to fill the plan, `send` first."""
        return (self.send, *self.instead)

    @model_validator(mode="after")
    def _ways_have_a_measure(self) -> Plan:
        if self.instead and not self.whole:
            raise ValueError("`instead` needs `whole: true`: parts of two different ways have no common measure")
        if sum(map(len, self.ways)) > MOST_ROWS:
            raise ValueError(f"all ways to fill a plan have at most {MOST_ROWS} rows together")
        return self


class Diversion(Document):
    """Which resources under way may be taken for something more urgent, and at what price."""

    to: tuple[Name, ...] = Field(min_length=1)
    from_: tuple[Name, ...] = Field(min_length=1, alias="from")
    least_gain_s: float = Field(default=60.0, ge=0, le=3600, description="weighted seconds a diversion must save")
    handover_s: float = Field(default=30.0, ge=0, le=600, description="seconds to turn the crew round")
    most_per_incident: int = Field(default=1, ge=1, le=10)


class Dispatch(Document):
    """How resources are chosen. `automatic`: priorities for which the proposal is acted on at once; factory: none."""

    automatic: tuple[Name, ...] = ()
    reach_limit_s: float = Field(default=3600.0, gt=0, le=SECONDS_IN_A_WEEK)
    spare_skill_s: float = Field(
        default=0.0, ge=0, le=3600, description="price of each skill that the need did not ask for"
    )
    diversion: Diversion | None = None


class Rung(Document):
    """An escalation rung: when a need of these priorities has stood unfilled so long, act once."""

    unfilled_for_s: float = Field(gt=0, le=SECONDS_IN_A_WEEK)
    priorities: tuple[Name, ...] = Field(min_length=1)
    raises_to: Name | None = None
    opens: PlanRow | None = None

    @model_validator(mode="after")
    def _does_something(self) -> Rung:
        if self.raises_to is None and self.opens is None:
            raise ValueError("a rung raises the priority (`raises_to`) or opens a need (`opens`), or both")
        return self


class Example(Document):
    """A worked example: these answers must lead to this code and priority."""

    answers: Mapping[Name, Name]
    code: Name
    priority: Name


class Procedure(Document):
    """The written rules of a centre, one version of them."""

    procedure: Name
    revision: int = Field(ge=1)
    based_on: str | None = None
    serves: tuple[str, ...] = ()
    queues: Mapping[Name, Queue] = Field(min_length=1)
    priorities: Mapping[Name, Priority] = Field(min_length=1)
    triage: Triage
    determinants: Mapping[Name, Determinant] = Field(min_length=1)
    plans: Mapping[Name, Plan] = Field(default_factory=dict)
    dispatch: Dispatch = Dispatch()
    escalation: Mapping[Name, Rung] = Field(default_factory=dict, max_length=20)
    examples: tuple[Example, ...] = ()

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over the canonical JSON of the rules: comments, key order and layout do not matter."""
        plain = self.model_dump(mode="json", by_alias=True)
        return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
