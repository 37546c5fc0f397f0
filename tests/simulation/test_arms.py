"""A planner's question changes the centre as data: who is there, where, when, and by which targets."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.refusals import Refusal
from simulation.arms import Arm, CandidateArm, arm_of, changed_centre, differences_of_arms, flaws_of_arm
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder

BASELINE = "procedures/baseline.yaml"


@pytest.fixture(scope="module")
def city() -> Scenario:
    """San Francisco."""
    return Scenario.read(scenario_folder("san_francisco"))


def asked(**changes: Any) -> CandidateArm:
    """A candidate as a file would say it."""
    return CandidateArm.model_validate(changes)


def differing(city: Scenario, **changes: Any) -> tuple[str, ...]:
    """What a candidate differs in, in words."""
    baseline = Arm("baseline", city.centre, city.procedure(BASELINE))
    return differences_of_arms(baseline, arm_of("new", asked(**changes), city, BASELINE))


def test_one_more_unit_is_asked_for_by_its_kind_and_where_it_stands(city: Scenario) -> None:
    """The rules stay the baseline's, and the difference says so."""
    told = differing(city, add={"M99": {"kind": "medic", "base": "station 07"}})
    assert told == ("resource 'M99' is new: medic at station 07, always on duty",)


def test_two_fewer_call_takers_at_night_is_a_shift_and_two_names(city: Scenario) -> None:
    """Who is always there works by day alone."""
    told = differing(
        city,
        shifts={"by day": {"start": "06:00", "until": "22:00"}},
        change={"CT3": {"shift": "by day"}, "CT4": {"shift": "by day"}},
    )
    assert told[0] == "resource 'CT3' is now call-taker, on shift by day (was call-taker, always on duty)"
    assert told[2] == "shift 'by day' is new: 06:00 to 22:00"


def test_a_resource_that_is_dropped_is_gone(city: Scenario) -> None:
    """And nobody else."""
    assert differing(city, drop=["CT4"]) == ("resource 'CT4' is gone: call-taker, always on duty",)


def test_a_target_pack_is_swapped_in_one_line(city: Scenario) -> None:
    """The grades mean here what they meant; the figures are those of the other pack."""
    arm = arm_of("new", asked(packs={"nfpa-1225-2022": "nfpa-1221-2016"}), city, BASELINE)
    assert "nfpa-1225-2022" not in arm.procedure.targets.packs
    named = city.procedure(BASELINE).targets.packs
    assert arm.procedure.targets.packs["nfpa-1221-2016"] == named["nfpa-1225-2022"]
    assert set(arm.procedure.targets.held) == set(arm.procedure.targets.packs)
    assert differing(city, packs={"nfpa-1225-2022": "nfpa-1221-2016"})


def test_nothing_that_changes_leaves_the_very_same_centre(city: Scenario) -> None:
    """So that what is kept of the baseline is the baseline's."""
    assert changed_centre(city.centre, asked(procedure="procedures/diversion.yaml")) is city.centre
    assert differing(city) == ()


@pytest.mark.parametrize(
    ("changes", "where", "told"),
    [
        ({"drop": ["CT9"]}, ("drop", 0), "CT9"),
        ({"change": {"CT9": {"shift": "x"}}}, ("change", "CT9", "[key]"), "CT9"),
        ({"add": {"CT1": {"kind": "call-taker"}}}, ("add", "CT1", "[key]"), "has a resource"),
        ({"add": {"M99": {"kind": "medik", "base": "station 07"}}}, ("add", "M99", "kind"), "medik"),
        ({"add": {"M99": {"kind": "medic", "base": "nowhere"}}}, ("add", "M99", "base"), "nowhere"),
        ({"change": {"CT1": {"shift": "nights"}}}, ("change", "CT1", "shift"), "nights"),
        ({"packs": {"nfpa-1225-2022": "nhs-arp-2023"}}, ("packs", "nfpa-1225-2022"), "has no grade"),
        ({"packs": {"nfpa-1225-2022": "nhs-arp-20223"}}, ("packs", "nfpa-1225-2022"), "nhs-arp-2023"),
        ({"packs": {"nhs-arp-2017": "nhs-arp-2023"}}, ("packs", "nhs-arp-2017", "[key]"), "nhs-arp-2017"),
        ({"procedure": "procedures/nowhere.yaml"}, ("procedure",), "no such file"),
    ],
)
def test_a_change_of_what_is_not_there_is_refused_where_it_was_said(
    city: Scenario, changes: dict[str, Any], where: tuple[str | int, ...], told: str
) -> None:
    """And `arm_of` makes nothing of it."""
    found = list(flaws_of_arm(asked(**changes), city, BASELINE))
    assert found[0][0] == where
    assert told in found[0][1]
    with pytest.raises(Refusal):
        arm_of("new", asked(**changes), city, BASELINE)
