"""A procedure: the centre's written rules as versioned data, and nothing else.

The YAML of a procedure file is exactly this: who answers, the triage tree, the priorities and their urgency, the response plans,
how resources are dispatched, when an incident escalates, who may contact whom, who is told in which words, what is handed over,
what it is for (goals and targets), how one sees that it was followed (checks), and worked examples that must hold or the
procedure does not load. The same value runs live, in simulation and in replay; its fingerprint is its identity. Imports `centre`,
`tree`, `response_plan`, `ladder`, `handovers`, `wording`, `checks`, `goals` and `targets`; `soundness` checks what one
field alone cannot.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from incidents.centre import Document, Name
from incidents.checks import Check
from incidents.goals import Aim, Serves
from incidents.handovers import Handover
from incidents.ladder import Authority, Rung
from incidents.quantities import SECONDS_IN_A_WEEK
from incidents.response_plan import Plan as Plan
from incidents.targets import TargetPack, Targets
from incidents.tree import JumpOut as JumpOut
from incidents.tree import Question as Question
from incidents.tree import Step as Step
from incidents.tree import Triage as Triage
from incidents.wording import Advice, Wording

MOST_WEIGHTED_S = 10_000_000
"""The highest price a rule may name, in weighted seconds: what is dearer than that is not allowed rather than priced."""


class Urgency(Document):
    """How the loss of a response time grows: weight * g(seconds).

    linear     g = t
    power      g = scale_s * (t / scale_s) ** exponent
    threshold  g = t, and `late_s` more once t exceeds target_s
    logistic   g = scale_s * (1 - S(t) / S(0)), S(t) = 1 / (1 + exp(intercept + slope_per_s * t))

    S is a chance of survival, and scale_s the seconds that a life counts for. The factory curve is that of De Maio et al.
    (2003), Annals of Emergency Medicine 42(2), 242-250.
    """

    shape: Literal["linear", "power", "threshold", "logistic"] = "linear"
    weight: float = Field(default=1.0, gt=0, le=1000)
    target_s: float | None = Field(default=None, gt=0, le=SECONDS_IN_A_WEEK)
    scale_s: float = Field(default=480.0, ge=1, le=SECONDS_IN_A_WEEK)
    exponent: float = Field(default=2.0, ge=1, le=4)
    late_s: float = Field(default=600.0, ge=0, le=SECONDS_IN_A_WEEK)
    intercept: float = Field(default=0.679, ge=-20, le=20)
    slope_per_s: float = Field(default=0.262 / 60, gt=0, le=1)

    @model_validator(mode="after")
    def _shape_has_its_own(self) -> Urgency:
        if self.shape == "threshold" and self.target_s is None:
            raise ValueError("a threshold needs target_s")
        # What a life counts for is a judgement, and no factory may make it.
        if self.shape == "logistic" and "scale_s" not in self.model_fields_set:
            raise ValueError("a logistic needs scale_s, the seconds that a life counts for")
        return self


class Priority(Document):
    """A class of urgency. Rank 1 is served first; names carry no order of their own.

    `regret_s`: by how many seconds a slower resource may be sent because it is cheaper in the other terms; None leaves it to
    the rank. `waits_at_s`: a position waits when filling it now would cost more weighted seconds; None: it never waits by choice.
    """

    rank: int = Field(ge=1, le=99)
    urgency: Urgency = Urgency()
    lights: bool = Field(default=True, description="resources travel with lights and sirens")
    regret_s: float | None = Field(default=None, ge=0, le=SECONDS_IN_A_WEEK)
    waits_at_s: float | None = Field(default=None, gt=0, le=MOST_WEIGHTED_S)
    serves: Serves = ()

    @model_validator(mode="after")
    def _first_rank_never_waits(self) -> Priority:
        if self.rank == 1 and self.waits_at_s is not None:
            raise ValueError("a need of rank 1 is never left waiting by choice, so it has no waits_at_s")
        return self

    @property
    def regret_cap_s(self) -> float | None:
        """By how many seconds a resource may be slower than the quickest free one: none for rank 1; None: no cap."""
        if self.regret_s is not None:
            return self.regret_s
        return 0.0 if self.rank == 1 else None


class Queue(Document):
    """A queue of contacts: which skill answers it, in which rank, and how soon it should."""

    skill: Name
    rank: int = Field(default=1, ge=1, le=99)
    answer_target_s: float | None = Field(default=None, gt=0, le=SECONDS_IN_A_WEEK)
    credit_s: float = Field(
        default=0.0,
        ge=0,
        le=SECONDS_IN_A_WEEK,
        description="seconds of waiting it is given at the start, among its rank",
    )
    automatic: bool = Field(default=True, description="the chosen call-taker's phone rings at once")
    load: int = Field(default=1, ge=1, le=1000, description="room that a contact takes of who answers it")


class Determinant(Document):
    """What triage concludes: a priority, a response plan (None: no resources are sent), and what the caller may be advised.

    `because`: why it is answered so.
    """

    priority: Name
    plan: Name | None = None
    advice: tuple[Name, ...] = Field(default=(), max_length=50)
    because: str = Field(default="", max_length=500)


class Diversion(Document):
    """Which resources under way may be taken for something more urgent, and at what price."""

    to: tuple[Name, ...] = Field(min_length=1)
    from_: tuple[Name, ...] = Field(min_length=1, alias="from")
    least_gain_s: float = Field(default=60.0, ge=0, le=3600, description="weighted seconds a diversion must save")
    handover_s: float = Field(default=30.0, ge=0, le=600, description="seconds to turn the crew round")
    most_per_incident: int = Field(default=1, ge=1, le=10)


class Overrun(Document):
    """What it costs to send somebody whose shift would end before the work does.

    A resource is reckoned to work `task_s` after its arrival. What lies past its `until` costs `price` weighted seconds a
    second, and beyond `most_s` it is not sent at all. For the priorities in `unless` the end of a shift does not matter.
    """

    task_s: float = Field(ge=0, le=SECONDS_IN_A_WEEK)
    most_s: float = Field(ge=0, le=SECONDS_IN_A_WEEK)
    price: float = Field(default=1.0, ge=0, le=1000)
    unless: tuple[Name, ...] = ()


class Breaks(Document):
    """For which priorities a break may be interrupted, and at what price in weighted seconds."""

    interrupted_by: tuple[Name, ...] = Field(min_length=1)
    price_s: float = Field(default=0.0, ge=0, le=MOST_WEIGHTED_S)


class Reserve(Document):
    """So many resources with one skill to keep free, of those based at `stations` (none named: everywhere).

    Each that is missing costs `missing_s` weighted seconds.
    """

    name: Name
    skill: Name
    stations: tuple[Name, ...] = Field(default=(), max_length=1000)
    keep: int = Field(ge=1, le=1000)
    missing_s: float = Field(gt=0, le=MOST_WEIGHTED_S)


class Cover(Document):
    """What it is worth that somebody with `skill` stays: the seconds that the next calls would wait longer.

    `demand`: calls an hour by zone of the centre. `busy`: the chance that an idle resource is taken when it is wanted. A
    resource is reckoned to be away for `away_s`; each second that a call waits longer meanwhile costs `weight`
    weighted seconds.
    """

    skill: Name
    demand: Mapping[Name, Annotated[float, Field(ge=0, le=10_000)]] = Field(min_length=1, max_length=1000)
    weight: float = Field(gt=0, le=1000)
    away_s: float = Field(default=3600.0, gt=0, le=SECONDS_IN_A_WEEK)
    busy: float = Field(default=0.3, ge=0, le=0.95)


class Dispatch(Document):
    """How resources are chosen. `automatic`: priorities for which the proposal is acted on at once; factory: none.

    `partners`: what it costs, in weighted seconds, to call on each partner organisation; one that is not named is never proposed.
    """

    automatic: tuple[Name, ...] = ()
    reach_limit_s: float = Field(default=3600.0, gt=0, le=SECONDS_IN_A_WEEK)
    spare_skill_s: float = Field(
        default=0.0, ge=0, le=3600, description="price of each skill that the need did not ask for"
    )
    spare_level_s: float = Field(
        default=0.0, ge=0, le=3600, description="price of each level of a skill above the one that is asked for"
    )
    fairness_s: float = Field(
        default=0.0, ge=0, le=3600, description="price of each assignment that the resource has had on this duty"
    )
    diversion: Diversion | None = None
    overrun: Overrun | None = None
    breaks: Breaks | None = None
    partners: Mapping[Name, Annotated[float, Field(ge=0, le=MOST_WEIGHTED_S)]] = Field(default_factory=dict)
    reserve: tuple[Reserve, ...] = Field(default=(), max_length=100)
    cover: tuple[Cover, ...] = Field(default=(), max_length=20)
    serves: Serves = ()


class Example(Document):
    """A worked example: these answers must lead to this code and priority. `left`: questions left by a jump-out."""

    answers: Mapping[Name, Name]
    left: Mapping[Name, Name] = Field(default_factory=dict, max_length=50)
    code: Name
    priority: Name


class Procedure(Document):
    """The written rules of a centre, one version of them."""

    procedure: Name
    revision: int = Field(ge=1)
    based_on: str | None = None
    serves: tuple[str, ...] = ()
    goals: Mapping[Name, Aim] = Field(default_factory=dict, max_length=50)
    queues: Mapping[Name, Queue] = Field(min_length=1)
    priorities: Mapping[Name, Priority] = Field(min_length=1)
    triage: Triage
    determinants: Mapping[Name, Determinant] = Field(min_length=1)
    plans: Mapping[Name, Plan] = Field(default_factory=dict)
    dispatch: Dispatch = Dispatch()
    escalation: Mapping[Name, Rung] = Field(default_factory=dict, max_length=20)
    authority: tuple[Authority, ...] = Field(default=(), max_length=1000)
    wording: Wording | None = None
    handovers: Mapping[Name, Handover] = Field(default_factory=dict, max_length=20)
    advice: Mapping[Name, Advice] = Field(default_factory=dict, max_length=1000)
    targets: Targets = Targets()
    checks: Mapping[Name, Check] = Field(default_factory=dict, max_length=50)
    examples: tuple[Example, ...] = ()

    def holding(self, packs: Mapping[str, TargetPack]) -> Procedure:
        """Return the same rules with what the target packs say that they name, every one of which has to be in `packs`."""
        targets = self.targets.holding(packs)
        return self if targets is self.targets else self.model_copy(update={"targets": targets})

    @cached_property
    def is_staged(self) -> bool:
        """Whether the passing of time alone may raise the alarm of an incident."""
        return any(level.after_s is not None for plan in self.plans.values() for level in plan.levels)
