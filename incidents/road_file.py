"""The bytes of a road network's file, and back: a zip of plain arrays (`.npz`) with the network's texts beside them.

Whatever comes from outside is bounded before it is unpacked and checked before it is believed: names, sizes, kinds, ranges, and
that every arc joins nodes that exist. Nothing is unpickled. Equal networks make equal bytes. Imports `roads` and `refusals`.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from typing import Any, NoReturn

import numpy as np
from numpy.lib import format as npy

from incidents.refusals import DocumentRefused, Flaw
from incidents.roads import RoadNetwork

LARGEST_FILE_BYTES = 48_000_000
"""The most bytes that are read of a network's file."""
MOST_NODES, MOST_ARCS = 1_000_000, 2_500_000
"""The largest network: a metropolitan region with every bend of every street."""
LONGEST_ARC_MS = 86_400_000
"""The longest that one arc may take: a day."""
FORMAT = "muster roads 1"
ACCEPTED = "a file that `muster roads build` wrote"
_TEXTS = ("name", "licence", "attribution", "source")
_TEXTS_BYTES = 100_000
_HEADER_BYTES = 10_000
_NODES = {"latitudes": "<f8", "longitudes": "<f8", "may_join": "|b1"}
_ARCS = {"starts": "<i4", "ends": "<i4", "lights_ms": "<i4", "normal_ms": "<i4"}
_TEXTS_MEMBER = "roads.json"
_ENTRY, _MOST_ENTRIES = b"PK\x01\x02", 100
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def as_bytes(network: RoadNetwork) -> bytes:
    """Return the bytes of the network's file."""
    texts = {"format": FORMAT} | {name: getattr(network, name) for name in _TEXTS}
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, kind in (_NODES | _ARCS).items():
            member = io.BytesIO()
            npy.write_array(member, np.ascontiguousarray(getattr(network, name), dtype=kind), version=(1, 0))
            _put(archive, f"{name}.npy", member.getvalue())
        _put(archive, _TEXTS_MEMBER, json.dumps(texts, ensure_ascii=False, sort_keys=True).encode())
    return written.getvalue()


def parse_roads(data: bytes, file: str) -> RoadNetwork:
    """Read a network from the bytes of a file called `file`; refuse what is no network, and say what is wrong with it."""
    # Each member that a zip's directory lists takes a kilobyte of memory, whether or not it is there.
    if data.count(_ENTRY) > _MOST_ENTRIES:
        _refuse(file, "holds too many members", f"at most {_MOST_ENTRIES}; {ACCEPTED}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            texts = _texts(_member(archive, _TEXTS_MEMBER, _TEXTS_BYTES, file), file)
            nodes = {name: _array(archive, name, kind, MOST_NODES, file) for name, kind in _NODES.items()}
            arcs = {name: _array(archive, name, kind, MOST_ARCS, file) for name, kind in _ARCS.items()}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error, RuntimeError) as error:
        _refuse(file, f"is no whole zip file: {error}")
    # Any byte but 0 is true; as numbers they would make two networks out of one.
    nodes["may_join"] = nodes["may_join"].view(np.uint8) != 0
    parts: dict[str, Any] = texts | nodes | arcs
    network = RoadNetwork(**parts)
    found = flaws_of(network)
    if found:
        raise DocumentRefused([Flaw(f"{file}: {name}", what, accepted) for name, what, accepted in found])
    return network


