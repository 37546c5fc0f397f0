"""The desk: a situation, the rules in force, and two verbs. The same desk runs live, in simulation and in replay.

`observe(fact)` remembers a fact together with everything it entails: what the procedure itself asks for, the rungs that are due,
and the proposals that a rule switched on lets it act on at once. `review(now)` does the same for the passing of time. Both return
the facts recorded, in order; the shell that called writes them down. Nothing is half done: a refused fact leaves the desk as it
was.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from incidents import facts as f
from incidents import known
from incidents.adoption import obstacles
from incidents.advice import out_of_scope
from incidents.alarms import refuse_against_plan
from incidents.centre import Centre
from incidents.consequences import entailed_by, entailed_by_time, first_due_at
from incidents.correcting import earlier
from incidents.decision import FACTORY_LIMITS, Decision, decide, facts_of, is_automatic
from incidents.formulation import Solver
from incidents.jump_outs import refuse_against_tree, refuse_correction
from incidents.known import refusal
from incidents.permission import refuse_against_ladder
from incidents.procedure import Procedure
from incidents.quantities import Instant
from incidents.refusals import FactRefused
from incidents.remembering import after
from incidents.roster import Roster
from incidents.situation import Situation
from incidents.travel import TravelTimes, travel_times
from optimiser import Limits
from optimiser.meeting import KeptSession

CONSEQUENCE_LIMIT = 10_000
"""The most facts that one observed fact may entail. A sound procedure entails a handful; a breach is a broken promise."""


class Desk:
    """An incident desk under a library of procedures, of which the situation says which one is in force."""

    def __init__(
        self,
        centre: Centre,
        procedures: Mapping[str, Procedure],
        *,
        travel: TravelTimes | None = None,
        limits: Limits = FACTORY_LIMITS,
        solver: Solver | None = None,
        is_exercise: bool = False,
    ) -> None:
        """`solver` None: the optimiser, which remembers the last problem and answers as if it did not.

        `is_exercise`: nothing of it is real, and every message says so.
        """
        self.centre = centre
        self.is_exercise = is_exercise
        self.procedures = dict(procedures)
        self.situation = Situation.opening(centre)
        self._roster = Roster(centre, travel_times(centre) if travel is None else travel)
        self._limits = limits
        self._solver = KeptSession() if solver is None else solver
        self._decided: tuple[Situation, Decision] | None = None

    @classmethod
    def under(cls, centre: Centre, procedure: Procedure, at: Instant, *, limits: Limits = FACTORY_LIMITS) -> Desk:
        """Open a desk at `at` with `procedure` in force."""
        desk = cls(centre, {procedure.fingerprint: procedure}, limits=limits)
        desk.observe(adoption(procedure, at))
        return desk

    @property
    def procedure(self) -> Procedure:
        """The rules in force."""
        assert self.situation.procedure is not None, "a procedure is adopted before anything else happens"
        return self.procedures[self.situation.procedure]

    @property
    def decision(self) -> Decision:
        """What the procedure asks for now. Decided when asked for; nobody can tell, since deciding is pure."""
        return self._decide(self.situation)

    @property
    def review_at(self) -> Instant | None:
        """When time alone would next change the decision; None: never. A shell arms its timer at it."""
        return first_due_at(self.situation, self.procedure)

    def observe(self, *observed: f.Fact) -> tuple[f.Fact, ...]:
        """Remember facts that happened together, and what they entail; return all of them in order. All or nothing.

        Rungs that fell due before the first of them come first, at the instant they were due, whether or not a timer rang.
        """
        recorded: list[f.Fact] = []
        situation = self._pass_time(self.situation, observed[0].at, recorded)
        situation = self._settle(situation, observed, recorded)
        self.situation = self._pass_time(situation, situation.at, recorded)
        return tuple(recorded)

    def review(self, now: Instant) -> tuple[f.Fact, ...]:
        """Let time pass to `now` without a fact; return what became due, recorded at the instants it was due."""
        recorded: list[f.Fact] = []
        self.situation = self._pass_time(self.situation, now, recorded)
        return tuple(recorded)

    def _pass_time(self, situation: Situation, until: Instant, recorded: list[f.Fact]) -> Situation:
        while situation.procedure is not None:
            rules = self._rules(situation)
            due_at = first_due_at(situation, rules)
            if due_at is None or due_at > until:
                break
            at = max(due_at, situation.at)
            entailed = entailed_by_time(situation, rules, at)
            assert entailed, "what is due is entailed, so this ends"
            situation = self._settle(situation, entailed, recorded)
        return situation

    def _settle(self, situation: Situation, facts: Sequence[f.Fact], recorded: list[f.Fact]) -> Situation:
        """Fold facts, all they entail, and what rules that are switched on do about it."""
        pending = deque(facts)
        while pending:
            fact = pending.popleft()
            self._refuse_against_rules(fact, situation)
            situation = after(situation, fact)
            recorded.append(fact)
            assert len(recorded) <= CONSEQUENCE_LIMIT, "one fact entails too many"
            # What a fact entails follows it at once, before the next of the facts that were given together.
            entailed = entailed_by(fact, situation, self._rules(situation), self.centre, exercise=self.is_exercise)
            pending.extendleft(reversed(entailed))
            if not pending:
                pending.extend(self._automatic(situation))
        return situation

    def _automatic(self, situation: Situation) -> tuple[f.Fact, ...]:
        """What rules that are switched on do at once. Deciding is dear, so only where such a need is open."""
        rules = self._rules(situation)
        open_needs = (need for need in situation.needs.values() if not need.is_filled)
        if not any(is_automatic(situation, rules, need) for need in open_needs):
            return ()
        automatic = (proposal for proposal in self._decide(situation).proposals if proposal.automatic)
        return tuple(fact for proposal in automatic for fact in facts_of(proposal, situation.at))

    def _decide(self, situation: Situation) -> Decision:
        # Kept by the situation itself, not by its sequence: an attempt that was refused may have counted as many facts.
        if self._decided is None or self._decided[0] is not situation:
            decision = decide(situation, self._rules(situation), self._roster, limits=self._limits, solver=self._solver)
            self._decided = situation, decision
        return self._decided[1]

    def _rules(self, situation: Situation) -> Procedure:
        assert situation.procedure is not None, "a procedure is adopted before anything else happens"
        return self.procedures[situation.procedure]

    def _refuse_against_rules(self, fact: f.Fact, situation: Situation) -> None:
        """Refuse words that the procedure in force does not know."""
        if isinstance(fact, f.ProcedureAdopted):
            if fact.fingerprint not in self.procedures:
                raise refusal("fingerprint", "no such procedure is loaded", ", ".join(sorted(self.procedures)))
            flaws = obstacles(situation, self.procedures[fact.fingerprint])
            if flaws:
                raise FactRefused(flaws)
            return
        if situation.procedure is None:
            raise refusal("fact", "no procedure is in force yet", "ProcedureAdopted")
        rules = self.procedures[situation.procedure]
        match fact:
            case f.ContactReceived() if fact.queue not in rules.queues:
                raise refusal("queue", f"unknown queue {fact.queue!r}", ", ".join(rules.queues))
            case f.AnswerGiven() | f.InterviewLeft() | f.InterviewResumed():
                refuse_against_tree(fact, situation, rules)
            case f.IncidentAssessed() if fact.determinant not in rules.determinants:
                raise refusal("determinant", f"unknown code {fact.determinant!r}", ", ".join(rules.determinants))
            case f.IncidentAssessed() if fact.priority not in rules.priorities:
                raise refusal("priority", f"unknown priority {fact.priority!r}", ", ".join(rules.priorities))
            case f.Corrected() if fact.answer is not None:
                refuse_correction(earlier(situation, fact), fact.answer, rules.triage)
            case f.HandoverGiven() if fact.handover not in rules.handovers:
                known_ones = ", ".join(rules.handovers) or "the procedure has none"
                raise refusal("handover", f"unknown handover {fact.handover!r}", known_ones)
            case f.AdviceGiven():
                flaws = out_of_scope(fact, known.open_incident(situation, fact.incident), rules)
                if flaws:
                    raise FactRefused(flaws)
            case _:
                refuse_against_ladder(fact, situation, rules)
                refuse_against_plan(fact, situation, rules)


def adoption(procedure: Procedure, at: Instant) -> f.ProcedureAdopted:
    """Return the fact that puts `procedure` in force at `at`."""
    return f.ProcedureAdopted(at, procedure.procedure, procedure.revision, procedure.fingerprint)
