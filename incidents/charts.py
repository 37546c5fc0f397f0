"""A procedure's tree, plans and escalation as charts: boxes with rows, each of which ends there or leads to another box.

They are made from the tables that the desk runs on, so a drawing cannot say anything else than the rules do. Imports `phrases`,
`procedure` and `refusals`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, assert_never, get_args

from incidents.ladder import Rung
from incidents.phrases import case_in_words, code_in_words, level_in_words, rung_in_words, way_in_words
from incidents.procedure import Priority, Procedure, Question, Step
from incidents.refusals import Refusal

Subject = Literal["tree", "plans", "escalation"]
SUBJECTS: tuple[Subject, ...] = get_args(Subject)
MOST_BOXES = 1_000
"""The most boxes of one drawing; nobody finds anything in a larger one."""
MOST_ROWS_DRAWN = 10_000
"""The most rows of all its boxes together."""


@dataclass(frozen=True, slots=True)
class Row:
    """A way on from a box: `to` another box by its name, or to an `end` in words."""

    label: str
    to: str | None = None
    end: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A question, a priority or a plan: its name, what it says, the ways on from it, and why it is there (empty: not said)."""

    title: str
    lines: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    because: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Boxes by name, those that a reader begins with first."""

    title: str
    boxes: Mapping[str, Box]


def chart(procedure: Procedure, subject: Subject, *, beneath: str | None = None) -> Chart:
    """Return the chart of one part of a procedure; of the tree only what lies beneath one question, if that is named.

    Refuses a question that there is not, and a chart beyond MOST_BOXES or MOST_ROWS_DRAWN.
    """
    match subject:
        case "tree":
            boxes = _tree(procedure, beneath)
        case "plans":
            boxes = _plans(procedure)
        case "escalation":
            boxes = _escalation(procedure)
        case _:
            assert_never(subject)
    rows = sum(len(box.rows) + len(box.lines) for box in boxes.values())
    if len(boxes) > MOST_BOXES or rows > MOST_ROWS_DRAWN:
        what = f"has {len(boxes):,} boxes with {rows:,} rows"
        accepted = f"at most {MOST_BOXES:,} boxes with {MOST_ROWS_DRAWN:,} rows in one drawing"
        if subject == "tree":
            accepted += "; draw what lies beneath one question"
        raise Refusal.of(f"the {subject} of '{procedure.procedure}'", what, accepted)
    beginning = f", beneath '{beneath}'" if beneath is not None else ""
    return Chart(f"{procedure.procedure}, revision {procedure.revision}, {subject}{beginning}", boxes)


_JUMP_OUTS = "/jump-outs"
"""The key of the box with the ways out of the interview, which are offered beside the answers of many questions."""


def _tree(procedure: Procedure, beneath: str | None) -> dict[str, Box]:
    questions, jump_outs = procedure.triage.questions, procedure.triage.jump_outs
    if beneath is not None and beneath not in questions:
        raise Refusal.of("beneath", f"there is no question '{beneath}'", "a question of the tree")
    shown = _asked_from(procedure, [beneath or procedure.triage.start])
    boxes = {name: _question(procedure, name, question) for name, question in shown.items()}
    if beneath is not None or not jump_outs:
        return boxes
    reasons = "; ".join(f"{name}: {out.because}" for name, out in jump_outs.items() if out.because)
    texts = tuple(out.text for out in jump_outs.values())
    boxes[_JUMP_OUTS] = Box("jump-outs", texts, _jump_outs(procedure), reasons)
    branches = _asked_from(procedure, [out.ask for out in jump_outs.values() if out.ask is not None])
    return boxes | {name: _question(procedure, name, each) for name, each in branches.items() if name not in shown}


def _asked_from(procedure: Procedure, starts: list[str]) -> dict[str, Question]:
    """The questions that are asked from some of them on, in the order in which they are asked."""
    questions = procedure.triage.questions
    reached: dict[str, Question] = {}
    ahead = starts[::-1]
    while ahead:
        name = ahead.pop()
        if name in questions and name not in reached:
            reached[name] = questions[name]
            # The last one pushed is the next one drawn, so the first answer's question comes first.
            ahead.extend(step.ask for _, step in reversed(questions[name].ways) if step.ask is not None)
    return reached


def _question(procedure: Procedure, name: str, question: Question) -> Box:
    rows = tuple(_answer(procedure, answer or "any other answer", step) for answer, step in question.ways)
    return Box(name, (question.text, f"asks about {question.about}"), rows, question.because)


def _jump_outs(procedure: Procedure) -> tuple[Row, ...]:
    """A row for each way that a jump-out may take; a case comes before the code for every other one."""
    rows: list[Row] = []
    for name, out in procedure.triage.jump_outs.items():
        offered = f"{name} ({', '.join(out.at) if out.at else 'at every question'})"
        rows += [
            Row(f"{offered} {case_in_words(each.model_dump())}", end=code_in_words(procedure, each.code))
            for each in out.cases
        ]
        rows.append(_answer(procedure, offered, Step(ask=out.ask, code=out.code)))
    return tuple(rows)


def _answer(procedure: Procedure, answer: str, step: Step) -> Row:
    if step.ask is None:
        assert step.code is not None
        return Row(answer, end=code_in_words(procedure, step.code))
    if step.ask not in procedure.triage.questions:
        return Row(answer, end=f"{step.ask}, which there is not")
    return Row(answer, to=step.ask)


def _plans(procedure: Procedure) -> dict[str, Box]:
    """Priorities with their codes, the most urgent first, and the plans that the codes send."""
    boxes = {}
    for name in _by_rank(procedure):
        rows = [
            Row(code, to=_plan_box(each.plan)) if each.plan in procedure.plans else Row(code, end="nothing is sent")
            for code, each in procedure.determinants.items()
            if each.priority == name
        ]
        boxes[f"priority {name}"] = Box(name, (_rank(procedure, name),), tuple(rows))
    for name, plan in procedure.plans.items():
        ways = (f"{'or ' if number else ''}{way_in_words(way)}" for number, way in enumerate(plan.ways))
        notes = (*(["all or nothing"] if plan.whole else []), *(["roles are shared"] if plan.shared else []))
        levels = (f"{each.name}: {level_in_words(each.model_dump(mode='json'))}" for each in plan.levels)
        boxes[_plan_box(name)] = Box(name, (*ways, *notes, *levels))
    return boxes


def _plan_box(name: str | None) -> str:
    return f"plan {name}"


def _escalation(procedure: Procedure) -> dict[str, Box]:
    """Priorities with their rungs in the order in which they act, the least urgent first since raising leads upwards."""
    priorities = procedure.priorities
    by_age = sorted(procedure.escalation.items(), key=lambda each: _age_s(each[1]))
    boxes = {}
    for name in reversed(_by_rank(procedure)):
        rows = tuple(_rung_row(each, rung, priorities) for each, rung in by_age if name in rung.priorities)
        lines = (_rank(procedure, name), *([] if rows else ["no rung"]))
        boxes[name] = Box(name, lines, rows)
    for key, title, trigger in _BESIDE_PRIORITIES:
        rungs = [(each, rung) for each, rung in by_age if not rung.priorities and rung.trigger == trigger]
        if rungs:
            boxes[key] = Box(title, (), tuple(_rung_row(each, rung, priorities) for each, rung in rungs))
    return boxes


_BESIDE_PRIORITIES = (
    ("/unanswered", "a contact nobody answers", "waiting_answer_s"),
    ("/following", "where another rung leads", None),
)
"""(key, title, trigger) of the boxes with the rungs that are for no priority; no name of a document has a slash."""


def _age_s(rung: Rung) -> float:
    return rung.limit_s or rung.waiting_answer_s or 0.0


def _rung_row(name: str, rung: Rung, priorities: Mapping[str, Priority]) -> Row:
    # The box says which priority it is, and the way on says what it is raised to.
    said = {**rung.model_dump(mode="json", by_alias=True), "priorities": None, "raises_to": None}
    label = f"{name}: {rung_in_words(said)}"
    return Row(label, to=rung.raises_to) if rung.raises_to in priorities else Row(label)


def _by_rank(procedure: Procedure) -> list[str]:
    return sorted(procedure.priorities, key=lambda name: procedure.priorities[name].rank)


def _rank(procedure: Procedure, name: str) -> str:
    return f"priority of rank {procedure.priorities[name].rank}"
