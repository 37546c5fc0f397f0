"""Ids, instants and places: the words every other module of the desk is built from. Imports nothing of ours.

The bounds on an instant and a place bind where strangers' data are parsed (pydantic reads them); inside, they are already valid.

Time is a whole number of milliseconds since the Unix epoch, so that additions are exact in any order and live, simulated and
replayed histories agree to the bit. Documents and people speak of seconds (`_s`); only the edges convert.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple, NewType, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field

LAST_INSTANT = 253_402_300_799_999
"""The end of the year 9999: later instants cannot be written as a date."""
Instant: TypeAlias = Annotated[int, Field(strict=True, ge=0, le=LAST_INSTANT)]
"""Milliseconds since 1970-01-01T00:00:00Z."""

ContactId = NewType("ContactId", str)
IncidentId = NewType("IncidentId", str)
NeedId = NewType("NeedId", str)
ResourceId = NewType("ResourceId", str)

MS_PER_S = 1000
SECONDS_IN_A_WEEK = 7 * 24 * 3600
EARTH_RADIUS_M = 6_371_009
"""Mean radius of the Earth (IUGG 1980)."""


def owner_of(need: NeedId) -> tuple[IncidentId | None, ContactId | None]:
    """Return the incident or the contact that a need is called after: INCIDENT/number, or CONTACT/call."""
    owner, _, which = need.rpartition("/")
    return (None, ContactId(owner)) if which == "call" else (IncidentId(owner), None)


def filed_under(fact: object) -> tuple[IncidentId | None, ContactId | None]:
    """Return what a fact is filed under: the incident it is about, else the contact, else the owner of its need, else neither."""
    incident, contact, need = (getattr(fact, name, None) for name in ("incident", "contact", "need"))
    if incident is not None:
        return incident, None
    if contact is not None:
        return None, contact
    return (None, None) if need is None else owner_of(need)


def ms(seconds: float) -> int:
    """Whole milliseconds nearest to `seconds`."""
    return round(seconds * MS_PER_S)


@dataclass(frozen=True, slots=True)
class Place:
    """A point in degrees (WGS 84), and the zone it is known to lie in; `zone` None means nobody has said."""

    latitude: Annotated[float, Field(strict=True, ge=-90, le=90)]
    longitude: Annotated[float, Field(strict=True, ge=-180, le=180)]
    zone: str | None = None

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


def distance_m(a: Place, b: Place) -> float:
    """Great-circle metres between two places (haversine; Sinnott 1984, Sky and Telescope 68(2), 159)."""
    phi_a, phi_b = math.radians(a.latitude), math.radians(b.latitude)
    half_phi = math.sin((phi_b - phi_a) / 2)
    half_lambda = math.sin(math.radians(b.longitude - a.longitude) / 2)
    chord = half_phi * half_phi + math.cos(phi_a) * math.cos(phi_b) * half_lambda * half_lambda
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


class Coordinates(NamedTuple):
    """Many places as arrays in radians, for distances by the hundred; NaN where a place is not known."""

    latitudes: NDArray[np.float64]
    longitudes: NDArray[np.float64]


def coordinates(places: Iterable[Place | None]) -> Coordinates:
    """Return the places as arrays, in their order."""
    degrees = [(math.nan, math.nan) if each is None else (each.latitude, each.longitude) for each in places]
    radians = np.radians(np.array(degrees, dtype=np.float64).reshape(-1, 2))
    return Coordinates(radians[:, 0], radians[:, 1])


def unit_vectors(places: Coordinates) -> NDArray[np.float64]:
    """(places, 3) points on the unit sphere: of these, the nearest in space is the nearest by great circle."""
    flat = np.cos(places.latitudes)
    along = (flat * np.cos(places.longitudes), flat * np.sin(places.longitudes), np.sin(places.latitudes))
    return np.stack(along, axis=1)


def distances_m(origins: Coordinates, destination: Place) -> NDArray[np.float64]:
    """Great-circle metres from every origin to one destination: `distance_m` for many; NaN from a place not known."""
    phi = math.radians(destination.latitude)
    half_phi = np.sin((phi - origins.latitudes) / 2)
    half_lambda = np.sin((math.radians(destination.longitude) - origins.longitudes) / 2)
    chord = half_phi * half_phi + np.cos(origins.latitudes) * math.cos(phi) * half_lambda * half_lambda
    metres: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, chord)))
    return metres


def between(a: Place, b: Place, share: float) -> Place:
    """The place `share` (0..1) of the way from `a` to `b`, straight; the zone is unknown on the way."""
    if share <= 0:
        return a
    if share >= 1:
        return b
    return Place(a.latitude + (b.latitude - a.latitude) * share, a.longitude + (b.longitude - a.longitude) * share)
