"""A workload: what the world throws at a centre, as data.

The YAML of a workload file is exactly this: when contacts come, what they are about in truth, what their
callers say, where they happen, how long everything takes that no procedure decides. No procedure sees any of
it before the world shows it. Seconds everywhere; rates are per hour of local time. Imports `distributions`
and the documents of `incidents.centre`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import Field, model_validator

from incidents.centre import HOURS_IN_A_WEEK, Centre, Document, Loc, Name, TravelByHour
from incidents.procedure import Procedure
from simulation.distributions import Constant, Distribution, Exponential, Lognormal, Quantiles

Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(ge=0, le=1_000_000)]
_EVEN = 1e-6
"""How far shares may be from summing to one."""


class LognormalEntry(Document):
    """Expected value in seconds and coefficient of variation."""

    mean: float = Field(gt=0)
    cv: float = Field(gt=0, le=20)


class DistributionEntry(Document):
    """A distribution, given in exactly one way."""

    constant: float | None = Field(default=None, ge=0)
    exponential: float | None = Field(default=None, gt=0, description="expected value")
    lognormal: LognormalEntry | None = None
    quantiles: tuple[Annotated[float, Field(ge=0)], ...] | None = Field(default=None, min_length=2, max_length=1001)

    @model_validator(mode="after")
    def _one_way(self) -> DistributionEntry:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of constant, exponential, lognormal, quantiles")
        if self.quantiles is not None and list(self.quantiles) != sorted(self.quantiles):
            raise ValueError("quantiles must not decrease")
        return self

    def distribution(self) -> Distribution:
        """The distribution that is meant."""
        if self.exponential is not None:
            return Exponential(self.exponential)
        if self.lognormal is not None:
            return Lognormal(self.lognormal.mean, self.lognormal.cv)
        if self.quantiles is not None:
            return Quantiles(self.quantiles)
        assert self.constant is not None, "an entry is given in exactly one way"
        return Constant(self.constant)


Duration = Name | DistributionEntry
"""A distribution of seconds, in place or by the name of one of the workload's tables."""
ZERO = DistributionEntry(constant=0.0)
AS_PLANNED = DistributionEntry(constant=1.0)


class Arrivals(Document):
    """Contacts per hour: one rate, or one for each hour of the local week from Monday 00:00.

    `day_factor_cv` above 0 multiplies the rates of each local day by one gamma factor with mean 1: days
    differ by more than chance.
    """

    rate_per_h: Rate | tuple[Rate, ...]
    day_factor_cv: float = Field(0.0, ge=0, le=2)

    @model_validator(mode="after")
    def _a_whole_week(self) -> Arrivals:
        if isinstance(self.rate_per_h, tuple) and len(self.rate_per_h) != HOURS_IN_A_WEEK:
            raise ValueError(f"give one rate or {HOURS_IN_A_WEEK}, not {len(self.rate_per_h)}")
        return self

    @property
    def week(self) -> tuple[float, ...]:
        """The rate of every hour of the week, Monday 00:00 first."""
        return self.rate_per_h if isinstance(self.rate_per_h, tuple) else (self.rate_per_h,) * HOURS_IN_A_WEEK


