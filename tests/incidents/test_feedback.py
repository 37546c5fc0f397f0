"""Feedback: choices of people's own, added up by the rule they went against."""

from __future__ import annotations

from incidents.facts import Fact, NeedOpened, NeedRow, ResourceAssigned
from incidents.feedback import CHOSEN, MOST_EXAMPLES, feedback
from incidents.quantities import IncidentId, NeedId, ResourceId
from tests.builders import at


def opened(need: str, because: str) -> NeedOpened:
    """A rule asks for an engine."""
    row = NeedRow("fire", 1)
    return NeedOpened(at(0), NeedId(need), (row,), False, because, incident=IncidentId("i"))


def sent(need: str, because: str) -> ResourceAssigned:
    """Somebody sends one."""
    return ResourceAssigned(at(1), ResourceId("E1"), NeedId(need), 0, because)


def test_choices_are_added_up_by_the_rule_that_asked() -> None:
    """A rule that everybody goes round is a rule to look at."""
    facts: list[Fact] = [
        opened("i/1", "plan fire"),
        opened("i/2", "plan crash"),
        sent("i/1", f"{CHOSEN}Ada: knows: the building"),
        sent("i/2", "accepted by Ada: nearest"),
        sent("i/1", "nearest"),
    ]
    fire, crash = feedback(facts)
    assert (fire.rule, fire.sent, fire.overridden) == ("plan fire", 2, 1)
    assert [(each.who, each.reason) for each in fire.examples] == [("Ada", "knows: the building")]
    assert (crash.rule, crash.sent, crash.overridden) == ("plan crash", 1, 0)


def test_the_latest_examples_are_kept_and_all_are_counted() -> None:
    """A year of overrides must not fill the answer."""
    facts: list[Fact] = [opened("i/1", "plan fire")]
    facts += [sent("i/1", f"{CHOSEN}Ada: {number}") for number in range(MOST_EXAMPLES + 5)]
    (found,) = feedback(facts)
    assert (found.overridden, found.examples[0].reason) == (MOST_EXAMPLES + 5, "5")
