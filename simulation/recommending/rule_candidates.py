"""Changes of the rules that are worth a try: a row of a plan more or less, a rung sooner or later, a dispatch parameter one step.

Each is a whole procedure as data, checked against the centre as any other; what is unsound is left out. May import `incidents`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from incidents.centre import Centre
from incidents.procedure import Procedure
from incidents.soundness import flaws_of

PLANS_TRIED = 2
RUNGS_TRIED = 3
STEP = 0.2
"""By this share a rung acts sooner or later."""
RESERVE_S = 600.0
"""What each missing resource of a new reserve costs, in weighted seconds."""
MOST_WEIGHT = 1000.0
Edit = tuple[str, str, Procedure]
"""The sort of a change, its name, and the rules with it."""


def rule_edits(procedure: Procedure, centre: Centre, plans: Sequence[str], queues: Sequence[str]) -> Iterator[Edit]:
    """Yield sound changes. `plans`, `queues`: those that matter most first: the plans sent most, the queues that wait most."""
    for sort, name, changes in _asked(procedure, centre, plans, queues):
        edited = _edited(procedure, changes)
        if edited is not None and not list(flaws_of(edited, centre)):
            yield sort, name, edited


def _edited(procedure: Procedure, changes: Mapping[str, Any]) -> Procedure | None:
    """The rules with whole parts replaced, as the next revision; None where they would not be read."""
    plain = procedure.model_dump(mode="python", by_alias=True, include=set(changes))
    try:
        parts = {
            name: getattr(Procedure.model_validate({**_bare(procedure), name: {**plain[name], **change}}), name)
            for name, change in changes.items()
        }
    except ValidationError:
        return None
    return procedure.model_copy(update={**parts, "revision": procedure.revision + 1, "based_on": procedure.fingerprint})


def _bare(procedure: Procedure) -> Mapping[str, Any]:
    return procedure.model_dump(mode="python", by_alias=True, exclude={"targets"})


_Asked = Iterator[tuple[str, str, Mapping[str, Any]]]


def _asked(procedure: Procedure, centre: Centre, plans: Sequence[str], queues: Sequence[str]) -> _Asked:
    yield from _queues(procedure, queues)
    if centre.travel.kind != "none":
        yield from _diversion(procedure)
    yield from _weights(procedure)
    for name in [each for each in plans if each in procedure.plans][:PLANS_TRIED]:
        yield from _plan(procedure, name)
    yield from _rungs(procedure)


def _plan(procedure: Procedure, name: str) -> _Asked:
    plan = procedure.plans[name].model_dump(mode="python", by_alias=True)
    send = list(plan["send"])
    more = [{**send[0], "quantity": send[0]["quantity"] + 1}, *send[1:]]
    yield "plan", f"plan '{name}': one more {send[0]['skill']}", {"plans": {name: {**plan, "send": more}}}
    last = send[-1]
    fewer = [*send[:-1], {**last, "quantity": last["quantity"] - 1}] if last["quantity"] > 1 else send[:-1]
    if fewer:
        yield "plan", f"plan '{name}': one {last['skill']} fewer", {"plans": {name: {**plan, "send": fewer}}}


def _rungs(procedure: Procedure) -> _Asked:
    timed = [
        (name, field, seconds)
        for name, rung in procedure.escalation.items()
        for field in ("unfilled_for_s", "unarrived_for_s", "waiting_answer_s")
        if (seconds := getattr(rung, field)) is not None
    ]
    for name, field, seconds in timed[:RUNGS_TRIED]:
        rung = procedure.escalation[name].model_dump(mode="python", by_alias=True)
        for factor, word in ((1 - STEP, "sooner"), (1 + STEP, "later")):
            change = {"escalation": {name: {**rung, field: round(seconds * factor, 1)}}}
            yield "rung", f"rung '{name}' {STEP:.0%} {word}", change


def _ranked(procedure: Procedure) -> list[str]:
    return sorted(procedure.priorities, key=lambda name: (procedure.priorities[name].rank, name))


def _diversion(procedure: Procedure) -> _Asked:
    first, *others = _ranked(procedure)
    if procedure.dispatch.diversion is not None:
        yield "dispatch", "no diversion", {"dispatch": {"diversion": None}}
    elif others and procedure.plans:
        rule = {"to": (first,), "from": tuple(others)}
        yield "dispatch", f"diversion to {first}", {"dispatch": {"diversion": rule}}


def _weights(procedure: Procedure) -> _Asked:
    """What counts twice, and what is kept back; nothing where nobody is sent."""
    if not procedure.plans:
        return
    first, *others = _ranked(procedure)
    if others:
        plain = procedure.priorities[first].model_dump(mode="python", by_alias=True)
        weight = min(2 * plain["urgency"]["weight"], MOST_WEIGHT)
        heavier = {first: {**plain, "urgency": {**plain["urgency"], "weight": weight}}}
        yield "dispatch", f"{first} weighs twice as much", {"priorities": heavier}
    yield from _reserve(procedure)


def _reserve(procedure: Procedure) -> _Asked:
    kept = [each.model_dump(mode="python", by_alias=True) for each in procedure.dispatch.reserve]
    if not kept:
        skills = [row.skill for plan in procedure.plans.values() for row in plan.send]
        skill = max(sorted(set(skills)), key=skills.count)
        new = {"name": f"{skill} in reserve"[:80], "skill": skill, "keep": 1, "missing_s": RESERVE_S}
        yield "dispatch", f"keep one {skill} in reserve", {"dispatch": {"reserve": (new,)}}
        return
    first, rest = kept[0], kept[1:]
    fewer = [{**first, "keep": first["keep"] - 1}, *rest] if first["keep"] > 1 else rest
    yield "dispatch", f"reserve '{first['name']}' one smaller", {"dispatch": {"reserve": tuple(fewer)}}
    larger = ({**first, "keep": first["keep"] + 1}, *rest)
    yield "dispatch", f"reserve '{first['name']}' one larger", {"dispatch": {"reserve": larger}}


def _queues(procedure: Procedure, queues: Sequence[str]) -> _Asked:
    """The queue whose callers wait most, answered one rank sooner."""
    waiting = [name for name in queues if name in procedure.queues and procedure.queues[name].rank > 1]
    if len(procedure.queues) > 1 and waiting:
        plain = procedure.queues[waiting[0]].model_dump(mode="python", by_alias=True)
        change = {"queues": {waiting[0]: {**plain, "rank": plain["rank"] - 1}}}
        yield "dispatch", f"queue '{waiting[0]}' one rank sooner", change
