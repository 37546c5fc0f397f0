"""Travel by a table of zones, by hand; and the table from a CSV file, with every flaw's line."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from incidents.centre import Centre, ZoneMatrix
from incidents.quantities import Place, coordinates
from incidents.read import parse_document, read_centre
from incidents.refusals import DocumentRefused
from incidents.travel import TravelTimes, travel_times
from tests.builders import a_centre
from tests.road_builders import metres

ZONES = {"west": metres(0, 0), "east": metres(0, 10_000)}
TABLE = {"kind": "zone_matrix", "zones": ["west", "east"], "lights_s": [[60, 1500], [900, 90]], "without_lights": 2}
LOCAL = {"kind": "distance_curve", "fixed_s": 0, "scale": 0.1, "power": 1}


def a_town(**travel: Any) -> Centre:
    """Two zones 10 km apart, and a station of the east half way between them."""
    points = {name: {"latitude": place.latitude, "longitude": place.longitude} for name, place in ZONES.items()}
    outpost = {"latitude": 0.0, "longitude": metres(0, 4000).longitude, "zone": "east"}
    return a_centre(
        {}, zones=points, stations={"outpost": outpost}, travel=TABLE | travel, resources={"C1": {"kind": "clerk"}}
    )


def on(**travel: Any) -> TravelTimes:
    """The travel times of the town."""
    return travel_times(a_town(**travel))


def test_the_table_says_how_long_it_takes_from_row_to_column() -> None:
    """West to east is uphill; without lights it takes twice as long."""
    assert on().travel_s(ZONES["west"], ZONES["east"], lights=True) == 1500
    assert on().travel_s(ZONES["east"], ZONES["west"], lights=True) == 900
    assert on().travel_s(ZONES["west"], ZONES["west"], lights=False) == 120


def test_a_place_lies_in_the_zone_of_the_nearest_centroid_or_station() -> None:
    """3 km east of the west's centroid is nearer to the outpost, which belongs to the east; 1 km is not."""
    assert on().travel_s(metres(0, 3000), ZONES["east"], lights=True) == 90
    assert on().travel_s(metres(0, 1000), ZONES["east"], lights=True) == 1500


def test_beside_the_table_distance_counts_by_the_curve() -> None:
    """The curve takes 1000 s for the 10 km, the table half as long again: 9 km take 1350 s, and 500 m within a zone 50 s."""
    travel = on(local=LOCAL)
    assert travel.travel_s(metres(0, 1000), ZONES["east"], lights=True) == pytest.approx(1350)
    assert travel.travel_s(ZONES["east"], metres(0, 1000), lights=True) == pytest.approx(810)
    assert travel.travel_s(metres(0, 0), metres(500, 0), lights=True) == pytest.approx(50)
    assert travel.travel_s(ZONES["west"], ZONES["west"], lights=True) == 0


def test_a_place_not_known_has_no_time() -> None:
    """Somebody of whom nobody knows where he is."""
    found = on().travel_many_s(coordinates([ZONES["west"], None]), ZONES["east"], lights=True)
    assert (found[0], math.isnan(found[1])) == (1500, True)


def test_on_the_way_one_is_on_the_straight_line() -> None:
    """A table knows no other way."""
    found = on().on_the_way(ZONES["west"], ZONES["east"], 0.3, lights=True)
    assert found.longitude == pytest.approx(metres(0, 3000).longitude)


@pytest.mark.parametrize(
    ("travel", "words"),
    [
        ({"zones": ["west", "north"]}, "unknown zone 'north'"),
        ({"zones": ["west", "west"]}, "'west' is there twice"),
        ({"lights_s": [[60, 1500]]}, "1 rows for 2 zones"),
        ({"lights_s": [[60, 1500], [900]]}, "1 seconds for 2 zones"),
        ({"zones": [], "lights_s": []}, "the table has no zones"),
        ({"file": "table.csv"}, "names a file beside a table in place"),
        ({"lights_s": [[60, -1], [900, 90]]}, "does not fit"),
    ],
)
def test_a_flawed_table_is_refused(travel: dict[str, Any], words: str) -> None:
    """Every flaw where it stands in the centre's file."""
    plain = a_town().model_dump(mode="json", exclude_defaults=True)
    plain["travel"] = TABLE | travel
    with pytest.raises(DocumentRefused, match=words) as refused:
        parse_document(json.dumps(plain), "centre.yaml", Centre, Centre.flaws)
    assert all(flaw.accepted for flaw in refused.value.flaws)


SOUND = "from,to,seconds\nwest,west,60\nwest,east,1500\neast,west,900\neast,east,90\n"


def read(folder: Path, text: str) -> Centre:
    """Read the town from a file that names its table in another."""
    plain = a_town().model_dump(mode="json", exclude_defaults=True)
    plain["travel"] = {"kind": "zone_matrix", "file": "table.csv", "without_lights": 2}
    (folder / "centre.yaml").write_text(json.dumps(plain), encoding="utf-8")
    (folder / "table.csv").write_text(text, encoding="utf-8")
    return read_centre(folder / "centre.yaml")


def test_a_table_in_a_file_is_the_table_in_place(tmp_path: Path) -> None:
    """The log of a control room holds the centre whole, and knows nothing of files."""
    centre = read(tmp_path, SOUND)
    assert isinstance(centre.travel, ZoneMatrix)
    assert centre.fingerprint == a_town().fingerprint


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", r"table\.csv:1:1: begins with ''.*accepted: from,to,seconds"),
        ("a,b,c\n", r"table\.csv:1:1: begins with 'a,b,c'"),
        (SOUND + "west,west,60\n", r"table\.csv:6:1: 'west' to 'west' is there twice"),
        (SOUND + "west,west\n", r"table\.csv:6:1: 2 fields"),
        (SOUND.replace("900", "nan"), r"table\.csv:4:1: 'nan' are no seconds"),
        (SOUND.replace("900", "-9"), r"table\.csv:4:1: '-9' are no seconds"),
        (SOUND.replace("east,west,900\n", ""), "no seconds from 'east' to 'west'"),
        (SOUND + "west,north,1\n", "'north' is a zone without a row of its own"),
        (SOUND.replace("west", "moon"), "unknown zone 'moon'"),
    ],
)
def test_a_flawed_file_is_refused_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    """The flaw stands at the centre's `file`, and says where in that file."""
    with pytest.raises(DocumentRefused, match=words):
        read(tmp_path, text)


def test_a_table_of_a_place_is_as_good_from_its_coordinates() -> None:
    """The desk keeps coordinates of resources and forgets in which zone they said they were."""
    travel = on(local=LOCAL)
    named, bare = Place(0.0, metres(0, 9000).longitude, "west"), Place(0.0, metres(0, 9000).longitude)
    assert travel.travel_s(named, ZONES["west"], lights=True) == travel.travel_s(bare, ZONES["west"], lights=True)
