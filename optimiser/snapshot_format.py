"""What a snapshot of needs and resources may say: the document that `muster allocate` takes, field by field.

Strangers write it, so it is read strictly; `snapshot_read` does that. Durations are seconds from now, and prices weighted
seconds, unless a field's name says otherwise.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from optimiser.objective import LinearLoss, Loss
from optimiser.regret import FACTORY_CAPS

PRICE_LIMIT_S = 100_000_000
"""The most that one price may be, in weighted seconds: `objective.LOSS_LIMIT`, as people write it."""

Id: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
Seconds: TypeAlias = Annotated[float, Field(ge=0, le=10_000_000, allow_inf_nan=False)]
Price: TypeAlias = Annotated[float, Field(ge=0, le=PRICE_LIMIT_S, allow_inf_nan=False)]
Weight: TypeAlias = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]
Rank: TypeAlias = Annotated[int, Field(ge=1, le=1000)]
Level: TypeAlias = Annotated[int, Field(ge=1, le=1000)]
Room: TypeAlias = Annotated[int, Field(ge=1, le=1000)]


def _listed_or_levelled(value: object) -> str:
    return "levels" if isinstance(value, dict) else "list"


Held: TypeAlias = Annotated[
    Annotated[tuple[Id, ...], Field(max_length=1000), Tag("list")]
    | Annotated[dict[Id, Level], Field(max_length=1000), Tag("levels")],
    Discriminator(_listed_or_levelled),
]
"""Skills as a list, each held at level 1, or with their levels."""


class Document(BaseModel):
    """A part of a snapshot or of an answer: nothing unknown, nothing coerced, nothing changed later."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class SnapshotPlace(Document):
    """A point in degrees, WGS 84."""

    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)


class SnapshotRow(Document):
    """So many resources of one skill."""

    skill: Id
    quantity: int = Field(default=1, ge=1, le=1000)
    level: Level = Field(default=1, description="The least level of the skill.")
    also: dict[Id, Level] = Field(default={}, description="Further skills that each of them must have, with levels.")
    load: Room = Field(default=1, description="Room that a position takes of a resource's capacity.")


Rows: TypeAlias = Annotated[tuple[SnapshotRow, ...], Field(max_length=100)]


class SnapshotNeed(Document):
    """Something that asks for resources."""

    id: Id
    priority: Rank = Field(description="1 is the most urgent; no number of lesser needs outweighs a more urgent one.")
    waited_s: Seconds = Field(default=0.0, description="Seconds since it was reported.")
    rows: Rows = Field(default=(), description="What it asks for; instead of alternatives.")
    alternatives: tuple[Annotated[Rows, Field(min_length=1)], ...] = Field(
        default=(), max_length=100, description="Teams of which one is enough, each a list of rows; instead of rows."
    )
    whole: bool = Field(default=True, description="true: all positions or none; false: as many as can be had.")
    shared: bool = Field(default=False, description="true: one resource may fill several rows at once.")
    wait_price_s: Price | None = Field(
        default=None,
        description="What it costs to let it wait: once if whole, else for each open position. Without it, it may not wait.",
    )
    work_s: Seconds = Field(default=0.0, description="How long a resource is busy there, for the end of its shift.")
    place: SnapshotPlace | None = None

    @property
    def teams(self) -> tuple[Rows, ...]:
        """Its alternatives; rows alone are the only one."""
        return self.alternatives or (self.rows,)

    @property
    def all_rows(self) -> tuple[SnapshotRow, ...]:
        """The rows of every alternative, one after another; this is how rows are numbered."""
        return tuple(row for team in self.teams for row in team)


class SnapshotResource(Document):
    """Somebody or something that can be sent."""

    id: Id
    skills: Held
    available: bool = True
    capacity: Room = Field(default=1, description="Room for needs at once.")
    current_load: int = Field(default=0, ge=0, le=1000, description="Room that is taken already.")
    price_s: Price = Field(default=0.0, description="What sending it costs beside its time: a partner's price.")
    ready_in_s: Seconds = Field(
        default=0.0, description="Seconds until it can set off; its work until then is reserved."
    )
    shift_ends_in_s: Seconds | None = Field(default=None, description="Seconds until its shift ends.")
    place: SnapshotPlace | None = None

    @property
    def levels(self) -> dict[str, int]:
        """Its skills and the level of each."""
        return self.skills if isinstance(self.skills, dict) else dict.fromkeys(self.skills, 1)

    @property
    def room(self) -> int:
        """Capacity that is not taken."""
        return max(0, self.capacity - self.current_load)


