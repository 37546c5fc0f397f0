"""What differs between two editions of a target pack, target by target, in words.

Told of plain data, so that a pack that a procedure holds is compared in the same words as the file of one. Comments, layout and
the order of keys are no difference. Imports `phrases` and `targets`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from incidents.phrases import in_words
from incidents.targets import TargetPack

_Told: TypeAlias = Iterator[tuple[tuple[str, ...], str]]
"""(keys beneath the pack, sentence)."""
_SENTENCES: Mapping[str, str] = {
    "limit_s": "the limit is now {new} s (was {old} s)",
    "statistic": "{new} is now held against the limit (was {old})",
    "share": "the share within the limit is now to be {new} (was {old})",
    "for": "is now for {new} (was {old})",
    "of": "is now of {new} (was {old})",
    "start": "the clock now starts at {new} (was {old})",
    "stop": "the clock now stops at {new} (was {old})",
}


def pack_differences(old: TargetPack, new: TargetPack) -> tuple[str, ...]:
    """Return one line for whatever was added to a pack, dropped from it or changed."""
    before, after = (each.model_dump(mode="json", by_alias=True) for each in (old, new))
    return tuple(words for _, words in told_of_packs(before, after))


def told_of_packs(old: Mapping[str, Any], new: Mapping[str, Any]) -> _Told:
    """Yield (keys, sentence) for whatever differs between two packs as plain data, those of their keys that both have."""
    for key in ("pack", "in_force"):
        if key in old and key in new and old[key] != new[key]:
            noun = "it is called" if key == "pack" else "it is in force from"
            yield (key,), f"{noun} {new[key]} (was {old[key]})"
    for key in ("source", "notes"):
        if key in old and key in new and old[key] != new[key]:
            yield (key,), f"its {key} now {'say' if key == 'notes' else 'says'}: {new[key] or 'nothing'}"
    yield from _grades(old.get("grades", {}), new.get("grades", {}))
    yield from _targets(old["targets"], new["targets"])


def target_in_words(target: Mapping[str, Any]) -> str:
    """Say a whole target, plain."""
    whom = in_words(target["for"]) if target["for"] else f"all {target['of']}"
    clock = f"from {_ticks(target['start'])} to {_ticks(target['stop'])}"
    if target["share"] is not None:
        return f"{_value('share', target['share'])} within {in_words(target['limit_s'])} s {clock}, for {whom}"
    return f"{target['statistic']} at most {in_words(target['limit_s'])} s {clock}, for {whom}"


def _grades(old: Mapping[str, str], new: Mapping[str, str]) -> _Told:
    for grade in dict.fromkeys((*old, *new)):
        if grade not in old:
            yield ("grades", grade), f"grade '{grade}' is new: {new[grade]}"
        elif grade not in new:
            yield ("grades", grade), f"grade '{grade}' is dropped"
        elif old[grade] != new[grade]:
            yield ("grades", grade), f"grade '{grade}' now means: {new[grade]} (was: {old[grade]})"


def _targets(old: Mapping[str, Any], new: Mapping[str, Any]) -> _Told:
    for name in dict.fromkeys((*old, *new)):
        if name not in old:
            yield ("targets", name), f"target '{name}' is new: {target_in_words(new[name])}"
        elif name not in new:
            yield ("targets", name), f"target '{name}' is dropped"
        else:
            yield from _fields(name, old[name], new[name])


def _fields(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> _Told:
    for key, sentence in _SENTENCES.items():
        if old[key] != new[key]:
            words = sentence.format(old=_value(key, old[key]), new=_value(key, new[key]))
            gap = " " if words.startswith("is ") else ": "
            yield ("targets", name, key), f"target '{name}'{gap}{words}"


def _value(key: str, value: Any) -> str:
    if value is None:
        return "none"
    match key:
        case "share":
            return f"{100 * value:g} %"
        case "start" | "stop":
            return _ticks(value)
        case "for":
            return in_words(value) if value else "all"
    return in_words(value)


def _ticks(ticks: list[Mapping[str, Any]]) -> str:
    return " or ".join(in_words(dict(tick)) for tick in ticks)
