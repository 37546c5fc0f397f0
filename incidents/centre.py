"""The contact centre as data: its resources with skills and shifts, its places, and how long it takes to get from one to another.

The YAML of a centre file is exactly this. Cross references are checked by `flaws`, which the reader turns into
file:line:column. Imports `quantities` and `roads`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Discriminator, Field, PrivateAttr, StringConstraints, Tag, model_validator

from incidents.quantities import Place
from incidents.roads import RoadNetwork

Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\s/](?:[^/\n]*[^\s/])?$")]
"""What things are called in documents: no slash, no newline, no blank at either end."""
Level = Annotated[int, Field(ge=1, le=5)]
"""Proficiency in a skill: 1 has it, 5 has mastered it."""
Loc = tuple[str | int, ...]
"""Where in a document: keys and indices from the top."""


class Document(BaseModel):
    """What enters from a file: frozen, and nothing unknown is let through."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over its canonical JSON: comments, key order and layout do not matter.

        What stands at its factory setting is left out, so that a rule that is not used yet changes nobody's identity.
        """
        plain = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy with some fields changed; what was worked out of the old fields is worked out anew."""
        copied = super().model_copy(update=update, deep=deep)
        for name in [name for name in copied.__dict__ if name not in type(self).model_fields]:
            del copied.__dict__[name]
        return copied


class Point(Document):
    """A place in degrees (WGS 84), in a zone when it is a station."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    zone: Name | None = None


LISTED, LEVELLED = "list of skills", "skills with levels"
"""The two ways of writing skills, as they are told apart in the location of a flaw."""


def _way_of_writing(skills: object) -> str:
    return LEVELLED if isinstance(skills, Mapping) else LISTED


Skills = Annotated[
    Annotated[tuple[Name, ...], Field(min_length=1), Tag(LISTED)]
    | Annotated[Mapping[Name, Level], Field(min_length=1), Tag(LEVELLED)],
    Discriminator(_way_of_writing),
]
"""Skills by name, each at level 1; or each with its level."""


class Kind(Document):
    """A kind of resource: what it can do, how well, and how fast it gets going."""

    skills: Skills
    capacity: int = Field(default=1, ge=1, le=1000, description="concurrent assignments")
    turnout_s: float = Field(default=0, ge=0, le=3600, description="planned seconds from assignment to rolling")
    partner: Name | None = Field(
        default=None, description="the organisation it is borrowed from; None: the centre's own"
    )

    @property
    def levels(self) -> Mapping[str, int]:
        """Every skill with its level."""
        return self.skills if isinstance(self.skills, Mapping) else dict.fromkeys(self.skills, 1)


class Break(Document):
    """A paid break in a shift, due at a moment of the resource's own between two times after the shift begins."""

    earliest_s: float = Field(ge=0, le=86_400)
    latest_s: float = Field(ge=0, le=86_400)
    lasts_s: float = Field(gt=0, le=86_400)


class Shift(Document):
    """A daily span of duty in local time; `until` at or before `start` means the next day."""

    start: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    until: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = (
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
    )


class ShiftEntry(Shift):
    """A shift of the centre, with the breaks of whoever works it."""

    breaks: tuple[Break, ...] = Field(default=(), max_length=10)


class ResourceEntry(Document):
    """One resource of the centre. `shift` None: always on duty. `base` None: it needs no place to work from."""

    kind: Name
    base: Name | None = None
    shift: Name | None = None


Amount = Annotated[float, Field(ge=0, le=1_000_000)]


class Costs(Document):
    """What an hour on duty and a kilometre cost, by kind of resource, and what a contact costs; in one currency.

    A kind that is not named costs nothing.
    """

    currency: Name
    hour: Mapping[Name, Amount] = Field(default_factory=dict, description="an hour on duty, by kind")
    km: Mapping[Name, Amount] = Field(default_factory=dict, description="a kilometre driven, by kind")
    contact: Amount = 0.0

    @model_validator(mode="after")
    def _costs_something(self) -> Costs:
        if not any((*self.hour.values(), *self.km.values(), self.contact)):
            raise ValueError("give a cost in `hour`, `km` or `contact`, or leave `costs` out")
        return self


