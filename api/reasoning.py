"""What a dispatcher is told of why: reasons for one need, a choice of one's own appraised, what one more would be worth.

Imports `control_room` and `incidents`. Nothing here decides or changes anything.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, Field

from api.control_room import Present
from incidents.appraisal import Judgement, Offer, appraise
from incidents.explanation import OpenPosition, Reason, WayOut, explain
from incidents.obstacles import Rule
from incidents.quantities import ResourceId
from incidents.reasons import reasons as reasons_of
from incidents.reasons import staffing_prices
from incidents.situation import Need


class View(BaseModel):
    """A part of what is shown."""


class ReasonView(View):
    """What speaks for or against one resource."""

    resource: str
    verdict: str
    why: str
    row: int | None = None
    reach_s: float | None = None
    dearer_by_s: float | None = Field(default=None, description="weighted seconds, for this need alone")
    taken_from: str | None = None
    plan_dearer_by_s: float | None = Field(
        default=None, description="weighted seconds for the plan as a whole, with everybody who would move; exact"
    )
    leaves_open: tuple[str, ...] = Field(default=(), description="needs that would lose a position by choosing it")


class MoveView(View):
    """One step of another plan: a position of a need passes from one resource to another; null is nobody."""

    need: str
    leaves: str | None
    takes: str | None


class WayOutView(View):
    """Another plan beside the present one: who moves, who is left open for it, and what it costs."""

    moves: tuple[MoveView, ...]
    leaves_open: tuple[str, ...]
    dearer_by_s: float = Field(description="weighted seconds; below nought where less is filled")
    proven: bool = Field(description="whether there is no lesser change")


class ObstacleView(View):
    """A rule that keeps somebody away who has the skill; of all whom it keeps away, the nearest."""

    rule: Rule
    resource: str | None
    reach_s: float | None
    why: str


class OpenPositionView(View):
    """Positions of one row for which nobody is proposed, and what would have to give."""

    row: int
    skill: str
    missing: int
    why: str
    holders: dict[str, tuple[str, ...]] = Field(description="resources that may go, and the needs that have them")
    way_out: WayOutView | None = Field(
        description="the least change of the plan that fills a position; null: none does"
    )
    obstacles: tuple[ObstacleView, ...]


class ReasonsView(View):
    """One need: who is chosen or serves it, and for every other resource of the centre why not."""

    sequence: int
    need: str
    filled: bool
    chosen: tuple[ReasonView, ...]
    others: tuple[ReasonView, ...]
    lacking: dict[str, int]
    alternatives: tuple[ReasonView, ...] = Field(default=(), description="the next best, by the plan as a whole")
    open_positions: tuple[OpenPositionView, ...] = ()


class OfferView(View):
    """A resource for a row, its reach, and its price in weighted seconds, term by term."""

    resource: str
    reach_s: float
    price: dict[str, float]


class AppraisalView(View):
    """What a choice of one's own would mean, beside what is proposed for the same row."""

    sequence: int
    need: str
    row: int
    skill: str
    resource: str
    judgement: Judgement
    choice: OfferView | None = Field(description="null: a rule is against it")
    proposed: tuple[OfferView, ...]
    dearer_by: dict[str, float] = Field(
        description="weighted seconds beside the dearest proposed, by term that differs"
    )
    in_plan: WayOutView | None = Field(description="the best plan that keeps to the choice; null: a rule is against it")
    broken: str | None = Field(description="the rule that is against it")


class StaffingPriceView(View):
    """What one more resource like this one would change for the better now."""

    resource: str
    fills_rank: int | None = Field(description="rank of an open need that could then be filled; null: none")
    saves_s: float = Field(description="weighted seconds; below nought where what is filled costs more than is saved")


class StaffingView(View):
    """Resources of which one more would be worth having, the most useful first."""

    sequence: int
    resources: tuple[StaffingPriceView, ...]


