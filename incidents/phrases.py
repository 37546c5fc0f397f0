"""The rules of a procedure as short phrases, which differences and drawings share.

A phrase is made from plain data as a document holds it, so what has no phrase of its own is still told, under its key. Imports
`procedure`, `tree`, `plan_row` and `ladder`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from incidents.ladder import AidAsked, Authority, Crowding, Mode, Recipient, Rung, Unacknowledged
from incidents.plan_row import PlanRow
from incidents.procedure import (
    Breaks,
    Cover,
    Determinant,
    Dispatch,
    Diversion,
    Overrun,
    Plan,
    Priority,
    Procedure,
    Queue,
    Reserve,
    Step,
    Urgency,
)
from incidents.response_plan import AlarmLevel
from incidents.tree import REFUSED, UNKNOWN, JumpOut, Known

_PARTS = (
    AidAsked, AlarmLevel, Authority, Breaks, Cover, Crowding, Determinant, Dispatch, Diversion, JumpOut, Known, Mode, Overrun,
    Plan, PlanRow, Priority, Queue, Recipient, Reserve, Rung, Unacknowledged, Urgency,
)  # fmt: skip
_KEYS = frozenset(info.alias or name for part in _PARTS for name, info in part.model_fields.items())
"""Keys that are the document's own: a name that a designer chose is never put into other words."""
_ROW = {name: field.default for name, field in PlanRow.model_fields.items()}
_FACTORY = {name: field.default for name, field in Rung.model_fields.items()}


def in_words(value: Any) -> str:
    """Say any value of a document; a row of a plan as "2 x medical", a moment as "answered and 30 s"."""
    match value:
        case {"skill": skill, "quantity": quantity}:
            said = {key: each for key, each in value.items() if key not in ("skill", "quantity")}
            others = (f" ({key} {in_words(each)})" for key, each in said.items() if each != _ROW.get(key))
            return f"{quantity} x {skill}" + "".join(others)
        case {"moment": moment, "skill": skill, "after_s": after_s}:
            later = f" and {in_words(after_s)} s" if after_s else ""
            return str(moment) + (f" of {skill}" if skill else "") + later
        case dict():
            # A level of 1 asks for no more than the skill, and what is empty for nothing at all.
            said = {
                key: each for key, each in value.items() if each not in (None, [], "") and (key, each) != ("level", 1)
            }
            return "; ".join(f"{key_in_words(key)} {field_in_words(key, each)}" for key, each in said.items())
        case [list(), *_]:
            return " or ".join(in_words(each) for each in value)
        case list():
            return ", ".join(in_words(each) for each in value) or "nothing"
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


def field_in_words(key: str, value: Any) -> str:
    """Say the value of a field with its unit: what stands under a key that ends in `_s` is seconds."""
    if value is None:
        return "none"
    is_seconds = key in _KEYS and key.endswith("_s") and isinstance(value, int | float) and not isinstance(value, bool)
    return f"{in_words(value)} s" if is_seconds else in_words(value)


def key_in_words(key: str) -> str:
    """Say a key of the document without its unit, which stands with the value; a name stays as it is."""
    return key.removesuffix("_s").replace("_", " ") if key in _KEYS else key


def row_in_words(row: PlanRow) -> str:
    """Say one row of a plan."""
    return in_words(row.model_dump(mode="json"))


def way_in_words(rows: Sequence[PlanRow]) -> str:
    """Say one way to fill a plan."""
    return ", ".join(map(row_in_words, rows))


def step_in_words(step: Mapping[str, Any] | Step) -> str:
    """Say where an answer leads; `step` plain or as it was read."""
    plain = step.model_dump(mode="json") if isinstance(step, Step) else step
    ask, code = plain.get("ask"), plain.get("code")
    return f"question '{ask}'" if ask is not None else f"code '{code}'"


def question_in_words(question: Mapping[str, Any]) -> str:
    """Say a whole question, plain, with where each answer leads."""
    ways = [f"{answer} leads to {step_in_words(step)}" for answer, step in question["answers"].items()]
    ways += [f"{each} leads to {step_in_words(question[each])}" for each in (UNKNOWN, REFUSED) if question[each]]
    if question["otherwise"] is not None:
        ways.append(f"any other answer to {step_in_words(question['otherwise'])}")
    return f'"{question["text"]}"; ' + "; ".join(ways)


