"""The desk: a situation, the rules in force, and two verbs. The same desk runs live, in simulation and in replay.

`observe(fact)` remembers a fact together with everything it entails: what the procedure itself asks for, the rungs that are due,
and the proposals that a rule switched on lets it act on at once. `review(now)` does the same for the passing of time. Both return
the facts recorded, in order; the shell that called writes them down. Nothing is half done: a refused fact leaves the desk as it
was.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from incidents import facts as f
from incidents.adoption import obstacles
from incidents.centre import Centre
from incidents.consequences import ENTAILING, entailed_by, entailed_by_time, first_due_at
from incidents.decision import FACTORY_LIMITS, Decision, Proposal, decide, facts_of, is_automatic, may_propose
from incidents.formulation import Solver
from incidents.glance import Glance, assigned
from incidents.known import refusal
from incidents.procedure import Procedure
from incidents.quantities import Instant, NeedId
from incidents.refusals import FactRefused
from incidents.roster import Roster
from incidents.rulings import RULINGS
from incidents.situation import Situation
from incidents.travel import TravelTimes, travel_times
from incidents.working import Working
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
        self._roster = Roster(centre, travel_times(centre) if travel is None else travel)
        self._limits = limits
        self._solver = KeptSession() if solver is None else solver
        self.situation = Situation.opening(centre)

    @classmethod
    def under(cls, centre: Centre, procedure: Procedure, at: Instant, *, limits: Limits = FACTORY_LIMITS) -> Desk:
        """Open a desk at `at` with `procedure` in force."""
        desk = cls(centre, {procedure.fingerprint: procedure}, limits=limits)
        desk.observe(adoption(procedure, at))
        return desk

    @property
    def situation(self) -> Situation:
        """What is known now, as a value that stays as it is. `working` is the same for whoever looks and lets go."""
        return self.working.kept()

    @situation.setter
    def situation(self, situation: Situation) -> None:
        self.working = Working(situation)
        self._decided: tuple[int, Decision] | None = None
        self._due_as_of = -1
        self._next_due_at: Instant | None = None
        self._enforce()

    def _enforce(self) -> None:
        """Work under the procedure that the situation says is in force, if any is."""
        name = self.working.procedure
        self._rules = None if name is None else self.procedures[name]
        self._glance = None if self._rules is None else Glance(self.working, self._rules, self._roster)
        # Without rungs and messages time alone entails nothing, unless another procedure left something behind.
        rules, left = self._rules, self.working
        self._may_wait = rules is not None and bool(
            rules.escalation
            or rules.is_staged
            or rules.wording
            or rules.handovers
            or left.messages
            or left.notices
            or left.modes
        )

    @property
    def procedure(self) -> Procedure:
        """The rules in force."""
        assert self._rules is not None, "a procedure is adopted before anything else happens"
        return self._rules

    @property
    def decision(self) -> Decision:
        """What the procedure asks for now. Decided when asked for; nobody can tell, since deciding is pure."""
        return self._decide()

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        """Those of `decision`, without its reasons: what can be told at a glance is not weighed."""
        if self._is_decided and self._decided is not None:
            return self._decided[1].proposals
        assert self._glance is not None, "a procedure is adopted before anything else happens"
        seen = self._glance.proposals()
        if seen is not None:
            return seen
        return self._decide().proposals if may_propose(self.working, self.procedure, self._roster) else ()

    def proposals_for(self, needs: Collection[NeedId]) -> tuple[Proposal, ...]:
        """Those of `proposals` that are for `needs`; nothing is weighed where nobody may go to any of them."""
        if not self._is_decided:
            assert self._glance is not None, "a procedure is adopted before anything else happens"
            seen = self._glance.proposals()
            if seen is not None:
                return tuple([each for each in seen if each.need in needs])
            if not may_propose(self.working, self.procedure, self._roster, needs):
                return ()
        return tuple([each for each in self._decide().proposals if each.need in needs])

    @property
    def review_at(self) -> Instant | None:
        """When time alone would next change the decision; None: never. A shell arms its timer at it."""
        return self._due_at() if self._may_wait else None

    def observe(self, *observed: f.Fact) -> tuple[f.Fact, ...]:
        """Remember facts that happened together, and what they entail; return all of them in order. All or nothing.

        Rungs that fell due before the first of them come first, at the instant they were due, whether or not a timer rang.
        """
        return self._attempt(observed, observed[0].at)

    def review(self, now: Instant) -> tuple[f.Fact, ...]:
        """Let time pass to `now` without a fact; return what became due, recorded at the instants it was due."""
        return self._attempt((), now)

    def _attempt(self, observed: Sequence[f.Fact], now: Instant) -> tuple[f.Fact, ...]:
        working = self.working
        recorded: list[f.Fact] = []
        version, value = working.version, working.handed_out
        try:
            if self._may_wait:
                self._pass_time(now, recorded)
            if observed:
                self._settle(observed, recorded)
                if self._may_wait:
                    self._pass_time(working.at, recorded)
        except BaseException:
            working.undo(version, value)
            self._enforce()
            raise
        if working.is_far_gone:
            working.keep()
        return tuple(recorded)

    def _pass_time(self, until: Instant, recorded: list[f.Fact]) -> None:
        working = self.working
        while (due_at := self._due_at()) is not None and due_at <= until:
            entailed = entailed_by_time(working, self.procedure, max(due_at, working.at))
            assert entailed, "what is due is entailed, so this ends"
            self._settle(entailed, recorded)

    def _due_at(self) -> Instant | None:
        """When time alone entails something next. Most desks wait for nothing, and are not to be asked at length."""
        working = self.working
        if self._due_as_of != working.version:
            self._due_as_of, self._next_due_at = working.version, first_due_at(working, self.procedure)
        return self._next_due_at

    def _settle(self, facts: Sequence[f.Fact], recorded: list[f.Fact]) -> None:
        """Fold facts, all they entail, and what rules that are switched on do about it."""
        working, rules = self.working, self._rules
        # The next one stands last, where it is taken from.
        pending = list(facts)
        pending.reverse()
        while pending:
            fact = pending.pop()
            kind = type(fact)
            if isinstance(fact, f.ProcedureAdopted):
                self._refuse_adoption(fact)
                working.fold(fact)
                self._enforce()
                rules = self.procedure
            elif rules is None:
                raise refusal("fact", "no procedure is in force yet", "ProcedureAdopted")
            else:
                if kind in RULINGS:
                    RULINGS[kind](fact, working, rules)
                working.fold(fact)
            recorded.append(fact)
            assert len(recorded) <= CONSEQUENCE_LIMIT, "one fact entails too many"
            # What a fact entails follows it at once, before the next of the facts that were given together.
            if kind in ENTAILING or rules.wording is not None or rules.handovers:
                pending += entailed_by(fact, working, rules, self.centre, exercise=self.is_exercise)[::-1]
            # Deciding is dear, so only where a rule that is switched on might have somebody sent.
            if not pending and self._glance is not None and self._glance.may_act():
                pending += self._automatic(self._glance)[::-1]

    def _automatic(self, glance: Glance) -> list[f.Fact]:
        """What rules that are switched on do at once."""
        at, picks = self.working.at, glance.acting()
        if picks is not None:
            return [assigned(pick, at) for pick in picks]
        working, rules = self.working, self.procedure
        needs = [
            need.id for need in working.needs.values() if not need.is_filled and is_automatic(working, rules, need)
        ]
        if not self._is_decided and not may_propose(working, rules, self._roster, needs):
            return []
        automatic = [proposal for proposal in self._decide().proposals if proposal.automatic]
        return [fact for proposal in automatic for fact in facts_of(proposal, at)]

    def _decide(self) -> Decision:
        # Kept by the version, not by the sequence: an attempt that was refused may have counted as many facts.
        version = self.working.version
        if self._decided is None or self._decided[0] != version:
            decision = decide(self.working, self.procedure, self._roster, limits=self._limits, solver=self._solver)
            self._decided = version, decision
        return self._decided[1]

    @property
    def _is_decided(self) -> bool:
        return self._decided is not None and self._decided[0] == self.working.version

    def _refuse_adoption(self, fact: f.ProcedureAdopted) -> None:
        """Refuse to put a procedure in force that nobody has loaded, or under which what stands open could not go on."""
        if fact.fingerprint not in self.procedures:
            raise refusal("fingerprint", "no such procedure is loaded", ", ".join(sorted(self.procedures)))
        flaws = obstacles(self.working, self.procedures[fact.fingerprint])
        if flaws:
            raise FactRefused(flaws)


def adoption(procedure: Procedure, at: Instant) -> f.ProcedureAdopted:
    """Return the fact that puts `procedure` in force at `at`."""
    return f.ProcedureAdopted(at, procedure.procedure, procedure.revision, procedure.fingerprint)
