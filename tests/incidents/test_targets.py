"""Targets as data: what cannot be measured is refused, and a pack means what the procedure says its grades mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from incidents.centre import Loc
from incidents.read import read_packs
from incidents.refusals import DocumentRefused
from incidents.targets import Target, TargetPack, Targets, targets_of
from simulation.scenario_files import packs_folder

RESPONSE: dict[str, Any] = {
    "start": [{"moment": "received"}],
    "stop": [{"moment": "arrived"}],
    "statistic": "p90",
    "limit_s": 480,
}
PACK: dict[str, Any] = {
    "pack": "p-2020",
    "in_force": "2020-01-01",
    "source": "invented",
    "grades": {"first": "", "second": ""},
    "targets": {"soon": {**RESPONSE, "for": ["first"]}, "later": {**RESPONSE, "for": ["first", "second"]}},
}


def a_pack(**changes: Any) -> TargetPack:
    """A pack with two grades, as it is read from a file."""
    return TargetPack.model_validate_json(json.dumps({**PACK, **changes}))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"statistic": "share"}, "go together"),
        ({"share": 0.9}, "go together"),
        ({"statistic": "p0"}, "statistic"),
        ({"statistic": "n"}, "statistic"),
        ({"limit_s": 0}, "greater than 0"),
        ({"start": []}, "at least 1"),
        ({"of": "contacts"}, "a contact has only"),
        ({"stop": [{"moment": "ended"}]}, "a moment of contacts"),
        ({"stop": [{"moment": "received"}]}, "starts and stops at 'received'"),
        ({"start": [{"moment": "arrived"}], "stop": [{"moment": "assigned"}]}, "comes after its stop"),
        ({"stop": [{"moment": "closed", "skill": "fire"}]}, "only resources have a skill"),
        ({"stop": [{"moment": "arived"}]}, "received"),
    ],
)
def test_a_target_that_no_log_could_show_is_refused(changes: dict[str, Any], why: str) -> None:
    """A clock that never runs is always met."""
    with pytest.raises(ValidationError, match=why):
        Target.model_validate({**RESPONSE, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"statistic": "share", "share": 0.9},
        {"statistic": "p99.9"},
        {"of": "contacts", "stop": [{"moment": "answered"}]},
        {"start": [{"moment": "assessed"}, {"moment": "assigned"}, {"moment": "answered", "after_s": 240}]},
        {"stop": [{"moment": "arrived", "skill": "transport"}]},
        {"start": [{"moment": "located"}], "stop": [{"moment": "closed"}]},
        {"start": [{"moment": "arrived", "skill": "fire"}], "stop": [{"moment": "arrived", "skill": "transport"}]},
    ],
)
def test_a_clock_may_have_any_ends_that_come_in_order(changes: dict[str, Any]) -> None:
    """Bodies differ in where their clocks start, and none of them is wrong."""
    assert Target.model_validate({**RESPONSE, **changes}).limit_s == 480


@pytest.mark.parametrize(
    ("targets", "where"),
    [
        ({"soon": {**RESPONSE, "for": ["first", "second"]}}, None),
        ({"soon": {**RESPONSE, "for": ["first", "secnd"]}}, ("targets", "soon", "for", 1)),
        ({"soon": RESPONSE, "later": {**RESPONSE, "for": ["first", "second"]}}, ("targets", "soon")),
        ({"soon": {**RESPONSE, "for": ["first"]}}, ("grades", "second", "[key]")),
    ],
)
def test_a_pack_is_checked_against_its_grades(targets: dict[str, Any], where: Loc | None) -> None:
    """A target for a grade that nobody has would never be held against anything."""
    assert [loc for loc, _, _ in a_pack(targets=targets).flaws()] == ([] if where is None else [where])


def test_grades_become_what_the_procedure_says_they_mean() -> None:
    """The body that set the targets knows nothing of our priorities."""
    targets = Targets.model_validate({"packs": {"p-2020": {"first": ["red"], "second": ["amber", "red"]}}})
    found = targets_of(targets, {"p-2020": a_pack()})
    assert {name: target.for_ for name, target in found.items()} == {
        "p-2020: soon": ("red",),
        "p-2020: later": ("red", "amber"),
    }


def test_a_target_for_grades_that_mean_nothing_here_is_left_out() -> None:
    """A fire service may hold itself to the part of a standard that is about fires."""
    found = targets_of(Targets.model_validate({"packs": {"p-2020": {"second": ["amber"]}}}), {"p-2020": a_pack()})
    assert list(found) == ["p-2020: later"]


def test_the_packs_that_come_along_are_sound_and_dated() -> None:
    """A standard without a date and a source is hearsay."""
    packs = read_packs(packs_folder())
    assert {"nhs-arp-2017", "uk-police-2026", "nena-sta-020.1-2020", "nfpa-1221-2016", "nfpa-1225-2022"} <= set(packs)
    assert all(pack.source for pack in packs.values())


def test_the_ambulance_standard_says_what_the_handbook_says() -> None:
    """Seven, fifteen, eighteen and forty minutes, two and three hours."""
    targets = read_packs(packs_folder())["nhs-arp-2017"].targets
    assert {(target.for_[0][-1], target.statistic): target.limit_s / 60 for target in targets.values()} == {
        ("1", "mean"): 7,
        ("1", "p90"): 15,
        ("2", "mean"): 18,
        ("2", "p90"): 40,
        ("3", "p90"): 120,
        ("4", "p90"): 180,
    }


def test_two_packs_of_one_name_are_refused(tmp_path: Path) -> None:
    """Which of them holds would depend on the names of the files."""
    pack = (packs_folder() / "nena-sta-020.1-2020.yaml").read_text(encoding="utf-8")
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(pack, encoding="utf-8")
    with pytest.raises(DocumentRefused, match=r"b\.yaml: another file holds target pack"):
        read_packs(tmp_path)
