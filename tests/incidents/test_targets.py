"""Targets as data: what cannot be measured is refused, and a pack means what the procedure says its grades mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from incidents.centre import Loc
from incidents.conformance import conformance
from incidents.differences import differences
from incidents.pack_differences import pack_differences
from incidents.procedure import Procedure
from incidents.read import PackFolder, read_packs, read_procedure
from incidents.refusals import DocumentRefused
from incidents.targets import Target, TargetPack, Targets, targets_of
from simulation.scenario_files import packs_folder, scenario_folder
from tests.builders import a_procedure

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


CITY = scenario_folder("san_francisco") / "procedures" / "baseline.yaml"


def read_with(folder: Path, was: str = "", becomes: str = "") -> Procedure:
    """The city's procedure beside copies of all packs, one of them edited."""
    folder.mkdir(exist_ok=True)
    for path in packs_folder().glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        is_edited = path.stem == "nfpa-1225-2022"
        assert not (is_edited and was) or was in text
        (folder / path.name).write_text(text.replace(was, becomes) if is_edited and was else text, encoding="utf-8")
    return read_procedure(CITY, packs=PackFolder(folder))


def test_another_limit_in_a_pack_is_another_procedure(tmp_path: Path) -> None:
    """Two rooms under one fingerprint would hold themselves to different figures."""
    before, after = read_with(tmp_path / "a"), read_with(tmp_path / "b", "limit_s: 60", "limit_s: 61")
    assert before.fingerprint != after.fingerprint
    assert [words for words in differences(before, after) if "pack" in words] == [
        "target pack 'nfpa-1225-2022': target 'processed in 60 s': the limit is now 61 s (was 60 s)"
    ]


@pytest.mark.parametrize(("was", "becomes"), [("pack:", "# A remark.\npack:"), ("notes: ", "notes: In short, ")])
def test_a_comment_or_the_prose_of_a_pack_changes_nobodys_identity(tmp_path: Path, was: str, becomes: str) -> None:
    """What binds nobody is no rule."""
    assert read_with(tmp_path / "a").fingerprint == read_with(tmp_path / "b", was, becomes).fingerprint


def test_a_pack_that_a_procedure_does_not_name_is_no_part_of_it(tmp_path: Path) -> None:
    """Somebody else's standard may change as it likes."""
    before = read_with(tmp_path)
    (tmp_path / "uk-police-2026.yaml").unlink()
    assert read_procedure(CITY, packs=PackFolder(tmp_path)).fingerprint == before.fingerprint


def test_what_is_held_is_what_is_judged_by() -> None:
    """A log is judged by the figures that were in force, whatever the folder says today."""
    rules = a_procedure(targets={"packs": {"p-2020": {"first": ["red"]}}}).holding({"p-2020": a_pack()})
    later = a_pack(targets={"later": {**RESPONSE, "limit_s": 1, "for": ["first", "second"]}})
    assert rules.holding({"p-2020": later}) is rules
    assert set(targets_of(rules.targets, {"p-2020": later})) == {"p-2020: soon", "p-2020: later"}
    assert conformance([], {rules.fingerprint: rules}, {}).findings == ()


def test_a_procedure_that_was_copied_with_changes_has_an_identity_of_its_own() -> None:
    """One that was worked out before the change must not come along."""
    rules = a_procedure()
    assert rules.fingerprint != rules.model_copy(update={"revision": 2}).fingerprint
    assert rules.fingerprint == rules.model_copy().fingerprint


def test_two_editions_of_a_pack_are_told_apart_in_words() -> None:
    """Who answers for the figures reads sentences."""
    soon = {**RESPONSE, "for": ["first"], "statistic": "share", "share": 0.75, "limit_s": 420}
    late = {**RESPONSE, "for": ["second"], "start": [{"moment": "answered", "after_s": 30}]}
    new = a_pack(pack="p-2026", in_force="2026-01-01", grades={"first": "at once", "second": ""},
                 targets={"soon": soon, "late": late})  # fmt: skip
    assert pack_differences(a_pack(), new) == (
        "it is called p-2026 (was p-2020)",
        "it is in force from 2026-01-01 (was 2020-01-01)",
        "grade 'first' now means: at once (was: )",
        "target 'soon': the limit is now 420 s (was 480 s)",
        "target 'soon': share is now held against the limit (was p90)",
        "target 'soon': the share within the limit is now to be 75 % (was none)",
        "target 'later' is dropped",
        "target 'late' is new: p90 at most 480 s from answered and 30 s to arrived, for second",
    )
    assert pack_differences(new, new) == ()
