"""That handovers lead somewhere: to somebody who is there, on an occasion that comes, and with fields that can be known.

Imports `handovers`, `permission`, `procedure` and `near_names`.
"""

from __future__ import annotations

from incidents.centre import Centre, Loc
from incidents.handovers import HANDOVER, Handover
from incidents.near_names import Found, NearNames, listed
from incidents.permission import who_may
from incidents.procedure import Procedure


def handover_flaws(procedure: Procedure, centre: Centre | None, names: NearNames) -> Found:
    """Yield the flaws of handovers; `centre` None leaves unchecked who is there to accept one."""
    wording = procedure.wording
    for name, rule in procedure.handovers.items():
        loc: Loc = ("handovers", name)
        if wording is not None and name in wording.messages:
            yield (*loc, "[key]"), f"'{name}' is a message already", "a name of its own"
        for index, priority in enumerate(rule.priorities):
            yield from names.unknown((*loc, "priorities", index), "priority", priority, procedure.priorities)
        for index, rung in enumerate(rule.rungs):
            yield from names.unknown((*loc, "rungs", index), "rung", rung, procedure.escalation)
        yield from _occasion(loc, rule, procedure)
        yield from _fields(loc, rule, procedure, names)
        yield from _recipient(loc, rule, procedure, centre, names)
    if procedure.handovers and wording is not None and HANDOVER in wording.media:
        yield ("wording", "media", HANDOVER, "[key]"), "handovers go by a medium of this name", "another name"


def _occasion(loc: Loc, rule: Handover, procedure: Procedure) -> Found:
    methane = None if procedure.wording is None else procedure.wording.methane
    if rule.on == "major" and methane is None:
        yield (*loc, "on"), "nothing says which incidents are major", "`wording.methane`"
    if rule.on == "escalation" and not procedure.escalation:
        yield (*loc, "on"), "the procedure has no rung that could be reached", "`escalation`"


def _fields(loc: Loc, rule: Handover, procedure: Procedure, names: NearNames) -> Found:
    methane = None if procedure.wording is None else procedure.wording.methane
    for index, field in enumerate(rule.requires):
        place = (*loc, "requires", index)
        owner, dot, question = field.partition(".")
        if dot:
            yield from names.unknown(place, "question", question, procedure.triage.questions)
        elif owner == "methane" and methane is None:
            yield place, "nothing says what stands in the packet", "`wording.methane`"
        elif owner == "hazards" and (methane is None or not methane.hazards):
            yield place, "no question tells of hazards", "`wording.methane.hazards`"


def _recipient(loc: Loc, rule: Handover, procedure: Procedure, centre: Centre | None, names: NearNames) -> Found:
    organisation, role = rule.to.organisation, rule.to.role
    if organisation is not None:
        if who_may(procedure, organisation, HANDOVER) == ():
            what = f"no role may contact '{organisation}' about {HANDOVER}"
            yield (*loc, "to", "organisation"), what, "an entry of `authority`"
        if rule.on == "aid" and centre is not None:
            lenders = {kind.partner: None for kind in centre.kinds.values() if kind.partner is not None}
            yield from names.unknown((*loc, "to", "organisation"), "partner", organisation, lenders)
    elif centre is not None and role is not None and role not in centre.skills:
        skills = dict.fromkeys(sorted(centre.skills))
        near = names.meant("skill", role, skills)
        hint = f", did you mean '{near}'?" if near else ""
        yield (
            (*loc, "to", "role"),
            f"nobody at the centre holds skill '{role}', which this role is{hint}",
            listed(skills),
        )
