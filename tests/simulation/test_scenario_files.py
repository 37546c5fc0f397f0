"""Scenarios are found by name, wherever Muster runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimiser.refusals import Refusal
from simulation.scenario_files import packs_folder, scenario_folder, scenario_names, scenarios_root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two scenarios, a folder without YAML, and a file."""
    for name in ("two_stations", "one_queue"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "scenario.yaml").write_text("name: x\n", encoding="utf-8")
    (tmp_path / "notes").mkdir()
    (tmp_path / "README.md").write_text("# Scenarios\n", encoding="utf-8")
    return tmp_path


def test_a_scenario_is_a_folder_with_yaml_in_it(root: Path) -> None:
    """A stray folder must not be offered to a planner as a world to run."""
    assert scenario_names(root=root) == ("one_queue", "two_stations")


def test_the_folder_of_target_packs_is_no_scenario(root: Path) -> None:
    """It holds YAML too, and nothing of it can be played."""
    (root / "targets").mkdir()
    (root / "targets" / "pack.yaml").write_text("pack: x\n", encoding="utf-8")
    assert "targets" not in scenario_names(root=root)
    assert packs_folder(root=root) == root / "targets"


def test_a_name_leads_to_its_folder(root: Path) -> None:
    """Every reader starts from this folder."""
    assert scenario_folder("one_queue", root=root) == root / "one_queue"


@pytest.mark.parametrize(
    "name",
    ["three_stations", "notes", "README.md", "", ".", "..", "../one_queue", "/", "ONE_QUEUE"],
    ids=["unknown", "no yaml", "a file", "empty", "here", "up", "sideways", "root", "other case"],
)
def test_anything_but_a_name_is_refused(root: Path, name: str) -> None:
    """Names come from strangers, and none of them may lead outside the folder."""
    with pytest.raises(Refusal):
        scenario_folder(name, root=root)


def test_a_refusal_lists_what_exists(root: Path) -> None:
    """Whoever mistyped a name should not have to look for the folder."""
    with pytest.raises(Refusal, match=r"no scenario called 'one_que'.*accepted: one_queue, two_stations"):
        scenario_folder("one_que", root=root)


def test_an_empty_installation_says_so(tmp_path: Path) -> None:
    """A package built without its scenarios is a fault a user can report only if it is named."""
    with pytest.raises(Refusal, match="none is installed"):
        scenario_folder("one_queue", root=tmp_path / "missing")


def test_a_checkout_uses_the_folder_at_its_root() -> None:
    """A designer who edits a scenario in the repository must see that edit, not a copy."""
    assert scenarios_root() == Path(__file__).resolve().parents[2] / "scenarios"


def test_there_is_a_scenario_to_run() -> None:
    """Every check that looks through the scenarios would pass on an empty folder."""
    assert scenario_names() != ()
