"""An interview outside an incident, for training and for trying a tree out: question, answer, back, and what it comes to.

It is the desk's own triage (`next_step`) with every step kept, so that the last one can be taken back. Imports
`triage`, `phrases`, `near_names` and `procedure`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, count

from pydantic import Field

from incidents.centre import Document, Name
from incidents.near_names import Found, NearNames, listed
from incidents.phrases import plan_in_words, step_in_words
from incidents.procedure import Procedure, Question, Triage
from incidents.refusals import Flaw, Refusal
from incidents.tree import UNKNOWN
from incidents.tree_soundness import answer_flaws, left_flaws
from incidents.triage import NEVER_LEFT, Ask, Left, Outcome, Standing, Stuck, accepts, next_step, stands_at, way_back
from optimiser.pointers import escaped


class Answers(Document):
    """Answers as a file, in the form of a worked example: question and answer. `left`: questions left, with the jump-out."""

    answers: Mapping[Name, Name] = Field(max_length=10_000)
    left: Mapping[Name, Name] = Field(default_factory=dict, max_length=10_000)

    def flaws(self, triage: Triage) -> Found:
        """Yield each answer that is none to the tree, and each jump-out that it does not offer."""
        yield from answer_flaws(triage, self.answers, NearNames())
        yield from left_flaws(triage, self.left, NearNames())


@dataclass(frozen=True, slots=True)
class Interview:
    """How far somebody has come: the answers given, the questions left by a jump-out, and the interview one step before."""

    triage: Triage
    answers: Mapping[str, str] = field(default_factory=dict)
    left: Mapping[str, str] = field(default_factory=dict)
    before: Interview | None = None

    @property
    def standing(self) -> Standing:
        """What to ask next, or what it came to."""
        return next_step(self.triage, self.answers, self.left)

    def answered(self, answer: str) -> Interview:
        """Answer the question that is asked; refuses what the question does not take, and an answer to no question."""
        asked = self.standing
        if not isinstance(asked, Ask):
            raise Refusal.of("answer", "no question is asked")
        if not accepts(self.triage.questions[asked.question], answer):
            raise Refusal.of(asked.question, f"does not take '{answer}'", listed((*asked.options, *asked.besides)))
        return replace(self, answers={**self.answers, asked.question: answer}, before=self)

    def left_by(self, jump_out: str) -> Interview:
        """Leave the question that is asked, or the last one; refuses a jump-out that is not offered there."""
        here = self.standing
        if jump_out not in here.jump_outs:
            accepted = listed(here.jump_outs) if here.jump_outs else "none is offered here"
            raise Refusal.of(jump_out, "is no jump-out from here", accepted)
        return replace(self, left={**self.left, stands_at(here): jump_out}, before=self)

    def resumed(self) -> Interview:
        """Go on at the question that was left last; refuses where there is none, or it was left for good."""
        question = way_back(self.triage, self.left, self.standing)
        if question is None:
            raise Refusal.of("resume", "no question was left to which a way leads back")
        left = {each: out for each, out in self.left.items() if each != question}
        return replace(self, left=left, before=self)

    def back(self) -> Interview:
        """Take the last step back; before the first there is none, and nothing changes."""
        return self.before or self


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What an interview came to. `sends` None: nothing is sent; `because`: why the code is answered so (empty: not said)."""

    code: str
    priority: str
    rank: int
    plan: str | None
    sends: str | None
    path: tuple[tuple[str, str], ...]
    because: str = ""


def conclusion(procedure: Procedure, outcome: Outcome) -> Conclusion:
    """Say what the code stands for in a sound procedure."""
    determinant = procedure.determinants[outcome.code]
    plan = None if determinant.plan is None else procedure.plans[determinant.plan]
    sends = None if plan is None else plan_in_words(plan.model_dump(mode="json"))
    rank = procedure.priorities[determinant.priority].rank
    return Conclusion(
        outcome.code, determinant.priority, rank, determinant.plan, sends, outcome.path, determinant.because
    )


def ways_on(triage: Triage, question: str) -> tuple[tuple[str | None, str], ...]:
    """Return each answer with a way of its own, and where it leads in words; None: any other answer."""
    return tuple((answer, step_in_words(step)) for answer, step in triage.questions[question].ways)


def outcome_of(triage: Triage, answers: Mapping[str, str], left: Left = NEVER_LEFT) -> Outcome:
    """Return the code that `answers` lead to; refuse what does not, what is never asked for, and jump-outs not offered."""
    flaws = [
        Flaw(_pointer(name), "there is no such question", listed(triage.questions))
        for name in answers
        if name not in triage.questions
    ]
    step = next_step(triage, answers, left)
    flaws += [
        Flaw(f"/left/{escaped(name)}", f"the interview cannot leave it by {out!r}", listed(triage.jump_outs))
        for name, out in left.items()
        if name not in step.left
    ]
    flaws += [Flaw(_pointer(name), "is left, and so not answered", "") for name in step.left if name in answers]
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
    """Return for each code that answers alone reach the shortest interview that leads to it, as question -> answer.

    Where only `otherwise` leads on, the answer is one that the question does not list.
    """
    found: dict[str, Mapping[str, str]] = {}
    waiting: list[tuple[str, Mapping[str, str]]] = [(procedure.triage.start, {})]
    asked = {procedure.triage.start}
    for name, before in waiting:
        question = procedure.triage.questions[name]
        for answer, step in question.ways:
            said = {**before, name: _unlisted(question) if answer is None else answer}
            if step.code is not None:
                found.setdefault(step.code, said)
            elif step.ask is not None and step.ask not in asked:
                asked.add(step.ask)
                waiting.append((step.ask, said))
    return found


def _pointer(question: str) -> str:
    return f"/answers/{escaped(question)}"


def _unlisted(question: Question) -> str:
    names = chain((UNKNOWN, "any other"), (f"any other {number}" for number in count(1)))
    return next(name for name in names if question.way(name) is question.otherwise)
