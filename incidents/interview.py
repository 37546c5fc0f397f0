"""An interview outside an incident, for training and for trying a tree out: question, answer, back, and what it comes to.

It is the desk's own triage (`next_step`) with every step kept, so that the last one can be taken back. Imports
`triage`, `phrases`, `near_names` and `procedure`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import Field

from incidents.centre import Document, Name
from incidents.near_names import Found, NearNames, listed
from incidents.phrases import plan_in_words, step_in_words
from incidents.procedure import Procedure, Triage
from incidents.refusals import Refusal
from incidents.tree_soundness import answer_flaws, left_flaws
from incidents.triage import Ask, Outcome, Standing, accepts, next_step, stands_at, way_back


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
