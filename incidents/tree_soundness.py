"""That the triage tree is one: every name leads somewhere, every part is reached, and no way leads back.

What merely follows from a flaw already named (the determinants behind a question that nothing leads to, a reference
that is one typing slip from its target) is not named again. Imports `procedure`, `triage` and `near_names`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from incidents.centre import Loc
from incidents.near_names import Found, NearNames, listed
from incidents.procedure import Procedure, Question, Step, Triage
from incidents.triage import accepts

STEPS_FOLLOWED = 100_000
"""How many steps of the tree are followed to see what is known already; contradictions beyond are not found."""


def tree_flaws(procedure: Procedure, names: NearNames) -> Found:
    """Yield what is wrong with the tree, its determinants and the plans they send, in no particular order."""
    tree = _Tree(procedure, names)
    yield from tree.references()
    yield from tree.reach()
    yield from tree.loops()
    yield from tree.asked_again()


class _Tree:
    def __init__(self, procedure: Procedure, names: NearNames) -> None:
        self.procedure = procedure
        self.names = names
        self._steps_left = 0

    def references(self) -> Found:
        """Every name in the tree and its determinants leads somewhere."""
        questions, determinants = self.procedure.triage.questions, self.procedure.determinants
        yield from self.names.unknown(("triage", "start"), "question", self.procedure.triage.start, questions)
        for name, question in questions.items():
            for where, step in _steps(question):
                loc = ("triage", "questions", name, *where)
                if step.ask is not None:
                    yield from self.names.unknown((*loc, "ask"), "question", step.ask, questions)
                if step.code is not None:
                    yield from self.names.unknown((*loc, "code"), "determinant", step.code, determinants)
        for code, determinant in determinants.items():
            yield from self.names.unknown(
                ("determinants", code, "priority"),
                "priority",
                determinant.priority,
                self.procedure.priorities,
            )
            if determinant.plan is not None:
                yield from self.names.unknown(
                    ("determinants", code, "plan"), "plan", determinant.plan, self.procedure.plans
                )

    def reach(self) -> Found:
        """Every question is asked by some path, every determinant concluded by some step, every plan sent by some determinant."""
        questions = self.procedure.triage.questions
        reached = self._reached()
        if reached:
            for name in questions:
                if name not in reached:
                    yield (
                        ("triage", "questions", name),
                        f"no path from the start leads to question '{name}'",
                        "",
                    )
        codes = [step.code for question in questions.values() for _, step in question.ways if step.code is not None]
        codes += [code for out in self.procedure.triage.jump_outs.values() for code in out.codes]
        concluded = {
            self.names.meant("determinant", code, self.procedure.determinants) for code in dict.fromkeys(codes)
        }
        for code in self.procedure.determinants:
            if code not in concluded:
                yield ("determinants", code), f"no answer leads to determinant '{code}'", ""
        plans = self.procedure.plans
        sent = {
            self.names.meant("plan", each.plan, plans)
            for each in self.procedure.determinants.values()
            if each.plan is not None
        }
        for name in plans:
            if name not in sent:
                yield ("plans", name), f"no determinant sends plan '{name}'", ""

    def loops(self) -> Found:
        """The tree is one: no answer leads back to a question on the way to it (depth first, without recursion)."""
        done: set[str] = set()
        for start in self._starts():
            if start not in done:
                yield from self._loops_from(start, done)

    def _loops_from(self, start: str, done: set[str]) -> Found:
        questions = self.procedure.triage.questions
        way: dict[str, Iterator[tuple[Loc, Step]]] = {start: _steps(questions[start])}
        while way:
            name = next(reversed(way))
            for where, step in way[name]:
                following = None if step.ask is None else self.names.meant("question", step.ask, questions)
                if following in way:
                    what = f"this answer leads back to question '{following}', asked on the way here"
                    yield (
                        ("triage", "questions", name, *where, "ask"),
                        what,
                        "a question not asked before, or a code",
                    )
                elif following is not None and following not in done:
                    way[following] = _steps(questions[following])
                    break
            else:
                done.add(name)
                del way[name]

    def asked_again(self) -> Found:
        """A question about what was said on the way to it takes what was said, or else every answer to it is wrong."""
        questions = self.procedure.triage.questions
        asking: dict[str, list[str]] = {}
        for name, question in questions.items():
            asking.setdefault(question.about, []).append(name)
        self._steps_left = STEPS_FOLLOWED
        # What is said where nobody comes, or on the way back in a loop, follows from a flaw named already.
        reached = self._reached()
        for about, names in asking.items():
            if len(names) == 1:
                continue
            for name, said in self._said_before([name for name in names if name in reached]).items():
                if name == self.procedure.triage.start:
                    continue
                refused = [answer for answer in said if not accepts(questions[name], answer)]
                if refused:
                    what = f"'{about}' is already known to be {listed(refused)}, which this question does not take"
                    accepted = "one of those answers, `otherwise`, or another `about`"
                    yield ("triage", "questions", name, "answers"), what, accepted

    def _said_before(self, asking: Sequence[str]) -> dict[str, dict[str, None]]:
        """For each question of `asking`, all about one thing, the listed answers to others of them that lead to it."""
        questions = self.procedure.triage.questions
        said: dict[str, dict[str, None]] = {name: {} for name in asking}
        for name in asking:
            for answer, step in questions[name].answers.items():
                seen: set[str] = set()
                waiting = [step.ask]
                while waiting and self._steps_left > 0:
                    following = waiting.pop()
                    if following is None or following in seen or following not in questions:
                        continue
                    seen.add(following)
                    if following in said:
                        # It is asked anew there, so what is known behind it is the answer to that question.
                        if following != name:
                            said[following][answer] = None
                        continue
                    steps = [each.ask for _, each in _steps(questions[following])]
                    self._steps_left -= len(steps)
                    waiting.extend(steps)
        return said

    def _reached(self) -> set[str]:
        questions = self.procedure.triage.questions
        waiting = list(self._starts())
        reached = set(waiting)
        while waiting:
            for _, step in _steps(questions[waiting.pop()]):
                following = None if step.ask is None else self.names.meant("question", step.ask, questions)
                if following is not None and following not in reached:
                    reached.add(following)
                    waiting.append(following)
        return reached

    def _starts(self) -> tuple[str, ...]:
        """Where a way begins: at the start of the tree, and after each jump-out; nothing where the tree has no start."""
        questions, triage = self.procedure.triage.questions, self.procedure.triage
        start = self.names.meant("question", triage.start, questions)
        if start is None:
            return ()
        branches = (self.names.meant("question", out.ask, questions) for out in triage.jump_outs.values() if out.ask)
        return tuple(dict.fromkeys((start, *(each for each in branches if each is not None))))


def _steps(question: Question) -> Iterator[tuple[Loc, Step]]:
    for answer, step in question.ways:
        if answer is not None and answer in question.answers:
            yield ("answers", answer), step
        else:
            yield (answer or "otherwise",), step


def answer_flaws(triage: Triage, answers: Mapping[str, str], names: NearNames, loc: Loc = ()) -> Found:
    """Yield each of these answers, which stand at `loc`, that is none to the tree."""
    for name, answer in answers.items():
        if name not in triage.questions:
            yield from names.unknown((*loc, "answers", name, "[key]"), "question", name, triage.questions)
        elif not accepts(triage.questions[name], answer):
            what = f"question '{name}' does not take '{answer}'"
            yield (*loc, "answers", name), what, listed(triage.questions[name].answers)


def left_flaws(triage: Triage, left: Mapping[str, str], names: NearNames, loc: Loc = ()) -> Found:
    """Yield each question and each jump-out in `left` (question -> jump-out), which stands at `loc`, that the tree has not."""
    for name, out in left.items():
        yield from names.unknown((*loc, "left", name, "[key]"), "question", name, triage.questions)
        yield from names.unknown((*loc, "left", name), "jump-out", out, triage.jump_outs)
