"""Folding what happens to resources: duty, position, and the assignments that their table allows.

Imports `known` and what stands above it.
"""

from __future__ import annotations

from incidents import facts as f
from incidents import known
from incidents.known import (
    GONE,
    Changes,
    accepted_facts,
    incident_change,
    open_rows,
    refusal,
    resource_change,
)
from incidents.light import replace, replacer
from incidents.quantities import Instant, Place
from incidents.situation import (
    ASSIGNMENT_TABLE,
    RESOURCE_TABLE,
    UNDER_WAY,
    Assignment,
    AssignmentStatus,
    Need,
    Resource,
    ResourceStatus,
    Situation,
    asked_for,
)


def resource_signed_on(s: Situation, fact: f.ResourceSignedOn) -> Changes:
    """Fold a resource coming on duty; refused when its shift would be over already."""
    resource = known.centre_resource(s, fact.resource)
    _refuse_status(resource, fact)
    if fact.until is not None and fact.until <= fact.at:
        raise refusal("until", f"the shift of {resource.id} would end before it begins", f"later than {fact.at}")
    on_duty = replace(
        resource, is_on_duty=True, place=fact.place, placed_at=fact.at, until=fact.until, tasks=0
    )  # fmt: skip
    return resource_change(on_duty)


def resource_signed_off(s: Situation, fact: f.ResourceSignedOff) -> Changes:
    """Fold a resource going off duty; refused while it serves a need."""
    resource = known.centre_resource(s, fact.resource)
    _refuse_status(resource, fact)
    _refuse_serving(resource)
    return resource_change(replace(resource, is_on_duty=False, until=None, is_resting=False))


def resource_stood_down(s: Situation, fact: f.ResourceStoodDown) -> Changes:
    """Fold the beginning of a break; refused while it serves a need, even with room for another."""
    resource = known.centre_resource(s, fact.resource)
    _refuse_status(resource, fact)
    _refuse_serving(resource)
    return resource_change(replace(resource, is_resting=True))


def resource_stood_up(s: Situation, fact: f.ResourceStoodUp) -> Changes:
    """Fold the end of a break."""
    resource = known.centre_resource(s, fact.resource)
    _refuse_status(resource, fact)
    return resource_change(replace(resource, is_resting=False))


def resource_moved(s: Situation, fact: f.ResourceMoved) -> Changes:
    """Fold a reported position."""
    resource = known.centre_resource(s, fact.resource)
    _refuse_status(resource, fact)
    return resource_change(_placed(resource, fact.place, fact.at))


def resource_assigned(s: Situation, fact: f.ResourceAssigned) -> Changes:
    """Fold an assignment: its positions must be asked for, and the resource able, free and with room enough. It ends a break."""
    resource = known.centre_resource(s, fact.resource)
    need = known.open_need(s, fact.need)
    _refuse_status(resource, fact)
    _refuse_rows(need, fact)
    if resource.assignment(need.id) is not None:
        raise refusal("resource", f"{resource.id} already serves need {need.id}", "another resource")
    _refuse_lack(resource, need, fact)
    load = need.rows[fact.row].load
    if fact.also:
        load = max(load, *[need.rows[row].load for row in fact.also])
    if load > resource.room:
        what = f"{resource.id} has room for {resource.room} more, and row {fact.row} of need {need.id} takes {load}"
        raise refusal("resource", what, f"a resource with room for {load}")
    assignment = Assignment(need.id, fact.row, ASSIGNED, fact.at, fact.at, fact.also, load, fact.pinned, fact.forced)
    opened = list(need.open)
    for row in (fact.row, *fact.also):
        opened[row] -= 1
    since = need.unfilled_since if any(asked_for(need.rows, opened)) else None
    filled = _filled(need, tuple(opened), since, (*need.filled_by, resource.id))
    busier = _busier(resource, (*resource.serving, assignment), False, resource.tasks + 1)
    return (("needs", need.id, filled), ("resources", resource.id, busier))


def _refuse_rows(need: Need, fact: f.ResourceAssigned) -> None:
    """Refuse rows of which nothing is asked for, and more than one row where roles are not shared."""
    asking = need.asking
    for at, row in enumerate((fact.row, *fact.also)):
        if not 0 <= row < len(asking) or asking[row] == 0:
            where = "also" if at else "row"
            raise refusal(where, f"row {row} of need {need.id} has no open position", open_rows(need))
    if not fact.also:
        return
    if not need.shared:
        raise refusal("also", f"need {need.id} has no shared roles", "one row for each resource")
    if len({fact.row, *fact.also}) <= len(fact.also):
        raise refusal("also", "a row is named twice", "each further row once")
    if len({need.rows[row].alternative for row in (fact.row, *fact.also)}) > 1:
        raise refusal("also", "the rows belong to different ways to fill the need", "rows of one of them")


def _refuse_lack(resource: Resource, need: Need, fact: f.ResourceAssigned) -> None:
    """Refuse a resource without what a row asks for, unless a person forces it and says why."""
    if fact.forced:
        if not fact.because.strip():
            raise refusal("because", "a forced assignment needs its reason", "why it may break the rule")
        return
    _refuse_unable("resource", resource, need.rows[fact.row])
    for row in fact.also:
        _refuse_unable("also", resource, need.rows[row])


