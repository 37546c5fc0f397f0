"""Over- and under-response by what was true, against trying every way to place people."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from incidents.facts import NeedRow
from incidents.quantities import IncidentId, ResourceId
from incidents.response_match import Match, Skills, TrueNeed, match, matches

FIRE: Skills = (("fire", 1),)
MEDIC: Skills = (("advanced", 1), ("transport", 1))
AMBULANCE: Skills = (("transport", 1),)


def needing(*rows: NeedRow, matter: str = "i") -> TrueNeed:
    """What the truth asks for."""
    return TrueNeed(matter, rows)


def test_just_what_was_needed_is_neither() -> None:
    """A fire engine for a fire."""
    assert match(needing(NeedRow("fire")), (FIRE,)) == Match(False, False)


def test_too_few_too_many_and_the_wrong_ones() -> None:
    """The last is both: the right one stayed away, and the wrong one need not have come."""
    need = needing(NeedRow("fire"))
    assert match(need, ()) == Match(True, False)
    assert match(need, (FIRE, FIRE)) == Match(False, True)
    assert match(need, (AMBULANCE,)) == Match(True, True)


def test_a_better_one_will_do_and_a_scarce_skill_is_not_wasted() -> None:
    """The medic must take the advanced position for both to be filled."""
    need = needing(NeedRow("transport"), NeedRow("advanced"))
    assert match(need, tuple(sorted((MEDIC, AMBULANCE)))) == Match(False, False)


def test_nobody_was_needed() -> None:
    """Whoever is sent to nothing is one too many."""
    assert match(needing(), (FIRE,)) == Match(False, True)
    assert match(needing(), ()) == Match(False, False)


def test_two_incidents_about_one_matter_are_judged_together() -> None:
    """A duplicate that nobody recognised sends a second crew."""
    needs = {IncidentId(name): needing(NeedRow("fire"), matter="m") for name in "ab"}
    sent = {IncidentId("a"): [ResourceId("E1")], IncidentId("b"): [ResourceId("E2")]}
    skills = {ResourceId("E1"): FIRE, ResourceId("E2"): FIRE}
    assert set(matches(needs, sent, skills, needs).values()) == {Match(False, True)}


@given(
    st.lists(st.sampled_from(["fire", "transport", "advanced"]), max_size=4),
    st.lists(st.sampled_from([FIRE, MEDIC, AMBULANCE]), max_size=4),
)
def test_as_many_are_placed_as_by_trying_every_order(wanted: list[str], came: list[Skills]) -> None:
    """Whoever says over or under to a crew had better be right."""
    rows = tuple(NeedRow(skill, count) for skill in sorted(set(wanted)) if (count := wanted.count(skill)))
    best = max(
        (
            sum(any(name == skill for name, _ in one) for skill, one in zip(wanted, order, strict=False))
            for order in permutations([*came, *[()] * len(wanted)], len(wanted))
        ),
        default=0,
    )
    assert match(TrueNeed("i", rows), tuple(sorted(came))) == Match(best < len(wanted), best < len(came))
