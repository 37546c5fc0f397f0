"""What the truth of every contact asks for: the plan of a procedure to which everything is told as it is.

Each question of the tree is answered by the truth, as a caller who neither errs nor gives up would. What callers cannot know
stays unknown. So one procedure is the measuring rod for all that are compared, as a rule the baseline: one that sends less than
its plans on purpose shows as under-response. All contacts about one matter ask once. Imports `contacts` and the desk's triage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from incidents.asking import need_row
from incidents.facts import NeedRow
from incidents.light import replace
from incidents.procedure import Plan, Procedure
from incidents.quantities import IncidentId
from incidents.response_match import TrueNeed
from incidents.tree import UNKNOWN
from incidents.triage import Ask, Outcome, accepts, next_step
from simulation.contacts import Contact, incident_of, next_attempt


def true_needs(contacts: Sequence[Contact], rod: Procedure) -> dict[IncidentId, TrueNeed]:
    """What each incident that these contacts may open truly needs, by the plans of `rod`."""
    plans: dict[str, Plan | None] = {}
    rows: dict[str, tuple[NeedRow, ...]] = {}
    found: dict[IncidentId, TrueNeed] = {}
    for contact in contacts:
        nature = contact.nature
        if nature not in plans:
            plans[nature] = plan_for(contact.truth, rod)
            rows[nature] = _rows(plans[nature])
        plan = plans[nature]
        matter = contact.id if contact.matter is None else f"matter {contact.matter}"
        need = TrueNeed(matter, rows[nature], plan is not None and plan.shared)
        name = contact.id
        found[incident_of(name)] = need
        for _ in contact.redials:
            name = next_attempt(name)
            found[incident_of(name)] = need
    return found


def plan_for(truth: Mapping[str, str], rod: Procedure) -> Plan | None:
    """The plan to which the truth leads; None: nobody is sent."""
    answers: dict[str, str] = {}
    step = next_step(rod.triage, answers)
    while isinstance(step, Ask):
        question, answer = rod.triage.questions[step.question], truth.get(step.about)
        if answer is None or not accepts(question, answer):
            answer = UNKNOWN if accepts(question, UNKNOWN) else next(iter(question.answers))
        answers[step.question] = answer
        step = next_step(rod.triage, answers)
    assert isinstance(step, Outcome), "a sound tree ends in a code"
    name = rod.determinants[step.code].plan
    return None if name is None else rod.plans[name]


def _rows(plan: Plan | None) -> tuple[NeedRow, ...]:
    ways = () if plan is None else plan.ways
    return tuple(replace(need_row(row), alternative=alternative) for alternative, way in enumerate(ways) for row in way)
