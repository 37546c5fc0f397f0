"""Logs that somebody kept: a database and its lines on the wire say the same, and what is no fact is named by its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.log import Log
from api.logged_facts import LONGEST_LINE, MOST_FLAWS, facts_from
from api.wire import on_wire
from incidents import facts as f
from incidents.quantities import IncidentId, ResourceId
from incidents.records import as_record
from incidents.refusals import Refusal
from tests.builders import START, a_centre, a_procedure, at

FACTS: tuple[f.Fact, ...] = (
    f.IncidentOpened(START, IncidentId("i")),
    f.AnswerGiven(at(3.25), IncidentId("i"), "nature", "fire"),
    f.ResourceSignedOn(at(4), ResourceId("E1"), None, at(100)),
)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A control room's log with three facts."""
    path = tmp_path / "muster.sqlite"
    log = Log(path)
    log.found(a_centre({"E1": ("engine", 0)}))
    log.keep_procedure(a_procedure())
    log.append(log.following([("somebody", fact) for fact in FACTS], START))
    log.close()
    return path


def lines(folder: Path, *written: str) -> Path:
    """A file of lines."""
    path = folder / "facts.jsonl"
    path.write_text("".join(line + "\n" for line in written), encoding="utf-8")
    return path


def test_a_database_is_read_as_facts(database: Path) -> None:
    """In the order in which they were recorded."""
    assert facts_from(database) == list(FACTS)


def test_lines_with_milliseconds_are_read_as_facts(tmp_path: Path) -> None:
    """As the product itself writes records; blank lines say nothing."""
    assert facts_from(lines(tmp_path, *(json.dumps(as_record(fact)) for fact in FACTS), "")) == list(FACTS)


def test_lines_from_the_wire_are_read_as_the_same_facts(database: Path, tmp_path: Path) -> None:
    """ISO times, sequence and actor, as a client of the log would keep them."""
    log = Log(database)
    written = [on_wire(entry).model_dump_json() for entry in log.read(0)]
    log.close()
    assert facts_from(lines(tmp_path, *written)) == list(FACTS)


@pytest.mark.parametrize(
    ("line", "where", "said"),
    [
        ("hello", "2", "is no JSON"),
        ("[1]", "2", "is no fact"),
        ("[" * 100_000, "2", "is no JSON"),
        ('{"fact": "Nothing"}', "2/fact", "unknown fact"),
        ('{"fact": "IncidentOpened", "at": -1, "incident": "i"}', "2/at", ""),
        ('{"fact": "IncidentOpened", "at": "soon", "incident": "i"}', "2/at", ""),
        ('{"fact": "IncidentOpened", "at": "2026-01-05T02:10:00", "incident": "i"}', "2/at", ""),
        ('{"fact": "IncidentOpened", "at": 1, "incident": "i", "colour": 1}', "2/colour", "no such field"),
        ("x" * (LONGEST_LINE + 1), "2", "is too long"),
    ],
    ids=["text", "list", "deep", "kind", "negative", "no time", "no offset", "field", "long"],
)
def test_a_line_that_is_no_fact_is_named(tmp_path: Path, line: str, where: str, said: str) -> None:
    """With its number and the field."""
    path = lines(tmp_path, json.dumps(as_record(FACTS[0])), line)
    with pytest.raises(Refusal) as refused:
        facts_from(path)
    assert [flaw.where for flaw in refused.value.flaws] == [f"{path}:{where}"]
    assert said in refused.value.flaws[0].what


def test_no_more_flaws_are_named_than_anybody_reads(tmp_path: Path) -> None:
    """A picture renamed to a log must not fill the screen for ever."""
    with pytest.raises(Refusal) as refused:
        facts_from(lines(tmp_path, *(["x"] * (MOST_FLAWS + 5))))
    assert len(refused.value.flaws) == MOST_FLAWS


@pytest.mark.parametrize("content", [b"\xff\xfe", None], ids=["no text", "no file"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """By name."""
    path = tmp_path / "log"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refusal, match="cannot be read"):
        facts_from(path)
