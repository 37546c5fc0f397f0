"""Folding corrections: what is right counts from here on, and what others have built upon is not pulled from under them.

What is corrected is looked up among the facts that the situation keeps, as far back as `CORRECTABLE_FACTS`. Imports
`corrections`, `assignments`, `known` and what stands above them.
"""

from __future__ import annotations

from collections.abc import Iterator

from incidents import assignments, known
from incidents import facts as f
from incidents.corrections import CORRECTABLE, INSTEAD, STEPS, Step, put_right, said
from incidents.known import Changes, accepted_facts, incident_change, refusal, resource_change, with_entry
from incidents.light import replace
from incidents.quantities import Instant, Place, ResourceId, filed_under
from incidents.situation import ASSIGNMENT_TABLE, CORRECTABLE_FACTS, Assignment, AssignmentStatus, Resource, Situation

_REACHED: dict[type[f.Fact], AssignmentStatus] = {
    f.ResourceAssigned: AssignmentStatus.ASSIGNED,
    **{kind: status for (_, kind), status in ASSIGNMENT_TABLE.items() if status is not None},
}
"""The status that an assignment has after each fact about it."""


def corrected(s: Situation, fact: f.Corrected) -> Changes:
    """Fold a correction; refuse one of what cannot be undone, of what is too far back, or that contradicts what is known."""
    s = s.kept()
    original = earlier(s, fact)
    right = said(fact)
    allowed = CORRECTABLE.get(type(original))
    kind = type(original).__name__
    if allowed is None:
        what = f"fact {fact.corrects} is {kind}, and what was done is done"
        raise refusal("corrects", what, INSTEAD.get(type(original), "NoteAdded"))
    if not right or not right.keys() <= set(allowed):
        strange = next((name for name in right if name not in allowed), "corrects")
        raise refusal(strange, f"of {kind} it says nothing that could be corrected", ", ".join(allowed))
    owner = filed_under(original)
    if (fact.incident, fact.contact) != owner:
        what = f"fact {fact.corrects} is about {owner[0] or owner[1]}"
        raise refusal("incident" if owner[0] else "contact", what, str(owner[0] or owner[1]))
    changes = _effect(s, fact, original)
    return (*changes, ("recorded", fact.corrects, put_right(original, fact)))


def earlier(s: Situation, fact: f.Corrected) -> f.Fact:
    """Find the fact that is corrected, as it was corrected last, or refuse."""
    if fact.corrects > s.sequence:
        raise refusal("corrects", f"the log ends at {s.sequence}", "the sequence of a fact in it")
    found = s.recorded.get(fact.corrects)
    if found is None or fact.corrects + CORRECTABLE_FACTS <= s.sequence:
        what = f"more than {CORRECTABLE_FACTS} facts have followed fact {fact.corrects}"
        raise refusal("corrects", what, "NoteAdded")
    return found


def _effect(s: Situation, fact: f.Corrected, original: f.Fact) -> Changes:
    match original:
        case f.AnswerGiven():
            assert fact.answer is not None
            incident = s.incidents.get(original.incident)
            is_last = not any(
                isinstance(each, f.AnswerGiven)
                and (each.incident, each.question) == (original.incident, original.question)
                for each in _since(s, fact)
            )
            # A later answer to the same question stands; the correction is for the record.
            if incident is None or not is_last:
                return ()
            return incident_change(
                replace(incident, answers=with_entry(incident.answers, original.question, fact.answer))
            )
        case f.IncidentOpened() | f.IncidentLocated():
            incident = s.incidents.get(original.incident)
            located = (
                isinstance(each, f.IncidentLocated) and each.incident == original.incident for each in _since(s, fact)
            )
            return () if incident is None or any(located) else incident_change(replace(incident, place=fact.place))
        case f.NoteAdded():
            assert fact.text is not None
            incident = s.incidents.get(original.incident)
            if incident is None:
                return ()
            return incident_change(replace(incident, notes=with_entry(incident.notes, fact.corrects, fact.text)))
        case f.ContactLinked():
            return _relinked(s, fact, original)
        case _:
            assert isinstance(original, STEPS), "the table names no other"
            return _stepped(s, fact, original)


def _since(s: Situation, fact: f.Corrected) -> Iterator[f.Fact]:
    """The facts after the one that is corrected, as they were corrected."""
    return (s.recorded[number] for number in range(fact.corrects + 1, s.sequence + 1) if number in s.recorded)


def _before(s: Situation, number: int) -> Iterator[f.Fact]:
    """The facts before one of the log, the latest first."""
    while (number := number - 1) in s.recorded:
        yield s.recorded[number]


