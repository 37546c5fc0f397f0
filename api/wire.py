"""What crosses the wire, both ways; ISO 8601 ends here. Imports `control_room` and `incidents`.

Requests are pydantic documents: frozen, nothing unknown let through, everything bounded. Ids that clients choose hold letters,
digits, dots, dashes and underscores, so that they fit into a path and a need can be called after its owner.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.control_room import Recorded
from api.log_chain import Entry
from incidents import facts as f
from incidents.centre import Centre
from incidents.quantities import Instant, Place
from incidents.records import as_record
from incidents.refusals import DocumentRefused, Flaw

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)]
"""An id that a client chose."""
Word = Annotated[str, StringConstraints(min_length=1, max_length=80)]
"""A word of the procedure or the centre; what is no such word is refused when it is looked up."""
Text = Annotated[str, StringConstraints(min_length=1, max_length=4_000, strip_whitespace=True)]
"""Free text; blank text is refused."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)
INSTANTS = ("at", "until", "acknowledge_by", "accept_by", "happened_at")
"""The fields of facts that hold an instant."""


def iso(at: Instant) -> str:
    """Write an instant as ISO 8601 in UTC with milliseconds."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant(at: datetime) -> Instant:
    """Read a time with a zone as an instant, to the millisecond."""
    passed = at - EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1000 + passed.microseconds // 1000


class Wired(BaseModel):
    """What is sent or received."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Whereabouts(Wired):
    """A place: degrees (WGS 84), in a zone if that is known; or the name of one of the centre's stations or zones."""

    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    zone: Word | None = None
    station: Word | None = None

    @model_validator(mode="after")
    def _says_where(self) -> Whereabouts:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude go together")
        if self.station is not None and (self.latitude is not None or self.zone is not None):
            raise ValueError("give a station alone")
        if self.latitude is None and self.zone is None and self.station is None:
            raise ValueError("give latitude and longitude, a zone, or a station")
        return self

    def at(self, centre: Centre) -> Place:
        """Return the place meant; refuse a station or zone that the centre does not have."""
        if self.zone is not None and self.zone not in centre.zones:
            raise DocumentRefused([Flaw("/place/zone", f"unknown zone {self.zone!r}", "a zone of the centre")])
        if self.station is not None and self.station not in centre.stations:
            raise DocumentRefused(
                [Flaw("/place/station", f"unknown station {self.station!r}", "a station of the centre")]
            )
        if self.station is not None:
            return centre.station(self.station)
        if self.latitude is None or self.longitude is None:
            assert self.zone is not None
            return centre.zone(self.zone)
        return Place(self.latitude, self.longitude, self.zone)


class Happening(Wired):
    """Something that happened; `happened_at` is for imports, and otherwise it is now."""

    happened_at: AwareDatetime | None = Field(
        default=None,
        ge=EPOCH,
        le=LATEST,
        description="ISO 8601 with a zone; not before the last fact, not in the future",
    )


class FactOnWire(BaseModel):
    """One fact of the log: its place in it, who recorded it, what and when; the other fields are the fact's own."""

    model_config = ConfigDict(extra="allow")

    sequence: int
    actor: str = Field(description="who gave it; `procedure`: the rules entailed it")
    fact: str = Field(description="the kind of fact")
    at: str = Field(description="when it happened, ISO 8601")


class Acknowledgement(BaseModel):
    """What was recorded, durably, before this was sent."""

    sequence: int = Field(description="where the log stands now")
    id: str | None = Field(description="the id of what was opened, if the request opened something")
    facts: tuple[FactOnWire, ...]


def on_wire(entry: Entry) -> FactOnWire:
    """Write an entry of the log for people: instants as ISO 8601."""
    record: dict[str, Any] = as_record(entry.fact)
    instants = {name: iso(record[name]) for name in INSTANTS if name in record}
    return FactOnWire(sequence=entry.sequence, actor=entry.actor, **{**record, **instants})


def acknowledgement(recorded: Recorded) -> Acknowledgement:
    """Return the answer to a request that recorded something."""
    return Acknowledgement(
        sequence=recorded.sequence,
        id=next((opened for opened in map(_opened, recorded.facts) if opened is not None), None),
        facts=tuple(on_wire(entry) for entry in recorded.entries),
    )


def _opened(fact: f.Fact) -> str | None:
    match fact:
        case f.ContactReceived():
            return fact.contact
        case f.IncidentOpened():
            return fact.incident
        case _:
            return None