class Course(Document):
    """What happens to one resource of a kind that is sent, whoever decided it.

    Of those sent, `stood_down_share` are called off on their own, `stood_down_s` after assignment. Of the
    others, `unneeded_share` are turned back `unneeded_s` after somebody else reaches the scene first, unless
    they have arrived by then. Of those that arrive, `transported_share` leave for a facility after
    `before_transport_s`; the rest are clear after `scene_s`.
    """

    turnout_s: Duration = ZERO
    travel_factor: Duration = AS_PLANNED
    stood_down_share: Share = 0.0
    stood_down_s: Duration = ZERO
    unneeded_share: Share = 0.0
    unneeded_s: Duration = ZERO
    scene_s: Duration = ZERO
    transported_share: Share = 0.0
    before_transport_s: Duration = ZERO
    to_facility_s: Duration = ZERO
    handover_s: Duration = ZERO

    def durations(self) -> Iterator[tuple[str, Duration]]:
        """Every field that names a distribution, with its name."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if not isinstance(value, float):
                yield name, value


class LostCallers(Document):
    """Of the callers, `share` are lost before the interview is over; the call-taker then takes `jump_out` where it is offered."""

    share: Share
    jump_out: Name = "caller lost"


class Nature(Document):
    """A kind of truth. `told` gives, for an attribute, what the caller says in its place; absent means the
    truth is told.

    `handling_s` covers `questions` questions, so a procedure that asks more takes longer by the same pace.
    `decision_s` is the dispatcher's delay from the end of triage to acting on a proposal. `patience_s` absent
    means that these callers wait as long as the workload's callers do; `lost` absent, that none of them is lost.
    """

    id: Name
    share: Share
    queue: Name
    priority: Name
    truth: Mapping[Name, Name] = Field(default_factory=dict)
    told: Mapping[Name, Mapping[Name, Share]] = Field(default_factory=dict)
    places: Name | None = None
    questions: int = Field(1, ge=1, le=100)
    handling_s: Duration
    decision_s: Duration = ZERO
    patience_s: Duration | None = None
    conduct: Name | None = None
    lost: LostCallers | None = None


class Workload(Document):
    """What comes, and what is true of it."""

    workload: Name
    time_zone: str = "UTC"
    provenance: str = ""
    arrivals: Arrivals
    tables: Mapping[Name, DistributionEntry] = Field(default_factory=dict)
    places: Mapping[Name, Mapping[Name, Share]] = Field(default_factory=dict)
    spread_m: Mapping[Name, Annotated[float, Field(ge=0, le=100_000)]] = Field(default_factory=dict)
    conducts: Mapping[Name, Mapping[Name, Course]] = Field(default_factory=dict)
    natures: tuple[Nature, ...] = Field(min_length=1, max_length=10_000)
    patience_s: Duration | None = None
    wrap_up_s: Duration = ZERO
    travel_by_hour: TravelByHour | None = None

    def distribution(self, duration: Duration) -> Distribution:
        """The distribution meant by an entry or by the name of a table."""
        return (self.tables[duration] if isinstance(duration, str) else duration).distribution()

    def flaws(self) -> Iterator[tuple[Loc, str, str]]:
        """Yield every flaw the document has in itself: location, what is wrong, what would be accepted."""
        if self.time_zone not in available_timezones():
            yield (
                ("time_zone",),
                f"unknown time zone {self.time_zone!r}",
                "an IANA name such as Europe/London",
            )
        yield from _uneven(("natures",), [nature.share for nature in self.natures])
        for mix, shares in self.places.items():
            yield from _uneven(("places", mix), list(shares.values()))
        seen: dict[str, int] = {}
        for index, nature in enumerate(self.natures):
            if seen.setdefault(nature.id, index) != index:
                yield ("natures", index, "id"), f"{nature.id!r} is there twice", "an id of its own"
            for about, shares in nature.told.items():
                yield from _uneven(("natures", index, "told", about), list(shares.values()))
            if nature.places is not None and nature.places not in self.places:
                yield ("natures", index, "places"), f"unknown mix {nature.places!r}", ", ".join(self.places)
            if nature.conduct is not None and nature.conduct not in self.conducts:
                accepted = ", ".join(self.conducts)
                yield ("natures", index, "conduct"), f"unknown conduct {nature.conduct!r}", accepted
        for where, duration in self._durations():
            if isinstance(duration, str) and duration not in self.tables:
                yield where, f"unknown table {duration!r}", "a name under tables, or a distribution in place"

    def flaws_beside(self, centre: Centre, procedure: Procedure | None = None) -> Iterator[tuple[Loc, str, str]]:
        """Yield what the workload names and the centre, or the procedure, does not know."""
        for mix, shares in self.places.items():
            for zone in shares:
                if zone not in centre.zones:
                    yield ("places", mix, zone), f"the centre has no zone {zone!r}", "a zone of the centre"
        for conduct, courses in self.conducts.items():
            for kind in courses:
                if kind not in centre.kinds:
                    yield (
                        ("conducts", conduct, kind),
                        f"the centre has no kind {kind!r}",
                        ", ".join(centre.kinds),
                    )
        if procedure is None:
            return
        for index, nature in enumerate(self.natures):
            if nature.queue not in procedure.queues:
                accepted = ", ".join(procedure.queues)
                yield ("natures", index, "queue"), f"the procedure has no queue {nature.queue!r}", accepted
            # A procedure without jump-outs has no rule for lost callers; one that has some must mean the same ones.
            jump_outs = procedure.triage.jump_outs
            if nature.lost is not None and jump_outs and nature.lost.jump_out not in jump_outs:
                what = f"the procedure has no jump-out {nature.lost.jump_out!r}"
                yield ("natures", index, "lost", "jump_out"), what, ", ".join(jump_outs)
            if nature.priority not in procedure.priorities:
                accepted = ", ".join(procedure.priorities)
                yield (
                    ("natures", index, "priority"),
                    f"the procedure has no priority {nature.priority!r}",
                    accepted,
                )

    def _durations(self) -> Iterator[tuple[Loc, Duration]]:
        for conduct, courses in self.conducts.items():
            for kind, course in courses.items():
                for name, duration in course.durations():
                    yield ("conducts", conduct, kind, name), duration
        for index, nature in enumerate(self.natures):
            yield ("natures", index, "handling_s"), nature.handling_s
            yield ("natures", index, "decision_s"), nature.decision_s
            if nature.patience_s is not None:
                yield ("natures", index, "patience_s"), nature.patience_s
        if self.patience_s is not None:
            yield ("patience_s",), self.patience_s
        yield ("wrap_up_s",), self.wrap_up_s


def _uneven(where: Loc, shares: list[float]) -> Iterator[tuple[Loc, str, str]]:
    if abs(sum(shares) - 1) > _EVEN:
        yield where, f"the shares sum to {sum(shares):.6f}", "shares that sum to 1"
