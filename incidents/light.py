"""Frozen values that are quick to make: facts and the entries of a situation are made by the million.

What Python generates for a frozen dataclass with slots sets each field through `object.__setattr__`, which costs several times
the value itself. Here a value is made as one of a twin class with the same slots and no lock, and becomes one of its own class
when it is complete. What it is, how it compares, and that nobody can change it stay as they were. Imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import MISSING, fields
from typing import Any, TypeVar

V = TypeVar("V")

_put_class: Callable[[Any, type], None] = object.__dict__["__class__"].__set__
_TWINS: dict[type, type] = {}
_COPIERS: dict[type, Callable[[Any], Any]] = {}


def quicken(kinds: Iterable[type]) -> None:
    """Make these frozen dataclasses with slots quick to make; how they are called does not change."""
    for kind in kinds:
        names = tuple(field.name for field in fields(kind))
        assert kind.__dict__["__slots__"] == names, f"{kind.__name__} has its fields in slots, and nothing else"
        twin = type(f"_Unfinished{kind.__name__}", (), {"__slots__": names})
        made = _functions(kind, twin, names)
        made["__init__"].__qualname__ = f"{kind.__qualname__}.__init__"
        made["__init__"].__annotations__ = {**kind.__dict__["__init__"].__annotations__}
        kind.__init__ = made["__init__"]  # type: ignore[misc]
        _TWINS[kind], _COPIERS[kind] = twin, made["unfinished_copy"]


def replace(value: V, **changes: Any) -> V:
    """Return a copy of a quickened value with some fields changed, as `dataclasses.replace` does."""
    copy = _COPIERS[type(value)](value)
    for name, changed in changes.items():
        setattr(copy, name, changed)
    copy.__class__ = type(value)
    return copy  # type: ignore[no-any-return]


def replacer(kind: type[V], *names: str) -> Callable[..., V]:
    """Return what `replace` does for one set of fields, given in their order: for the few copies that are made all day long."""
    known: dict[str, Any] = {"_new": object.__new__, "_twin": _TWINS[kind], "_kind": kind}
    lines = [
        f"def copied(value, {', '.join(names)}):",
        "    copy = _new(_twin)",
        *(f"    copy.{f.name} = {f.name if f.name in names else f'value.{f.name}'}" for f in fields(kind)),  # type: ignore[arg-type]
        "    copy.__class__ = _kind",
        "    return copy",
    ]
    exec("\n".join(lines), known)
    made: Callable[..., V] = known["copied"]
    return made


def _functions(kind: type, twin: type, names: tuple[str, ...]) -> dict[str, Any]:
    """`__init__` and a copy, written out field by field as `dataclasses` itself does it: a loop would cost more than it saves."""
    parameters, given = [], []
    known: dict[str, Any] = {"_put_class": _put_class, "_kind": kind, "_twin": twin, "_new": object.__new__}
    for field in fields(kind):
        known[f"_of_{field.name}"] = field.default if field.default is not MISSING else field.default_factory
        if field.default is not MISSING:
            parameters.append(f"{field.name}=_of_{field.name}")
        elif field.default_factory is not MISSING:
            parameters.append(f"{field.name}=_MISSING")
            given.append(f"    if {field.name} is _MISSING: {field.name} = _of_{field.name}()")
        else:
            parameters.append(field.name)
    known["_MISSING"] = MISSING
    lines = [
        f"def __init__(self, {', '.join(parameters)}):",
        *given,
        "    _put_class(self, _twin)",
        *(f"    self.{name} = {name}" for name in names),
        "    self.__class__ = _kind",
        "def unfinished_copy(value):",
        "    copy = _new(_twin)",
        *(f"    copy.{name} = value.{name}" for name in names),
        "    return copy",
    ]
    exec("\n".join(lines), known)
    return known
