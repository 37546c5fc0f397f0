"""A network's file comes back as it went, and whatever else is put in its place is refused quickly, with what is wrong."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from incidents.centre import Centre
from incidents.read import read_centre, read_roads, with_roads
from incidents.refusals import DocumentRefused
from incidents.road_file import MOST_NODES, as_bytes, flaws_of, parse_roads
from incidents.roads import RoadNetwork
from tests.builders import a_centre
from tests.road_builders import SQUARE, a_network, at_random, on_roads

SOUND = as_bytes(SQUARE)


def altered(**members: bytes | None) -> bytes:
    """The square's file with some members replaced, or left out where None; a key stands for NAME.npy, `roads` for the texts."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SOUND)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            data = members.get(entry.partition(".")[0], old.read(entry))
            if data is not None:
                new.writestr(entry, data)
    return written.getvalue()


def npy(values: Any, kind: str) -> bytes:
    """An array as numpy writes it."""
    written = io.BytesIO()
    np.lib.format.write_array(written, np.asarray(values, dtype=kind), version=(1, 0))
    return written.getvalue()


def bomb() -> bytes:
    """A member of 400 megabytes that takes 400 kilobytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("roads.json", json.dumps({"format": "muster roads 1"} | dict.fromkeys(_TEXTS, "x")))
        with archive.open("latitudes.npy", "w", force_zip64=True) as member:
            member.write(npy(np.zeros(4), "<f8")[:128])
            for _ in range(400):
                member.write(bytes(1_000_000))
    return written.getvalue()


def lying_bomb() -> bytes:
    """The same, but the directory of the zip says that it is small."""
    data = bytearray(bomb())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        size = archive.getinfo("latitudes.npy").file_size
    return bytes(data).replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))


def crowd() -> bytes:
    """A zip whose directory lists half a million members, none of which is there."""
    listed = b"PK\x01\x02" + bytes(24) + (1).to_bytes(2, "little") + bytes(16) + b"x"
    count = 500_000
    ends = b"PK\x05\x06" + bytes(4) + b"\xff\xff\xff\xff" + (count * len(listed)).to_bytes(4, "little") + bytes(6)
    return listed * count + ends


def header(shape: str) -> bytes:
    """An array's header that promises a shape, with nothing behind it."""
    said = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"
    padded = said.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded.encode()


