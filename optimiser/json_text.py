"""A stranger's text as JSON: parsed within limits, and every key that is given twice found. Knows no document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from optimiser.pointers import escaped
from optimiser.refusals import DocumentRefused, Flaw

DEEPEST = 8
"""No part of a known document lies deeper; what does is refused as unknown, and needs no walk that could exhaust the stack."""


class _Repeating(dict[str, Any]):
    """A JSON object in which some key occurs twice."""

    again: tuple[str, ...] = ()


def parsed(text: str, longest: int) -> object:
    """Read JSON of at most `longest` characters, or refuse it."""
    if len(text) > longest:
        raise DocumentRefused([Flaw("", "is too long", f"at most {longest} characters")])
    try:
        text.encode()
        return json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as wrong:
        where = f"line {wrong.lineno}, column {wrong.colno}"
        raise DocumentRefused([Flaw(where, f"is not JSON: {wrong.msg}", "JSON (RFC 8259)")]) from None
    except (ValueError, RecursionError) as wrong:
        raise DocumentRefused([Flaw("", f"cannot be read: {wrong}", "JSON (RFC 8259)")]) from None


def repeated_keys(value: object, where: str = "") -> Iterator[Flaw]:
    """Find the keys that stand twice in one object of what `parsed` has read."""
    if where.count("/") > DEEPEST:
        return
    if isinstance(value, _Repeating):
        for key in value.again:
            yield Flaw(f"{where}/{escaped(key)}", "is given more than once", "each key once")
        for key, inner in value.items():
            yield from repeated_keys(inner, f"{where}/{escaped(key)}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from repeated_keys(inner, f"{where}/{index}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # JSON lets a key stand twice and keeps the last; in a matrix of travel times that would silently be a wrong time.
    made = _Repeating(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        made.again = tuple(sorted({key for key in keys if keys.count(key) > 1}))
    return made
