"""Traces kept in files: playing the file is playing the seed, and a broken file is refused with where and why."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from incidents.centre import Centre
from incidents.records import as_record
from incidents.refusals import DocumentRefused, Refusal
from simulation.replications import Span, contacts_of, play
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from simulation.trace import Trace, draw_trace, load_trace, save_trace
from tests.builders import START
from tests.simulation.test_draws import CENTRE, FEATURES, street

EVERYTHING = frozenset(FEATURES) | {"further"}


def digest(scenario: Scenario, contacts: Trace, span: Span) -> str:
    """The log of the baseline, as one hash."""
    log = play(scenario, scenario.procedure("procedures/baseline.yaml"), contacts, span)
    return hashlib.sha256("\n".join(json.dumps(as_record(fact)) for fact in log).encode()).hexdigest()


@pytest.mark.parametrize("name", ["san_francisco", "bank", "police", "service_desk"])
def test_playing_the_file_is_playing_the_seed(name: str, tmp_path: Path) -> None:
    """To the byte, or a file would be worth less than a seed."""
    scenario = Scenario.read(scenario_folder(name))
    start = round(datetime(2017, 1, 9, 12, tzinfo=scenario.centre.zone_info).timestamp() * 1000)
    span = Span(start, 0, 3 * 3600)
    drawn = contacts_of(scenario, span, 5)
    save_trace(drawn, tmp_path / "contacts.npz")
    loaded = load_trace(tmp_path / "contacts.npz", scenario.centre)
    assert loaded.contacts == drawn.contacts
    assert loaded.fingerprint == drawn.fingerprint
    assert digest(scenario, loaded, span) == digest(scenario, drawn, span)


def the_street() -> Trace:
    """Everything that can be drawn, on the street."""
    return draw_trace(street(EVERYTHING), CENTRE, 3, START, 3600)


def test_everything_that_is_drawn_comes_back(tmp_path: Path) -> None:
    """Contacts, with all their luck, and the luck of resources, partners and roles."""
    drawn = the_street()
    save_trace(drawn, tmp_path / "all.npz")
    loaded = load_trace(tmp_path / "all.npz", CENTRE)
    assert loaded.contacts == drawn.contacts
    assert [each.outcome("ambulance", 1) for each in loaded] == [each.outcome("ambulance", 1) for each in drawn]
    assert [each.faults("medic", 0, 2) for each in loaded] == [each.faults("medic", 0, 2) for each in drawn]
    assert loaded.surroundings.tables.keys() == drawn.surroundings.tables.keys()
    for name, table in drawn.surroundings.tables.items():
        np.testing.assert_array_equal(loaded.surroundings.tables[name], table)


def test_equal_traces_make_equal_files(tmp_path: Path) -> None:
    """So that a file may be named by its hash."""
    for name in ("one", "other"):
        save_trace(the_street(), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_another_seed_has_another_fingerprint() -> None:
    """Two runs that claim the same contacts can be held against each other."""
    assert draw_trace(street(EVERYTHING), CENTRE, 4, START, 3600).fingerprint != the_street().fingerprint


def test_contacts_that_were_changed_afterwards_are_no_trace(tmp_path: Path) -> None:
    """The columns would say something else than what was played."""
    drawn = the_street()
    with pytest.raises(Refusal, match="not drawn from a workload"):
        save_trace(drawn.with_contacts(drawn.contacts[:3]), tmp_path / "changed.npz")


def rewritten(path: Path, change: Callable[[dict[str, Any], dict[str, Any]], None]) -> None:
    """Write the file anew with columns and header changed; the hash stays as it was unless the change sees to it."""
    with np.load(path) as archive:
        columns = {name: archive[name] for name in archive.files}
    header = json.loads(columns.pop("header").tobytes())
    change(header, columns)
    text = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
    with path.open("wb") as file:
        np.savez_compressed(file, header=text, **columns)


def _sealed(header: dict[str, Any], columns: Mapping[str, Any]) -> None:
    """Give the header the hash that these columns have."""
    rest = {name: value for name, value in header.items() if name != "sha256"}
    found = hashlib.sha256(json.dumps(rest, separators=(",", ":")).encode())
    for name, column in sorted(columns.items()):
        found.update(f"{name} {column.dtype.str} {column.shape}\n".encode())
        found.update(np.ascontiguousarray(column).tobytes())
    header["sha256"] = found.hexdigest()


def _one_later(header: dict[str, Any], columns: dict[str, Any]) -> None:
    columns["at"] = columns["at"] + 1


def _other_schema(header: dict[str, Any], columns: dict[str, Any]) -> None:
    header["schema"] = "muster.trace/99"


def _no_seed(header: dict[str, Any], columns: dict[str, Any]) -> None:
    del header["seed"]


def _no_pace(header: dict[str, Any], columns: dict[str, Any]) -> None:
    del columns["pace_s"]
    _sealed(header, columns)


def _stranger(header: dict[str, Any], columns: dict[str, Any]) -> None:
    columns["mood"] = columns["pace_s"]
    _sealed(header, columns)


def _words_for_numbers(header: dict[str, Any], columns: dict[str, Any]) -> None:
    columns["pace_s"] = columns["pace_s"].astype("U8")
    _sealed(header, columns)


def _unknown_nature(header: dict[str, Any], columns: dict[str, Any]) -> None:
    columns["nature"] = columns["nature"] + 7
    _sealed(header, columns)


def _too_few(header: dict[str, Any], columns: dict[str, Any]) -> None:
    columns["pace_s"] = columns["pace_s"][:-1]
    _sealed(header, columns)


def _backwards(header: dict[str, Any], columns: dict[str, Any]) -> None:
    columns["at"] = columns["at"][::-1].copy()
    _sealed(header, columns)


def _unknown_table(header: dict[str, Any], columns: dict[str, Any]) -> None:
    header["workload"]["wrap_up_s"] = "no such table"
    _sealed(header, columns)


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        (_one_later, "sha256", "the columns have"),
        (_other_schema, "header/schema", "unknown schema 'muster.trace/99'"),
        (_no_seed, "header/seed", "is missing"),
        (_no_pace, "column pace_s", "is missing"),
        (_stranger, "column mood", "is not a column"),
        (_words_for_numbers, "column pace_s", "holds <U8"),
        (_unknown_nature, "column nature", "holds 7 to 8"),
        (_too_few, "column pace_s", "rows"),
        (_backwards, "column at", "not in order"),
        (_unknown_table, "header/workload/wrap_up_s", "unknown table"),
    ],
)
def test_a_file_that_was_changed_is_refused(
    change: Callable[[dict[str, Any], dict[str, Any]], None], where: str, what: str, tmp_path: Path
) -> None:
    """With the place in the file and the reason, and before anything is played."""
    save_trace(the_street(), tmp_path / "all.npz")
    rewritten(tmp_path / "all.npz", change)
    with pytest.raises(DocumentRefused) as refused:
        load_trace(tmp_path / "all.npz", CENTRE)
    assert any(where in flaw.where and what in flaw.what for flaw in refused.value.flaws), refused.value


def test_a_damaged_column_is_named(tmp_path: Path) -> None:
    """Disks forget; which column went is the first thing one wants to know."""
    path = tmp_path / "all.npz"
    save_trace(the_street(), path)
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo("patience_s.npy")
    raw = bytearray(path.read_bytes())
    middle = member.header_offset + 60 + member.compress_size // 2
    raw[middle] ^= 0xFF
    path.write_bytes(bytes(raw))
    with pytest.raises(DocumentRefused, match="column patience_s: is broken"):
        load_trace(path, CENTRE)


@pytest.mark.parametrize(
    ("content", "what"), [(None, "no such file"), (b"", "cannot be read"), (b"contacts", "cannot be read")], ids=str
)
def test_what_is_no_file_of_contacts_is_refused(content: bytes | None, what: str, tmp_path: Path) -> None:
    """A mistyped name is the commonest fault."""
    path = tmp_path / "any"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DocumentRefused, match=what):
        load_trace(path, CENTRE)


def test_a_file_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    """A small archive may unpack to anything; the limit is named."""
    save_trace(the_street(), tmp_path / "all.npz")
    with pytest.raises(DocumentRefused, match="at most 1000"):
        load_trace(tmp_path / "all.npz", CENTRE, most_bytes=1000)


def test_the_luck_of_other_resources_is_refused(tmp_path: Path) -> None:
    """Breakdowns of units that this centre does not have would be silently left out."""
    save_trace(the_street(), tmp_path / "all.npz")
    other = Centre.model_validate({**CENTRE.model_dump(mode="json"), "centre": "elsewhere"})
    with pytest.raises(DocumentRefused, match="another centre"):
        load_trace(tmp_path / "all.npz", other)
