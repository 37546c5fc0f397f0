"""Facts in words: a few as people read them; that every kind has some is asserted where they stand."""

from __future__ import annotations

import pytest

from incidents import facts as f
from incidents.facts_in_words import WORDS, in_words
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId
from tests.builders import START, spot

ILL, NEED, A1 = IncidentId("ill"), NeedId("ill/1"), ResourceId("A1")


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (f.ContactAnswered(START, ContactId("c1"), ResourceId("C1")), "call answered by C1"),
        (f.ResourceAssigned(START, A1, NEED, 0, "nearer", pinned=True), "A1 is sent to ill/1, pinned (nearer)"),
        (f.ResourceReleased(START, A1, NEED, "diverted to x/1", True), "A1 is taken away from ill/1 (diverted to x/1)"),
        (f.IncidentAssessed(START, ILL, "c", "red", "seen", by_person=True), "assessed c, red, by a person (seen)"),
        (f.Corrected(START, 7, "misheard", ILL, answer="no"), "fact 7 was wrong: answer no (misheard)"),
        (f.IncidentLocated(START, ILL, spot(0)), "located at 0.00000, 0.00000"),
        (f.NeedOpened(START, NEED, (f.NeedRow("fire", 2, 3),), False, "plan fire", ILL),
         "need ill/1 opened by plan fire: 2 fire at level 3"),
    ],
)  # fmt: skip
def test_a_fact_reads_as_one_would_say_it(fact: f.Fact, words: str) -> None:
    """Who did what, and the reason on record."""
    assert in_words(fact) == words


def test_no_kind_of_fact_is_without_words() -> None:
    """A debrief must not end at a fact that somebody added."""
    assert set(WORDS) == set(f.KINDS.values())
