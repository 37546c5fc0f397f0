"""A town whose log is written by formula, so that every figure a fit should find is known beforehand.

Three stations two kilometres apart, an incident every six minutes for eight days, in turn at one of two spots
300 m from one of the stations. Of every ten incidents four are routine calls for an ambulance, one routine
for ambulance and engine, three emergencies for both, one an alarm for engine and truck, one life-threatening.
"""

from __future__ import annotations

import csv
import gzip
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from incidents.quantities import Place, distance_m
from simulation.fit import read_mapping
from simulation.scenario_files import scenario_folder

MAPPING = read_mapping(scenario_folder("san_francisco") / "mapping.yaml")
"""The town keeps its log as San Francisco does."""
(CITY_FILE, CITY_TIME), (YEAR_FILE, YEAR_TIME) = ((file.name, file.time) for file in MAPPING.files)
STATION_FILE = "fire_station_points_hifld.csv"
COLUMNS: dict[str, str] = {name: columns[0] for name, columns in (*MAPPING.fields.items(), *MAPPING.stages.items())}
FIRST_DAY = datetime(2016, 12, 31)
EVERY = timedelta(minutes=6)
INCIDENTS = 8 * 240
STATIONS = {"01": Place(37.70, -122.40), "02": Place(37.72, -122.40), "03": Place(37.74, -122.40)}
OFF_CENTRE = (0.0027, -0.0027)
"""Degrees of longitude, about 240 m; the spots lie east and west of the station in turn."""
TURNOUT_S = {"ENGINE": 70, "TRUCK": 150, "MEDIC": 10}
WAIT_S = 30
WITHOUT_LIGHTS = 1.5
MEDICS = 9
WHOLE = 60
"""The number of an incident whose first row has every stage; faults are planted in a copy of it."""


def curve_s(metres: float) -> float:
    """The town's own law of travel, with lights."""
    return 40 + 1.2 * math.pow(metres, 0.7)


def handling_s(number: int) -> int:
    """40, 50, ... 100 seconds in turn: the median is 70."""
    return 40 + 10 * (number % 7)


def spot_of(number: int) -> tuple[str, Place]:
    """The area and the place of an incident; every second incident of an area lies three times as far out."""
    area = f"0{number % 3 + 1}"
    home = STATIONS[area]
    reach = (1, 3)[number // 3 % 2]
    return area, Place(home.latitude, round(home.longitude + OFF_CENTRE[number // 6 % 2] * reach, 5))


def write_town(folder: Path, faults: Sequence[Mapping[str, str]] = ()) -> Path:
    """Write the three files of the town's log, and `faults` as further rows, as {our name: text}."""
    rows = [row for number in range(INCIDENTS) for row in _rows(number)]
    _write(folder / CITY_FILE, [*rows, *({**next(_rows(WHOLE)), **fault} for fault in faults)])
    _write(folder / YEAR_FILE, list(_year()))
    with (folder / STATION_FILE).open("w", newline="", encoding="utf-8") as lines:
        lines.write("lon,lat\n")
        lines.writelines(f"{place.longitude},{place.latitude}\n" for place in STATIONS.values())
    return folder


def _rows(number: int) -> Iterator[dict[str, str]]:
    area, place = spot_of(number)
    sort = number % 10
    received = FIRST_DAY + number * EVERY
    entry = received + timedelta(seconds=handling_s(number))
    final = "2" if sort < 5 else "3"
    priority = "E" if sort == 9 else final
    head = {
        "call": f"phone{number}",
        "incident": f"blaze{number}",
        "call type": "Alarms" if sort == 8 else "Medical Incident",
        "original": "3" if sort == 9 and number % 20 == 9 else priority,
        "priority": priority,
        "final": final,
        "zone": area,
        "place": f"({place.latitude}, {place.longitude})",
        "received": _text(received),
        "entry": _text(entry),
    }
    dispatched = entry + timedelta(seconds=WAIT_S)
    metres = distance_m(STATIONS[area], place)
    drive_s = curve_s(metres) * (1 if final == "3" else WITHOUT_LIGHTS)
    if sort != 8:
        yield head | _medic(number, dispatched, 2 * drive_s)
    if sort >= 4:
        yield head | _crew("ENGINE", f"E{area}", dispatched, drive_s)
    if sort == 8:
        yield head | _truck(number, area, dispatched, drive_s)


def _medic(number: int, dispatched: datetime, drive_s: float) -> dict[str, str]:
    """One in five of those sent alone is called off after two minutes; four in five of the rest transport."""
    unit = {"unit": f"{50 + number % MEDICS}", "kind": "MEDIC"}
    if number % 10 < 4 and number // 10 % 5 == 0:
        return unit | _times(dispatched, available=120)
    arrived = TURNOUT_S["MEDIC"] + drive_s
    if number // 50 % 5 == 0:
        return unit | _times(dispatched, departed=10, arrived=arrived, available=arrived + 900)
    stages = {"transport": arrived + 600, "facility": arrived + 1_000, "available": arrived + 2_200}
    return unit | _times(dispatched, departed=10, arrived=arrived, **stages)


def _crew(kind: str, unit: str, dispatched: datetime, drive_s: float) -> dict[str, str]:
    departed = TURNOUT_S[kind]
    arrived = departed + drive_s
    times = _times(dispatched, departed=departed, arrived=arrived, available=arrived + 300)
    return {"unit": unit, "kind": kind} | times


def _truck(number: int, area: str, dispatched: datetime, drive_s: float) -> dict[str, str]:
    """Every second truck is turned back 20 s after the engine's arrival; the others come 80 s after it."""
    if number // 10 % 2:
        times = _times(dispatched, departed=60, available=TURNOUT_S["ENGINE"] + drive_s + 20)
        return {"unit": f"T{area}", "kind": "TRUCK"} | times
    return _crew("TRUCK", f"T{area}", dispatched, drive_s)


def _times(dispatched: datetime, **after_s: float) -> dict[str, str]:
    stages = {stage: _text(dispatched + timedelta(seconds=round(seconds))) for stage, seconds in after_s.items()}
    blank = dict.fromkeys(("departed", "arrived", "transport", "facility", "available"), "")
    return {**blank, "dispatched": _text(dispatched), **stages}


def _year() -> Iterator[dict[str, str]]:
    """Four weeks with three calls an hour from eight to eight and one an hour by night."""
    for hour in range(28 * 24):
        for number in range(3 if 8 <= hour % 24 < 20 else 1):
            at = datetime(2018, 1, 1) + timedelta(hours=hour, minutes=10 * number)
            yield {"incident": f"{hour}-{number}", "received": at.strftime(YEAR_TIME)}


def _text(at: datetime) -> str:
    return at.strftime(CITY_TIME)


def _write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    with gzip.open(path, "wt", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, fieldnames=list(COLUMNS.values()))
        writer.writeheader()
        writer.writerows({COLUMNS[name]: text for name, text in row.items()} for row in rows)
