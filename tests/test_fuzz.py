"""Documents broken by chance and documents made to do harm. The long run is `benchmarks.fuzz`."""

from __future__ import annotations

from time import process_time

import pytest

from benchmarks.fuzz import MOST_S, Tally, Witness, misplaced, read, run
from benchmarks.hostile import HOSTILE
from benchmarks.mutations import ACCIDENTS
from incidents.centre import Centre
from incidents.procedure import Procedure
from incidents.read import MOST_FLAWS, parse_document
from tests.incidents.broken_procedures import CENTRE, SOUND


@pytest.fixture(scope="module")
def tally() -> Tally:
    """What was seen while documents were broken."""
    return run(1500, seed=2)


def test_whatever_happens_to_a_file_it_loads_or_is_refused_in_place(tally: Tally) -> None:
    """No accident to a file may reach the desk as anything but a refusal, and every flaw has its place in the file."""
    assert tally.failures == []


def test_every_accident_breaks_some_documents(tally: Tally) -> None:
    """Accidents that do no harm prove nothing."""
    assert all(tally.refused[name] > 0 for name in ACCIDENTS)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused_soon(name: str) -> None:
    """A stranger's file must not hold up the desk."""
    made = HOSTILE[name]()
    centre, procedure = parse_document(made.centre or CENTRE, "c", Centre), parse_document(SOUND, "p", Procedure)
    begun = process_time()
    flaws = read(made.text, made.is_centre, centre, procedure)
    assert process_time() - begun < MOST_S
    assert len(flaws) <= MOST_FLAWS + 1
    assert misplaced(made.text, flaws) == []


def test_the_witness_sees_what_is_executed() -> None:
    """One that sees nothing would let everything pass."""
    witness = Witness()
    exec("1")
    assert witness.seen == []
    witness.is_watching = True
    exec("1")
    witness.is_watching = False
    assert "exec" in witness.seen


def test_a_flaw_beyond_the_text_is_misplaced() -> None:
    """A place that no editor can go to helps nobody."""
    flaws = read("centre: 1\n", True, parse_document(CENTRE, "c", Centre), parse_document(SOUND, "p", Procedure))
    assert misplaced("centre: 1\n", flaws) == []
    assert len(misplaced("", flaws)) > 0
