"""A second mind beside a log: what was chosen against what was proposed, and what another procedure would have made of the same.

Facts are taken one by one, as they stand in a log or as they come in. Wherever somebody was sent, the procedure in force decides
again, and what it proposes is held against what was done. With a second procedure every decision is made twice, on the same
facts: what each reads from the answers (`readings`), whom each proposes, and which rungs are due. Where the two part is a
disagreement. What follows from the other choice is not played on: the next facts are again those of the log.

Not compared are the wording of messages, handovers, alarm levels, modes of the centre, and rungs that wait for a person's word.
Pure; imports `decision`, `escalation`, `readings` and what stands above them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from incidents import facts as f
from incidents.choices import Choice, Named, choice_of, named, waits
from incidents.decision import Decision, decide
from incidents.escalation import Change, Due, due
from incidents.procedure import Procedure
from incidents.quantities import IncidentId, Instant, NeedId
from incidents.readings import Reader, Reading
from incidents.remembering import after
from incidents.roster import Roster
from incidents.situation import Need, Situation

MOST_RULES = 1_000
"""The most rules under whose names disagreements are added up; those of all others are added up together."""
OTHERS = "others"
DECIDING = (
    f.NeedOpened, f.NeedReduced, f.ResourceSignedOn, f.ResourceSignedOff, f.ResourceStoodDown, f.ResourceStoodUp,
    f.ResourceReleased, f.IncidentAssessed, f.IncidentEscalated, f.IncidentLocated, f.Corrected, f.ProcedureAdopted,
)  # fmt: skip
"""After facts of these kinds a desk's proposals may be others than before."""
ANSWERING = (f.AnswerGiven, f.InterviewLeft, f.InterviewResumed, f.Corrected, f.IncidentAssessed)


class Sort(StrEnum):
    """What two procedures disagree about."""

    ASSESSMENT = "assessment"
    ATTENDANCE = "attendance"
    DISPATCH = "dispatch"
    ESCALATION = "escalation"


@dataclass(frozen=True, slots=True)
class Said:
    """What one side says, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two procedures part: `first` is the one in force. `rule`: whose rule of the first it is about; `subject`: of what.

    `sequence`: how many facts had been taken when they parted.
    """

    at: Instant
    sequence: int
    sort: Sort
    rule: str
    subject: str
    incident: IncidentId | None
    need: NeedId | None
    first: Said
    second: Said


@dataclass(frozen=True, slots=True)
class Tally:
    """What has been counted. `choices`: that somebody was sent, of which so many as the procedure in force proposed.

    `decisions`: of both procedures, a standing one counted once; `parted`: disagreements by what they are about and by rule.
    """

    facts: int
    choices: int
    as_proposed: int
    decisions: int
    agreed: int
    parted: Mapping[tuple[Sort, str], int]

    @property
    def share_as_proposed(self) -> float | None:
        """The share of choices that were proposed; None: nobody was sent."""
        return self.as_proposed / self.choices if self.choices else None

    @property
    def share_agreed(self) -> float | None:
        """The share of decisions on which both procedures agree; None: there was none."""
        return self.agreed / self.decisions if self.decisions else None


Noted = Choice | Disagreement


