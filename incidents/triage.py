"""The run of a triage tree: from the answers given so far to the next question, or to the determinant code.

Nothing is remembered between calls: each one starts at the top and walks, so a corrected answer simply leads elsewhere, and live,
simulated and replayed triage cannot drift apart. An interview that was left by a jump-out walks out at the question where it was
left; resumed, it walks on as if it had not been. No jump-out is offered whose branch leads to a question asked on the way, so
every walk ends within as many steps as there are questions. Imports `tree`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from incidents.light import quicken
from incidents.tree import REFUSED, UNKNOWN, Question, Triage

Left: TypeAlias = Mapping[str, str]
"""Question -> the jump-out by which the interview left it, in the order of leaving."""
NEVER_LEFT: Left = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask this next. `options` are the listed answers in the document's order; `others`: any other answer is taken too.

    `besides`: of "unknown" and "refused" those that lead on without being listed. `left`: the questions on the way that were left
    by a jump-out, in order. `jump_outs`: those that apply here.
    """

    question: str
    text: str
    about: str
    options: tuple[str, ...]
    others: bool = False
    besides: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    jump_outs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Triage is over: the determinant code, and the (question, answer) pairs that led to it in the order asked.

    `left`: the questions of the path that were left; beside each of these stands a jump-out in place of an answer. `jump_outs`:
    those that still lead to a branch, from the last question answered.
    """

    code: str
    path: tuple[tuple[str, str], ...]
    left: tuple[str, ...] = ()
    jump_outs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stuck:
    """The tree cannot go on from this question with this answer; `answer` None: the tree has no such question to ask.

    In a sound tree only an answer that the question does not accept leads here. In an unsound one, so does a next
    question that does not exist or was asked before.
    """

    question: str
    answer: str | None
    left: tuple[str, ...] = ()
    jump_outs: tuple[str, ...] = ()


Standing: TypeAlias = Ask | Outcome | Stuck
"""Where a triage stands."""


def next_step(triage: Triage, answers: Mapping[str, str], left: Left = NEVER_LEFT) -> Standing:
    """Walk the tree with `answers` (question -> answer) and return where it ends; O(questions on the path).

    Answers to questions that are not on the path are ignored, and so is leaving one that is not, or by a jump-out that the tree
    does not offer there.
    """
    questions = triage.questions
    if triage.start not in questions:
        return Stuck(triage.start, None)
    name = triage.start
    path: dict[str, str] = {}
    gone: tuple[str, ...] = ()
    while True:
        question = questions[name]
        out = triage.jump_outs.get(left[name]) if name in left and applies(triage, left[name], name, path) else None
        if out is not None:
            known = {asked: said for asked, said in path.items() if asked not in gone}
            path[name] = left[name]
            gone = (*gone, name)
            code = out.concluded(known)
            if code is not None:
                return Outcome(code, tuple(path.items()), gone)
            assert out.ask is not None, "a jump-out leads to a question or to a code"
            name = out.ask
            continue
        answer = answers.get(name)
        if answer is None:
            return _ask(triage, name, path, gone)
        step = question.way(answer)
        if step is None or (
            step.ask is not None and (step.ask in path or step.ask == name or step.ask not in questions)
        ):
            # A question already on the path means a loop; stopping there bounds the walk by the number of questions.
            return Stuck(name, answer, gone, _offered(triage, name, path))
        if step.ask is None:
            assert step.code is not None
            offered = _offered(triage, name, path)
            path[name] = answer
            onward = tuple(each for each in offered if triage.jump_outs[each].ask is not None)
            return Outcome(step.code, tuple(path.items()), gone, onward)
        path[name] = answer
        name = step.ask


def accepts(question: Question, answer: str) -> bool:
    """Whether the tree can go on with this answer, so that any other can be refused before it is recorded."""
    return question.way(answer) is not None


def besides(question: Question) -> tuple[str, ...]:
    """Of "unknown" and "refused" those that lead on without being listed, and not as any other answer does."""
    own = {each: question.way(each) for each in (UNKNOWN, REFUSED) if each not in question.answers}
    return tuple(each for each, step in own.items() if step is not None and step is not question.otherwise)


def applies(triage: Triage, jump_out: str, question: str, before: Collection[str]) -> bool:
    """Whether the tree offers a jump-out at a question, those in `before` having been asked on the way to it."""
    return jump_out in _offered(triage, question, before)


def way_back(triage: Triage, left: Left, standing: Standing) -> str | None:
    """The question at which the interview may be resumed: the one it left last; None: it may not be."""
    question = standing.left[-1] if standing.left else None
    return None if question is None or triage.jump_outs[left[question]].is_for_good else question


def stands_at(standing: Standing) -> str:
    """The question that is asked, or the last one where triage is over."""
    match standing:
        case Ask() | Stuck():
            return standing.question
        case Outcome():
            return standing.path[-1][0]


def _ask(triage: Triage, name: str, path: Collection[str], gone: tuple[str, ...]) -> Ask:
    question = triage.questions[name]
    return Ask(
        name,
        question.text,
        question.about,
        tuple(question.answers),
        question.is_open,
        besides(question),
        gone,
        _offered(triage, name, path),
    )


def _offered(triage: Triage, question: str, before: Collection[str]) -> tuple[str, ...]:
    if not triage.jump_outs:
        return ()
    return tuple(name for name in triage.outs_at(question) if triage.branches[name].isdisjoint(before))


quicken((Ask, Outcome, Stuck))
