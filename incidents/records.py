"""Facts as plain data and back: the one way for the log, the wire and the tests alike.

Strangers' records are parsed, never trusted. Imports `facts`, `quantities` and `refusals`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter, ValidationError

from incidents.facts import KINDS, Fact, NeedRow, PacketLine
from incidents.quantities import Place
from incidents.refusals import DocumentRefused, Flaw


def as_record(fact: Fact) -> dict[str, Any]:
    """Return the fact as plain JSON data: `{"fact": name, field: value, ...}`.

    Left out are fields that are None, and what facts have learnt to say since the first logs were written, where it is not said.
    """
    kind = type(fact).__name__
    record: dict[str, Any] = {"fact": kind}
    for name, left_out in _WRITTEN[kind]:
        value = getattr(fact, name)
        if value is not None and value != left_out:
            record[name] = _plain(value)
    return record


def fact_from_record(record: Mapping[str, Any]) -> Fact:
    """Parse a record written by `as_record`, or by a stranger; refuse an unknown kind or a wrong field with its JSON pointer."""
    kind = str(record.get("fact"))
    if kind not in KINDS:
        raise DocumentRefused([Flaw("/fact", f"unknown fact {kind!r}", ", ".join(KINDS))])
    given = {key: value for key, value in record.items() if key != "fact"}
    strange = sorted(set(given) - set(_FIELDS[kind]))
    if strange:
        accepted = ", ".join(_FIELDS[kind])
        raise DocumentRefused([Flaw(f"/{key}", f"{kind} has no such field", accepted) for key in strange])
    try:
        return _ADAPTERS[kind].validate_python(given)
    except ValidationError as error:
        flaws = [Flaw("/" + "/".join(map(str, flaw["loc"])), flaw["msg"]) for flaw in error.errors()]
        raise DocumentRefused(flaws) from error


_FIELDS: Mapping[str, tuple[str, ...]] = {
    name: tuple(field.name for field in fields(kind)) for name, kind in KINDS.items()
}
# A log chains the bytes of its records: what an old fact did not say must not appear when it is written again.
_LEFT_OUT: Mapping[str, Mapping[str, object]] = {
    "MessageSent": {"exercise": False},
    "NeedOpened": {"shared": False},
    "ResourceAssigned": {"also": (), "pinned": False, "forced": False},
}
_WRITTEN: Mapping[str, tuple[tuple[str, object], ...]] = {
    kind: tuple((name, _LEFT_OUT.get(kind, {}).get(name)) for name in names) for kind, names in _FIELDS.items()
}
_ROW_LEFT_OUT: Mapping[str, object] = {
    field.name: field.default for field in fields(NeedRow) if field.name not in {"skill", "quantity"}
}
_ADAPTERS: Mapping[str, TypeAdapter[Fact]] = {name: TypeAdapter(kind) for name, kind in KINDS.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Place):
        plain = {"latitude": value.latitude, "longitude": value.longitude}
        return plain if value.zone is None else {**plain, "zone": value.zone}
    if isinstance(value, NeedRow):
        said = {name: getattr(value, name) for name in _ROW_LEFT_OUT}
        changed = {name: each for name, each in said.items() if each != _ROW_LEFT_OUT[name]}
        return {"skill": value.skill, "quantity": value.quantity, **changed}
    if isinstance(value, PacketLine):
        return {"field": value.field, "says": value.says}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value