class SecondMind:
    """Takes facts, and notes every choice and every disagreement. Its memory is the open situation, and no more."""

    def __init__(
        self,
        situation: Situation,
        procedures: Mapping[str, Procedure],
        roster: Roster,
        second: Procedure | None = None,
    ) -> None:
        """Begin from a situation, under procedures by fingerprint; `second` None: only choices are held against proposals."""
        self.situation = situation
        self.second = second
        self._procedures = procedures
        self._roster = roster
        self._reader: Reader | None = None
        self._noted: list[Noted] = []
        self._facts = self._choices = self._as_proposed = self._decisions = self._agreed = 0
        self._parted: Counter[tuple[Sort, str]] = Counter()
        self._is_due = False
        self._answered: dict[IncidentId, None] = {}
        self._compared: dict[NeedId, tuple[object, object]] = {}
        self._read: dict[IncidentId, tuple[Reading, Reading]] = {}
        self._rungs: dict[str, set[str]] = {}
        self._of_instant: list[tuple[Decision, Decision | None]] = []
        self._before_release: tuple[f.ResourceReleased, Situation] | None = None
        self._enforce()

    @property
    def tally(self) -> Tally:
        """What has been counted so far."""
        return Tally(
            self._facts, self._choices, self._as_proposed, self._decisions, self._agreed, dict(self._parted)
        )  # fmt: skip

    def take(self, fact: f.Fact) -> tuple[Noted, ...]:
        """Take the next fact; return what there was to note. Raises `FactRefused` if it cannot follow, and then took nothing."""
        following = after(self.situation, fact)
        if fact.at > self.situation.at:
            self._settle(fact.at)
            self._of_instant = []
        if self._rules is not None:
            self._look(fact)
        self.situation = following
        self._facts += 1
        self._remember(fact)
        noted, self._noted = tuple(self._noted), []
        return noted

    def finish(self) -> tuple[Noted, ...]:
        """Note what the last facts leave to compare; more facts may follow."""
        self._settle(self.situation.at)
        noted, self._noted = tuple(self._noted), []
        return noted

    def _enforce(self) -> None:
        name = self.situation.procedure
        self._rules = None if name is None else self._procedures.get(name)
        rules, second = self._rules, self.second
        self._reader = None if rules is None or second is None else Reader(rules, second)

    def _look(self, fact: f.Fact) -> None:
        """What is compared before a fact has its effect."""
        match fact:
            case f.ResourceReleased() if fact.leaves_open:
                self._before_release = fact, self.situation
            case f.ResourceAssigned():
                self._chosen(fact)
            case f.IncidentEscalated():
                self._reached(fact, fact.incident, fact.rung)
            case f.ContactEscalated():
                self._reached(fact, fact.contact, fact.rung)

    def _remember(self, fact: f.Fact) -> None:
        if not (isinstance(fact, f.ResourceReleased) and fact.leaves_open):
            self._before_release = None
        if isinstance(fact, DECIDING):
            self._is_due = True
        if isinstance(fact, ANSWERING) and fact.incident is not None:
            self._answered[fact.incident] = None
        match fact:
            case f.ProcedureAdopted():
                self._enforce()
            case f.IncidentClosed():
                self._rungs.pop(fact.incident, None)
                self._read.pop(fact.incident, None)
                if self._reader is not None:
                    self._reader.forget(fact.incident)
            case f.ContactEnded() | f.ContactAbandoned():
                self._rungs.pop(fact.contact, None)

    # Who was sent.

    def _chosen(self, fact: f.ResourceAssigned) -> None:
        need = self.situation.needs[fact.need]
        decided = next((each for each in self._of_instant if _proposes(each[0], fact)), None)
        if decided is None:
            decided = self._decided(self._situation_before(fact))
        choice = choice_of(fact, need, self.situation.sequence + 1, decided[0])
        self._choices += 1
        self._as_proposed += choice.is_as_proposed
        self._noted.append(choice)
        if decided[1] is not None:
            self._compare(need, decided[0], decided[1])

    def _situation_before(self, fact: f.ResourceAssigned) -> Situation:
        """Whoever was diverted was released first; the decision was made before that."""
        before = self._before_release
        if before is not None and (before[0].resource, before[0].at) == (fact.resource, fact.at):
            return before[1]
        return self.situation

    def _decided(self, situation: Situation) -> tuple[Decision, Decision | None]:
        assert self._rules is not None, "asked where rules are in force"
        first = decide(situation, self._rules, self._roster)
        second = None
        if self._reader is not None:
            second = decide(self._reader.by_second(situation), self._reader.second, self._roster)
        self._of_instant.append((first, second))
        return first, second

    # What two procedures make of the same facts.

    def _settle(self, until: Instant) -> None:
        """Compare what both make of things as they stand, and of the time that passes up to `until`."""
        if self._reader is None:
            self._is_due, self._answered = False, {}
            return
        for incident in self._answered:
            self._compare_readings(self._reader, incident)
        self._answered = {}
        if self._is_due:
            self._is_due = False
            asking = [need for need in self.situation.needs.values() if not need.is_filled]
            if asking:
                first, second = self._decided(self.situation)
                assert second is not None, "there is a second procedure"
                for need in asking:
                    self._compare(need, first, second)
            self._forget_filled()
        self._compare_rungs(self._reader, until)

    def _forget_filled(self) -> None:
        if len(self._compared) > 2 * len(self.situation.needs) + 100:
            self._compared = {name: each for name, each in self._compared.items() if name in self.situation.needs}

    def _compare(self, need: Need, first: Decision, second: Decision) -> None:
        """Whom each sends to a need; what was compared before and is still so is not counted again."""
        ours, theirs = named(first, need.id), named(second, need.id)
        pair = _names(ours), _names(theirs)
        if self._compared.get(need.id) == pair:
            return
        self._compared[need.id] = pair
        if self._agrees(pair[0] == pair[1]):
            return
        sides = _said(ours, need.id, first), _said(theirs, need.id, second)
        self._part(Sort.DISPATCH, need.because, need.id, *sides, incident=need.incident, need=need.id)

    def _compare_readings(self, reader: Reader, name: IncidentId) -> None:
        incident = self.situation.incidents.get(name)
        if incident is None or incident.assessed_by_person:
            return
        one, two = reader.readings(incident, self.situation)
        known = self._read.get(name)
        # The path is what was said, which both have heard; a conclusion counts.
        if (one.code, two.code) == (None, None) or (known is not None and _same(known, (one, two))):
            return
        self._read[name] = one, two
        if not self._agrees((one.code, one.priority) == (two.code, two.priority)):
            rule = f"code {one.code or 'not reached'}"
            self._part(Sort.ASSESSMENT, rule, name, _concluded(one), _concluded(two), incident=name)
        if one.code is not None and two.code is not None and not self._agrees(one.attendance == two.attendance):
            rule = f"plan {one.plan}" if one.plan is not None else f"code {one.code}"
            sides = (Said(each.attendance_in_words, f"code {each.code}") for each in (one, two))
            self._part(Sort.ATTENDANCE, rule, name, *sides, incident=name)

    def _compare_rungs(self, reader: Reader, until: Instant) -> None:
        if not (reader.first.escalation or reader.second.escalation):
            return
        ours = _acting(due(self.situation, reader.first, until))
        theirs = _acting(due(reader.by_second(self.situation), reader.second, until))
        for (subject, rung), each in theirs.items():
            also = ours.get((subject, rung))
            if (also is None or also.at != each.at) and rung not in self._rungs.setdefault(subject, set()):
                self._rungs[subject].add(rung)
                self._agrees(False)
                said = Said("nothing is due", "") if also is None else Said(f"rung {rung}, later", also.because)
                there = Said(f"rung {rung}", each.because)
                self._part(Sort.ESCALATION, f"rung {rung}", subject, said, there, incident=each.incident, at=each.at)

    def _reached(self, fact: f.IncidentEscalated | f.ContactEscalated, subject: str, rung: str) -> None:
        """A rung has acted under the rules in force: would it have, by now, under the second?"""
        if self._reader is None or rung in self._rungs.get(subject, ()):
            return
        if (subject, rung) not in _acting(due(self.situation, self._reader.first, fact.at)):
            return
        theirs = _acting(due(self._reader.by_second(self.situation), self._reader.second, fact.at))
        if not self._agrees((subject, rung) in theirs):
            incident = fact.incident if isinstance(fact, f.IncidentEscalated) else None
            knows = rung in self._reader.second.escalation
            why = "its time has not come" if knows else "there is no such rung"
            sides = Said(f"rung {rung}", fact.because), Said("nothing is due", why)
            self._part(Sort.ESCALATION, f"rung {rung}", subject, *sides, incident=incident, at=fact.at)

    def _agrees(self, agrees: bool) -> bool:
        self._decisions += 1
        self._agreed += agrees
        return agrees

    def _part(
        self, sort: Sort, rule: str, subject: str, first: Said, second: Said,
        *, incident: IncidentId | None = None, need: NeedId | None = None, at: Instant | None = None,
    ) -> None:  # fmt: skip
        key = (sort, rule) if (sort, rule) in self._parted or len(self._parted) < MOST_RULES else (sort, OTHERS)
        self._parted[key] += 1
        when = self.situation.at if at is None else at
        sequence = self.situation.sequence
        self._noted.append(Disagreement(when, sequence, sort, rule, subject, incident, need, first, second))


def _proposes(decision: Decision, fact: f.ResourceAssigned) -> bool:
    return any((each.need, each.resource) == (fact.need, fact.resource) for each in decision.proposals)


def _names(who: Sequence[Named]) -> tuple[str, ...]:
    return tuple(sorted(each.resource for each in who))


def _said(who: Sequence[Named], need: NeedId, decision: Decision) -> Said:
    if who:
        return Said(f"send {', '.join(each.resource for each in who)}", "; ".join(each.why for each in who))
    return Said("send nobody", waits(decision, need))


def _concluded(read: Reading) -> Said:
    if read.code is None:
        return Said("asks on", "no code is reached by these answers")
    return Said(f"code {read.code}, priority {read.priority}", read.path)


def _same(known: tuple[Reading, Reading], now: tuple[Reading, Reading]) -> bool:
    return all(
        (a.code, a.priority, a.attendance) == (b.code, b.priority, b.attendance)
        for a, b in zip(known, now, strict=True)
    )


def _acting(dues: Iterable[Due]) -> dict[tuple[str, str], Due]:
    """What rungs do about an incident or a contact, by both."""
    return {
        (each.incident or each.contact or "", each.rung): each
        for each in dues
        if each.change is Change.ACTS and (each.incident or each.contact)
    }
