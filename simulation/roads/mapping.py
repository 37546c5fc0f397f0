"""How the files of others become a road network: the YAML that `muster roads build` reads.

What nobody measured stands here as data, with its reason, and never in code: the speed of a class of road that is not signed,
and how much faster or slower than the sign somebody drives. Imports the documents of `incidents.centre`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from incidents.centre import Document, Loc, Name

Text = Annotated[str, Field(min_length=1, max_length=2000)]
Column = Annotated[str, Field(min_length=1, max_length=200)]
Kmh = Annotated[float, Field(gt=0, le=200)]
Factor = Annotated[float, Field(gt=0, le=5)]


class NodeTable(Document):
    """A CSV file (plain or `.gz`) with a line for each node. `may_join` None: every node may be joined."""

    file: Text
    id: Column
    latitude: Column
    longitude: Column
    may_join: Column | None = None


class ArcTable(Document):
    """A CSV file with a line for each one-way arc, and its seconds with and without lights.

    `without_lights_s` None: the seconds with lights times `without_lights`.
    """

    file: Text
    start: Column
    end: Column
    lights_s: Column
    without_lights_s: Column | None = None
    without_lights: float = Field(default=1.0, ge=1, le=10)


class Tables(Document):
    """A network as nodes and arcs."""

    nodes: NodeTable
    arcs: ArcTable


class RoadClass(Document):
    """A class of road: the speed where none is signed, and what it is multiplied by with and without lights."""

    unsigned_kmh: Kmh
    lights: Factor
    without_lights: Factor


class OpenStreetMap(Document):
    """An extract as the Overpass API gives it (JSON, plain or `.gz`).

    Ways of a class that is not listed are left out. `implicit_kmh` says what a word in place of a speed means, such as
    `SE:urban`. Of the tags in `access_tags`, the most special first, the first that a way has decides; a value in `refused`
    keeps vehicles out.
    """

    file: Text
    classes: Mapping[Name, RoadClass] = Field(min_length=1, max_length=100)
    implicit_kmh: Mapping[Text, Kmh] = Field(default_factory=dict, max_length=1000)
    access_tags: tuple[Name, ...] = ("emergency", "motorcar", "motor_vehicle", "vehicle", "access")
    refused: tuple[Name, ...] = ("no",)


class RoadMapping(Document):
    """What to build a network from. `assumptions` says where the figures come from that are nobody's data."""

    roads: Name
    licence: Text
    attribution: Text
    source: Text
    assumptions: Text
    tables: Tables | None = None
    osm: OpenStreetMap | None = None
    largest_share: float = Field(default=0.9, ge=0, le=1)
    """The least share of all nodes that the largest strongly connected part must hold."""

    def flaws(self) -> Iterator[tuple[Loc, str, str]]:
        """Yield what the fields say together."""
        if (self.tables is None) == (self.osm is None):
            yield ("roads",), "say either `tables` or `osm`", "one of the two"
