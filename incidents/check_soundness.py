"""That a procedure can be held to what it says: its checks, its targets and its goals.

`check_flaws` yields what cannot be; `goal_warnings` what stands in nobody's service, which is lawful and probably an oversight.
Imports `procedure`, `targets`, `measures` and `near_names`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from incidents.centre import Centre, Loc
from incidents.checks import Check
from incidents.goals import Indicator, Objective
from incidents.measures import figure_flaw
from incidents.moments import OF_RESOURCES
from incidents.near_names import Found, NearNames, listed
from incidents.procedure import Dispatch, Procedure
from incidents.targets import Target, TargetPack


def check_flaws(
    procedure: Procedure, names: NearNames, centre: Centre | None, packs: Mapping[str, TargetPack] | None
) -> Found:
    """Yield every flaw of the checks, targets and goals, in no particular order.

    `centre` None leaves kinds of resource in indicators unchecked, `packs` None the packs and grades that the targets name.
    """
    asked = _skills_asked_for(procedure)
    yield from _Checks(procedure, names).flaws(asked)
    yield from _target_flaws(procedure, names, asked, packs)
    yield from _goal_flaws(procedure, names, centre)


def goal_warnings(procedure: Procedure) -> Found:
    """Yield every part that serves no objective and every objective that no part serves; nothing where no goals are given."""
    if not procedure.goals:
        return
    objectives = dict(_objectives(procedure))
    parts = _parts(procedure)
    steered = _places((path for each in objectives.values() for path in _parameters(each)), procedure)
    around = {place[:length] for place in steered.values() for length in (1, 2)}
    for loc, serves in parts:
        if not serves and loc not in around:
            yield loc, f"{_said(loc)} serves no objective", listed(name for _, name in objectives)
    served = {name for _, serves in parts for name in serves} | set(procedure.serves)
    for (aim, name), objective in objectives.items():
        if name not in served and not any(_parameters(objective)):
            yield (
                ("goals", aim, "objectives", name),
                f"nothing serves objective '{name}'",
                "a part with `serves`, or `parameters`",
            )


class _Checks:
    """One look at the checks; what can be asked on the way to what is worked out once a question."""

    def __init__(self, procedure: Procedure, names: NearNames) -> None:
        self.procedure = procedure
        self.names = names
        self.next: Mapping[str, tuple[str, ...]] = {}
        self.codes: Mapping[str, tuple[str, ...]] = {}
        self.outs: Mapping[str, tuple[str, ...]] = {}
        self.reached: dict[str | None, tuple[frozenset[str], frozenset[str]]] = {}

    def flaws(self, asked: Mapping[str, None]) -> Found:
        checks = self.procedure.checks
        if not checks:
            what = "the procedure has no checks: nothing would show whether it is followed"
            yield ("checks",), what, "`checks`, such as {assessed first: {record: assessed, before: assigned}}"
        for name, check in checks.items():
            loc = ("checks", name)
            for index, code in enumerate(check.codes):
                yield from self.names.unknown((*loc, "codes", index), "determinant", code, self.procedure.determinants)
            if check.answer is not None:
                yield from self._answer((*loc, "answer"), check, check.answer)
            if check.handover is not None:
                yield from self.names.unknown((*loc, "handover"), "handover", check.handover, self.procedure.handovers)
            if check.skill is not None:
                yield from _unasked((*loc, "skill"), check.skill, asked)
            yield from self._resources_asked_for(loc, check)

    def _answer(self, loc: Loc, check: Check, question: str) -> Found:
        """An answer is given only where the question is asked, and otherwise the check would be missed every time."""
        questions, determinants = self.procedure.triage.questions, self.procedure.determinants
        if question not in questions:
            yield from self.names.unknown(loc, "question", question, questions)
            return
        _, passed_by = self._reached(avoiding=question)
        # A question that no path leads to is a flaw of the tree, named there.
        if question in self._reached()[0]:
            missed = next((code for code in check.codes or determinants if code in passed_by), None)
            if missed is not None:
                what = f"a caller may come to '{missed}' without being asked '{question}'"
                yield loc, what, "a question on every way to it, or other `codes`"

    def _resources_asked_for(self, loc: Loc, check: Check) -> Found:
        if check.record in OF_RESOURCES and check.codes and not self.procedure.escalation:
            plans = [
                self.procedure.determinants[code].plan for code in check.codes if code in self.procedure.determinants
            ]
            if plans and not any(plans):
                what = f"nothing is sent for {listed(check.codes)}, so nobody can be '{check.record}'"
                yield (*loc, "record"), what, "`codes` with a plan"

    def _reached(self, avoiding: str | None = None) -> tuple[frozenset[str], frozenset[str]]:
        """The questions and codes that can be reached from the start, by ways on which a question is not answered."""
        if avoiding not in self.reached:
            self._lay_out()
            codes: set[str] = set()
            offered: set[tuple[str, ...]] = set()
            taken: set[str] = set()
            start = self.procedure.triage.start
            ahead = [start] if start in self.next else []
            been = set(ahead)
            while ahead:
                name = ahead.pop()
                # An interview that leaves at a question has been asked it and has not answered it.
                answered = name != avoiding
                codes.update(self.codes[name] if answered else ())
                onward = self.next[name] if answered else ()
                # Most questions offer the same jump-outs, and what these lead to need be found only once.
                if self.outs[name] not in offered:
                    offered.add(self.outs[name])
                    fresh = [self.procedure.triage.jump_outs[each] for each in self.outs[name] if each not in taken]
                    taken.update(self.outs[name])
                    codes.update(code for out in fresh for code in out.codes_without(avoiding))
                    onward = (*(out.ask for out in fresh if out.ask is not None), *onward)
                further = [each for each in onward if each not in been]
                been.update(further)
                ahead.extend(further)
            self.reached[avoiding] = frozenset(been), frozenset(codes)
        return self.reached[avoiding]

    def _lay_out(self) -> None:
        if self.next:
            return
        triage = self.procedure.triage
        questions = triage.questions
        steps = {name: tuple(step for _, step in each.ways) for name, each in questions.items()}
        self.outs = {name: triage.outs_at(name) for name in questions}
        self.next = {
            name: tuple(dict.fromkeys(step.ask for step in each if step.ask is not None and step.ask in questions))
            for name, each in steps.items()
        }
        self.codes = {
            name: tuple(dict.fromkeys(step.code for step in each if step.code is not None))
            for name, each in steps.items()
        }


def _target_flaws(
    procedure: Procedure, names: NearNames, asked: Mapping[str, None], packs: Mapping[str, TargetPack] | None
) -> Found:
    targets = procedure.targets
    for name, target in targets.own.items():
        loc = ("targets", "own", name)
        noun, known = _groups(target, procedure)
        for index, each in enumerate(target.for_):
            yield from names.unknown((*loc, "for", index), noun, each, known)
        for side, ticks in (("start", target.start), ("stop", target.stop)):
            for index, tick in enumerate(ticks):
                if tick.skill is not None:
                    yield from _unasked((*loc, side, index, "skill"), tick.skill, asked)
    for name, meanings in targets.packs.items():
        loc = ("targets", "packs", name)
        pack = None
        if packs is not None and name not in targets.held:
            yield from names.unknown((*loc, "[key]"), "target pack", name, packs)
            pack = packs.get(name)
        for grade, meant in meanings.items():
            if pack is not None:
                yield from names.unknown((*loc, grade, "[key]"), "grade", grade, pack.grades)
            noun, known = _meant(procedure, pack, grade)
            for index, each in enumerate(meant):
                yield from names.unknown((*loc, grade, index), noun, each, known)
    for name in targets.held:
        yield from names.unknown(("targets", "held", name, "[key]"), "target pack of `packs`", name, targets.packs)


def _groups(target: Target, procedure: Procedure) -> tuple[str, Mapping[str, object]]:
    return ("queue", procedure.queues) if target.of == "contacts" else ("priority", procedure.priorities)


def _meant(procedure: Procedure, pack: TargetPack | None, grade: str) -> tuple[str, Mapping[str, object]]:
    """What a grade may mean: queues where the pack's targets for it are of contacts, priorities where they are of incidents."""
    sorts = {target.of for target in pack.targets.values() if grade in target.for_} if pack is not None else set()
    if len(sorts) == 1:
        return ("queue", procedure.queues) if "contacts" in sorts else ("priority", procedure.priorities)
    return "priority or queue", {**procedure.priorities, **procedure.queues}