class NoTravel(Document):
    """Work is done where the resource sits."""

    kind: Literal["none"]


class StraightLine(Document):
    """Great-circle distance times `detour`, at one speed."""

    kind: Literal["straight_line"]
    speed_mps: float = Field(gt=0, le=100)
    detour: float = Field(default=1.3, ge=1, le=5)


class DistanceCurve(Document):
    """Seconds = fixed_s + scale * metres ** power, longer by `without_lights` where no lights are used.

    The shape of Kolesar, Walker and Hausner (1975, Operations Research 23(4), 614-627): acceleration makes short trips slow.
    """

    kind: Literal["distance_curve"]
    fixed_s: float = Field(ge=0, le=3600)
    scale: float = Field(gt=0)
    power: float = Field(gt=0, le=1.5)
    without_lights: float = Field(default=1.0, ge=1, le=10)


class ZoneMatrix(Document):
    """Seconds between zones, row to column, longer by `without_lights` where no lights are used.

    Written in place, or in a CSV file beside the centre's (`from,to,seconds`), which the reader puts in its place.
    `local` present: distance counts by that curve, and the table says how much more or less it takes between two zones.
    """

    kind: Literal["zone_matrix"]
    file: str | None = Field(default=None, min_length=1, max_length=200)
    zones: tuple[Name, ...] = Field(default=(), max_length=2000)
    lights_s: tuple[tuple[Annotated[float, Field(ge=0, le=86_400)], ...], ...] = ()
    without_lights: float = Field(default=1.0, ge=1, le=10)
    local: DistanceCurve | None = None


class RoadTravel(Document):
    """A road network, in a file of `muster roads build` beside the centre's; `network` is the hash that it prints.

    Off the road everybody moves at `off_road_mps`; a place further than `snap_limit_m` from any road cannot be driven to.
    """

    kind: Literal["roads"]
    file: str = Field(min_length=1, max_length=200)
    network: str = Field(pattern=r"^[0-9a-f]{64}$")
    off_road_mps: float = Field(default=1.4, gt=0, le=30)
    snap_limit_m: float = Field(default=1000, gt=0, le=50_000)


Travel = Annotated[NoTravel | StraightLine | DistanceCurve | ZoneMatrix | RoadTravel, Field(discriminator="kind")]
HOURS_IN_A_WEEK = 168
TravelByHour = Annotated[
    tuple[Annotated[float, Field(ge=0.1, le=10)], ...],
    Field(min_length=HOURS_IN_A_WEEK, max_length=HOURS_IN_A_WEEK),
]
"""By how many times travel is longer in each hour of the local week, from Monday 00:00."""