ASSIGNED = AssignmentStatus.ASSIGNED
_filled = replacer(Need, "open", "unfilled_since", "filled_by")
_busier = replacer(Resource, "serving", "is_resting", "tasks")
_serving = replacer(Resource, "serving")
_moved = replacer(Resource, "serving", "place", "placed_at")
_placed = replacer(Resource, "place", "placed_at")
further_on = replacer(Assignment, "status", "since")
Progress = f.ResourceDeparted | f.ResourceArrived | f.ResourceTransporting | f.ResourceAtFacility | f.ResourceReleased


def assignment_step(s: Situation, fact: Progress) -> Changes:
    """Fold one step of an assignment along its table."""
    resource, assignment, following = _next_status(s, fact)
    assert following is not None
    place, need = resource.place, s.needs[assignment.need]
    if type(fact) is f.ResourceAtFacility:
        place = fact.place or place
    if type(fact) is not f.ResourceArrived or need.incident is None:
        further = further_on(assignment, following, fact.at)
        return resource_change(serving(resource, assignment, further, place, fact.at))
    incident = s.incidents[need.incident]
    there = serving(resource, assignment, further_on(assignment, following, fact.at), incident.place or place, fact.at)
    if incident.reached_at is not None:
        return resource_change(there)
    return (*resource_change(there), *incident_change(replace(incident, reached_at=fact.at)))


def resource_released(s: Situation, fact: f.ResourceReleased) -> Changes:
    """Fold the end of an assignment; a position left open asks to be filled again."""
    resource, assignment, _ = _next_status(s, fact)
    place = fact.place or resource.place
    changes = resource_change(serving(resource, assignment, None, place, fact.at))
    need = s.needs[assignment.need]
    left = tuple([other for other in need.filled_by if other != resource.id])
    if need.contact is not None and need.contact in s.ended and not left:
        return (*changes, ("needs", need.id, GONE))
    opened = need.open
    if fact.leaves_open:
        opened = tuple([count + (row in assignment.rows) for row, count in enumerate(opened)])
    since = None
    if any(asked_for(need.rows, opened)):
        since = fact.at if need.unfilled_since is None else need.unfilled_since
    changes = (*changes, ("needs", need.id, _filled(need, opened, since, left)))
    if fact.leaves_open and need.incident is not None and assignment.status in UNDER_WAY:
        incident = s.incidents[need.incident]
        changes += incident_change(replace(incident, diverted=incident.diverted + 1))
    return changes


def _next_status(s: Situation, fact: Progress) -> tuple[Resource, Assignment, AssignmentStatus | None]:
    resource = known.centre_resource(s, fact.resource)
    need = known.open_need(s, fact.need)
    assignment = resource.assignment(need.id)
    if assignment is None:
        raise refusal("resource", f"{resource.id} is not assigned to need {need.id}", "a resource that serves it")
    step = assignment.status, type(fact)
    if step not in ASSIGNMENT_TABLE:
        accepted = accepted_facts(ASSIGNMENT_TABLE, assignment.status)
        raise refusal("resource", f"the assignment of {resource.id} to {need.id} is {assignment.status}", accepted)
    return resource, assignment, ASSIGNMENT_TABLE[step]


def serving(
    resource: Resource,
    old: Assignment,
    new: Assignment | None,
    place: Place | None = None,
    at: Instant | None = None,
) -> Resource:
    """Return `resource` with one of its assignments replaced (`new` None: ended), and its place if that is news."""
    if len(resource.serving) == 1:
        kept: tuple[Assignment, ...] = () if new is None else (new,)
    else:
        serving = [new if each is old else each for each in resource.serving]
        kept = tuple([each for each in serving if each is not None])
    moved = place is not None and place is not resource.place
    return _serving(resource, kept) if not moved else _moved(resource, kept, place, at)


def _refuse_serving(resource: Resource) -> None:
    if resource.serving:
        raise refusal("resource", f"{resource.id} still serves {resource.serving[0].need}", "release it first")


def _refuse_unable(where: str, resource: Resource, row: f.NeedRow) -> None:
    level = resource.level(row.skill)
    if not level:
        held = ", ".join(sorted(resource.skills))
        raise refusal(where, f"{resource.id} lacks skill {row.skill}", f"it holds {held}")
    if level < row.level:
        what = f"{resource.id} has skill {row.skill} at level {level}, below the {row.level} asked for"
        raise refusal(where, what, f"a resource with {row.skill} at level {row.level} or above")


def _refuse_status(resource: Resource, fact: f.Fact) -> None:
    allowed = RESOURCE_TABLE[resource.status]
    if type(fact) not in allowed:
        accepted = ", ".join(sorted(kind.__name__ for kind in allowed))
        raise refusal("resource", f"{resource.id} is {_status_words(resource)}", accepted)


def _status_words(resource: Resource) -> str:
    if resource.status is ResourceStatus.COMMITTED:
        return f"committed to {', '.join(assignment.need for assignment in resource.serving)}"
    return str(resource.status)