def flaws_of(network: RoadNetwork) -> list[tuple[str, str, str]]:
    """Return what is wrong with a network's arrays as (array, what, what would be accepted)."""
    found: list[tuple[str, str, str]] = []
    nodes, arcs = len(network.latitudes), len(network.starts)
    for names, size, of in ((_NODES, nodes, "nodes"), (_ARCS, arcs, "arcs")):
        for name in names:
            if (length := len(getattr(network, name))) != size:
                found.append((name, f"{length:,} entries for {size:,} {of}", f"{size:,} entries"))
    if not nodes:
        found.append(("latitudes", "there are no nodes", "at least one"))
    if found:
        return found
    for name, most in (("latitudes", 90.0), ("longitudes", 180.0)):
        values = getattr(network, name)
        _first(found, name, values, ~(np.abs(values) <= most), f"degrees from -{most:.0f} to {most:.0f}")
    for name in ("starts", "ends"):
        values = getattr(network, name)
        _first(found, name, values, (values < 0) | (values >= nodes), f"a node from 0 to {nodes - 1:,}")
    for name in ("lights_ms", "normal_ms"):
        values = getattr(network, name)
        _first(found, name, values, (values < 1) | (values > LONGEST_ARC_MS), f"1 to {LONGEST_ARC_MS:,} ms")
    _first(found, "ends", network.ends, network.starts == network.ends, "an arc from a node to another")
    if not network.may_join.any():
        found.append(("may_join", "no node may be joined", "at least one"))
    if not found:
        keys = np.sort(network.starts.astype(np.int64) * nodes + network.ends)
        if (keys[1:] == keys[:-1]).any():
            found.append(("starts", "two arcs lead from a node to the same other", "one arc, the quicker"))
    return found


def _first(found: list[tuple[str, str, str]], name: str, values: Any, wrong: Any, accepted: str) -> None:
    at = np.flatnonzero(wrong)
    if len(at):
        found.append((f"{name}[{at[0]}]", f"{values[at[0]]} does not fit ({len(at):,} such)", accepted))


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _NO_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)


def _member(archive: zipfile.ZipFile, name: str, most: int, file: str) -> bytes:
    try:
        entry = archive.getinfo(name)
    except KeyError:
        _refuse(file, f"holds no {name}")
    if entry.file_size <= most:
        # What a member says of its size may be a lie, so no more is unpacked than is allowed.
        with archive.open(entry) as member:
            data = member.read(most + 1)
        if len(data) <= most:
            return data
    _refuse(file, f"{name} is too large", f"at most {most:,} bytes")


def _texts(data: bytes, file: str) -> dict[str, str]:
    try:
        texts = json.loads(data)
    except (ValueError, RecursionError) as error:
        _refuse(f"{file}: {_TEXTS_MEMBER}", f"is no JSON: {error}")
    if not isinstance(texts, dict) or texts.get("format") != FORMAT:
        _refuse(f"{file}: {_TEXTS_MEMBER}", "is in another format", f"{FORMAT!r}, as `muster roads build` writes it")
    for name in _TEXTS:
        if not isinstance(texts.get(name), str):
            _refuse(f"{file}: {_TEXTS_MEMBER}", f"says no {name}", "text")
    return {name: texts[name] for name in _TEXTS}


def _array(archive: zipfile.ZipFile, name: str, kind: str, most: int, file: str) -> Any:
    where, dtype = f"{file}: {name}", np.dtype(kind)
    member = io.BytesIO(_member(archive, f"{name}.npy", most * dtype.itemsize + _HEADER_BYTES, file))
    try:
        version = npy.read_magic(member)
        if version != (1, 0):
            raise ValueError(f"version {version} of the array format")
        shape, _, given = npy.read_array_header_1_0(member, max_header_size=_HEADER_BYTES)
    except Exception as error:
        # Whatever numpy makes of a hostile header, the file is not one of ours.
        _refuse(where, f"is no array: {error}")
    size = len(member.getbuffer()) - member.tell()
    if given != dtype or len(shape) != 1 or shape[0] * dtype.itemsize != size:
        _refuse(where, f"holds {given} of shape {shape} in {size:,} bytes", f"one row of {dtype}")
    return np.frombuffer(member.getvalue(), dtype=dtype, offset=member.tell())


def _refuse(where: str, what: str, accepted: str = ACCEPTED) -> NoReturn:
    raise DocumentRefused([Flaw(where, what, accepted)]) from None
