"""Matrices: what the network says, kept under its hash, and worked out again when what was kept is not whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from incidents.quantities import Place
from incidents.refusals import Refusal
from simulation.roads.matrices import MOST_CELLS, matrix_ms
from tests.road_builders import at_random, brute_force

NETWORK = at_random(4, 30, 110)
DEGREES = zip(NETWORK.latitudes.tolist(), NETWORK.longitudes.tolist(), strict=True)
PLACES = [Place(latitude, longitude) for latitude, longitude in DEGREES]


def test_a_matrix_is_what_brute_force_says() -> None:
    """Rows are where one comes from, columns where one goes; a place may be there twice."""
    least = np.array(brute_force(NETWORK, lights=False))
    origins, goals = PLACES[3:9], [PLACES[7], PLACES[0], PLACES[7]]
    expected = least[3:9][:, [7, 0, 7]]
    found = matrix_ms(NETWORK, origins, goals, lights=False)
    assert found.tolist() == np.where(np.isinf(expected), -1, expected).tolist()


def test_what_was_kept_is_used(tmp_path: Path) -> None:
    """The second time nothing is worked out: a network that cannot be searched any more still answers."""
    first = matrix_ms(NETWORK, PLACES, PLACES, lights=True, folder=tmp_path)
    dumb = replace(NETWORK)
    object.__setattr__(dumb, "work_out_ms", None)
    assert matrix_ms(dumb, PLACES, PLACES, lights=True, folder=tmp_path).tolist() == first.tolist()


@pytest.mark.parametrize("harm", ["cut off", "altered", "longer", "empty"])
def test_what_was_kept_and_is_broken_is_worked_out_again(tmp_path: Path, harm: str) -> None:
    """A disk that was full, or a hand that slipped, must not become a travel time."""
    first = matrix_ms(NETWORK, PLACES, PLACES, lights=True, folder=tmp_path)
    (file,) = (tmp_path / NETWORK.hash).iterdir()
    whole = file.read_bytes()
    harmed = {
        "cut off": whole[:-4],
        "altered": whole[:50] + b"\0\0\0\1" + whole[54:],
        "longer": whole + b"x",
        "empty": b"",
    }
    file.write_bytes(harmed[harm])
    assert matrix_ms(NETWORK, PLACES, PLACES, lights=True, folder=tmp_path).tolist() == first.tolist()
    assert file.read_bytes() == whole
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_lights_other_places_and_other_networks_are_kept_apart(tmp_path: Path) -> None:
    """One file for each question, under the network that it was asked of."""
    other = at_random(5, 30, 110)
    asked = ((NETWORK, PLACES, True), (NETWORK, PLACES, False), (NETWORK, PLACES[1:], True), (other, PLACES, True))
    for network, places, lights in asked:
        found = matrix_ms(network, places, places, lights=lights, folder=tmp_path)
        assert found.tolist() == matrix_ms(network, places, places, lights=lights).tolist()
    assert len(list((tmp_path / NETWORK.hash).iterdir())) == 3


def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path: Path) -> None:
    """It is a file, in this case."""
    (tmp_path / "cache").write_text("x", encoding="utf-8")
    with pytest.raises(Refusal, match="cannot be written"):
        matrix_ms(NETWORK, PLACES, PLACES, lights=True, folder=tmp_path / "cache")


def test_too_large_a_matrix_is_refused() -> None:
    """Before anything is worked out."""
    many = PLACES[:1] * (MOST_CELLS // 2 + 1)
    with pytest.raises(Refusal, match=f"at most {MOST_CELLS:,} pairs"):
        matrix_ms(NETWORK, many, PLACES[:2], lights=True)
