"""Contacts with their hidden truth, all of them drawn before the world starts to turn.

Whatever is random about a contact hangs on the contact: the instant, the truth, what is told, and for each
kind of resource and each ordinal (first, second, ... of that kind at this incident) a block of uniform
numbers that become seconds when the world asks. Two procedures that play the same contacts therefore meet the
same luck, whatever they decide and in whatever order. Imports `draws`, `distributions`, `workload`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from numpy.typing import NDArray
from scipy.special import ndtri

from incidents.centre import TravelByHour
from incidents.quantities import EARTH_RADIUS_M, ContactId, IncidentId, Instant, Place
from simulation.distributions import Floats
from simulation.draws import BLOCKS, CONFIRMATIONS, NOWHERE, ORDINALS, STEPS, Columns, draw_columns, zones_of
from simulation.hours import Hours
from simulation.outcomes import AT_ONCE, Fate, Outcome, fates
from simulation.shares import DAY, local_hours
from simulation.workload import Workload

_OFFSETS = tuple(float(ndtri((number + 0.5) / BLOCKS)) for number in range(BLOCKS))
ACKNOWLEDGED_AFTER_S = 30.0
"""How soon a message is confirmed where the workload does not say."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The caller is lost once so many questions are answered; the call-taker then takes `jump_out` where it is offered."""

    after: int
    jump_out: str


