"""The wheel carries the scenarios, so that an installed Muster runs its demo in any folder."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from simulation.scenario_files import scenario_names
from tests.source_tree import ROOT

LOOK = """
import json, sys
sys.path.insert(0, sys.argv[1])
from simulation.scenario_files import scenario_folder, scenario_names
files = {name: sorted(file.name for file in scenario_folder(name).iterdir()) for name in scenario_names()}
print(json.dumps(files))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the source as it stands, unpacked the way an installer unpacks it."""
    built, unpacked = tmp_path_factory.mktemp("built"), tmp_path_factory.mktemp("unpacked")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(built)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = built.glob("muster-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    return unpacked


def test_an_installed_muster_finds_every_scenario(installed: Path, tmp_path: Path) -> None:
    """It must find its own, in a folder where a stranger keeps another `scenarios`."""
    (tmp_path / "scenarios" / "stranger").mkdir(parents=True)
    (tmp_path / "scenarios" / "stranger" / "scenario.yaml").write_text("name: stranger\n", encoding="utf-8")
    look = subprocess.run(
        [sys.executable, "-I", "-c", LOOK, str(installed)],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    wanted = {name: sorted(file.name for file in (ROOT / "scenarios" / name).iterdir()) for name in scenario_names()}
    assert json.loads(look.stdout) == wanted


def test_only_the_four_packages_are_installed(installed: Path) -> None:
    """A top-level `tests` or `scenarios` in site-packages would meet those of other people."""
    packages = {folder.name for folder in installed.iterdir() if not folder.name.endswith(".dist-info")}
    assert packages == {"optimiser", "incidents", "simulation", "api"}
