"""What would have to give before somebody could fill a position that no plan fills: rule by rule, the nearest it keeps away.

Whoever has the skill and may not go is kept away by the first rule that `Eligibility` names; for each such rule the one it would
be least to ask is named here. Imports `decision`, `eligibility` and what stands above them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isnan
from typing import Literal

from incidents.decision import Context
from incidents.quantities import ResourceId
from incidents.situation import Need, Resource, ResourceStatus
from incidents.urgency import Standing

Rule = Literal["skill", "duty", "commitment", "reach", "place", "another"]
"""skill: nobody of the centre has it; duty: sign somebody on; commitment: release somebody; reach: raise the limit; place: say
where somebody or the incident is; another: what the words say."""
RULES: tuple[Rule, ...] = ("duty", "commitment", "reach", "place", "another")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A rule that keeps somebody away who has the skill. `reach_s`: seconds until it would be there, None if not known."""

    rule: Rule
    resource: ResourceId | None
    reach_s: float | None
    why: str


def obstacles(context: Context, need: Need, standing: Standing, position: int) -> tuple[Obstacle, ...]:
    """Return, for every rule that keeps away holders of the skill of this row, the nearest of them.

    Somebody whom a second rule keeps away as well, being too far, is named only for the reach. Where all who have the skill
    may go, there are too few of them.
    """
    skill = need.rows[position].skill
    holders = [each for each in context.situation.resources.values() if skill in each.skills]
    if not holders:
        return (Obstacle("skill", None, None, f"nobody of the centre has {skill}"),)
    exclusions = {each.id: context.eligibility.exclusion(each, need, standing) for each in holders}
    names = sorted(context.situation.resources)
    seconds = dict(zip(names, context.eligibility.reach_s(need, standing).tolist(), strict=True))
    nearest: dict[Rule, Obstacle] = {}
    for resource in sorted(holders, key=lambda each: each.id):
        exclusion = exclusions[resource.id]
        if exclusion is not None:
            reach_s = None if isnan(seconds[resource.id]) else float(seconds[resource.id])
            rule = _rule(context, resource, reach_s)
            found = Obstacle(rule, resource.id, reach_s, f"{resource.id} is {_words(rule, exclusion.why, reach_s)}")
            if rule not in nearest or _distance(found) < _distance(nearest[rule]):
                nearest[rule] = found
    if not nearest:
        return (Obstacle("skill", None, None, f"nobody else of the centre has {skill}"),)
    return tuple(nearest[rule] for rule in RULES if rule in nearest)


def _rule(context: Context, resource: Resource, reach_s: float | None) -> Rule:
    if reach_s is not None and reach_s > context.procedure.dispatch.reach_limit_s:
        return "reach"
    if not resource.is_on_duty:
        return "duty"
    if resource.status is ResourceStatus.COMMITTED:
        return "commitment"
    return "place" if reach_s is None else "another"


def _words(rule: Rule, why: str, reach_s: float | None) -> str:
    if rule == "reach" and not why.startswith("out of reach"):
        return f"{why}, and {reach_s:.0f} s away"
    return f"kept away ({why})" if rule in ("place", "another") else why


def _distance(obstacle: Obstacle) -> float:
    return inf if obstacle.reach_s is None else obstacle.reach_s