class Centre(Document):
    """A contact centre and all it can send."""

    centre: Name
    time_zone: str = "UTC"
    provenance: str = ""
    kinds: Mapping[Name, Kind] = Field(min_length=1)
    zones: Mapping[Name, Point] = Field(default_factory=dict)
    stations: Mapping[Name, Point] = Field(default_factory=dict)
    shifts: Mapping[Name, ShiftEntry] = Field(default_factory=dict)
    resources: Mapping[Name, ResourceEntry] = Field(min_length=1, max_length=100_000)
    travel: Travel
    travel_by_hour: TravelByHour | None = None
    costs: Costs | None = None
    _roads: RoadNetwork | None = PrivateAttr(default=None)

    def flaws(self) -> Iterator[tuple[Loc, str, str]]:
        """Yield every dangling reference as (location, what is wrong, what would be accepted)."""
        if self.time_zone not in _time_zones():
            yield (
                ("time_zone",),
                f"unknown time zone {self.time_zone!r}",
                "an IANA name such as Europe/London",
            )
        for name, station in self.stations.items():
            if station.zone is not None and station.zone not in self.zones:
                yield ("stations", name, "zone"), f"unknown zone {station.zone!r}", _some(self.zones)
        for name, shift in self.shifts.items():
            for index, pause in enumerate(shift.breaks):
                if pause.latest_s < pause.earliest_s:
                    where: Loc = ("shifts", name, "breaks", index, "latest_s")
                    yield where, "the latest is before the earliest", f"{pause.earliest_s:g} or later"
        for name, resource in self.resources.items():
            if resource.kind not in self.kinds:
                yield ("resources", name, "kind"), f"unknown kind {resource.kind!r}", _some(self.kinds)
            if resource.base is not None and resource.base not in self.stations:
                yield ("resources", name, "base"), f"unknown station {resource.base!r}", _some(self.stations)
            if resource.shift is not None and resource.shift not in self.shifts:
                yield ("resources", name, "shift"), f"unknown shift {resource.shift!r}", _some(self.shifts)
        for part, named in () if self.costs is None else (("hour", self.costs.hour), ("km", self.costs.km)):
            for kind in named:
                if kind not in self.kinds:
                    yield ("costs", part, kind), f"unknown kind {kind!r}", _some(self.kinds)
        if isinstance(self.travel, ZoneMatrix):
            yield from self._table_flaws(self.travel)

    def _table_flaws(self, table: ZoneMatrix) -> Iterator[tuple[Loc, str, str]]:
        for at, zone in enumerate(table.zones):
            if zone not in self.zones:
                yield ("travel", "zones", at), f"unknown zone {zone!r}", _some(self.zones)
            elif zone in table.zones[:at]:
                yield ("travel", "zones", at), f"{zone!r} is there twice", "each zone once"
        if table.file is not None:
            yield ("travel", "file"), "names a file beside a table in place", "one of the two"
        if not table.zones:
            yield ("travel", "zones"), "the table has no zones", "zones and lights_s, or a file"
        size = len(table.zones)
        if len(table.lights_s) != size:
            yield ("travel", "lights_s"), f"{len(table.lights_s)} rows for {size} zones", f"{size} rows"
        for at, row in enumerate(table.lights_s):
            if len(row) != size:
                yield ("travel", "lights_s", at), f"{len(row)} seconds for {size} zones", f"{size} seconds"

    @property
    def roads(self) -> RoadNetwork | None:
        """The road network that `travel` names; None: it names none, or nobody has put it at hand yet."""
        return self._roads

    def on_roads(self, network: RoadNetwork) -> Centre:
        """Return this centre with the network at hand that its travel names."""
        assert isinstance(self.travel, RoadTravel), "only a centre that names a network is given one"
        assert self.travel.network == network.hash, "the network is the one that is named"
        whole = self.model_copy()
        whole._roads = network
        return whole

    @property
    def skills(self) -> frozenset[str]:
        """Every skill that some resource of the centre holds."""
        held = {resource.kind for resource in self.resources.values()}
        return frozenset(skill for name, kind in self.kinds.items() if name in held for skill in kind.skills)

    @property
    def zone_info(self) -> ZoneInfo:
        """The centre's local time."""
        return ZoneInfo(self.time_zone)

    def base_of(self, resource: str) -> Place | None:
        """Where a resource works from, or None if it needs no place."""
        base = self.resources[resource].base
        return None if base is None else self.station(base)

    def station(self, name: str) -> Place:
        """The place of a station."""
        point = self.stations[name]
        return Place(point.latitude, point.longitude, point.zone)

    def zone(self, name: str) -> Place:
        """The centroid of a zone."""
        point = self.zones[name]
        return Place(point.latitude, point.longitude, name)


@cache
def _time_zones() -> frozenset[str]:
    """Every IANA name; to gather them takes a walk through folders, which one document after another need not repeat."""
    return frozenset(available_timezones())


def _some(names: Mapping[str, object]) -> str:
    shown = sorted(names)[:12]
    return ", ".join(shown) + (", ..." if len(names) > len(shown) else "") if shown else "none is declared"
