"""The run of a triage tree: from the answers given so far to the next question, or to the determinant code.

Nothing is remembered between calls: each one starts at the top and walks, so a corrected answer simply leads elsewhere, and live,
simulated and replayed triage cannot drift apart. An answer such as "unknown" is an ordinary answer. Imports `procedure`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from incidents.procedure import Question, Triage


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask this next. `options` are the listed answers in the document's order; `others`: any other answer is taken too."""

    question: str
    text: str
    about: str
    options: tuple[str, ...]
    others: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """Triage is over: the determinant code, and the (question, answer) pairs that led to it in the order asked."""

    code: str
    path: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Stuck:
    """The tree cannot go on from this question with this answer; `answer` None: the tree has no such question to ask.

    In a sound tree only an answer that the question does not accept leads here. In an unsound one, so does a next
    question that does not exist or was asked before.
    """

    question: str
    answer: str | None


Standing: TypeAlias = Ask | Outcome | Stuck
"""Where a triage stands."""


def next_step(triage: Triage, answers: Mapping[str, str]) -> Standing:
    """Walk the tree with `answers` (question -> answer) and return where it ends; O(questions on the path).

    Answers to questions that are not on the path are ignored.
    """
    questions = triage.questions
    if triage.start not in questions:
        return Stuck(triage.start, None)
    name = triage.start
    path: dict[str, str] = {}
    while True:
        question = questions[name]
        answer = answers.get(name)
        if answer is None:
            return Ask(name, question.text, question.about, tuple(question.answers), question.otherwise is not None)
        step = question.answers.get(answer) or question.otherwise
        if step is None:
            return Stuck(name, answer)
        path[name] = answer
        if step.ask is None:
            assert step.code is not None
            return Outcome(step.code, tuple(path.items()))
        # A question already on the path means a loop; stopping there bounds the walk by the number of questions.
        if step.ask in path or step.ask not in questions:
            return Stuck(name, answer)
        name = step.ask


def accepts(question: Question, answer: str) -> bool:
    """Whether the tree can go on with this answer, so that any other can be refused before it is recorded."""
    return question.otherwise is not None or answer in question.answers
