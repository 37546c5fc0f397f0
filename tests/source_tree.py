"""The project's own Python, parsed, for the tests that read style and floors off it."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("optimiser", "incidents", "simulation", "api")
"""The packages that ship, lowest floor first."""


@dataclass(frozen=True, slots=True)
class Source:
    """One module: `path` is relative to the root of the repository, with forward slashes."""

    path: str
    text: str = field(repr=False)
    tree: ast.Module = field(repr=False)

    @classmethod
    def of(cls, path: str, text: str) -> Source:
        """Parse `text` as if it stood at `path`."""
        return cls(path, text, ast.parse(text, filename=path))

    @property
    def package(self) -> str:
        """The top-level folder the module stands in."""
        return self.path.partition("/")[0]

    @property
    def ships(self) -> bool:
        """Whether the module is part of the product rather than of its tests or benchmarks."""
        return self.package in FLOORS


def sources() -> tuple[Source, ...]:
    """Every module git tracks or would track; in an unpacked archive without git, every module there is."""
    return tuple(Source.of(path, (ROOT / path).read_text(encoding="utf-8")) for path in _paths())


def imports(source: Source) -> Iterator[tuple[int, str]]:
    """Line and full name of everything the module imports, at any depth; relative names keep their dots."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")


def _paths() -> list[str]:
    folders = [*FLOORS, "tests", "benchmarks"]
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *folders]
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    else:
        listed = [path.relative_to(ROOT).as_posix() for folder in folders for path in (ROOT / folder).rglob("*.py")]
    # A module deleted but not yet committed is still in git's list.
    return sorted({path for path in listed if path.endswith(".py") and (ROOT / path).is_file()})