def _skills_asked_for(procedure: Procedure) -> Mapping[str, None]:
    attendances = (each for plan in procedure.plans.values() for each in (plan, *plan.levels))
    rows = [row for each in attendances for way in each.ways for row in way]
    rows += [rung.opens for rung in procedure.escalation.values() if rung.opens is not None]
    return dict.fromkeys(row.skill for row in rows)


def _unasked(loc: Loc, skill: str, asked: Mapping[str, None]) -> Found:
    """A moment of a resource with a skill comes only where some plan or rung asks for that skill."""
    if skill not in asked:
        yield loc, f"no plan asks for skill '{skill}'", listed(asked)


def _goal_flaws(procedure: Procedure, names: NearNames, centre: Centre | None) -> Found:
    if not procedure.goals:
        for loc, serves in _parts(procedure):
            if serves:
                yield (*loc, "serves"), "serves an objective, and no goals are given", "`goals` with that objective"
        return
    known: dict[str, str] = {}
    places = _places((path for _, each in _objectives(procedure) for path in _parameters(each)), procedure)
    for (aim, name), objective in _objectives(procedure):
        loc = ("goals", aim, "objectives", name)
        if name in known:
            yield (*loc, "[key]"), f"objective '{name}' is already one of '{known[name]}'", "a name of its own"
        known.setdefault(name, aim)
        for index, indicator in enumerate(objective.indicators):
            yield from _indicator((*loc, "indicators", index), indicator, procedure, centre, places)
    for index, name in enumerate(procedure.serves):
        yield from names.unknown(("serves", index), "objective", name, known)
    for loc, serves in _parts(procedure):
        for index, name in enumerate(serves):
            yield from names.unknown((*loc, "serves", index), "objective", name, known)


