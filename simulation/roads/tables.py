"""Nodes and arcs from CSV files, by the columns that a mapping names. Imports `mapping`, `raw` and `files`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from incidents.refusals import DocumentRefused, Flaw
from incidents.road_file import LONGEST_ARC_MS, MOST_ARCS, MOST_NODES
from simulation.roads.files import bytes_of
from simulation.roads.mapping import ArcTable, NodeTable, Tables
from simulation.roads.raw import Raw

MOST_FLAWS = 20
"""Flaws of a table beyond this many are counted, not listed."""
TRUE, FALSE = ("1", "true", "yes"), ("0", "false", "no", "")


def raw_tables(tables: Tables, folder: Path) -> Raw:
    """Read both files, which lie in `folder`; refuse every flaw with its file and line."""
    flaws: list[Flaw] = []
    ids, latitudes, longitudes, may_join = _nodes(tables.nodes, folder, flaws)
    starts, ends, lights_s, normal_s = _arcs(tables.arcs, folder, ids, flaws)
    if flaws:
        more = len(flaws) - MOST_FLAWS
        raise DocumentRefused(flaws[:MOST_FLAWS] + ([Flaw(str(folder), f"and {more:,} more")] if more > 0 else []))
    return Raw(
        np.array(latitudes), np.array(longitudes), np.array(may_join, dtype=np.bool_),
        np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64), np.array(lights_s), np.array(normal_s),
    )  # fmt: skip


def _nodes(
    table: NodeTable, folder: Path, flaws: list[Flaw]
) -> tuple[dict[str, int], list[float], list[float], list[bool]]:
    ids: dict[str, int] = {}
    latitudes, longitudes, may_join = [], [], []
    columns = [table.id, table.latitude, table.longitude, *([] if table.may_join is None else [table.may_join])]
    for where, row in _rows(folder / table.file, columns, MOST_NODES):
        name, latitude, longitude = row[0], _number(row[1], -90, 90), _number(row[2], -180, 180)
        joins = row[3].strip().lower() if len(row) > 3 else TRUE[0]
        if latitude is None or longitude is None:
            flaws.append(Flaw(where, f"{row[1][:40]!r}, {row[2][:40]!r} is no place", "degrees (WGS 84)"))
        elif joins not in TRUE + FALSE:
            flaws.append(Flaw(where, f"{joins[:40]!r} in `{table.may_join}`", ", ".join(TRUE + FALSE[:-1])))
        elif name in ids:
            flaws.append(Flaw(where, f"node {name[:40]!r} is there twice", "an id of its own"))
        else:
            ids[name] = len(ids)
            latitudes.append(latitude)
            longitudes.append(longitude)
            may_join.append(joins in TRUE)
    return ids, latitudes, longitudes, may_join


def _arcs(
    table: ArcTable, folder: Path, ids: dict[str, int], flaws: list[Flaw]
) -> tuple[list[int], list[int], list[float], list[float]]:
    starts, ends, lights_s, normal_s = [], [], [], []
    dark = [] if table.without_lights_s is None else [table.without_lights_s]
    longest_s = LONGEST_ARC_MS / 1000
    for where, row in _rows(folder / table.file, [table.start, table.end, table.lights_s, *dark], MOST_ARCS):
        times = [_number(given, 0, longest_s) for given in row[2:]]
        strangers = [name for name in row[:2] if name not in ids]
        if strangers:
            flaws.append(Flaw(where, f"unknown node {strangers[0][:40]!r}", f"a node of {table.start} in the table"))
        elif None in times:
            given = ", ".join(each[:40] for each in row[2:])
            flaws.append(Flaw(where, f"{given!r} are no seconds", f"numbers from 0 to {longest_s:,.0f}"))
        else:
            seconds = [each for each in times if each is not None]
            starts.append(ids[row[0]])
            ends.append(ids[row[1]])
            lights_s.append(seconds[0])
            normal_s.append(seconds[1] if dark else seconds[0] * table.without_lights)
    return starts, ends, lights_s, normal_s


def _rows(path: Path, columns: list[str], most: int) -> Iterator[tuple[str, list[str]]]:
    """Yield (file:line, the values of the columns) for every row."""
    name = str(path)
    try:
        text = bytes_of(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentRefused([Flaw(name, f"is not UTF-8: {error}", "CSV in UTF-8")]) from None
    rows = csv.reader(io.StringIO(text))
    try:
        header = next(rows, [])
        missing = [column for column in columns if column not in header]
        if missing:
            raise DocumentRefused([Flaw(f"{name}:1", f"no column {missing[0]!r}", ", ".join(header)[:400])])
        places = [header.index(column) for column in columns]
        for count, row in enumerate(rows):
            if count >= most:
                raise DocumentRefused([Flaw(name, "has too many rows", f"at most {most:,}")])
            if len(row) != len(header):
                raise DocumentRefused(
                    [Flaw(f"{name}:{rows.line_num}", f"{len(row)} fields", f"{len(header)}, as the header has")]
                )
            yield f"{name}:{rows.line_num}", [row[place] for place in places]
    except csv.Error as error:
        raise DocumentRefused([Flaw(f"{name}:{rows.line_num}", f"is no CSV: {error}", "CSV")]) from None


def _number(text: str, least: float, most: float) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if least <= value <= most else None
