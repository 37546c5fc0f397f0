"""A workload: what the world throws at a centre, as data.

The YAML of a workload file is exactly this: when contacts come, what they are about in truth, what their
callers say, where they happen, how long everything takes that no procedure decides. No procedure sees any of
it before the world shows it. Seconds everywhere; rates are per hour of local time. Imports `durations`,
`conditions` and the documents of `incidents.centre`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, model_validator
from scipy import special

from incidents.centre import HOURS_IN_A_WEEK, Centre, Document, Loc, Name, TravelByHour
from incidents.procedure import Procedure
from simulation.condition_flaws import flaws_of_conditions, flaws_of_conditions_beside, timed_parts
from simulation.conditions import (
    Acknowledging,
    Breakdown,
    Duplicates,
    Facilities,
    Facility,
    Further,
    Lending,
    Major,
    Override,
    Radio,
    Redial,
    Surge,
)
from simulation.distributions import Distribution
from simulation.durations import AS_PLANNED as AS_PLANNED
from simulation.durations import ZERO as ZERO
from simulation.durations import DistributionEntry as DistributionEntry
from simulation.durations import Duration as Duration
from simulation.durations import LognormalEntry as LognormalEntry
from simulation.durations import Share as Share
from simulation.durations import Timed

Rate = Annotated[float, Field(ge=0, le=1_000_000)]
_EVEN = 1e-6
"""How far shares may be from summing to one."""


Hours = Annotated[tuple[Annotated[float, Field(ge=0, le=100)], ...], Field(min_length=24, max_length=24)]
"""A factor for each hour of the local day, from midnight."""
HourlyTime = Literal["handling_s", "decision_s", "turnout_s", "scene_s"]
DailyTime = Literal[
    "handling_s",
    "decision_s",
    "turnout_s",
    "travel_factor",
    "scene_s",
    "before_transport_s",
    "to_facility_s",
    "handover_s",
]


class Arrivals(Document):
    """Contacts per hour: one rate, or one for each hour of the local week from Monday 00:00.

    `day_factor_cv` above 0 multiplies the rates of each local day by one gamma factor with mean 1: days
    differ by more than chance.
    """

    rate_per_h: Rate | tuple[Rate, ...]
    day_factor_cv: float = Field(default=0.0, ge=0, le=2)

    @model_validator(mode="after")
    def _a_whole_week(self) -> Arrivals:
        if isinstance(self.rate_per_h, tuple) and len(self.rate_per_h) != HOURS_IN_A_WEEK:
            raise ValueError(f"give one rate or {HOURS_IN_A_WEEK}, not {len(self.rate_per_h)}")
        return self

    @property
    def week(self) -> tuple[float, ...]:
        """The rate of every hour of the week, Monday 00:00 first."""
        return self.rate_per_h if isinstance(self.rate_per_h, tuple) else (self.rate_per_h,) * HOURS_IN_A_WEEK

    def busy_day_factor(self, share: float) -> float:
        """The factor of a day that is busier than a share of all days: a quantile of the gamma distribution."""
        shape = self.day_factor_cv**-2 if self.day_factor_cv else math.inf
        return 1.0 if math.isinf(shape) else float(special.gammaincinv(shape, share)) / shape


class Course(Timed):
    """What happens to one resource of a kind that is sent, whoever decided it.

    Of those sent, `stood_down_share` are called off on their own, `stood_down_s` after assignment. Of the
    others, `unneeded_share` are turned back `unneeded_s` after somebody else reaches the scene first, unless
    they have arrived by then. Of those that arrive, `transported_share` leave for a facility after
    `before_transport_s`; the rest are clear after `scene_s`. Where `facility` says to which, the way there takes as long as any,
    in place of `to_facility_s`.
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
    facility: Facilities | None = None


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
    questions: int = Field(default=1, ge=1, le=100)
    handling_s: Duration
    decision_s: Duration = ZERO
    patience_s: Duration | None = None
    conduct: Name | None = None
    lost: LostCallers | None = None
    redial: Redial | None = None
    duplicates: Duplicates | None = None
    further: tuple[Further, ...] = Field(default=(), max_length=10)


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
    redial: Redial | None = Field(default=None, description="of natures that say nothing of their own")
    duplicates: Duplicates | None = Field(default=None, description="of natures that say nothing of their own")
    compliance: tuple[Override, ...] = Field(default=(), max_length=100)
    acknowledging: Acknowledging | None = None
    facilities: Mapping[Name, Facility] = Field(default_factory=dict)
    breakdowns: Mapping[Name, Breakdown] = Field(default_factory=dict, description="by kind of resource")
    partners: Mapping[Name, Lending] = Field(default_factory=dict)
    radio: Radio | None = None
    surges: tuple[Surge, ...] = Field(default=(), max_length=100)
    majors: tuple[Major, ...] = Field(default=(), max_length=100)
    mix_by_hour: Mapping[Name, Hours] = Field(
        default_factory=dict, description="by nature: its share at each hour over its share of the day; absent: 1"
    )
    times_by_hour: Mapping[HourlyTime, Hours] = Field(
        default_factory=dict, description="what multiplies such times of contacts that come in each hour"
    )
    times_by_day: Mapping[DailyTime, Annotated[float, Field(ge=0, le=2)]] = Field(
        default_factory=dict,
        description="coefficient of variation of a gamma factor for each local day, on such times of its contacts",
    )
    travel_kinship: float = Field(
        default=0.0, ge=0, le=1, description="correlation of the travel luck of resources on their way to one incident"
    )

    @property
    def zone_info(self) -> ZoneInfo:
        """Local time where the contacts come from."""
        return ZoneInfo(self.time_zone)

    def redial_of(self, nature: Nature) -> Redial | None:
        """How those who give up on this nature ring again."""
        return self.redial if nature.redial is None else nature.redial

    def duplicates_of(self, nature: Nature) -> Duplicates | None:
        """How others ring about the same matter of this nature."""
        return self.duplicates if nature.duplicates is None else nature.duplicates

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
        for name in self.mix_by_hour:
            if name not in seen:
                yield ("mix_by_hour", name), f"unknown nature {name!r}", "the id of a nature"
        for where, duration in self._durations():
            if isinstance(duration, str) and duration not in self.tables:
                yield where, f"unknown table {duration!r}", "a name under tables, or a distribution in place"
        yield from flaws_of_conditions(self)

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
        yield from flaws_of_conditions_beside(self, centre)
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
        for where, part in timed_parts(self):
            for name, duration in part.durations():
                yield (*where, name), duration


def _uneven(where: Loc, shares: list[float]) -> Iterator[tuple[Loc, str, str]]:
    if abs(sum(shares) - 1) > _EVEN:
        yield where, f"the shares sum to {sum(shares):.6f}", "shares that sum to 1"
