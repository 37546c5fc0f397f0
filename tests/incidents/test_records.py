"""Facts as records: whatever is written comes back the same, and strangers' records are read with suspicion."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents import facts as f
from incidents.quantities import LAST_INSTANT, Place
from incidents.records import as_record, fact_from_record
from incidents.refusals import DocumentRefused

WORDS = st.text(max_size=12)
PLACES = st.builds(
    Place, st.floats(-90, 90, allow_nan=False), st.floats(-180, 180, allow_nan=False), st.none() | st.text(max_size=4)
)
ROW = st.builds(
    f.NeedRow, WORDS, st.integers(1, 100), st.integers(1, 5), alternative=st.integers(0, 49), load=st.integers(1, 1000)
)
ROWS = st.lists(ROW, min_size=1, max_size=4).map(tuple)
BY_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "Instant": st.integers(0, LAST_INSTANT),
    "Place": PLACES,
    "tuple[NeedRow, ...]": ROWS,
    "tuple[PacketLine, ...]": st.lists(st.builds(f.PacketLine, WORDS, WORDS), max_size=3).map(tuple),
    "tuple[str, ...]": st.lists(WORDS, max_size=3).map(tuple),
    "tuple[Annotated[int": st.lists(st.integers(0, 49), max_size=3).map(tuple),
    "bool": st.booleans(),
    "Quantity": st.integers(1, 100),
    "int": st.integers(1, 10**6),
}


def strategy_of(kind: type[f.Fact]) -> st.SearchStrategy[f.Fact]:
    """Facts of one kind, each field drawn by its declared type; words for every id and text."""
    drawn = {}
    for field in fields(kind):
        declared = str(field.type).removeprefix("Annotated[")
        plain = next((name for name in BY_TYPE if declared.startswith(name)), None)
        drawn[field.name] = WORDS if plain is None else BY_TYPE[plain]
        if declared.endswith("| None"):
            drawn[field.name] = st.none() | drawn[field.name]
    return st.builds(kind, **drawn)


@pytest.mark.parametrize("kind", f.KINDS.values(), ids=list(f.KINDS))
@settings(max_examples=25)
@given(st.data())
def test_every_fact_comes_back_from_its_record(kind: type[f.Fact], data: st.DataObject) -> None:
    """The log is records; a fact that changes on the way through it would change history."""
    fact = data.draw(strategy_of(kind))
    record = json.loads(json.dumps(as_record(fact)))
    assert fact_from_record(record) == fact


def test_what_is_absent_is_left_out_of_a_record() -> None:
    """A null in the log would be a second way to say nothing."""
    assert as_record(f.ContactAbandoned(5, "c")) == {"fact": "ContactAbandoned", "at": 5, "contact": "c"}  # type: ignore[arg-type]


OLD_RECORDS: list[dict[str, Any]] = [
    {
        "fact": "NeedOpened", "at": 1, "need": "i/1", "rows": [{"skill": "fire", "quantity": 2}], "whole": False,
        "because": "plan fire", "incident": "i",
    },
    {"fact": "ResourceAssigned", "at": 1, "resource": "E1", "need": "i/1", "row": 0, "because": "nearest"},
]  # fmt: skip


@pytest.mark.parametrize("record", OLD_RECORDS, ids=[record["fact"] for record in OLD_RECORDS])
def test_a_record_of_an_older_log_is_written_again_as_it_was(record: dict[str, Any]) -> None:
    """The log chains hashes of these bytes: a word more would make an honest log look altered."""
    assert json.dumps(as_record(fact_from_record(record))) == json.dumps(record)


CALL = {"fact": "ContactReceived", "at": 1, "contact": "c", "queue": "q"}
NEED = {"fact": "NeedOpened", "at": 1, "need": "n", "rows": [{"skill": "fire"}], "whole": True, "because": "plan"}
SENT = {"fact": "ResourceAssigned", "at": 1, "resource": "r", "need": "n", "row": 0, "because": "nearest"}


def here(**changes: Any) -> dict[str, Any]:
    """A call from a place with something wrong about it."""
    return {**CALL, "place": {"latitude": 1.0, "longitude": 2.0, **changes}}


@pytest.mark.parametrize(
    ("record", "pointer"),
    [
        ({}, "/fact"),
        ({"fact": "Rumour", "at": 1}, "/fact"),
        ({"fact": ["ContactReceived"]}, "/fact"),
        ({**CALL, "mood": "calm"}, "/mood"),
        ({"fact": "ContactReceived", "at": 1, "queue": "q"}, "/contact"),
        ({**CALL, "contact": 7}, "/contact"),
        ({**CALL, "contact": None}, "/contact"),
        ({**CALL, "at": "1"}, "/at"),
        ({**CALL, "at": True}, "/at"),
        ({**CALL, "at": 1.0}, "/at"),
        ({**CALL, "at": float("nan")}, "/at"),
        ({**CALL, "at": -1}, "/at"),
        ({**CALL, "at": 10**30}, "/at"),
        ({**CALL, "place": "here"}, "/place"),
        (here(latitude=91), "/place/latitude"),
        (here(latitude=float("nan")), "/place/latitude"),
        (here(longitude=float("inf")), "/place/longitude"),
        (here(longitude="2"), "/place/longitude"),
        (here(zone=4), "/place/zone"),
        (here(altitude=3), "/place/altitude"),
        ({**NEED, "whole": "yes"}, "/whole"),
        ({**NEED, "rows": [{"skill": "fire", "quantity": 0}]}, "/rows/0/quantity"),
        ({**NEED, "rows": [{"skill": "fire", "quantity": 10**9}]}, "/rows/0/quantity"),
        ({**NEED, "rows": [{"skill": "fire", "level": 0}]}, "/rows/0/level"),
        ({**NEED, "rows": [{"skill": "fire", "level": 6}]}, "/rows/0/level"),
        ({**NEED, "rows": [{"skill": "fire"}, {"quantity": 1}]}, "/rows/1/skill"),
        ({"fact": "ResourceSignedOn", "at": 1, "resource": "r", "until": "noon"}, "/until"),
        ({**NEED, "rows": [{"skill": "fire", "colour": "red"}]}, "/rows/0/colour"),
        ({**SENT, "row": -1}, "/row"),
        ({**SENT, "row": 0.5}, "/row"),
        ({**SENT, "also": [-1]}, "/also/0"),
        ({**SENT, "pinned": 1}, "/pinned"),
        ({**NEED, "rows": [{"skill": "fire", "load": 0}]}, "/rows/0/load"),
        ({**NEED, "rows": [{"skill": "fire", "alternative": 50}]}, "/rows/0/alternative"),
    ],
)
def test_a_strangers_record_is_refused_where_it_is_wrong(record: dict[str, Any], pointer: str) -> None:
    """Whoever sent it must be able to find the mistake, and nothing may be guessed into shape."""
    with pytest.raises(DocumentRefused) as refused:
        fact_from_record(record)
    assert [flaw.where for flaw in refused.value.flaws] == [pointer]


def test_every_flaw_of_a_record_is_named_at_once() -> None:
    """Nobody wants to learn of their mistakes one request at a time."""
    with pytest.raises(DocumentRefused) as refused:
        fact_from_record({**CALL, "at": "now", "contact": 7})
    assert {flaw.where for flaw in refused.value.flaws} == {"/at", "/contact"}