def reasons(present: Present, need: Need) -> ReasonsView:
    """Return every resource's reason for one need, open or filled."""
    if need.is_filled:
        serving = tuple(ReasonView(resource=each, verdict="chosen", why="serves this need") for each in need.filled_by)
        return ReasonsView(
            sequence=present.situation.sequence, need=need.id, filled=True, chosen=serving, others=(), lacking={}
        )
    explanation = explain(present.decision, need.id)
    return ReasonsView(
        sequence=present.situation.sequence,
        need=need.id,
        filled=False,
        chosen=tuple(reason_view(each) for each in explanation.chosen),
        others=tuple(reason_view(each) for each in explanation.others),
        lacking=counted(explanation.lacking),
        alternatives=tuple(reason_view(each) for each in explanation.alternatives),
        open_positions=tuple(_open_position(each) for each in explanation.open_positions),
    )


def appraisal(present: Present, need: Need, row: int, resource: ResourceId) -> AppraisalView:
    """Return what choosing `resource` for `row` of an open need would mean; a filled need asks for nobody more."""
    if need.is_filled:
        return AppraisalView(
            sequence=present.situation.sequence, need=need.id, row=row, skill=need.rows[row].skill, resource=resource,
            judgement="breaks a rule", choice=None, proposed=(), dearer_by={}, in_plan=None,
            broken="this need asks for nobody more",
        )  # fmt: skip
    found = appraise(present.decision, need.id, row, resource)
    return AppraisalView(
        sequence=present.situation.sequence,
        need=found.need,
        row=found.row,
        skill=found.skill,
        resource=found.resource,
        judgement=found.judgement,
        choice=None if found.choice is None else _offer(found.choice),
        proposed=tuple(_offer(each) for each in found.proposed),
        dearer_by=dict(found.dearer_by),
        in_plan=None if found.in_plan is None else _way_out(found.in_plan),
        broken=found.broken,
    )


def staffing(present: Present) -> StaffingView:
    """Return what one more of each resource would be worth; nothing where nobody asks for anybody."""
    decision = present.decision
    prices = () if decision.context is None else staffing_prices(reasons_of(decision))
    return StaffingView(
        sequence=present.situation.sequence,
        resources=tuple(
            StaffingPriceView(resource=each.resource, fills_rank=each.fills_rank, saves_s=each.saves_s)
            for each in prices
        ),
    )


def reason_view(reason: Reason) -> ReasonView:
    """Show one reason."""
    return ReasonView(
        resource=reason.resource,
        verdict=reason.verdict,
        why=reason.why,
        row=reason.row,
        reach_s=reason.reach_s,
        dearer_by_s=reason.dearer_by_s,
        taken_from=reason.taken_from,
        plan_dearer_by_s=reason.plan_dearer_by_s,
        leaves_open=reason.leaves_open,
    )


def counted(rows: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Add up positions by skill."""
    found: dict[str, int] = {}
    for skill, count in rows:
        found[skill] = found.get(skill, 0) + count
    return found


def _open_position(position: OpenPosition) -> OpenPositionView:
    return OpenPositionView(
        row=position.row,
        skill=position.skill,
        missing=position.missing,
        why=position.why,
        holders={resource: tuple(needs) for resource, needs in position.holders},
        way_out=None if position.way_out is None else _way_out(position.way_out),
        obstacles=tuple(
            ObstacleView(rule=each.rule, resource=each.resource, reach_s=each.reach_s, why=each.why)
            for each in position.obstacles
        ),
    )


def _way_out(way: WayOut) -> WayOutView:
    moves = tuple(MoveView(need=move.need_id, leaves=move.leaves, takes=move.takes) for move in way.moves)
    return WayOutView(moves=moves, leaves_open=way.leaves_open, dearer_by_s=way.dearer_by_s, proven=way.proven)


def _offer(offer: Offer) -> OfferView:
    return OfferView(resource=offer.resource, reach_s=offer.reach_s, price=dict(offer.price))
