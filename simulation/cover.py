"""What a log exercised of a procedure, and what a wrong answer does to its triage.

Counts by name for every part of the document, those never used among them; the seconds from opening an incident to its code, by
the path that its answers took; and, where the truth is known because the world is simulated, the true priority beside the one
that triage gave. Imports `replications`, `contacts`, `streams` and the desk's words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np

from incidents import facts as f
from incidents.measures import FloatArray
from incidents.procedure import Procedure, Triage
from incidents.quantities import MS_PER_S, IncidentId, Instant
from incidents.tree import UNKNOWN
from incidents.triage import Ask, Outcome, accepts, next_step
from simulation.contacts import Contact
from simulation.replications import DAY_S, Span, contacts_of, play
from simulation.scenario import Scenario
from simulation.streams import stream

Turn: TypeAlias = tuple[str, str | None]
"""A question, and the listed answer that was given to it; None: any other answer."""
Path: TypeAlias = tuple[Turn, ...]
"""The turns from the start of the tree to a code."""
MOST_PATHS = 10_000
"""A tree with more paths than this has those listed that were taken, and the others only counted."""
ANY_OTHER = "any other"


@dataclass(frozen=True)
class Coverage:
    """How often each part of a procedure was used. Every name that the document declares has a count, if only 0.

    `uses`: part (queues, questions, jump-outs, determinants, plans, alarm levels, rungs) -> name -> count. A question counts once
    for each answer, a plan once for each first attendance that it asked for, a level (as PLAN: LEVEL) once for each raise.
    `paths` has every path of the tree, or those taken where there are more than `MOST_PATHS`; `path_count` is how many there are.
    `to_code_s` ascends. `by_person`: assessments over the tree's head, which take no path; `cut_short`: those of interviews that
    were left by a jump-out, which take none to its end. `left_out`: facts that speak of another procedure, and assessments whose
    answers the log does not have. `coded` counts assessments, of which an incident may have several; its seconds run to
    the first.
    """

    incidents: int
    coded: int
    by_person: int
    cut_short: int
    left_out: int
    uses: Mapping[str, Mapping[str, int]]
    answers: Mapping[Turn, int]
    paths: Mapping[Path, int]
    path_count: int
    to_code_s: Mapping[Path, FloatArray]

    @cached_property
    def unused(self) -> Mapping[str, tuple[str, ...]]:
        """What was never used: part -> names; of paths only if all of them are listed."""
        found = {part: tuple(name for name, count in counts.items() if not count) for part, counts in self.uses.items()}
        found["answers"] = tuple(in_words((turn,)) for turn, count in self.answers.items() if not count)
        found["paths"] = tuple(in_words(path) for path, count in self.paths.items() if not count)
        return found

    @property
    def paths_taken(self) -> int:
        """How many different paths led to a code."""
        return sum(count > 0 for count in self.paths.values())


@dataclass(frozen=True)
class Judged:
    """True priority beside given priority, of everything that triage coded. `priorities` are in order of rank.

    Over-triage: given a more urgent rank than the true one; under-triage: a less urgent rank. `given` counts (true, given).
    """

    priorities: tuple[str, ...]
    ranks: Mapping[str, int]
    given: Mapping[tuple[str, str], int]

    @property
    def coded(self) -> int:
        """Incidents with both priorities."""
        return sum(self.given.values())

    @property
    def over(self) -> int:
        """Incidents given a more urgent rank than they had."""
        return sum(n for (true, given), n in self.given.items() if self.ranks[given] < self.ranks[true])

    @property
    def under(self) -> int:
        """Incidents given a less urgent rank than they had."""
        return sum(n for (true, given), n in self.given.items() if self.ranks[given] > self.ranks[true])


@dataclass(frozen=True)
class Rehearsal:
    """A simulated span under one procedure; `wrong` is the chance that an answer is written down wrongly."""

    scenario: str
    procedure: str
    revision: int
    fingerprint: str
    days: float
    seed: int
    wrong: float
    contacts: int
    coverage: Coverage
    judged: Judged


def rehearse(
    scenario: Scenario, procedure: Procedure, *, start: Instant, days: float, seed: int, wrong: float = 0.0
) -> Rehearsal:
    """Play `days` from `start` and say what they exercised. The same seed has the same callers whatever `wrong` (0..1) is."""
    span = Span(start, 0.0, days * DAY_S)
    drawn = contacts_of(scenario, span, seed)
    contacts = drawn.with_contacts(misheard(drawn, procedure.triage, wrong, seed))
    log = play(scenario, procedure, contacts, span)
    truth = contacts.priorities
    return Rehearsal(
        scenario.centre.centre, procedure.procedure, procedure.revision, procedure.fingerprint, days, seed, wrong,
        len(contacts), coverage(log, procedure), judged(log, procedure, truth),
    )  # fmt: skip


def coverage(facts: Iterable[f.Fact], procedure: Procedure) -> Coverage:
    """Count what a log used of `procedure`. Facts recorded while another one was in force are left out."""
    tally = _Tally(procedure)
    for fact in facts:
        tally.count(fact)
    return tally.coverage()


def judged(facts: Iterable[f.Fact], procedure: Procedure, truth: Mapping[IncidentId, str]) -> Judged:
    """Hold the first priority of each incident against the true one; incidents without a truth are passed over."""
    first: dict[IncidentId, str] = {}
    for fact in facts:
        if isinstance(fact, f.IncidentAssessed) and fact.incident in truth:
            first.setdefault(fact.incident, fact.priority)
    given = Counter((truth[incident], priority) for incident, priority in first.items())
    ranks = {name: priority.rank for name, priority in procedure.priorities.items()}
    ordered = tuple(sorted(ranks, key=lambda name: (ranks[name], name)))
    return Judged(ordered, ranks, {(true, each): given[true, each] for true in ordered for each in ordered})


def misheard(contacts: Sequence[Contact], triage: Triage, wrong: float, seed: int) -> tuple[Contact, ...]:
    """Return the contacts as they would be written down if each answer were wrong with probability `wrong` (0..1).

    A wrong answer is any other that the question takes, each as likely. Its chance hangs on the contact and on what is asked
    about, in streams of their own, so that a higher `wrong` adds mistakes to those of a lower one while the path is the same.
    """
    assert 0 <= wrong <= 1, "a probability"
    if wrong == 0:
        return tuple(contacts)
    abouts = sorted({question.about for question in triage.questions.values()})
    luck = {about: stream(seed, f"wrong/{about}").random((len(contacts), 2)).tolist() for about in abouts}
    return tuple(
        _misheard(contact, triage, wrong, {about: luck[about][index] for about in abouts})
        for index, contact in enumerate(contacts)
    )


def paths_of(triage: Triage) -> Iterator[Path]:
    """Yield every path from the start to a code, in the order of the document; a loop is cut where it closes."""
    waiting: list[tuple[str, Path]] = [(triage.start, ())]
    while waiting:
        name, path = waiting.pop()
        question = triage.questions[name]
        for answer, step in question.ways:
            if step.code is not None:
                yield (*path, (name, answer))
        onward = [(step.ask, (*path, (name, answer))) for answer, step in question.ways if step.ask is not None]
        asked = {each for each, _ in path}
        waiting += [each for each in reversed(onward) if each[0] not in asked and each[0] != name]


def path_count(triage: Triage) -> int:
    """Return how many paths a tree without loops has, however many there are."""
    counts: dict[str, int] = {}
    waiting = [triage.start]
    while waiting:
        question = triage.questions[waiting[-1]]
        steps = [step for _, step in question.ways]
        unknown = [step.ask for step in steps if step.ask is not None and step.ask not in counts]
        if unknown:
            assert unknown[0] not in waiting, "a sound tree has no loop"
            waiting.append(unknown[0])
            continue
        counts[waiting.pop()] = sum(1 if step.ask is None else counts[step.ask] for step in steps)
    return counts[triage.start]


def in_words(path: Path) -> str:
    """A path as people write it."""
    return ", ".join(f"{question}={ANY_OTHER if answer is None else answer}" for question, answer in path)


def _levels(procedure: Procedure) -> Mapping[str, None]:
    """Every alarm level as PLAN: LEVEL."""
    return {f"{name}: {level.name}": None for name, plan in procedure.plans.items() for level in plan.levels}


def _misheard(contact: Contact, triage: Triage, wrong: float, luck: Mapping[str, Sequence[float]]) -> Contact:
    heard: dict[str, str] = {}
    mistaken: dict[str, str] = {}
    answers: dict[str, str] = {}
    while isinstance(step := next_step(triage, answers), Ask):
        question = triage.questions[step.question]
        known = heard.get(step.about, contact.answer(step.about))
        answer = known if known is not None and accepts(question, known) else UNKNOWN
        chance, choice = luck[step.about]
        if step.about not in heard and chance < wrong:
            written = answer if answer in question.answers else UNKNOWN
            taken = dict.fromkeys(UNKNOWN if each is None else each for each, _ in question.ways)
            others = [each for each in taken if each != written]
            if others:
                answer = mistaken[step.about] = others[int(choice * len(others))]
        heard.setdefault(step.about, answer)
        answers[step.question] = answer
    return replace(contact, told={**contact.told, **mistaken}) if mistaken else contact


@dataclass
class _Tally:
    """The counts while a log is read."""

    procedure: Procedure
    is_ours: bool = True
    incidents: int = 0
    coded: int = 0
    by_person: int = 0
    cut_short: int = 0
    left_out: int = 0
    used: Counter[tuple[str, str]] = field(default_factory=Counter)
    turns: Counter[Turn] = field(default_factory=Counter)
    taken: Counter[Path] = field(default_factory=Counter)
    opened_at: dict[IncidentId, Instant] = field(default_factory=dict)
    said: dict[IncidentId, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    left: dict[IncidentId, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    seconds: dict[Path, list[float]] = field(default_factory=lambda: defaultdict(list))

    def count(self, fact: f.Fact) -> None:
        """Count one fact."""
        match fact:
            case f.ProcedureAdopted():
                self.is_ours = fact.fingerprint == self.procedure.fingerprint
            case f.ContactReceived():
                self._use("queues", fact.queue, self.procedure.queues)
            case f.IncidentOpened():
                self.incidents += 1
                self.opened_at[fact.incident] = fact.at
            case f.AnswerGiven():
                self._answer(fact)
            case f.InterviewLeft():
                if self._use("jump-outs", fact.jump_out, self.procedure.triage.jump_outs):
                    self.left[fact.incident][fact.question] = fact.jump_out
            case f.InterviewResumed():
                self.left[fact.incident].pop(fact.question, None)
            case f.IncidentAssessed():
                self._assessment(fact)
            case f.NeedOpened() if (
                fact.incident is not None and fact.alarm is None and fact.because.startswith("plan ")
            ):
                self._use("plans", fact.because.removeprefix("plan "), self.procedure.plans)
            case f.AlarmRaised():
                self._use("alarm levels", f"{fact.plan}: {fact.level}", _levels(self.procedure))
            case f.IncidentEscalated():
                self._use("rungs", fact.rung, self.procedure.escalation)
            case _:
                pass

    def coverage(self) -> Coverage:
        """What was counted, beside all that there is."""
        rules = self.procedure
        parts: Mapping[str, Iterable[str]] = {
            "queues": rules.queues,
            "questions": rules.triage.questions,
            "jump-outs": rules.triage.jump_outs,
            "determinants": rules.determinants,
            "plans": rules.plans,
            "alarm levels": _levels(rules),
            "rungs": rules.escalation,
        }
        there_are = path_count(rules.triage)
        paths = tuple(self.taken) if there_are > MOST_PATHS else tuple(paths_of(rules.triage))
        turns = [(name, answer) for name, question in rules.triage.questions.items() for answer, _ in question.ways]
        return Coverage(
            self.incidents,
            self.coded,
            self.by_person,
            self.cut_short,
            self.left_out,
            {part: {name: self.used[part, name] for name in names} for part, names in parts.items()},
            {turn: self.turns[turn] for turn in turns},
            {path: self.taken[path] for path in paths},
            there_are,
            {path: np.sort(np.array(self.seconds[path])) for path in paths if self.seconds.get(path)},
        )

    def _answer(self, fact: f.AnswerGiven) -> None:
        if self._use("questions", fact.question, self.procedure.triage.questions):
            self.said[fact.incident][fact.question] = fact.answer
            self.left[fact.incident].pop(fact.question, None)
            self.turns[self._turn(fact.question, fact.answer)] += 1

    def _assessment(self, fact: f.IncidentAssessed) -> None:
        if not self._use("determinants", fact.determinant, self.procedure.determinants):
            return
        self.coded += 1
        opened_at = self.opened_at.pop(fact.incident, None)
        if fact.by_person:
            self.by_person += 1
            return
        step = next_step(self.procedure.triage, self.said[fact.incident], self.left[fact.incident])
        if not isinstance(step, Outcome) or step.code != fact.determinant:
            # The log begins in the middle of the interview, or its answers were to other rules.
            self.left_out += 1
            return
        if step.left:
            self.cut_short += 1
            return
        path = tuple(self._turn(*turn) for turn in step.path)
        self.taken[path] += 1
        if opened_at is not None:
            self.seconds[path].append((fact.at - opened_at) / MS_PER_S)

    def _turn(self, question: str, answer: str) -> Turn:
        own = (each for each, _ in self.procedure.triage.questions[question].ways)
        return question, answer if answer in own else None

    def _use(self, part: str, name: str, known: Mapping[str, object]) -> bool:
        if not self.is_ours or name not in known:
            self.left_out += 1
            return False
        self.used[part, name] += 1
        return True
