"""Reading a stranger's snapshot: strictly, and refused whole with a JSON pointer (RFC 6901) for every flaw.

Three looks find everything at once. The types find what is wrong by itself; the raw document, whatever its types, what does not
fit together: ids, skills, places, loads. What is left when every flawed entry is taken out is stated as a problem, and so
shows pins that break rules, reserves that do not nest, and prices that cannot be added up.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from optimiser.json_text import parsed, repeated_keys
from optimiser.pointers import escaped, flaw_at
from optimiser.refusals import DocumentRefused, Flaw, ProblemRefused
from optimiser.snapshot_format import Snapshot
from optimiser.snapshot_meaning import LISTS, meaning_flaws
from optimiser.snapshot_problem import draft

TEXT_LIMIT = 50_000_000
"""The longest snapshot that is read, in characters."""

_Path = tuple[int | str, ...]


def read_snapshot(text: str) -> Snapshot:
    """Read a snapshot from JSON; raises `DocumentRefused` with every flaw at once."""
    raw = parsed(text, TEXT_LIMIT)
    found, snapshot = _typed(raw, text)
    flaws = [flaw for flaw, _ in found] + [*repeated_keys(raw), *meaning_flaws(raw)]
    if not any(flaw.where == "/resources" for flaw in flaws):  # Else it is too large to be stated as a problem.
        flaws += _problem_flaws(raw, [path for _, path in found], snapshot)
    if snapshot is None or flaws:
        raise DocumentRefused(list(dict.fromkeys(flaws)))
    return snapshot


def _typed(raw: object, text: str) -> tuple[list[tuple[Flaw, _Path]], Snapshot | None]:
    """What the types find wrong, with the path of each in the document."""
    try:
        return [], Snapshot.model_validate_json(text)
    except ValidationError as wrong:
        found = []
        for error in wrong.errors(include_url=False):
            path = _path(raw, error["loc"], is_missing=error["type"] == "missing")
            found.append((flaw_at("".join(f"/{escaped(str(step))}" for step in path), error, "a snapshot"), path))
        return found, None
    except ProblemRefused as wrong:
        # A loss refuses its own parameters, and so hides what else is wrong; that is read without it.
        assert isinstance(raw, dict)
        rest = {key: value for key, value in raw.items() if key != "loss"}
        others, _ = _typed(rest, json.dumps(rest))
        mine = [(Flaw(f"/loss/{flaw.where}", flaw.what, flaw.accepted), ("loss",)) for flaw in wrong.flaws]
        return [*mine, *others], None


def _path(raw: object, location: Iterable[int | str], *, is_missing: bool) -> _Path:
    """Turn a place in the model into a place in the document: the tags of unions do not stand in it.

    Of what does not stand in it only a missing field is told, which is the last step.
    """
    path: list[int | str] = []
    here = raw
    steps = [step for step in location if step != "[key]"]
    for index, step in enumerate(steps):
        in_list = isinstance(here, list) and isinstance(step, int) and step < len(here)
        if in_list or (isinstance(here, dict) and step in here):
            here = here[step]  # type: ignore[index]
        elif not is_missing or index < len(steps) - 1:
            continue
        path.append(step)
    return tuple(path)


def _problem_flaws(raw: object, wrong: list[_Path], snapshot: Snapshot | None) -> list[Flaw]:
    if snapshot is not None:
        return draft(snapshot)[1]
    if not isinstance(raw, dict):
        return []
    rest, kept = _without(raw, wrong)
    _, sound = _typed(rest, json.dumps(rest))
    return [] if sound is None else [_moved(flaw, kept) for flaw in draft(sound)[1]]


def _without(raw: dict[str, Any], wrong: list[_Path]) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """The document without its flawed entries, and where those that are left in a list stood in it."""
    rest: dict[str, Any] = json.loads(json.dumps(raw))
    dropped: dict[str, set[int]] = {name: set() for name in LISTS}
    for path in wrong:
        match path:
            case (str(name), int(index), *_) if name in LISTS:
                dropped[name].add(index)
            case ("travel", "reach_s", _, *_):
                _drop(rest, path[:4])
            case (name, *_):
                _drop(rest, (name,))
    kept = {}
    for name in LISTS:
        if isinstance(rest.get(name), list):
            kept[name] = [index for index in range(len(rest[name])) if index not in dropped[name]]
            rest[name] = [rest[name][index] for index in kept[name]]
    return rest, kept


def _drop(document: Any, path: _Path) -> None:
    """Take out what stands at a path, if it still does."""
    *way, last = path
    for step in way:
        document = document.get(step) if isinstance(document, dict) else None
    if isinstance(document, dict):
        document.pop(last, None)


def _moved(flaw: Flaw, kept: dict[str, list[int]]) -> Flaw:
    """Say where a flaw stands in the document as it was sent."""

    def back(found: re.Match[str]) -> str:
        return f"/{found[1]}/{kept[found[1]][int(found[2])]}" if found[1] in kept else found[0]

    pattern = re.compile(rf"/({'|'.join(LISTS)})/(\d+)")
    return Flaw(pattern.sub(back, flaw.where), pattern.sub(back, flaw.what), flaw.accepted)
