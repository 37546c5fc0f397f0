"""What differs between two versions of a procedure, rule by rule. Comments, layout and the order of keys never do.

Imports `procedure` and `ladder`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from incidents.ladder import Rung
from incidents.plan_row import PlanRow
from incidents.procedure import Procedure

_NOT_RULES = frozenset({"procedure", "revision", "based_on"})
_ROW = {name: field.default for name, field in PlanRow.model_fields.items() if name not in ("skill", "quantity")}
_RUNG = {name: field.default for name, field in Rung.model_fields.items()}
_ABSENT = object()


def differences(old: Procedure, new: Procedure) -> tuple[str, ...]:
    """Return one line for each rule that was added, dropped or changed, in the order of the document."""
    before, after = (each.model_dump(mode="json", by_alias=True) for each in (old, new))
    rules = [name for name in before if name not in _NOT_RULES]
    return tuple(line for name in rules for line in _lines(name, before[name], after[name]))


def _lines(path: str, old: Any, new: Any) -> Iterator[str]:
    if old == new:
        return
    if isinstance(old, list) and isinstance(new, list) and all(_has_name(each) for each in (*old, *new)):
        old, new = _by_name(old), _by_name(new)
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from _lines(f"{path}.{key}", old.get(key, _ABSENT), new.get(key, _ABSENT))
    elif old is _ABSENT or old is None:
        yield f"{path}: added, {_words(new)}"
    elif new is _ABSENT or new is None:
        yield f"{path}: dropped, was {_words(old)}"
    else:
        yield f"{path}: {_words(old)} became {_words(new)}"


def _has_name(value: Any) -> bool:
    return isinstance(value, dict) and "name" in value


def _by_name(named: list[dict[str, Any]]) -> dict[str, Any]:
    """A list of things that have names as a mapping, so that a change of one is told as a change of that one."""
    return {each["name"]: {key: said for key, said in each.items() if key != "name"} for each in named}


def _words(value: Any) -> str:
    match value:
        case {"skill": skill, "quantity": quantity}:
            others = (f" ({key} {each})" for key, each in value.items() if each != _ROW.get(key, each))
            return f"{quantity} x {skill}" + "".join(others)
        case {"stands_down": _, "most": _} if any(each == _RUNG.get(key, _ABSENT) for key, each in value.items()):
            # Of the many things that a rung can say most say little.
            return _words({key: each for key, each in value.items() if each != _RUNG.get(key, _ABSENT)})
        case dict():
            # A level of 1 asks for no more than the skill, and an empty list for nothing at all.
            said = {key: each for key, each in value.items() if each not in (None, []) and (key, each) != ("level", 1)}
            return "; ".join(f"{key} {_words(each)}" for key, each in said.items())
        case [list(), *_]:
            return " or ".join(_words(each) for each in value)
        case list():
            return ", ".join(_words(each) for each in value) or "nothing"
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)
