"""The price of sending a resource to a need, in additive terms, for all eligible pairs at once.

    response     weight * (loss of waited + reach, less loss of waited), as the need's priority says
    precedence   the price of going before a need that has waited longer
    spare skill  seconds for each skill the resource holds and the need does not ask for
    spare level  seconds for each level of the row's skill above the one it asks for
    partner      the price of calling on the organisation that the resource belongs to
    overrun      seconds of work past the end of the resource's shift, at their price
    break        the price of calling the resource away from its break
    fairness     seconds for each assignment that the resource has had on this duty
    cover        what the next calls would wait longer while it is away, where a rule says what that is worth
    diversion    the gain a diversion must bring at least (hysteresis)
    backfill     what lifts a take-over to the price of keeping who is on the way: no plan that stands is churned for its own sake

Every term is in units of 0.1 weighted seconds and none is negative. A term is there only where the procedure has a rule for it.
Imports `eligibility`, `urgency` and the optimiser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from incidents.eligibility import Eligibility
from incidents.facts import NeedRow
from incidents.procedure import Cover, Diversion, Overrun, Procedure
from incidents.quantities import MS_PER_S
from incidents.roster import Roster
from incidents.situation import Situation
from incidents.travel import FloatArray
from incidents.urgency import Asking
from optimiser import UNITS_PER_SECOND, BoolArray, IntArray, precedence_units, response_units
from optimiser.cover import lost_cover_s
from optimiser.objective import LOSS_LIMIT

S_PER_HOUR = 3600
OF_TIME = 2
"""The first so many terms are prices of time and of turns; those after them are reasons to send a slower resource."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Eligible pairs, row by row, as columns."""

    askings: Sequence[Asking]
    needs: IntArray
    """(pairs,) index of the asking that a pair would serve."""
    is_open: BoolArray
    """(pairs,) whether the row has open positions; otherwise it is served now."""
    rows: IntArray
    """(pairs,) index of the row, ascending."""
    asked: Sequence[NeedRow]
    """What each row asks for."""
    resources: IntArray
    """(pairs,) index in the roster."""
    reach_s: FloatArray
    """(pairs,) seconds until the resource would be there."""


def terms(pairs: Pairs, situation: Situation, procedure: Procedure, eligibility: Eligibility) -> dict[str, IntArray]:
    """Return each term's (pairs,) units by its name, in the order in which people are told of them."""
    rules = procedure.dispatch
    weights, waited_s = _weights(pairs.askings), _waited_s(pairs.askings, situation)
    priced = {
        "response": _response(pairs, weights, waited_s),
        "precedence": precedence(pairs.askings, situation)[pairs.needs],
    }
    roster = eligibility.roster
    if rules.spare_skill_s:
        priced["spare skill"] = _spare_skills(pairs, roster) * units_of(rules.spare_skill_s)
    if rules.spare_level_s:
        priced["spare level"] = _spare_levels(pairs, roster) * units_of(rules.spare_level_s)
    if rules.partners and roster.partners:
        prices = np.zeros(len(roster.ids), dtype=np.int64)
        for at, partner in roster.partners.items():
            prices[at] = units_of(rules.partners.get(partner, 0.0))
        priced["partner"] = prices[pairs.resources]
    if rules.overrun is not None:
        priced["overrun"] = _overrun(pairs, rules.overrun, eligibility)
    if rules.breaks is not None:
        priced["break"] = roster.is_resting[pairs.resources] * units_of(rules.breaks.price_s)
    if rules.fairness_s:
        priced["fairness"] = roster.tasks[pairs.resources] * units_of(rules.fairness_s)
    if rules.cover:
        priced["cover"] = _cover(rules.cover, rules.reach_limit_s, eligibility)[pairs.resources]
    if rules.diversion is not None:
        priced.update(_diversion(pairs, priced["response"], rules.diversion, eligibility))
    return priced


def precedence(askings: Sequence[Asking], situation: Situation) -> IntArray:
    """(askings,) units for going before those that have waited longer, whoever goes."""
    return precedence_units(_weights(askings), _waited_s(askings, situation))


def _weights(askings: Sequence[Asking]) -> FloatArray:
    return np.array([each.standing.weight for each in askings])


