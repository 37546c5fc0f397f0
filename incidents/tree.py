"""The triage tree as a document: questions with the ways on from each, and the jump-outs by which an interview is left.

A question is *closed* where only the answers it lists lead on, and *open* where `otherwise` takes any text. What nobody knows and
what nobody says are answers of their own, `unknown` and `refused`. `triage` walks the tree. Imports `centre`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from incidents.centre import Document, Name

UNKNOWN, REFUSED = "unknown", "refused"
"""The answers of their own: the caller does not know, and the caller will not say."""
MOST_JUMP_OUTS = 50
"""The most jump-outs of one tree; a call-taker who has to search for one has lost the caller meanwhile."""


class Step(Document):
    """Where an answer leads: to another question, or to a determinant code."""

    ask: Name | None = None
    code: Name | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Step:
        if (self.ask is None) == (self.code is None):
            raise ValueError("give either `ask` (the next question) or `code` (the determinant)")
        return self


class Question(Document):
    """One question of the tree. `about` names the attribute of the incident it asks for; `otherwise` takes every other answer.

    `form` None: open if it has `otherwise`, else closed. `refused` None: a refusal goes where `unknown` goes. `because`: why it
    is asked.
    """

    text: str = Field(min_length=1, max_length=500)
    about: Name
    form: Literal["closed", "open"] | None = None
    answers: Mapping[Name, Step] = Field(default_factory=dict, min_length=1)
    unknown: Step | None = None
    refused: Step | None = None
    otherwise: Step | None = None
    advice: tuple[Name, ...] = Field(default=(), max_length=50)
    because: str = Field(default="", max_length=500)

    @model_validator(mode="after")
    def _form_is_true(self) -> Question:
        if self.form == "closed" and self.otherwise is not None:
            raise ValueError("a closed question takes only the answers it lists, so it has no `otherwise`")
        if self.form == "open" and self.otherwise is None:
            raise ValueError("an open question takes any text, so it needs `otherwise`")
        if not self.answers and self.form != "open":
            raise ValueError("a question lists its `answers`, unless its form is `open`")
        for name in (UNKNOWN, REFUSED):
            if name in self.answers and getattr(self, name) is not None:
                raise ValueError(f"`{name}` stands beside `answers` or among them, not both")
        return self

    @property
    def is_open(self) -> bool:
        """Whether it takes any text."""
        return self.otherwise is not None

    @property
    def ways(self) -> tuple[tuple[str | None, Step], ...]:
        """Each answer with a way of its own, and where it leads, in the order of the document; None: any other answer."""
        own = ((UNKNOWN, self.unknown), (REFUSED, self.refused), (None, self.otherwise))
        return (*self.answers.items(), *((name, step) for name, step in own if step is not None))

    def way(self, answer: str) -> Step | None:
        """Where `answer` leads; None: nowhere, the question does not take it."""
        listed = self.answers.get(answer)
        if listed is not None:
            return listed
        unknown = self.unknown or self.answers.get(UNKNOWN)
        if answer == REFUSED:
            return self.refused or unknown or self.otherwise
        return (unknown or self.otherwise) if answer == UNKNOWN else self.otherwise


class Known(Document):
    """A code for an interview that ends early: it is the one if these answers were given on the way."""

    answers: Mapping[Name, Name] = Field(min_length=1, max_length=100)
    code: Name


class JumpOut(Document):
    """A way out of the interview that no answer is: the caller is lost, or what they ring about has changed.

    `ask`: the first question of a branch; `code`: the interview ends at once, with the code of the first of `cases` that fits or
    else this one. `at`: the questions at which it is offered; none named: all. `roles`: to whom; none named: everybody.
    `resumes`: of a branch, one may go back to the question that was left; `rings_back`: of an end, the interview goes on there
    when a caller is back.
    """

    text: str = Field(min_length=1, max_length=500)
    because: str = Field(default="", max_length=500)
    ask: Name | None = None
    code: Name | None = None
    cases: tuple[Known, ...] = Field(default=(), max_length=100)
    at: tuple[Name, ...] = Field(default=(), max_length=1000)
    roles: tuple[Name, ...] = Field(default=(), max_length=50)
    resumes: bool = False
    rings_back: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> JumpOut:
        if (self.ask is None) == (self.code is None):
            raise ValueError("give either `ask` (the first question of a branch) or `code` (the end of the interview)")
        if self.cases and self.code is None:
            raise ValueError("`cases` say which code ends the interview, so they need `code` for every other case")
        return self

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code that it may end with."""
        return self.codes_without(None)

    def codes_without(self, question: str | None) -> tuple[str, ...]:
        """Every code that it may end with where `question` has no answer; None: whatever is answered."""
        cases = (each.code for each in self.cases if question not in each.answers)
        return tuple(dict.fromkeys((*cases, *((self.code,) if self.code is not None else ()))))

    @property
    def is_for_good(self) -> bool:
        """Whether nothing leads back to the question that was left."""
        return not (self.resumes or self.rings_back)

    def concluded(self, known: Mapping[str, str]) -> str | None:
        """The code it ends with where these answers are `known`; None: it leads to a branch."""
        fitting = (each.code for each in self.cases if each.answers.items() <= known.items())
        return next(fitting, self.code)


class Triage(Document):
    """The tree of questions, from `start` to determinant codes, and the ways out of it by name."""

    start: Name
    questions: Mapping[Name, Question] = Field(min_length=1, max_length=10_000)
    jump_outs: Mapping[Name, JumpOut] = Field(default_factory=dict, max_length=MOST_JUMP_OUTS)

    @cached_property
    def branches(self) -> Mapping[str, frozenset[str]]:
        """The questions that the answers of each jump-out's branch lead to, its first one among them; none where it ends."""
        return {name: self.reached_from(each.ask) for name, each in self.jump_outs.items()}

    def reached_from(self, question: str | None) -> frozenset[str]:
        """The questions that answers lead to from one of them, itself among them; none where there is no such question."""
        reached: set[str] = set()
        ahead = [question]
        while ahead:
            name = ahead.pop()
            if name is not None and name in self.questions and name not in reached:
                reached.add(name)
                ahead.extend(self._asked_next[name])
        return frozenset(reached)

    @cached_property
    def _asked_next(self) -> Mapping[str, tuple[str, ...]]:
        """The questions that the answers to each question lead to: many branches go over the same ones."""
        return {
            name: tuple(dict.fromkeys(step.ask for _, step in each.ways if step.ask is not None))
            for name, each in self.questions.items()
        }

    def names_known(self, jump_out: str) -> bool:
        """Whether every question that a jump-out names is there."""
        out = self.jump_outs[jump_out]
        return all(each in self.questions for each in out.at) and (out.ask is None or out.ask in self.questions)

    def outs_at(self, question: str) -> tuple[str, ...]:
        """The jump-outs that may be offered at a question, on some way to it."""
        return tuple(
            name
            for name, out in self.jump_outs.items()
            if (not out.at or question in self._at[name])
            and (out.ask is None or (out.ask in self.questions and question not in self.branches[name]))
        )

    @cached_property
    def _at(self) -> Mapping[str, frozenset[str]]:
        """Where each jump-out is offered, to be looked up: thousands of questions are asked after a list of a thousand."""
        return {name: frozenset(each.at) for name, each in self.jump_outs.items()}
