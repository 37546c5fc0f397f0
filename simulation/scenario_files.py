"""Where the scenarios are: the folder of YAML that belongs to each name a user may give.

In a checkout, and so in an editable install, that is `scenarios/` at the root of the repository. A wheel
carries a copy inside this package instead, so that an installed `muster demo` works in any folder. The two
never exist together: the copy is made when the wheel is built. Beside the scenarios, `targets/` holds the
target packs and `roads/` the mappings of road networks. Imports `optimiser.refusals` and the reader.
"""

from __future__ import annotations

from pathlib import Path

from incidents.read import PackFolder
from optimiser.refusals import Refusal

_PACKAGED = Path(__file__).resolve().parent / "scenarios"
_CHECKED_OUT = Path(__file__).resolve().parent.parent / "scenarios"
_TARGETS, _ROADS = "targets", "roads"


def scenarios_root() -> Path:
    """The folder that holds one folder per scenario.

    The packaged copy is asked first: beside an installed package, a folder called `scenarios` may belong to a
    stranger.
    """
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKED_OUT


def scenario_names(*, root: Path | None = None) -> tuple[str, ...]:
    """The names a user may give, in alphabetical order; `root` is where to look, if not among Muster's own.

    A scenario is a folder with at least one YAML file directly in it. A root that does not exist holds none.
    """
    where = scenarios_root() if root is None else root
    if not where.is_dir():
        return ()
    return tuple(
        sorted(
            folder.name
            for folder in where.iterdir()
            if folder.name not in (_TARGETS, _ROADS) and any(folder.glob("*.yaml"))
        )
    )


def known_packs(folder: Path | None = None) -> PackFolder:
    """The target packs that procedures may name: those in `folder`, or else Muster's own. Read when somebody asks for one."""
    return PackFolder(folder or packs_folder())


def packs_folder(*, root: Path | None = None) -> Path:
    """The folder of the target packs that a procedure may name."""
    return (scenarios_root() if root is None else root) / _TARGETS


def scenario_folder(name: str, *, root: Path | None = None) -> Path:
    """The folder of the scenario called `name`; refuses any other name and lists those that exist.

    A name is looked up among the names before it is joined to a path, so `../elsewhere` is just unknown.
    """
    where = scenarios_root() if root is None else root
    names = scenario_names(root=where)
    if name not in names:
        raise Refusal.of("scenario", f"there is no scenario called {name!r}", ", ".join(names) or "none is installed")
    return where / name