def _waited_s(askings: Sequence[Asking], situation: Situation) -> FloatArray:
    return np.array([(situation.at - each.need.opened_at) / MS_PER_S + each.standing.credit_s for each in askings])


def units_of(seconds: float) -> int:
    """Return weighted seconds in the optimiser's units."""
    return round(seconds * UNITS_PER_SECOND)


def _response(pairs: Pairs, weights: FloatArray, waited_s: FloatArray) -> IntArray:
    losses = [each.standing.loss for each in pairs.askings]
    kinds = list(dict.fromkeys(losses))
    if len(kinds) == 1:
        return response_units(kinds[0], weights[pairs.needs], waited_s[pairs.needs], pairs.reach_s)
    of_need = np.array([kinds.index(loss) for loss in losses], dtype=np.int64)
    units = np.zeros(len(pairs.needs), dtype=np.int64)
    for kind, loss in enumerate(kinds):
        at = np.flatnonzero(of_need[pairs.needs] == kind)
        needs = pairs.needs[at]
        units[at] = response_units(loss, weights[needs], waited_s[needs], pairs.reach_s[at])
    return units


def _spare_skills(pairs: Pairs, roster: Roster) -> IntArray:
    """(pairs,) skills that the resource holds and the need does not ask for."""
    spare = np.empty((len(pairs.askings), len(roster.ids)), dtype=np.int64)
    for at, each in enumerate(pairs.askings):
        spare[at] = roster.skill_counts
        for skill in dict.fromkeys(row.skill for row in each.need.rows):
            spare[at] -= roster.levels(skill) > 0
    return spare[pairs.needs, pairs.resources]


def _spare_levels(pairs: Pairs, roster: Roster) -> IntArray:
    """(pairs,) levels by which the resource is better than the row asks."""
    spare = np.array([roster.levels(row.skill) - row.level for row in pairs.asked])
    return np.asarray(np.maximum(spare[pairs.rows, pairs.resources], 0))


def _overrun(pairs: Pairs, rule: Overrun, eligibility: Eligibility) -> IntArray:
    over_s = eligibility.overrun_s(pairs.reach_s, rule, pairs.resources)
    exempt = np.array([each.standing.priority in rule.unless for each in pairs.askings], dtype=np.bool_)
    units = np.rint(np.minimum(over_s * rule.price * UNITS_PER_SECOND, LOSS_LIMIT))
    return np.asarray(np.where(exempt[pairs.needs], 0, units), dtype=np.int64)


def _cover(rules: Sequence[Cover], reach_limit_s: float, eligibility: Eligibility) -> IntArray:
    """(resources,) what each gives up by leaving; of those who are on their way nobody counts on any."""
    roster = eligibility.roster
    units = np.zeros(len(roster.ids), dtype=np.float64)
    for rule in rules:
        reach_s = np.array([roster.reach_s(roster.zones[zone], True) for zone in rule.demand])
        idle = eligibility.free & (roster.levels(rule.skill) > 0)
        lost_s = lost_cover_s(reach_s, idle, list(rule.demand.values()), busy=rule.busy, unreached_s=reach_limit_s)
        units += lost_s * (rule.away_s / S_PER_HOUR * rule.weight * UNITS_PER_SECOND)
    return np.asarray(np.rint(np.minimum(units, LOSS_LIMIT)), dtype=np.int64)


def _diversion(pairs: Pairs, response: IntArray, rule: Diversion, eligibility: Eligibility) -> dict[str, IntArray]:
    is_turned = eligibility.is_turnable[pairs.resources]
    found = {"diversion": np.where(pairs.is_open & is_turned, units_of(rule.least_gain_s), 0)}
    if not pairs.is_open.all():
        is_kept = ~pairs.is_open & is_turned
        dearest_kept = np.zeros(int(pairs.rows[-1]) + 1, dtype=np.int64)
        np.maximum.at(dearest_kept, pairs.rows[is_kept], response[is_kept])
        lift = np.maximum(dearest_kept[pairs.rows] + 1 - response, 0)
        found["backfill"] = np.where(pairs.is_open | is_kept, 0, lift)
    return found
