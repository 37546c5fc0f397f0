"""An interview outside an incident, for training and for trying a tree out: question, answer, back, and what it comes to.

It is the desk's own triage (`next_step`) with the order of the answers kept, so that the last one can be taken back. Imports
`triage`, `phrases`, `near_names` and `procedure`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain, count

from pydantic import Field

from incidents.centre import Document, Name
from incidents.near_names import Found, NearNames, listed
from incidents.phrases import plan_in_words, step_in_words
from incidents.procedure import Procedure, Question, Triage
from incidents.refusals import Flaw, Refusal
from incidents.tree_soundness import answer_flaws
from incidents.triage import Ask, Outcome, Standing, Stuck, accepts, next_step
from optimiser.pointers import escaped


class Answers(Document):
    """Answers as a file, in the form of a worked example: question and answer."""

    answers: Mapping[Name, Name] = Field(max_length=10_000)

    def flaws(self, triage: Triage) -> Found:
        """Yield each answer that is none to the tree."""
        return answer_flaws(triage, self.answers, NearNames())


@dataclass(frozen=True, slots=True)
class Interview:
    """How far somebody has come: the (question, answer) pairs in the order given."""

    triage: Triage
    given: tuple[tuple[str, str], ...] = ()

    @property
    def standing(self) -> Standing:
        """What to ask next, or what it came to."""
        return next_step(self.triage, dict(self.given))

    def answered(self, answer: str) -> Interview:
        """Answer the question that is asked; refuses what the question does not take, and an answer to no question."""
        asked = self.standing
        if not isinstance(asked, Ask):
            raise Refusal.of("answer", "no question is asked")
        if not accepts(self.triage.questions[asked.question], answer):
            raise Refusal.of(asked.question, f"does not take '{answer}'", listed(asked.options))
        return replace(self, given=(*self.given, (asked.question, answer)))

    def back(self) -> Interview:
        """Take the last answer back; before the first there is none, and nothing changes."""
        return replace(self, given=self.given[:-1])


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What an interview came to. `sends` None: nothing is sent."""

    code: str
    priority: str
    rank: int
    plan: str | None
    sends: str | None
    path: tuple[tuple[str, str], ...]


def conclusion(procedure: Procedure, outcome: Outcome) -> Conclusion:
    """Say what the code stands for in a sound procedure."""
    determinant = procedure.determinants[outcome.code]
    plan = None if determinant.plan is None else procedure.plans[determinant.plan]
    sends = None if plan is None else plan_in_words(plan.model_dump(mode="json"))
    rank = procedure.priorities[determinant.priority].rank
    return Conclusion(outcome.code, determinant.priority, rank, determinant.plan, sends, outcome.path)


def ways_on(triage: Triage, question: str) -> tuple[tuple[str | None, str], ...]:
    """Return each listed answer with where it leads in words; None: any other answer."""
    asked = triage.questions[question]
    ways: list[tuple[str | None, str]] = [(answer, step_in_words(step)) for answer, step in asked.answers.items()]
    if asked.otherwise is not None:
        ways.append((None, step_in_words(asked.otherwise)))
    return tuple(ways)


def outcome_of(triage: Triage, answers: Mapping[str, str]) -> Outcome:
    """Return the code that `answers` lead to; refuse any that do not, and any that is never asked for."""
    flaws = [
        Flaw(_pointer(name), "there is no such question", listed(triage.questions))
        for name in answers
        if name not in triage.questions
    ]
    step = next_step(triage, answers)
    match step:
        case Ask():
            options = listed((*step.options, "or any other") if step.others else step.options)
            flaws.append(Flaw("/answers", f"the tree goes on to ask {step.question!r}: {step.text}", options))
        case Stuck():
            question = triage.questions.get(step.question)
            options = "" if question is None else listed(question.answers)
            flaws.append(Flaw(_pointer(step.question), f"the tree cannot go on with {step.answer!r}", options))
        case Outcome():
            asked = dict(step.path)
            idle = [name for name in answers if name in triage.questions and name not in asked]
            flaws += [Flaw(_pointer(name), "is never asked for on this path", listed(asked)) for name in idle]
            if not flaws:
                return step
    raise Refusal(flaws)


def interviews(procedure: Procedure) -> Mapping[str, Mapping[str, str]]:
    """Return for each code that the tree reaches the shortest interview that leads to it, as question -> answer.

    Where only `otherwise` leads on, the answer is one that the question does not list.
    """
    found: dict[str, Mapping[str, str]] = {}
    waiting: list[tuple[str, Mapping[str, str]]] = [(procedure.triage.start, {})]
    asked = {procedure.triage.start}
    for name, before in waiting:
        question = procedure.triage.questions[name]
        ways = [*question.answers.items()]
        if question.otherwise is not None:
            ways.append((_unlisted(question), question.otherwise))
        for answer, step in ways:
            said = {**before, name: answer}
            if step.code is not None:
                found.setdefault(step.code, said)
            elif step.ask is not None and step.ask not in asked:
                asked.add(step.ask)
                waiting.append((step.ask, said))
    return found


def _pointer(question: str) -> str:
    return f"/answers/{escaped(question)}"


def _unlisted(question: Question) -> str:
    names = chain(("unknown", "any other"), (f"any other {number}" for number in count(1)))
    return next(name for name in names if name not in question.answers)