_TEXTS = ("name", "licence", "attribution", "source")
TEXTS = {"format": "muster roads 1"} | dict.fromkeys(_TEXTS, "x")
HOSTILE: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "is no whole zip file"),
    "cut off": (lambda: SOUND[: len(SOUND) // 2], "is no whole zip file"),
    "a bit turned": (lambda: SOUND[:60] + bytes([SOUND[60] ^ 1]) + SOUND[61:], "is no whole zip file"),
    "a bomb": (bomb, "latitudes.npy is too large"),
    "a bomb that lies": (lying_bomb, "is no whole zip file"),
    "a crowd": (crowd, "holds too many members"),
    "a member missing": (lambda: altered(ends=None), "holds no ends.npy"),
    "a shape that is promised": (lambda: altered(latitudes=header("(10000000000,)")), "holds float64 of shape"),
    "a negative shape": (lambda: altered(latitudes=header("(-4,)")), "latitudes: "),
    "a shape of shapes": (lambda: altered(latitudes=header("(2, 2)") + bytes(32)), "one row"),
    "a header of nonsense": (lambda: altered(latitudes=header("(" * 50)), "is no array"),
    "an object": (lambda: altered(latitudes=header("(1,)").replace(b"<f8", b"|O ")), "latitudes: "),
    "nan": (lambda: altered(latitudes=npy([0, np.nan, 0, 0], "<f8")), r"latitudes\[1\]: nan does not fit"),
    "beyond the pole": (lambda: altered(latitudes=npy([0, 0, 0, 91], "<f8")), "degrees from -90 to 90"),
    "infinitely far east": (lambda: altered(longitudes=npy([0, np.inf, 0, 0], "<f8")), r"longitudes\[1\]: inf"),
    "a negative time": (lambda: altered(lights_ms=npy([1, -5, 1, 1], "<i4")), r"lights_ms\[1\]: -5 does not fit"),
    "no time": (lambda: altered(normal_ms=npy([1, 0, 1, 1], "<i4")), r"normal_ms\[1\]: 0 does not fit"),
    "an unknown node": (lambda: altered(ends=npy([1, 2, 3, 4], "<i4")), "a node from 0 to 3"),
    "a loop": (lambda: altered(ends=npy([0, 2, 3, 0], "<i4")), "an arc from a node to another"),
    "an arc twice": (lambda: altered(starts=npy([0, 0, 2, 3], "<i4"), ends=npy([1, 1, 3, 0], "<i4")), "two arcs lead"),
    "too few": (lambda: altered(starts=npy([0, 1], "<i4")), "4 entries for 2 arcs|2 entries|entries for"),
    "nobody joins": (lambda: altered(may_join=npy([False] * 4, "|b1")), "no node may be joined"),
    "other texts": (lambda: altered(roads=b"{}"), "is in another format"),
    "texts too deep": (lambda: altered(roads=b"[" * 90_000), "is no JSON"),
    "no licence": (lambda: altered(roads=json.dumps(TEXTS | {"licence": 3}).encode()), "says no licence"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_what_is_wrong(name: str) -> None:
    """Whoever can put a file in the folder must not be able to do more than be refused."""
    make, words = HOSTILE[name]
    with pytest.raises(DocumentRefused, match=words) as refused:
        parse_roads(make(), "roads.npz")
    assert all(flaw.where.startswith("roads.npz") and flaw.accepted for flaw in refused.value.flaws)


def test_hostile_files_take_little_time_and_memory(tmp_path: Path) -> None:
    """Within 2 s of CPU and 200 MB beyond a bare Python with numpy and scipy, for each of them."""
    for name, (make, _) in HOSTILE.items():
        (tmp_path / f"{name}.npz").write_bytes(make())
    watch = """
import resource, sys, time
from pathlib import Path
from incidents.read import read_roads
from incidents.refusals import DocumentRefused
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for file in sorted(Path(sys.argv[1]).glob("*.npz")):
    began = time.process_time()
    try:
        read_roads(file)
    except DocumentRefused:
        pass
    taken, grown = time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    if taken > 2 or grown > 200_000:
        print(file.name, taken, grown)
"""
    ran = subprocess.run([sys.executable, "-c", watch, str(tmp_path)], capture_output=True, text=True, check=True)
    assert ran.stdout == ""


@pytest.mark.parametrize("seed", range(3))
def test_a_network_comes_back_as_it_went(seed: int, tmp_path: Path) -> None:
    """Texts and all: the licence of the data travels with it."""
    network = at_random(seed, 30, 80)
    (tmp_path / "roads.npz").write_bytes(as_bytes(network))
    again = read_roads(tmp_path / "roads.npz")
    assert (again.hash, again.attribution, flaws_of(again)) == (network.hash, network.attribution, [])
    assert as_bytes(again) == as_bytes(network)


def test_a_network_beyond_the_limit_is_refused() -> None:
    """A country does not fit into a control room's memory."""
    data = altered(latitudes=npy(np.zeros(MOST_NODES + 2000), "<f8"))
    with pytest.raises(DocumentRefused, match="too large"):
        parse_roads(data, "roads.npz")


def written(folder: Path, network: RoadNetwork | None, centre: Centre) -> Path:
    """A centre's file, and beside it the file that it names if there is a network for it."""
    if network is not None:
        (folder / "roads.npz").write_bytes(as_bytes(network))
    (folder / "centre.yaml").write_text(json.dumps(centre.model_dump(mode="json", exclude_defaults=True)), "utf-8")
    return folder / "centre.yaml"


ON_SQUARE = on_roads(SQUARE, {"A1": ("ambulance", 0)})


def test_a_centre_is_read_with_its_network(tmp_path: Path) -> None:
    """It must be the same centre as one that was given the network in memory."""
    centre = read_centre(written(tmp_path, SQUARE, ON_SQUARE))
    assert (centre, centre.fingerprint, centre.roads) == (ON_SQUARE, ON_SQUARE.fingerprint, SQUARE)


def test_a_centre_without_its_file_is_refused(tmp_path: Path) -> None:
    """The flaw stands where the centre names the file, and says what would be accepted."""
    with pytest.raises(
        DocumentRefused, match=r"centre\.yaml:1:\d+: .*roads\.npz: there is no such file.*muster roads build"
    ):
        read_centre(written(tmp_path, None, ON_SQUARE))


def test_a_centre_with_another_network_is_refused(tmp_path: Path) -> None:
    """A network that was built anew is another one, and plans made on it would be other plans."""
    other = replace(SQUARE, lights_ms=SQUARE.lights_ms + np.int32(1))
    with pytest.raises(
        DocumentRefused, match=f"holds the network {other.hash}.*accepted: the file of the network {SQUARE.hash}"
    ):
        read_centre(written(tmp_path, other, ON_SQUARE))


def test_a_centre_with_a_broken_network_is_refused(tmp_path: Path) -> None:
    """A disk that was full leaves half a file."""
    path = written(tmp_path, SQUARE, ON_SQUARE)
    (tmp_path / "roads.npz").write_bytes(SOUND[:300])
    with pytest.raises(DocumentRefused, match="is no whole zip file"):
        read_centre(path)


def test_a_centre_on_roads_without_a_way_back_is_refused(tmp_path: Path) -> None:
    """Who drives down a one-way street that nothing leads out of would never be home again."""
    network = a_network([(0, 0), (0, 1000)], [(0, 1, 100_000)])
    with pytest.raises(DocumentRefused, match="one cannot drive from anywhere to anywhere"):
        read_centre(written(tmp_path, network, on_roads(network, {"A1": ("ambulance", 0)})))


def test_a_station_off_the_roads_is_refused(tmp_path: Path) -> None:
    """The square is a kilometre wide; a station 5 km along the street could never send anybody."""
    centre = on_roads(SQUARE, {"A1": ("ambulance", 0), "A2": ("ambulance", 60)})
    with pytest.raises(DocumentRefused, match=r"'A2' lies 5,000 m from the nearest road, limit 1,000 m .*snap_limit_m"):
        read_centre(written(tmp_path, SQUARE, centre))


def test_a_network_is_given_only_to_a_centre_that_names_it(tmp_path: Path) -> None:
    """`--roads` beside a centre with straight lines is a mistake that must not pass in silence."""
    (tmp_path / "roads.npz").write_bytes(SOUND)
    with pytest.raises(DocumentRefused, match="names no road network"):
        with_roads(a_centre({"A1": ("ambulance", 0)}), tmp_path / "roads.npz")
