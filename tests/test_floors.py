"""Imports point down the floors: optimiser, incidents, simulation, api.

Because a simulated contact's hidden truth lives above the code that decides, a procedure cannot peek at it.
The contracts in pyproject.toml say this to import-linter; the check of our own looks at the same rule from
the source alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.source_tree import FLOORS, ROOT, Source, imports, sources

# incidents/read.py turns files into values; nothing else beneath the third floor touches a disk.
DISK_READERS = frozenset({"incidents/read.py"})
DISK_CALLS = frozenset({"open", "read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "unlink"})


def upward_imports(source: Source) -> Iterator[str]:
    """What the module imports from a floor above its own, or by a relative name, which hides the floor."""
    above = FLOORS[FLOORS.index(source.package) + 1 :]
    for line, name in imports(source):
        if name.startswith(".") or name.partition(".")[0] in above:
            yield f"{source.path}:{line}: imports {name}"


def disk_calls(source: Source) -> Iterator[str]:
    """Where a module of the core opens a file."""
    if source.package not in FLOORS[:2] or source.path in DISK_READERS:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            called = node.func
            if (
                isinstance(called, ast.Attribute)
                and isinstance(called.value, ast.Name)
                and called.value.id == "archive"
            ):
                # A member of a zip file that is in memory already.
                continue
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in DISK_CALLS:
                yield f"{source.path}:{node.lineno}: calls {name}"


@pytest.fixture(scope="module")
def shipped() -> tuple[Source, ...]:
    """Every module of the product."""
    return tuple(source for source in sources() if source.ships)


def test_the_contracts_are_kept(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """import-linter also follows chains of imports, which no single module shows."""
    monkeypatch.chdir(ROOT)
    status = lint_imports(config_filename="pyproject.toml", no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_no_module_imports_from_above(shipped: tuple[Source, ...]) -> None:
    """What is tested in simulation is what runs live only while neither can reach into the core."""
    assert [line for source in shipped for line in upward_imports(source)] == []


def test_the_core_touches_no_disk_but_through_its_reader(shipped: tuple[Source, ...]) -> None:
    """A decision that reads a file is not a function of its arguments."""
    assert [line for source in shipped for line in disk_calls(source)] == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("optimiser/solve.py", "import incidents.facts\n"),
        ("incidents/desk.py", "def f():\n    from simulation.world import World\n"),
        ("simulation/world.py", "import numpy, api.log\n"),
        ("incidents/desk.py", "from .facts import Fact\n"),
    ],
    ids=["first floor", "inside a function", "second of two", "relative"],
)
def test_a_planted_import_is_found(path: str, text: str) -> None:
    """The check must bite wherever in a module the import stands."""
    assert len(list(upward_imports(Source.of(path, text)))) == 1


def test_importing_downwards_is_fine() -> None:
    """The top floor sees all the others."""
    assert list(upward_imports(Source.of("api/a.py", "import simulation, incidents.desk\nimport optimiser\n"))) == []


def test_a_planted_open_is_found() -> None:
    """The check must see a method as well as a function."""
    assert len(list(disk_calls(Source.of("incidents/desk.py", "open('a')\nPath('a').read_text()\n")))) == 2