def jump_out_in_words(out: Mapping[str, Any]) -> str:
    """Say a whole jump-out, plain: its words, where it leads, to whom it is offered and where, and whether it leads back."""
    cases = (f"{case_in_words(each)} to code '{each['code']}'" for each in out["cases"])
    leads = ", ".join((*cases, f"{'else ' if out['cases'] else ''}leads to {step_in_words(out)}"))
    offered = f"at {in_words(out['at'])}" if out["at"] else "at every question"
    roles = f" to {in_words(out['roles'])}" if out["roles"] else ""
    back = [words for key, words in _WAYS_BACK.items() if out[key]]
    return f'"{out["text"]}"; ' + "; ".join((leads, f"offered {offered}{roles}", *back))


def case_in_words(case: Mapping[str, Any]) -> str:
    """Say which answers a case of a jump-out is for."""
    return "with " + ", ".join(f"{question} = {answer}" for question, answer in case["answers"].items())


_WAYS_BACK = {"resumes": "may be resumed", "rings_back": "goes on when a caller is back"}


def plan_in_words(plan: Mapping[str, Any]) -> str:
    """Say a whole plan, plain: every way to fill it, how it may be filled, and its alarm levels."""
    levels = "".join(f"; {each['name']}: {level_in_words(each)}" for each in plan.get("levels", ()))
    return f"sends {_attendance_in_words(plan)}{levels}"


def level_in_words(level: Mapping[str, Any]) -> str:
    """Say an alarm level, plain, without its name: what it asks for, and when time alone reaches it."""
    how = "in all" if level["counts"] == "in all" else "in addition"
    staged = ""
    if level["after_s"] is not None:
        staged = f", after {in_words(level['after_s'])} s"
        staged += " unless somebody has arrived" if level["unless_arrived"] else " unless stopped"
    return f"{_attendance_in_words(level)} {how}{staged}"


def _attendance_in_words(attendance: Mapping[str, Any]) -> str:
    ways = " or ".join(in_words(way) for way in (attendance["send"], *attendance["instead"]))
    notes = (", all or nothing" if attendance["whole"] else "") + (", roles shared" if attendance["shared"] else "")
    return f"{ways}{notes}"


def priority_in_words(priority: Mapping[str, Any]) -> str:
    """Say a whole priority, plain: its rank, how its urgency grows, and what else it does not leave at the factory's."""
    said = Priority.model_validate(priority).model_dump(mode="json", exclude_defaults=True)
    urgency = said.pop("urgency", {})
    shape = urgency.pop("shape", "linear")
    curve = "".join(f" of {key_in_words(key)} {field_in_words(key, value)}" for key, value in urgency.items())
    others = [f"{key_in_words(key)} {field_in_words(key, value)}" for key, value in said.items()]
    return ", ".join((*others, f"{shape} urgency{curve}"))


def rung_in_words(rung: Mapping[str, Any]) -> str:
    """Say a whole rung, plain: when it acts and what it does."""
    said = {key: value for key, value in rung.items() if value not in (None, [], {}, False, _FACTORY.get(key))}
    known = [phrase.format(in_words(said[key])) for key, phrase in _RUNG.items() if key in said]
    others = [f"{key_in_words(key)} {field_in_words(key, value)}" for key, value in said.items() if key not in _RUNG]
    return ", ".join((*known, *others))


_RUNG = {
    "unfilled_for_s": "after {} s unfilled",
    "unarrived_for_s": "after {} s with nobody there",
    "unacknowledged": "unacknowledged: {}",
    "waiting_answer_s": "after {} s unanswered",
    "at_once": "at once",
    "shortfall": "once {} needs are unfilled",
    "priorities": "for {}",
    "queues": "in queue {}",
    "during": "only in mode {}",
    "proposes": "only proposed",
    "raises_to": "raises to {}",
    "opens": "asks for {}",
    "requests": "asks for the aid of {}",
    "alarm_to": "raises the alarm to {}",
    "alarm_up": "raises the alarm by one level",
    "notifies": "tells {}",
    "ack_s": "to be acknowledged within {} s",
    "then": "then rung {}",
    "stands_down": "stands down again",
    "most": "at most {} times",
}


def code_in_words(procedure: Procedure, code: str) -> str:
    """Say a determinant code with its priority and what it sends, as far as the procedure knows them."""
    determinant = procedure.determinants.get(code)
    if determinant is None:
        return code
    return f"{code}: {determinant.priority}, " + (f"plan {determinant.plan}" if determinant.plan else "nothing is sent")