@dataclass(frozen=True, slots=True)
class Further:
    """What the first crew at the scene will ask for, `after_s` after it has arrived."""

    after_s: float
    skill: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Override:
    """What the dispatcher does in place of what is first proposed; `sends_nobody` for `delay_s`, or else the next best."""

    sends_nobody: bool
    delay_s: float
    because: str


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact and its hidden truth. `priority` is the true one, for judging; `patience_s` None means it
    waits for ever.

    `pace_s` is the time one triage question takes, its answer included. `lost` None: never. `place` None: the workload knows no
    places. `matter`: what it is about, where others may ring about the same; `recognised`: a call-taker would notice.
    `redials`: for each further attempt, seconds from giving up to it, and its patience.
    """

    id: ContactId
    at: Instant
    place: Place | None
    queue: str
    nature: str
    priority: str
    truth: Mapping[str, str]
    told: Mapping[str, str]
    patience_s: float | None
    pace_s: float
    decision_s: float
    wrap_up_s: float
    lost: Lost | None
    _index: int = field(repr=False)
    _fates: Mapping[str, Fate | tuple[Outcome, ...]] = field(repr=False, compare=False)
    _luck: Mapping[str, Floats] = field(repr=False, compare=False)
    _hours: Hours | None = field(default=None, repr=False, compare=False)
    """By how many times driving is longer in which hour; None: in none."""
    matter: int | None = None
    recognised: bool = True
    found_out_s: float = 0.0
    redials: tuple[tuple[float, float | None], ...] = ()
    override: Override | None = None
    further: tuple[Further, ...] = ()

    def answer(self, about: str) -> str | None:
        """What the caller says when asked about an attribute; None: nothing is known of it."""
        said = self.told.get(about)
        return self.truth.get(about) if said is None else said

    def outcome(self, kind: str, ordinal: int = 0) -> Outcome:
        """What becomes of the resource that is the `ordinal`-th (from 0) of its kind to be sent to this
        contact.
        """
        fate = self._fates.get(kind)
        if fate is None:
            return AT_ONCE
        if isinstance(fate, tuple):
            return fate[ordinal % len(fate)]
        luck = self._luck[f"course/{kind}"][self._index, ordinal % ORDINALS].tolist()
        choices = self._luck.get(f"facility/{kind}")
        return fate.outcome(luck, 0.0 if choices is None else float(choices[self._index, ordinal % ORDINALS]))

    def slowness(self, at: Instant) -> float:
        """By how many times any drive on its account that begins at `at` is longer, whatever luck the crew has."""
        return 1.0 if self._hours is None else self._hours.factor(at)

    def faults(self, kind: str, ordinal: int, step: int) -> list[float] | None:
        """The numbers, in the order of `FAULTS`, for one message of a trip, by its place in `STEPS`; None: none is drawn."""
        drawn = self._luck.get(f"radio/{kind}")
        assert 0 <= step < len(STEPS)
        return None if drawn is None else list(drawn[self._index, ordinal % ORDINALS, step].tolist())

    def acknowledge_s(self, number: int) -> float | None:
        """Seconds in which the `number`-th message about the incident is confirmed; None: never."""
        if "acknowledge_s" not in self._luck:
            return ACKNOWLEDGED_AFTER_S
        seconds = float(self._luck["acknowledge_s"][self._index, number % CONFIRMATIONS])
        return None if math.isnan(seconds) else seconds

    def again(self, at: Instant) -> Contact:
        """The next attempt of somebody who has given up: another contact, about the same, at `at`."""
        (_, patience_s), *later = self.redials
        return replace(self, id=next_attempt(self.id), at=at, patience_s=patience_s, redials=tuple(later))


def next_attempt(contact: ContactId) -> ContactId:
    """The name of the contact that is the next attempt of `contact`."""
    stem, _, attempt = contact.partition(".")
    return ContactId(f"{stem}.{int(attempt or 0) + 1}")


def incident_of(contact: ContactId) -> IncidentId:
    """The name of the incident that a contact opens, if it opens one."""
    return IncidentId(f"i{contact[1:]}")


def true_priorities(contacts: Sequence[Contact]) -> dict[IncidentId, str]:
    """The true priority of every incident that these contacts, or their further attempts, may open."""
    found: dict[IncidentId, str] = {}
    for contact in contacts:
        name = contact.id
        found[incident_of(name)] = contact.priority
        for _ in contact.redials:
            name = next_attempt(name)
            found[incident_of(name)] = contact.priority
    return found


def draw_contacts(
    workload: Workload, seed: int, start: Instant, duration_s: float, zones: Mapping[str, Place],
    travel_by_hour: TravelByHour | None = None,
) -> tuple[Contact, ...]:  # fmt: skip
    """Draw every contact from `start` for `duration_s`, in order of arrival.

    `travel_by_hour` is what the centre plans with: the truth is the same unless the workload declares its own.
    `zones` gives the centre of each zone the workload names. Equal arguments give equal contacts, in any
    process. Takes time in proportion to the number of contacts, about 40 microseconds each.
    """
    return contacts_in(workload, draw_columns(workload, seed, start, duration_s), zones, travel_by_hour)


def contacts_in(
    workload: Workload, columns: Columns, zones: Mapping[str, Place], travel_by_hour: TravelByHour | None = None
) -> tuple[Contact, ...]:
    """Read contacts off the columns of `draws`."""
    read = _Reader(workload, columns, zones).contacts()
    factors = workload.travel_by_hour or travel_by_hour
    if factors is None:
        return tuple(read)
    hours = Hours(factors, workload.zone_info)
    return tuple(replace(each, _hours=hours) for each in read)


class _Reader:
    """Turns rows of columns into contacts; what is the same for many is made once."""

    def __init__(self, workload: Workload, columns: Columns, zones: Mapping[str, Place]) -> None:
        self._workload = workload
        self._columns = columns
        self._spots = [
            _around(zones[zone], zone, workload, number) for zone in zones_of(workload) for number in _BLOCKS
        ]
        self._luck = {name: column for name, column in columns.items() if name.startswith(_LUCKY)}
        self._hours = local_hours(workload, columns["at"]).tolist() if workload.times_by_hour else None
        self._daily = {
            name.removeprefix(DAY): column.tolist() for name, column in columns.items() if name.startswith(DAY)
        }
        self._fates: dict[tuple[int, tuple[float, ...]], list[Mapping[str, Fate]]] = {}
        self._rows = columns["row"].tolist()
        self._told = list(self._answers())

    def contacts(self) -> Iterator[Contact]:
        """Yield every contact, in the order of the rows."""
        columns, natures = self._columns, self._workload.natures
        nature_of, spot_of = columns["nature"].tolist(), columns["spot"].tolist()
        patience, lost, extra = _or_none(columns["patience_s"]), self._lost(), self._extras()
        for call, (name, at, row, pace_s, decision_s, wrap_up_s) in enumerate(
            zip(
                columns["id"].tolist(), columns["at"].tolist(), self._rows, columns["pace_s"].tolist(),
                columns["decision_s"].tolist(), columns["wrap_up_s"].tolist(), strict=True,
            )
        ):  # fmt: skip
            nature, spot = natures[nature_of[row]], spot_of[row]
            place = None if spot == NOWHERE else self._spots[spot]
            yield Contact(
                ContactId(name), at, place, nature.queue, nature.id, nature.priority, nature.truth, self._told[call],
                patience[call], pace_s, decision_s, wrap_up_s, lost[call], row,
                self._fates_of(call)[nature_of[row]], self._luck,
                **extra.get(call, {}),
            )  # fmt: skip

    def _fates_of(self, call: int) -> list[Mapping[str, Fate]]:
        """What happens to whoever is sent, by nature: the same for all contacts of one hour of one day."""
        key = 0 if self._hours is None else self._hours[call], tuple(each[call] for each in self._daily.values())
        if key not in self._fates:
            self._fates[key] = fates(self._workload, key[0], dict(zip(self._daily, key[1], strict=True)))
        return self._fates[key]

    def _answers(self) -> Iterator[Mapping[str, str]]:
        """What each caller says where it may differ from the truth."""
        told = {
            name.removeprefix("told/"): column.tolist()
            for name, column in self._columns.items()
            if name.startswith("told/")
        }
        natures = self._columns["nature"].tolist()
        options = [{about: list(shares) for about, shares in nature.told.items()} for nature in self._workload.natures]
        for call, row in enumerate(self._rows):
            yield {about: names[told[about][call]] for about, names in options[natures[row]].items()}

    def _lost(self) -> list[Lost | None]:
        """Who is lost, and after how many questions."""
        after = self._columns.get("lost")
        if after is None:
            return [None] * len(self._rows)
        natures, rules = self._columns["nature"].tolist(), [nature.lost for nature in self._workload.natures]
        found = zip(after.tolist(), (rules[natures[row]] for row in self._rows), strict=True)
        return [None if number == NOWHERE or rule is None else Lost(number, rule.jump_out) for number, rule in found]

    def _extras(self) -> dict[int, dict[str, Any]]:
        """By call, the fields of a contact that only some workloads give; what is as usual is left out."""
        columns, found = self._columns, dict[int, dict[str, Any]]()

        def put(call: int, **fields: Any) -> None:
            found.setdefault(call, {}).update(fields)

        if "recognised" in columns:
            natures = self._columns["nature"].tolist()
            concerned = [self._workload.duplicates_of(nature) is not None for nature in self._workload.natures]
            stays = columns["found_out_s"].tolist()
            for call, (row, recognised) in enumerate(zip(self._rows, columns["recognised"].tolist(), strict=True)):
                if concerned[natures[row]]:
                    put(call, matter=row, recognised=recognised, found_out_s=stays[call])
        if "redial_s" in columns:
            waits = columns["redial_patience_s"]
            for call, after_s in enumerate(columns["redial_s"].tolist()):
                attempts = [each for each in after_s if not math.isnan(each)]
                if attempts:
                    put(call, redials=tuple(zip(attempts, _or_none(waits[call]), strict=False)))
        if "override" in columns:
            overrides, delays = columns["override"].tolist(), columns["override_s"].tolist()
            for call, row in enumerate(self._rows):
                if overrides[row] != NOWHERE:
                    rule = self._workload.compliance[overrides[row]]
                    put(call, override=Override(rule.rule == "nobody", delays[row], rule.because))
        if "further_s" in columns:
            natures, after = columns["nature"].tolist(), columns["further_s"].tolist()
            for call, row in enumerate(self._rows):
                rules_ = zip(self._workload.natures[natures[row]].further, after[row], strict=False)
                asked = tuple(
                    Further(each_s, rule.skill, rule.quantity) for rule, each_s in rules_ if not math.isnan(each_s)
                )
                if asked:
                    put(call, further=asked)
        return found


_BLOCKS = range(BLOCKS * BLOCKS)
_LUCKY = ("course/", "facility/", "radio/", "acknowledge_s")


def _around(centre: Place, zone: str, workload: Workload, number: int) -> Place:
    """One of the blocks around the centre of a zone: they lie at normal quantiles, `spread_m` along each axis.

    They are few so that travel between two places need be computed only once.
    """
    spread_m = workload.spread_m.get(zone, 0.0)
    north_m, east_m = spread_m * _OFFSETS[number // BLOCKS], spread_m * _OFFSETS[number % BLOCKS]
    degree_m = math.pi / 180 * EARTH_RADIUS_M
    latitude = centre.latitude + north_m / degree_m
    longitude = centre.longitude + east_m / (degree_m * math.cos(math.radians(centre.latitude)))
    return Place(round(latitude, 6), round(longitude, 6), zone)


def _or_none(seconds: NDArray[Any]) -> list[float | None]:
    return [None if math.isnan(each) else each for each in seconds.tolist()]
