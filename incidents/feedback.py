"""What people made of the rules: every time somebody chose otherwise than was proposed, with the reason, by the rule that asked.

Imports `facts` and `quantities`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from incidents.facts import Fact, NeedOpened, ResourceAssigned
from incidents.quantities import Instant, NeedId, ResourceId

CHOSEN = "chosen by "
"""How the log begins where a person chose otherwise; an accepted proposal begins in another way."""
MOST_EXAMPLES = 20
"""Kept of one rule, the latest."""


@dataclass(frozen=True, slots=True)
class Override:
    """One choice of somebody's own."""

    at: Instant
    need: NeedId
    resource: ResourceId
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class RuleFeedback:
    """What became of all that one rule asked for: `sent` assignments, `overridden` of them otherwise than proposed."""

    rule: str
    sent: int
    overridden: int
    examples: tuple[Override, ...]


def feedback(facts: Iterable[Fact]) -> tuple[RuleFeedback, ...]:
    """Add up by rule, the most overridden first. A rule is named as the need that it opened says: a plan, a rung, a queue."""
    rule_of: dict[NeedId, str] = {}
    sent: dict[str, int] = defaultdict(int)
    overrides: dict[str, list[Override]] = defaultdict(list)
    for fact in facts:
        if isinstance(fact, NeedOpened):
            rule_of[fact.need] = fact.because
        elif isinstance(fact, ResourceAssigned):
            rule = rule_of.get(fact.need, "")
            sent[rule] += 1
            if fact.because.startswith(CHOSEN):
                who, _, reason = fact.because.removeprefix(CHOSEN).partition(": ")
                overrides[rule].append(Override(fact.at, fact.need, fact.resource, who, reason))
    found = [
        RuleFeedback(rule, count, len(overrides[rule]), tuple(overrides[rule][-MOST_EXAMPLES:]))
        for rule, count in sent.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.overridden, each.rule)))
