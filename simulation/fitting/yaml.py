"""Plain data as YAML that people can read and the reader of documents takes: no anchor, no tag, quotes
wherever there is doubt.

ruamel.yaml's own dumper leaves `07:00` bare inside brackets, which its parser then refuses. Imports nothing
of ours but the documents of `incidents.centre`.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence

from incidents.centre import Document

WIDTH = 110
_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_+. -]*(?<! )")
_NOT_TEXT = re.compile(r"(?i)true|false|null|yes|no|on|off|y|n")


def yaml_of(document: Document) -> str:
    """Write a document; whatever is at its default is left out."""
    plain = document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return "\n".join(_mapping(plain, 0)) + "\n"


def _mapping(values: Mapping[str, object], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for key, value in values.items():
        name = f"{indent}{_scalar(key)}:"
        short = f"{name} {_flow(value)}"
        if len(short) <= WIDTH and _is_leaf(value):
            yield short
        elif isinstance(value, Mapping):
            yield name
            yield from _mapping(value, depth + 1)
        elif isinstance(value, list) and all(not isinstance(each, dict | list) for each in value):
            yield from textwrap.wrap(short, WIDTH, subsequent_indent=indent + "  ", break_on_hyphens=False)
        elif isinstance(value, list):
            yield name
            yield from _items(value, depth + 1)
        else:
            yield short


def _items(values: Sequence[object], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for value in values:
        if isinstance(value, Mapping) and not _fits(value, depth):
            lines = list(_mapping(value, depth + 1))
            yield f"{indent}- {lines[0].lstrip()}"
            yield from lines[1:]
        else:
            yield f"{indent}- {_flow(value)}"


def _fits(value: object, depth: int) -> bool:
    return _is_leaf(value) and len(_flow(value)) + 2 * depth + 2 <= WIDTH


def _is_leaf(value: object) -> bool:
    """Whether it reads well on one line: no mapping of mappings."""
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return all(not isinstance(each, Mapping) or _is_flat(each) for each in inside)


def _is_flat(value: Mapping[str, object]) -> bool:
    return len(value) <= 2 and all(not isinstance(each, dict | list) for each in value.values())


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    return _scalar(value)


def _scalar(value: object) -> str:
    """Quote text unless it starts with a letter and holds nothing YAML could take for something else."""
    if isinstance(value, str):
        is_bare = _BARE.fullmatch(value) is not None and _NOT_TEXT.fullmatch(value) is None
        return value if is_bare else json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return json.dumps(value)