class SnapshotStanding(Document):
    """A resource that fills a row of a need now."""

    need: Id
    resource: Id
    row: int = Field(default=0, ge=0, le=10_000, description="Which row, from 0, counted through all alternatives.")


class SnapshotPin(SnapshotStanding):
    """A choice that a person has made: never moved."""

    forced: bool = Field(default=False, description="true: even if it breaks a rule; the answer says which.")


class SnapshotBar(Document):
    """A resource that may not serve a need, and the rule that says so."""

    need: Id
    resource: Id
    rule: Id = "barred"


class SnapshotReserve(Document):
    """So many of a skill to be kept free within a group of resources, at a price for each that is missing."""

    id: Id
    skill: Id
    level: Level = 1
    resources: tuple[Id, ...] = Field(min_length=1, max_length=10_000)
    keep: int = Field(ge=1, le=1000)
    price_s: Annotated[Price, Field(gt=0)]


class TravelMatrix(Document):
    """Travel as known times: need id, then resource id, then seconds. A pair that is not listed is out of reach."""

    kind: Literal["matrix"]
    reach_s: dict[Id, dict[Id, Seconds]]


class TravelStraightLine(Document):
    """Travel as the great circle, made longer by a detour factor, at one speed."""

    kind: Literal["straight_line"]
    speed_kmh: float = Field(ge=0.001, le=2000, allow_inf_nan=False)
    detour: float = Field(default=1.3, ge=1, le=10, allow_inf_nan=False)
    turnout_s: Seconds = Field(default=0.0, description="Seconds before anybody moves, added to every journey.")


class Snapshot(Document):
    """Everything an allocation depends on, at one instant."""

    needs: tuple[SnapshotNeed, ...] = Field(max_length=10_000)
    resources: tuple[SnapshotResource, ...] = Field(max_length=10_000)
    travel: Annotated[TravelMatrix | TravelStraightLine, Field(discriminator="kind")]
    skills: tuple[Id, ...] | None = Field(
        default=None, max_length=10_000, description="Every skill there is; without it, those that some resource has."
    )
    pins: tuple[SnapshotPin, ...] = Field(default=(), max_length=10_000)
    barred: tuple[SnapshotBar, ...] = Field(default=(), max_length=100_000)
    standing: tuple[SnapshotStanding, ...] = Field(default=(), max_length=10_000, description="The plan so far.")
    reserves: tuple[SnapshotReserve, ...] = Field(default=(), max_length=1000)
    weights: dict[Rank, Weight] = Field(default={}, description="What a second weighs, by priority; 1 unless given.")
    loss: Annotated[Loss, Field(discriminator="shape")] = LinearLoss()
    precedence: float = Field(
        default=1.0, ge=0, le=1000, allow_inf_nan=False,
        description="Seconds of travel that one second of longer waiting outweighs, when not everybody can be served.",
    )  # fmt: skip
    reach_limit_s: Seconds | None = Field(default=None, description="Whoever needs longer is out of reach.")
    regret_caps_s: dict[Rank, Seconds] = Field(
        default=dict(FACTORY_CAPS),
        description="By priority: seconds by which anything but urgency may slow a need down; no cap unless given.",
    )
    disruption_s: Price = Field(default=0.0, description="What moving a need away from who stands there must save.")
    spare_skill_s: Price = Field(
        default=0.0, description="Price of each skill a resource has and the need has no use for."
    )
    spare_level_s: Price = Field(default=0.0, description="Price of each level above the least that a row asks for.")
    overtime_price: float | None = Field(
        default=None, ge=0, le=1_000_000, allow_inf_nan=False,
        description="Price of each second of work after a shift's end; without it, no work ends after it.",
    )  # fmt: skip

    @property
    def combinations(self) -> int:
        """Rows times resources, positions of reserves included: what a snapshot's size is measured by."""
        rows = sum(len(need.all_rows) for need in self.needs) + sum(reserve.keep for reserve in self.reserves)
        return rows * len(self.resources)


def snapshot_schema() -> dict[str, Any]:
    """Return the JSON Schema of a snapshot."""
    return Snapshot.model_json_schema()
