"""What differs between two versions of a procedure, rule by rule, in words, and whom each change concerns.

Comments, layout and the order of keys are no difference. A rule that has no sentence of its own here is told by its place in the
document, so that no change of rules goes untold. Imports `phrases` and `procedure`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from incidents.pack_differences import told_of_packs
from incidents.phrases import (
    field_in_words,
    in_words,
    jump_out_in_words,
    key_in_words,
    level_in_words,
    plan_in_words,
    priority_in_words,
    question_in_words,
    rung_in_words,
    step_in_words,
)
from incidents.procedure import Procedure

Audience = Literal["call-taker", "dispatcher", "supervisor"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
_CONCERNED: Mapping[str, Audience] = {
    "queues": "call-taker",
    "triage": "call-taker",
    "priorities": "dispatcher",
    "determinants": "dispatcher",
    "plans": "dispatcher",
    "dispatch": "dispatcher",
}
"""Who works by which part of the document; whatever is not named is for whoever answers for the whole, the supervisor."""


@dataclass(frozen=True, slots=True)
class Change:
    """One rule that was added, dropped or changed. `where`: its keys in the document, joined by dots."""

    where: str
    words: str
    audience: Audience


def differences(old: Procedure, new: Procedure) -> tuple[str, ...]:
    """Return one line for each rule that was added, dropped or changed, in the order of the document."""
    return tuple(change.words for change in changes(old, new))


def changes(old: Procedure, new: Procedure) -> tuple[Change, ...]:
    """Return each rule that was added, dropped or changed, in the order of the document."""
    before, after = (each.model_dump(mode="json", by_alias=True) for each in (old, new))
    rules = [name for name in before if name not in _NOT_RULES]
    return tuple(
        Change(".".join(path), words, _CONCERNED.get(name, "supervisor"))
        for name in rules
        for path, words in _told((name,), before[name], after[name])
    )


def change_pack(found: Iterable[Change]) -> Mapping[Audience, tuple[Change, ...]]:
    """Return what each audience has to know, those left out whom nothing concerns."""
    told = tuple(found)
    packs = {audience: tuple(each for each in told if each.audience == audience) for audience in AUDIENCES}
    return {audience: pack for audience, pack in packs.items() if pack}


_NOT_RULES = frozenset({"procedure", "revision", "based_on"})
_ABSENT = object()
_Path: TypeAlias = tuple[str, ...]
_Told: TypeAlias = Iterator[tuple[_Path, str]]

_THINGS: Mapping[_Path, tuple[str, Callable[[Any], str]]] = {
    ("queues",): ("queue", lambda queue: f"answered by {in_words(queue)}"),
    ("priorities",): ("priority", priority_in_words),
    ("triage", "questions"): ("question", question_in_words),
    ("triage", "jump_outs"): ("jump-out", jump_out_in_words),
    ("determinants",): ("code", in_words),
    ("plans",): ("plan", plan_in_words),
    ("escalation",): ("rung", rung_in_words),
}
"""What stands by name in the document: what it is called, and how a whole one is said."""

_SENTENCES: Mapping[_Path, str] = {
    ("queues", "skill"): "is now answered by {new} (was {old})",
    ("queues", "rank"): "now has rank {new} (was {old})",
    ("queues", "answer_target_s"): ": the target to answer is now {new} (was {old})",
    ("queues", "credit_s"): ": the waiting it is given at the start is now {new} (was {old})",
    ("queues", "automatic"): ": the phone ringing at once is now {new} (was {old})",
    ("priorities", "rank"): "now has rank {new} (was {old})",
    ("priorities", "lights"): ": lights and sirens are now {new} (was {old})",
    ("priorities", "regret_s"): ": the most that a cheaper resource may be slower is now {new} (was {old})",
    ("priorities", "waits_at_s"): ": the price above which it waits is now {new} (was {old})",
    ("triage", "start"): "triage now begins with question '{new}' (was '{old}')",
    ("triage", "questions", "text"): 'is now worded "{new}" (was "{old}")',
    ("triage", "questions", "about"): "now asks about {new} (was {old})",
    ("triage", "questions", "because"): ': the reason for asking is now worded "{new}" (was "{old}")',
    ("triage", "jump_outs", "text"): 'is now worded "{new}" (was "{old}")',
    ("triage", "jump_outs", "because"): ': its reason is now worded "{new}" (was "{old}")',
    ("triage", "jump_outs", "ask"): "now leads to question {new} (was {old})",
    ("triage", "jump_outs", "code"): "now ends the interview with code {new} (was {old})",
    ("triage", "jump_outs", "at"): ": the questions it is limited to are now {new} (was {old})",
    ("triage", "jump_outs", "roles"): ": the roles it is limited to are now {new} (was {old})",
    ("determinants", "because"): ': its reason is now worded "{new}" (was "{old}")',
    ("determinants", "priority"): "now has priority {new} (was {old})",
    ("determinants", "plan"): "now sends plan {new} (was {old})",
    ("plans", "send"): "now sends {new} (was {old})",
    ("plans", "instead"): "may now be filled instead by {new} (was {old})",
    ("plans", "whole"): ": all or nothing is now {new} (was {old})",
    ("plans", "shared"): ": sharing of roles is now {new} (was {old})",
    ("escalation", "unfilled_for_s"): "now acts after {new} unfilled (was {old})",
    ("escalation", "priorities"): "is now for {new} (was {old})",
    ("escalation", "raises_to"): "now raises to {new} (was {old})",
    ("escalation", "opens"): "now asks for {new} (was {old})",
    ("dispatch", "automatic"): "what is sent without asking is now {new} (was {old})",
    ("dispatch", "reach_limit_s"): "the farthest that is proposed is now {new} away (was {old})",
    ("dispatch", "spare_skill_s"): "the price of a skill not asked for is now {new} (was {old})",
    ("dispatch", "spare_level_s"): "the price of a level not asked for is now {new} (was {old})",
    ("dispatch", "fairness_s"): "the price of each earlier assignment is now {new} (was {old})",
}
"""A sentence by the keys of a field, names left out; a field that is not here is said by its key."""


def _told(path: _Path, old: Any, new: Any) -> _Told:
    """Yield (keys, sentence) for whatever differs at `path` or beneath."""
    if old == new:
        return
    if isinstance(old, list) and isinstance(new, list) and all(_has_name(each) for each in (*old, *new)):
        old, new = _by_name(old), _by_name(new)
    if path[:-1] in _THINGS and (old is _ABSENT or new is _ABSENT):
        noun, whole = _THINGS[path[:-1]]
        yield path, f"{noun} '{path[-1]}' is new: {whole(new)}" if old is _ABSENT else f"{noun} '{path[-1]}' is dropped"
    elif path[:1] == ("plans",) and path[2:] == ("levels",):
        yield from _levels(path, old, new)
    elif path == ("targets", "held"):
        yield from _packs(path, old, new)
    elif path[:2] == ("triage", "questions") and path[3:] in (("answers",), *_UNLISTED):
        yield from _rerouted(path, old, new)
    elif isinstance(old, dict) and isinstance(new, dict) and _sentence(path) is None:
        for key in dict.fromkeys((*old, *new)):
            yield from _told((*path, key), old.get(key, _ABSENT), new.get(key, _ABSENT))
    else:
        yield path, _field(path, old, new)


_UNLISTED: Mapping[_Path, tuple[str, str]] = {
    ("unknown",): ("answer 'unknown'", "has no way of its own any more"),
    ("refused",): ("answer 'refused'", "has no way of its own any more"),
    ("otherwise",): ("any other answer", "is refused now"),
}
"""The ways on that stand beside a question's answers: how they are said, and how it is said that there is none any more."""


