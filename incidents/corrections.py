"""Corrections: which facts may be corrected in what, and a log as it reads once its corrections are believed.

A correction is a fact of its own, so the log keeps what was said and what was right. Whoever measures a log reads each fact as it
was corrected last, at the instant at which it happened. Imports `facts` and `quantities`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from incidents import facts as f
from incidents.quantities import Instant

Step: TypeAlias = f.ResourceDeparted | f.ResourceArrived | f.ResourceTransporting | f.ResourceAtFacility
STEPS: tuple[type[Step], ...] = (f.ResourceDeparted, f.ResourceArrived, f.ResourceTransporting, f.ResourceAtFacility)
"""What a resource reports on its way through an assignment."""

FIELDS: Mapping[str, str] = {
    "answer": "answer",
    "place": "place",
    "happened_at": "at",
    "text": "text",
    "linked_to": "incident",
    "unit": "resource",
}
"""What a correction may say, and the field of the earlier fact that it puts right."""
CORRECTABLE: Mapping[type[f.Fact], tuple[str, ...]] = {
    f.AnswerGiven: ("answer",),
    f.IncidentOpened: ("place",),
    f.IncidentLocated: ("place",),
    f.NoteAdded: ("text",),
    f.ContactLinked: ("linked_to",),
    **dict.fromkeys(STEPS, ("happened_at", "unit")),
}
"""What may be put right of each fact; of every other, what was done was done."""
INSTEAD: Mapping[type[f.Fact], str] = {
    f.ContactReceived: "ContactAbandoned or ContactEnded, and the contact as it was",
    f.IncidentAssessed: "Corrected for the answer that led to it, or IncidentAssessed by a person",
    f.IncidentEscalated: "IncidentDeescalated",
    f.IncidentDeescalated: "IncidentEscalated",
    f.IncidentClosed: "IncidentOpened for what is still owed",
    f.NeedOpened: "NeedWithdrawn",
    f.NeedWithdrawn: "NeedOpened",
    f.ResourceSignedOn: "ResourceSignedOff",
    f.ResourceSignedOff: "ResourceSignedOn",
    f.ResourceStoodDown: "ResourceStoodUp",
    f.ResourceStoodUp: "ResourceStoodDown",
    f.ResourceMoved: "ResourceMoved",
    f.ResourceAssigned: "ResourceReleased, which leaves its position open",
    f.ResourceReleased: "ResourceAssigned",
    f.MessageSent: "another message, and NoteAdded",
    f.HandoverGiven: "HandoverGiven again",
    f.AidRequested: "AidReleased",
    f.ProcedureAdopted: "ProcedureAdopted for the right one",
    f.Corrected: "Corrected for the fact that it corrects",
}
"""What to record where a fact cannot be corrected, because others have acted on it; of the rest, NoteAdded."""


def said(fact: f.Corrected) -> dict[str, Any]:
    """Return what a correction says is right, by its own fields."""
    return {name: value for name in FIELDS if (value := getattr(fact, name)) is not None}


def put_right(original: f.Fact, fact: f.Corrected) -> f.Fact:
    """Return the earlier fact as it should have read."""
    changes: Any = {FIELDS[name]: value for name, value in said(fact).items()}
    return replace(original, **changes)


def as_corrected(facts: Iterable[f.Fact], sequences: Sequence[int] | None = None) -> list[tuple[int, f.Fact]]:
    """Return the log as it should have read, as (sequence, fact) in the order in which things happened.

    `sequences`: those of facts that are only a part of their log; None: all of it, the first with sequence 1. Corrections
    stay where they are; one that names no fact before it, or one that is not here, changes nothing.
    """
    numbered = list(enumerate(facts, start=1) if sequences is None else zip(sequences, facts, strict=True))
    corrections = [(number, fact) for number, fact in numbered if isinstance(fact, f.Corrected)]
    if not corrections:
        return numbered
    place = {number: at for at, (number, _) in enumerate(numbered)}
    is_moved = False
    for number, fact in corrections:
        right, at = said(fact), place.get(fact.corrects)
        if fact.corrects < number and right and at is not None:
            original = numbered[at][1]
            if right.keys() <= set(CORRECTABLE.get(type(original), ())):
                numbered[at] = fact.corrects, put_right(original, fact)
                is_moved |= fact.happened_at is not None
    return sorted(numbered, key=_when) if is_moved else numbered


def _when(numbered: tuple[int, f.Fact]) -> tuple[Instant, int]:
    return numbered[1].at, numbered[0]