def _indicator(
    loc: Loc, indicator: Indicator, procedure: Procedure, centre: Centre | None, places: Collection[str]
) -> Found:
    kinds = None if centre is None else centre.kinds
    flaw = figure_flaw(indicator.measure, priorities=procedure.priorities, kinds=kinds)
    if flaw is not None:
        yield (*loc, "measure"), flaw.what, flaw.accepted
    for index, path in enumerate(indicator.parameters):
        if path not in places:
            what = f"the procedure has no '{path}'"
            yield (*loc, "parameters", index), what, "a dotted path, such as dispatch.diversion.least_gain_s"


def _objectives(procedure: Procedure) -> Iterator[tuple[tuple[str, str], Objective]]:
    """Each objective by (aim, name)."""
    for title, aim in procedure.goals.items():
        for name, objective in aim.objectives.items():
            yield (title, name), objective


def _parameters(objective: Objective) -> Iterator[str]:
    for indicator in objective.indicators:
        yield from indicator.parameters


def _parts(procedure: Procedure) -> list[tuple[Loc, tuple[str, ...]]]:
    """The parts that may serve an objective, each with those it names; rules of dispatch only where any are given."""
    kinds: Iterable[tuple[str, Mapping[str, Any]]] = (
        ("priorities", procedure.priorities),
        ("plans", procedure.plans),
        ("escalation", procedure.escalation),
    )
    parts: list[tuple[Loc, tuple[str, ...]]] = [
        ((kind, name), part.serves) for kind, named in kinds for name, part in named.items()
    ]
    if procedure.dispatch != Dispatch():
        parts.append((("dispatch",), procedure.dispatch.serves))
    return parts


def _said(loc: Loc) -> str:
    nouns = {"priorities": "priority", "plans": "plan", "escalation": "rung"}
    return f"{nouns[str(loc[0])]} '{loc[1]}'" if len(loc) > 1 else "`dispatch`"


def _places(paths: Iterable[str], procedure: Procedure) -> dict[str, Loc]:
    """The keys of each dotted path that leads somewhere; a name may have dots of its own, so the longest that fits goes first."""
    wanted = dict.fromkeys(paths)
    # Writing the procedure out costs as much as reading it, so it is done once, and only for those who ask.
    plain = procedure.model_dump(mode="json", by_alias=True, exclude={"goals"}) if wanted else {}
    found = {path: _descent(path.split("."), plain) for path in wanted}
    return {path: loc for path, loc in found.items() if loc is not None}


def _descent(parts: Sequence[str], here: Any) -> Loc | None:
    if not isinstance(here, dict):
        return None
    for cut in range(len(parts), 0, -1):
        key = ".".join(parts[:cut])
        if key in here and cut == len(parts):
            return (key,)
        further = _descent(parts[cut:], here[key]) if key in here else None
        if further is not None:
            return (key, *further)
    return None