def _levels(path: _Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> _Told:
    """Alarm levels by name: what each asks for, and their order, which says what is above what."""
    plan = f"plan '{path[1]}'"
    for name in dict.fromkeys((*old, *new)):
        here = (*path, name)
        if name not in old:
            yield here, f"{plan}: level '{name}' is new: {level_in_words(new[name])}"
        elif name not in new:
            yield here, f"{plan}: level '{name}' is dropped"
        else:
            for key, sentence in _OF_LEVELS.items():
                before, after = (field_in_words(key, each[name][key]) for each in (old, new))
                if before != after:
                    yield (*here, key), f"{plan}: level '{name}' {sentence.format(old=before, new=after)}"
    kept = [name for name in old if name in new]
    if kept != [name for name in new if name in old]:
        yield path, f"{plan}: its levels are now, from the lowest, {in_words(list(new))} (were {in_words(list(old))})"


_OF_LEVELS: Mapping[str, str] = {
    "counts": "now counts {new} (was {old})",
    "send": "now asks for {new} (was {old})",
    "instead": "may now be filled instead by {new} (was {old})",
    "whole": "is all or nothing: now {new} (was {old})",
    "shared": "shares roles: now {new} (was {old})",
    "after_s": "is now reached by time after {new} (was {old})",
    "unless_arrived": "waits for nobody to have arrived: now {new} (was {old})",
}
"""A sentence for each key of an alarm level, but for its name."""


def _packs(path: _Path, old: Any, new: Any) -> _Told:
    """What the packs say otherwise that both versions name; that one is named or not is told where it is named."""
    for name in (name for name in old if name in new):
        for keys, words in told_of_packs(old[name], new[name]):
            yield (*path, name, *keys), f"target pack '{name}': {words}"


def _rerouted(path: _Path, old: Any, new: Any) -> _Told:
    """Where answers lead that led elsewhere; `path` names a question's answers, or what it does with any other."""
    question = f"question '{path[2]}'"
    unlisted = _UNLISTED.get(path[3:])
    if unlisted is not None:
        answer, gone = unlisted
        yield path, f"{question}: {answer} {_leads(old, new, gone)}"
        return
    for answer in dict.fromkeys((*old, *new)):
        before, after = old.get(answer), new.get(answer)
        if before != after:
            yield (*path, answer), f"{question}: answer '{answer}' {_leads(before, after, 'is not listed any more')}"


def _leads(old: Any, new: Any, gone: str) -> str:
    if new is None:
        return f"{gone} (led to {step_in_words(old)})"
    if old is None:
        return f"is new and leads to {step_in_words(new)}"
    return f"now leads to {step_in_words(new)} (was {step_in_words(old)})"


def _field(path: _Path, old: Any, new: Any) -> str:
    thing, keys = _thing(path)
    sentence = _sentence(path)
    before, after = (field_in_words(path[-1], None if each is _ABSENT else each) for each in (old, new))
    if sentence is not None:
        gap = "" if thing is None or sentence.startswith(":") else " "
        return (thing or "") + gap + sentence.format(old=before, new=after)
    place = ".".join(path)
    if thing is not None or path[0] == "dispatch":
        place = ", ".join((*([thing] if thing else []), *map(key_in_words, keys)))
    if old is _ABSENT or old is None:
        return f"{place}: added, {after}"
    if new is _ABSENT or new is None:
        return f"{place}: dropped, was {before}"
    return f"{place}: {before} became {after}"


def _sentence(path: _Path) -> str | None:
    thing, keys = _thing(path)
    return _SENTENCES.get((*(path[:-2] if thing else path[:-1]), path[-1])) if len(keys) == 1 else None


def _thing(path: _Path) -> tuple[str | None, _Path]:
    """Return what the field at `path` belongs to, and its keys beneath that."""
    for above, (noun, _) in _THINGS.items():
        if path[: len(above)] == above and len(path) > len(above) + 1:
            return f"{noun} '{path[len(above)]}'", path[len(above) + 1 :]
    return None, path[1:]


def _has_name(value: Any) -> bool:
    return isinstance(value, dict) and "name" in value


def _by_name(named: list[dict[str, Any]]) -> dict[str, Any]:
    """A list of things that have names as a mapping, so that a change of one is told as a change of that one."""
    return {each["name"]: {key: said for key, said in each.items() if key != "name"} for each in named}