def _relinked(s: Situation, fact: f.Corrected, original: f.ContactLinked) -> Changes:
    assert fact.linked_to is not None
    known.open_incident(s, fact.linked_to)
    contact = s.contacts.get(original.contact)
    if contact is None:
        return ()
    if contact.incident != original.incident:
        raise refusal("linked_to", f"contact {contact.id} belongs to {contact.incident} by now", "its latest link")
    # The link to the right incident follows as a fact of its own, so that it stands in that incident's log as well.
    return (("contacts", contact.id, replace(contact, incident=None)),)


def _stepped(s: Situation, fact: f.Corrected, original: Step) -> Changes:
    """Another instant, or another unit: both have to fit between what went before and what came after."""
    right = put_right(original, fact)
    assert isinstance(right, STEPS)
    if right.at > fact.at:
        raise refusal("happened_at", "lies after the correction", "an instant that has passed")
    if fact.unit is not None and fact.unit != original.resource:
        return _reported_by(s, fact, original, right)
    earliest, latest = _bounds(s, fact, original)
    if not earliest <= right.at <= latest:
        what = f"{original.resource} did the steps around it at {earliest} and {latest}"
        raise refusal("happened_at", what, f"{earliest} to {latest}")
    resource = s.resources[original.resource]
    held = resource.assignment(original.need)
    if held is None or held.status is not _REACHED[type(original)]:
        return ()
    return resource_change(assignments.serving(resource, held, replace(held, since=right.at)))


def _bounds(s: Situation, fact: f.Corrected, original: Step) -> tuple[Instant, Instant]:
    """The instants of the steps directly before and after one, of the same resource for the same need."""
    before = (each.at for each in _before(s, fact.corrects) if _is_of(each, original.resource, original))
    after = (each.at for each in _since(s, fact) if _is_of(each, original.resource, original))
    return next(before, 0), next(after, fact.at)


def _is_of(each: f.Fact, resource: ResourceId, step: Step) -> bool:
    is_step = isinstance(each, (*STEPS, f.ResourceAssigned, f.ResourceReleased))
    return is_step and (getattr(each, "resource", None), getattr(each, "need", None)) == (resource, step.need)


def _reported_by(s: Situation, fact: f.Corrected, original: Step, right: Step) -> Changes:
    """Put the report to the unit whose it was: the wrong one stands where it stood before, the right one takes the step."""
    wrong, held = _serving(s, original.resource, original)
    if held.status is not _REACHED[type(original)] or any(_is_of(each, wrong.id, original) for each in _since(s, fact)):
        what = f"{wrong.id} has gone on since"
        raise refusal("unit", what, "Corrected for the later reports first, or NoteAdded")
    unit, taken = _serving(s, right.resource, right)
    following = ASSIGNMENT_TABLE.get((taken.status, type(right)))
    if following is None:
        accepted = accepted_facts(ASSIGNMENT_TABLE, taken.status)
        raise refusal("unit", f"the assignment of {unit.id} to {right.need} is {taken.status}", accepted)
    if right.at < taken.since:
        raise refusal("happened_at", f"{unit.id} is {taken.status} since {taken.since}", f"{taken.since} or later")
    last = next(each for each in _before(s, fact.corrects) if _is_of(each, wrong.id, original))
    back = replace(held, status=_REACHED[type(last)], since=last.at)
    there = unit.place if wrong.place is None else wrong.place
    place, placed_at = _last_place(s, fact, wrong.id)
    returned = replace(
        wrong, serving=tuple(back if each is held else each for each in wrong.serving), place=place, placed_at=placed_at
    )
    step = replace(taken, status=following, since=right.at)
    return (*resource_change(returned), *resource_change(assignments.serving(unit, taken, step, there, right.at)))


def _serving(s: Situation, name: ResourceId, step: Step) -> tuple[Resource, Assignment]:
    resource = known.centre_resource(s, name)
    held = resource.assignment(step.need)
    if held is None:
        serving = s.needs[step.need].filled_by if step.need in s.needs else ()
        raise refusal("unit", f"{name} does not serve need {step.need}", ", ".join(serving) or "NoteAdded")
    return resource, held


def _last_place(s: Situation, fact: f.Corrected, resource: ResourceId) -> tuple[Place | None, Instant | None]:
    """Where a resource was last known to be before a report that was not its own."""
    for each in _before(s, fact.corrects):
        if getattr(each, "resource", None) == resource and getattr(each, "place", None) is not None:
            return getattr(each, "place", None), each.at
    return None, None
