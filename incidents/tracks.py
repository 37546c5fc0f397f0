"""Tracks: how far resources drove, and how often they moved up, by the places that a log knows of them.

A resource is known to be where it signed on, where its positions put it, at the place of an incident that it reached, at a
facility, and where it was released. Between two of these it is taken to have gone straight: a lower bound, which is nearer the
truth the more positions are reported. A leg counts in the window in which it ends; what happens off duty is no leg.

A move is a free resource reported at a station other than the one where it signed on, coming from elsewhere; the stations are
the places where anybody signed on. May import numpy, `facts` and `quantities`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from incidents import facts as f
from incidents.quantities import EARTH_RADIUS_M, IncidentId, Instant, NeedId, Place, ResourceId

Spot: TypeAlias = tuple[float, float]


class Tracks:
    """Where everybody has been so far. `incident_of` finds whose need it is, `is_busy` whether a resource holds any."""

    def __init__(
        self,
        since: Instant,
        until: Instant,
        incident_of: Callable[[NeedId], IncidentId | None],
        is_busy: Callable[[ResourceId], bool],
    ) -> None:
        self._since, self._until = since, until
        self._incident_of, self._is_busy = incident_of, is_busy
        self._places: dict[IncidentId, Place] = {}
        self._last: dict[ResourceId, Spot] = {}
        self._home: dict[ResourceId, Spot] = {}
        self._stations: set[Spot] = set()
        self._number: dict[ResourceId, int] = {}
        self._who: list[int] = []
        self._legs: list[tuple[float, float, float, float]] = []
        self.moves: dict[ResourceId, int] = {}

    def listeners(self) -> Mapping[type, Callable[[Any], None]]:
        """What is to be told of each kind of fact; after `Timing`, by which a resource is busy or not."""
        return {
            f.IncidentOpened: self._opened,
            f.IncidentLocated: self._opened,
            f.ResourceSignedOn: self._signed_on,
            f.ResourceSignedOff: self._signed_off,
            f.ResourceMoved: self._moved,
            f.ResourceArrived: self._arrived,
            f.ResourceAtFacility: self._put,
            f.ResourceReleased: self._put,
        }

    def _opened(self, fact: f.IncidentOpened | f.IncidentLocated) -> None:
        if fact.place is not None:
            self._places[fact.incident] = fact.place

    def _signed_on(self, fact: f.ResourceSignedOn) -> None:
        if fact.place is not None:
            spot = fact.place.latitude, fact.place.longitude
            self._last[fact.resource] = self._home[fact.resource] = spot
            self._stations.add(spot)

    def _signed_off(self, fact: f.ResourceSignedOff) -> None:
        self._last.pop(fact.resource, None)

    def _moved(self, fact: f.ResourceMoved) -> None:
        resource, place = fact.resource, fact.place
        spot = place.latitude, place.longitude
        if spot == self._last.get(resource):
            return
        is_elsewhere = spot != self._home.get(resource) and spot in self._stations
        if is_elsewhere and not self._is_busy(resource) and self._since <= fact.at < self._until:
            self.moves[resource] = self.moves.get(resource, 0) + 1
        self._go(resource, spot, fact.at)

    def _arrived(self, fact: f.ResourceArrived) -> None:
        incident = self._incident_of(fact.need)
        place = None if incident is None else self._places.get(incident)
        if place is not None:
            self._go(fact.resource, (place.latitude, place.longitude), fact.at)

    def _put(self, fact: f.ResourceAtFacility | f.ResourceReleased) -> None:
        if fact.place is not None:
            self._go(fact.resource, (fact.place.latitude, fact.place.longitude), fact.at)

    def _go(self, resource: ResourceId, spot: Spot, at: Instant) -> None:
        last = self._last.get(resource)
        self._last[resource] = spot
        if last is not None and last != spot and self._since <= at < self._until:
            self._who.append(self._number.setdefault(resource, len(self._number)))
            self._legs.append((*last, *spot))

    def is_mobile(self, resource: ResourceId) -> bool:
        """Whether it signed on at a place: others work where they need no travel."""
        return resource in self._home

    def kilometres(self) -> dict[ResourceId, float]:
        """The straight-line kilometres of each resource in the window."""
        if not self._legs:
            return {}
        latitude, longitude, to_latitude, to_longitude = np.radians(np.asarray(self._legs)).T
        half_phi, half_lambda = np.sin((to_latitude - latitude) / 2), np.sin((to_longitude - longitude) / 2)
        chord = half_phi**2 + np.cos(latitude) * np.cos(to_latitude) * half_lambda**2
        metres = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, chord)))
        totals = np.bincount(np.asarray(self._who), weights=metres) / 1000
        return {resource: float(totals[number]) for resource, number in sorted(self._number.items())}
