"""What one field of a procedure cannot say alone: that its parts fit together, and fit the centre.

`flaws_of` yields each flaw once, at the most specific place: what merely follows from a flaw already named (the
determinants behind a question that nothing leads to, a reference that is one typing slip from its target) is not
named again. Imports `procedure` and `triage`.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice, takewhile
from typing import TypeAlias

from incidents.centre import Loc
from incidents.procedure import Example, PlanRow, Procedure, Question, Rung, Step
from incidents.triage import Ask, Outcome, accepts, next_step

Found: TypeAlias = Iterator[tuple[Loc, str, str]]
"""(location as keys and indices; a last "[key]" means the key itself, what is wrong, what would be accepted)."""

NEAREST_SOUGHT = 20
"""How many near misses are sought in one document; comparing names costs time, and a document may be hostile."""
NAMES_COMPARED = 1000
"""Near misses are sought only among this many names."""
NAMES_SHOWN = 12


def flaws_of(
    procedure: Procedure, skills: frozenset[str] | None, *, owned: Mapping[str, Sequence[int]] | None = None
) -> Found:
    """Yield every flaw of the procedure, in no particular order.

    `skills`: what somebody at the centre holds; None leaves skills unchecked. `owned`: the capacity of each resource that
    holds a skill, by skill; None leaves quantities and loads unchecked.
    """
    return _Inspection(procedure, skills, owned).flaws()


class _Inspection:
    """One look at one procedure; holds what the rules share."""

    def __init__(
        self, procedure: Procedure, skills: frozenset[str] | None, owned: Mapping[str, Sequence[int]] | None
    ) -> None:
        self.procedure = procedure
        self.skills = None if skills is None else dict.fromkeys(sorted(skills))
        self.owned = owned
        self.by_rank = sorted(procedure.priorities, key=lambda name: procedure.priorities[name].rank)
        self.sought = 0
        self.nearest: dict[tuple[str, str], str | None] = {}

    def flaws(self) -> Found:
        yield from self._queues()
        yield from self._priorities()
        yield from self._references()
        yield from self._reach()
        yield from self._loops()
        yield from self._asked_again()
        yield from self._plans()
        yield from self._dispatch()
        for name, rung in self.procedure.escalation.items():
            yield from self._rung(("escalation", name), rung)
        for number, example in enumerate(self.procedure.examples):
            yield from self._example(("examples", number), example)

    # The parts, in the order of the document.

    def _queues(self) -> Found:
        for name, queue in self.procedure.queues.items():
            yield from self._skill(("queues", name, "skill"), queue.skill)
            yield from self._load(("queues", name, "load"), queue.skill, queue.load)

    def _priorities(self) -> Found:
        """Ranks are an order, so no two are the same; the more urgent may not be allowed to be the later."""
        holders: dict[int, str] = {}
        tightest: tuple[float, str] | None = None
        priorities = self.procedure.priorities
        for name, priority in priorities.items():
            first = holders.setdefault(priority.rank, name)
            if first != name:
                yield (
                    ("priorities", name, "rank"),
                    f"rank {priority.rank} is already that of '{first}'",
                    "a rank of its own",
                )
        for name in sorted(priorities, key=lambda name: -priorities[name].rank):
            target_s = priorities[name].urgency.target_s
            if target_s is None:
                continue
            if tightest is not None and target_s > tightest[0] and priorities[name].rank < priorities[tightest[1]].rank:
                what = f"{target_s:g} s is later than the {tightest[0]:g} s of '{tightest[1]}', which is less urgent"
                yield ("priorities", name, "urgency", "target_s"), what, f"at most {tightest[0]:g}"
            if tightest is None or target_s < tightest[0]:
                tightest = target_s, name

    def _references(self) -> Found:
        """Every name in the tree and its determinants leads somewhere."""
        questions, determinants = self.procedure.triage.questions, self.procedure.determinants
        yield from self._known(("triage", "start"), "question", self.procedure.triage.start, questions)
        for name, question in questions.items():
            for where, step in _steps(question):
                loc = ("triage", "questions", name, *where)
                if step.ask is not None:
                    yield from self._known((*loc, "ask"), "question", step.ask, questions)
                if step.code is not None:
                    yield from self._known((*loc, "code"), "determinant", step.code, determinants)
        for code, determinant in determinants.items():
            yield from self._known(
                ("determinants", code, "priority"),
                "priority",
                determinant.priority,
                self.procedure.priorities,
            )
            if determinant.plan is not None:
                yield from self._known(("determinants", code, "plan"), "plan", determinant.plan, self.procedure.plans)

    def _reach(self) -> Found:
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
        steps = [step for question in questions.values() for _, step in _steps(question)]
        concluded = {
            self._meant("determinant", step.code, self.procedure.determinants)
            for step in steps
            if step.code is not None
        }
        for code in self.procedure.determinants:
            if code not in concluded:
                yield ("determinants", code), f"no answer leads to determinant '{code}'", ""
        plans = self.procedure.plans
        sent = {
            self._meant("plan", each.plan, plans)
            for each in self.procedure.determinants.values()
            if each.plan is not None
        }
        for name in plans:
            if name not in sent:
                yield ("plans", name), f"no determinant sends plan '{name}'", ""

    def _loops(self) -> Found:
        """The tree is one: no answer leads back to a question on the way to it (depth first, without recursion)."""
        questions = self.procedure.triage.questions
        start = self._meant("question", self.procedure.triage.start, questions)
        if start is None:
            return
        way: dict[str, Iterator[tuple[Loc, Step]]] = {start: _steps(questions[start])}
        done: set[str] = set()
        while way:
            name = next(reversed(way))
            for where, step in way[name]:
                following = None if step.ask is None else self._meant("question", step.ask, questions)
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

    def _asked_again(self) -> Found:
        """A question right after another about the same thing takes what was said, or else every answer to it is wrong."""
        questions = self.procedure.triage.questions
        said: dict[str, list[str] | None] = {}
        for question in questions.values():
            for where, step in _steps(question):
                if step.ask is None or step.ask not in questions:
                    continue
                same = questions[step.ask].about == question.about and where[0] == "answers"
                before = said.setdefault(step.ask, [])
                if not same:
                    said[step.ask] = None
                elif before is not None:
                    before.append(str(where[1]))
        for name, before in said.items():
            question = questions[name]
            if (
                before
                and name != self.procedure.triage.start
                and not any(accepts(question, answer) for answer in before)
            ):
                known = _names(dict.fromkeys(before))
                what = f"'{question.about}' is already known to be {known}, which this question does not take"
                yield (
                    ("triage", "questions", name, "answers"),
                    what,
                    "one of those answers, `otherwise`, or another `about`",
                )

    def _plans(self) -> Found:
        for name, plan in self.procedure.plans.items():
            yield from self._way(("plans", name, "send"), plan.send)
            for number, way in enumerate(plan.instead):
                yield from self._way(("plans", name, "instead", number), way)

    def _way(self, way: Loc, rows: tuple[PlanRow, ...]) -> Found:
        seen: set[tuple[str, int]] = set()
        for index, row in enumerate(rows):
            loc = (*way, index)
            if (row.skill, row.level) in seen:
                yield (
                    (*loc, "skill"),
                    f"skill '{row.skill}' has a row already",
                    "one row with the whole quantity",
                )
                continue
            seen.add((row.skill, row.level))
            yield from self._row(loc, row)

    def _dispatch(self) -> Found:
        dispatch, priorities = self.procedure.dispatch, self.procedure.priorities
        for index, name in enumerate(dispatch.automatic):
            yield from self._known(("dispatch", "automatic", index), "priority", name, priorities)
        if dispatch.diversion is None:
            return
        loc = ("dispatch", "diversion")
        least = self._most_urgent(dispatch.diversion.from_)
        for index, name in enumerate(dispatch.diversion.from_):
            yield from self._known((*loc, "from", index), "priority", name, priorities)
        for index, name in enumerate(dispatch.diversion.to):
            yield from self._known((*loc, "to", index), "priority", name, priorities)
            yield from self._more_urgent((*loc, "to", index), name, least, "diversion")

    def _rung(self, loc: Loc, rung: Rung) -> Found:
        priorities = self.procedure.priorities
        for index, name in enumerate(rung.priorities):
            yield from self._known((*loc, "priorities", index), "priority", name, priorities)
        if rung.raises_to is not None:
            yield from self._known((*loc, "raises_to"), "priority", rung.raises_to, priorities)
            yield from self._more_urgent(
                (*loc, "raises_to"), rung.raises_to, self._most_urgent(rung.priorities), "escalation"
            )
        if rung.opens is not None:
            yield from self._row((*loc, "opens"), rung.opens)

    def _example(self, loc: Loc, example: Example) -> Found:
        triage, determinants = self.procedure.triage, self.procedure.determinants
        wrong = False
        for name, answer in example.answers.items():
            if name not in triage.questions:
                wrong = True
                yield from self._known((*loc, "answers", name, "[key]"), "question", name, triage.questions)
            elif not accepts(triage.questions[name], answer):
                wrong = True
                yield (
                    (*loc, "answers", name),
                    f"question '{name}' does not take '{answer}'",
                    _names(triage.questions[name].answers),
                )
        yield from self._known((*loc, "code"), "determinant", example.code, determinants)
        yield from self._known((*loc, "priority"), "priority", example.priority, self.procedure.priorities)
        if wrong or example.code not in determinants or example.priority not in self.procedure.priorities:
            return
        match next_step(triage, example.answers):
            case Ask(question=question, options=options):
                yield loc, f"the example leaves question '{question}' unanswered", _names(options)
            case Outcome(code=code, path=path) if code in determinants:
                way = _names(f"{question} = {answer}" for question, answer in path)
                priority = determinants[code].priority
                if code != example.code:
                    yield (*loc, "code"), f"the example leads to '{code}', not '{example.code}' ({way})", code
                elif priority != example.priority and priority in self.procedure.priorities:
                    yield (
                        (*loc, "priority"),
                        f"'{code}' has priority '{priority}', not '{example.priority}'",
                        priority,
                    )

    # What the rules above have in common.

    def _known(self, loc: Loc, noun: str, name: str, known: Mapping[str, object]) -> Found:
        if name in known:
            return
        near = self._meant(noun, name, known)
        yield loc, f"unknown {noun} '{name}'" + (f", did you mean '{near}'?" if near else ""), _names(known)

    def _skill(self, loc: Loc, skill: str) -> Found:
        if self.skills is None or skill in self.skills:
            return
        near = self._meant("skill", skill, self.skills)
        hint = f", did you mean '{near}'?" if near else ""
        yield loc, f"nobody at the centre holds skill '{skill}'{hint}", _names(self.skills)

    def _row(self, loc: Loc, row: PlanRow) -> Found:
        yield from self._skill((*loc, "skill"), row.skill)
        yield from self._load((*loc, "load"), row.skill, row.load)
        capacities = None if self.owned is None else self.owned.get(row.skill)
        if capacities is None or row.load > max(capacities):
            return
        # One resource fills one position of a row, whatever room it has left.
        most = sum(capacity >= row.load for capacity in capacities)
        if row.quantity > most:
            room = f" and room for {row.load}" if row.load > 1 else ""
            yield (
                (*loc, "quantity"),
                f"asks for {row.quantity} with skill '{row.skill}'{room}, the centre has {most}",
                f"at most {most}",
            )

    def _load(self, loc: Loc, skill: str, load: int) -> Found:
        capacities = None if self.owned is None else self.owned.get(skill)
        if capacities is not None and load > max(capacities):
            most = max(capacities)
            yield loc, f"takes {load}, and nobody with skill '{skill}' has room for more than {most}", f"at most {most}"

    def _more_urgent(self, loc: Loc, name: str, least: str | None, what: str) -> Found:
        """`least`: the most urgent of those that `name` has to be more urgent than."""
        priorities = self.procedure.priorities
        if name not in priorities or least is None or priorities[name].rank < priorities[least].rank:
            return
        # Two of one rank are a flaw of their ranks, named there.
        if name != least and priorities[name].rank == priorities[least].rank:
            return
        above = takewhile(lambda each: priorities[each].rank < priorities[least].rank, self.by_rank)
        yield loc, f"{what} to '{name}', which is not more urgent than '{least}'", _names(above)

    def _most_urgent(self, names: Iterable[str]) -> str | None:
        known = [name for name in names if name in self.procedure.priorities]
        return min(known, key=lambda name: self.procedure.priorities[name].rank, default=None)

    def _reached(self) -> set[str]:
        questions = self.procedure.triage.questions
        start = self._meant("question", self.procedure.triage.start, questions)
        reached: set[str] = set() if start is None else {start}
        waiting = list(reached)
        while waiting:
            for _, step in _steps(questions[waiting.pop()]):
                following = None if step.ask is None else self._meant("question", step.ask, questions)
                if following is not None and following not in reached:
                    reached.add(following)
                    waiting.append(following)
        return reached

    def _meant(self, noun: str, name: str, known: Collection[str]) -> str | None:
        """The name itself if known, else the known name it was probably meant to be, else None."""
        if name in known:
            return name
        if (noun, name) not in self.nearest:
            self.sought += 1
            affordable = self.sought <= NEAREST_SOUGHT and len(known) <= NAMES_COMPARED
            near = difflib.get_close_matches(name, sorted(known), 1) if affordable else []
            self.nearest[noun, name] = near[0] if near else None
        return self.nearest[noun, name]


def _steps(question: Question) -> Iterator[tuple[Loc, Step]]:
    for answer, step in question.answers.items():
        yield ("answers", answer), step
    if question.otherwise is not None:
        yield ("otherwise",), question.otherwise


def _names(names: Iterable[str]) -> str:
    """The names in the order given, cut where a reader stops reading (and where a hostile document would cost time)."""
    shown = list(islice(names, NAMES_SHOWN + 1))
    return ", ".join([*shown[:NAMES_SHOWN], "..."] if len(shown) > NAMES_SHOWN else shown) or "none is declared"
