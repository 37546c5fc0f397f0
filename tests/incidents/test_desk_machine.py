"""Anything that people, vehicles and time can do to a desk, in any order; after each step the log is counted anew.

The auditor shares no code with the situation: it reads facts and keeps its own books.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from incidents import facts as f
from incidents.decision import facts_of
from incidents.desk import Desk, adoption
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId
from incidents.refusals import FactRefused
from incidents.remembering import after
from incidents.situation import Situation
from tests.builders import START, a_centre, a_procedure, at, spot
from tests.incidents.auditor import Auditor
from tests.incidents.machine_world import CAPACITY, KINDS, PRICES, SHAPED, STORIES, UNITS, with_levels

ANSWERS = [("nature", "fire"), ("nature", "illness"), ("nature", "crash"), ("severe", "yes"), ("severe", "no")]
NUMBERS = st.integers(0, 40)


class DeskMachine(RuleBasedStateMachine):
    """A street under rules that escalate, divert and act by themselves on one priority."""

    @initialize(whole=st.booleans(), automatic=st.booleans(), priced=st.booleans(), shaped=st.booleans())
    def open_the_desk(self, whole: bool, automatic: bool, priced: bool, shaped: bool) -> None:
        """Everybody comes on duty."""
        waiting = {"waits_at_s": 120} if priced else {}
        procedure = a_procedure(
            priorities={
                "red": {"rank": 1, "urgency": {"weight": 4}},
                "green": {"rank": 2, "urgency": {"weight": 1}, **waiting},
            },
            plans=with_levels(SHAPED)
            if shaped
            else with_levels(
                {
                    "fire": {"send": [{"skill": "fire"}]},
                    "medical": {"send": [{"skill": "transport"}]},
                    "rescue": {"send": [{"skill": "fire"}, {"skill": "transport", "quantity": 2}], "whole": whole},
                }
            ),
            dispatch={
                "automatic": ["red"] if automatic else [],
                "diversion": {"to": ["red"], "from": ["green"], "least_gain_s": 10},
                **(PRICES if priced else {}),
            },
            escalation={
                "late": {"unfilled_for_s": 60, "priorities": ["green"], "raises_to": "red"},
                "later": {
                    "unfilled_for_s": 90,
                    "priorities": ["red"],
                    "opens": {"skill": "advanced"},
                    "alarm_up": True,
                },
            },
        )
        self.centre = a_centre(UNITS, kinds=KINDS)
        self.desk = Desk(self.centre, {procedure.fingerprint: procedure})
        self.books = Auditor()
        self.log: list[f.Fact] = []
        self.now, self.count = 0.0, 0
        self.tell(adoption(procedure, START))
        for name in UNITS:
            self.tell(f.ResourceSignedOn(START, ResourceId(name), self.centre.base_of(name)))

    def keep(self, recorded: tuple[f.Fact, ...]) -> None:
        """Enter what the desk recorded into the log and the books."""
        self.log += recorded
        for fact in recorded:
            self.books.read(fact)

    def tell(self, *facts: f.Fact) -> None:
        """Observe facts that must be possible."""
        self.keep(self.desk.observe(*facts))

    def dare(self, *facts: f.Fact) -> bool:
        """Observe facts that may be refused; a refusal changes nothing."""
        before = self.desk.situation
        try:
            recorded = self.desk.observe(*facts)
        except FactRefused:
            assert self.desk.situation is before
            return False
        self.keep(recorded)
        return True

    def pick(self, things: Any, number: int) -> Any:
        """One of some things, by number; ids of things that never were, now and then."""
        found = sorted(things)
        return found[number % len(found)] if found else "nobody"

    @property
    def when(self) -> int:
        """The instant at which things happen now."""
        return at(self.now)

    @rule(seconds=st.sampled_from([1, 7, 30, 61, 200]), is_reviewed=st.booleans())
    def time_passes(self, seconds: float, is_reviewed: bool) -> None:
        """The timer rings, or it does not."""
        self.now += seconds
        if is_reviewed:
            self.keep(self.desk.review(self.when))
            assert self.desk.review(self.when) == ()

    @rule(seconds=st.integers(0, 400), has_caller=st.booleans(), story=st.sampled_from(sorted(STORIES)))
    def something_happens(self, seconds: int, has_caller: bool, story: str) -> None:
        """Somebody rings, or a crew comes across it; answers follow."""
        self.count += 1
        incident, contact = IncidentId(f"i{self.count}"), ContactId(f"c{self.count}")
        if has_caller:
            self.tell(f.ContactReceived(self.when, contact, "emergency"))
        self.tell(f.IncidentOpened(self.when, incident, contact if has_caller else None, spot(seconds)))
        for question, answer in STORIES[story]:
            self.tell(f.AnswerGiven(self.when, incident, question, answer))

    @rule(seconds=st.integers(0, 400))
    def a_crew_sets_off_for_something_mild(self, seconds: int) -> None:
        """What a diversion could take from."""
        self.something_happens(seconds, False, "mild")
        self.all_proposals_are_accepted()
        for resource, need in sorted(self.books.serving):
            self.dare(f.ResourceDeparted(self.when, ResourceId(resource), NeedId(need)))

    @rule(number=NUMBERS, kind=st.sampled_from(["ring", "answer", "give up", "end", "wrap up"]))
    def a_contact_goes_on(self, number: int, kind: str) -> None:
        """Along its table or against it."""
        contact = ContactId(self.pick(self.books.received_at, number))
        match kind:
            case "ring":
                self.count += 1
                self.tell(f.ContactReceived(self.when, ContactId(f"c{self.count}"), "emergency"))
            case "answer":
                self.dare(f.ContactAnswered(self.when, contact, ResourceId("C1") if number % 2 else None))
            case "give up":
                self.dare(f.ContactAbandoned(self.when, contact))
            case "end":
                self.dare(f.ContactEnded(self.when, contact))
            case _:
                self.dare(f.ResourceReleased(self.when, ResourceId("C1"), NeedId(f"{contact}/call"), "wrapped up"))

    @rule(number=NUMBERS, said=st.sampled_from(ANSWERS))
    def somebody_answers_again(self, number: int, said: tuple[str, str]) -> None:
        """A corrected answer; refused only where the incident is closed."""
        incident = IncidentId(self.pick(self.books.reported_at, number))
        assert self.dare(f.AnswerGiven(self.when, incident, *said)) is (incident in self.books.open_incidents)

    @rule(numbers=st.lists(NUMBERS, max_size=3, unique=True))
    def proposals_are_accepted(self, numbers: list[int]) -> None:
        """Some of the proposals, together; none may be refused."""
        proposals = self.desk.decision.proposals
        chosen = [proposals[number] for number in numbers if number < len(proposals)]
        # What falls due by now comes first and may act by itself, and then it is another decision.
        if chosen and (self.desk.review_at is None or self.desk.review_at > self.when):
            self.tell(*(fact for each in chosen for fact in facts_of(each, self.when)))

    @rule()
    def all_proposals_are_accepted(self) -> None:
        """The usual case: the desk's plan is carried out."""
        self.proposals_are_accepted(list(range(10)))

    @precondition(lambda self: self.books.serving)
    @rule(number=NUMBERS)
    def an_assignment_takes_its_next_step(self, number: int) -> None:
        """The usual case: one of the steps that its table allows first."""
        # What falls due by now comes first, and may turn round whoever would have taken the step.
        self.keep(self.desk.review(self.when))
        resource, need = self.pick(self.books.serving, number)
        for fact in (
            f.ResourceDeparted(self.when, resource, need),
            f.ResourceArrived(self.when, resource, need),
            f.ResourceTransporting(self.when, resource, need),
            f.ResourceAtFacility(self.when, resource, need),
            f.ResourceReleased(self.when, resource, need, "clear"),
        ):
            if self.dare(fact):
                return
        raise AssertionError("an assignment can always be ended")

    @rule(
        resource=st.sampled_from(sorted(UNITS)),
        number=NUMBERS,
        row=st.integers(0, 3),
        also=st.sampled_from([(), (), (1,), (3,)]),
        pinned=st.booleans(),
        forced=st.booleans(),
    )
    def somebody_sends_somebody(
        self, resource: str, number: int, row: int, also: tuple[int, ...], pinned: bool, forced: bool
    ) -> None:
        """Whatever the desk proposes, sensible or not."""
        need = NeedId(self.pick(self.books.opened_at, number))
        self.dare(f.ResourceAssigned(self.when, ResourceId(resource), need, row, "override", also, pinned, forced))

    @precondition(lambda self: self.books.serving)
    @rule(number=NUMBERS, step=st.sampled_from(["depart", "arrive", "transport", "at facility", "clear", "break down"]))
    def an_assignment_goes_on(self, number: int, step: str) -> None:
        """Along its table or against it."""
        resource, need = self.pick(self.books.serving, number)
        facts: dict[str, f.Fact] = {
            "depart": f.ResourceDeparted(self.when, resource, need),
            "arrive": f.ResourceArrived(self.when, resource, need),
            "transport": f.ResourceTransporting(self.when, resource, need),
            "at facility": f.ResourceAtFacility(self.when, resource, need, spot(400)),
            "clear": f.ResourceReleased(self.when, resource, need, "clear"),
            "break down": f.ResourceReleased(self.when, resource, need, "broken down", leaves_open=True),
        }
        self.dare(facts[step])

    @rule(
        resource=st.sampled_from(sorted(UNITS)),
        seconds=st.integers(0, 400),
        kind=st.sampled_from(["on", "off", "down", "up", "moved"]),
    )
    def a_resource_reports(self, resource: str, seconds: int, kind: str) -> None:
        """Duty, breaks and positions; a resource that serves anybody neither signs off nor stands down."""
        name = ResourceId(resource)
        match kind:
            case "on":
                place, until = (
                    spot(seconds) if seconds % 5 else None,
                    self.when + seconds * 1000 if seconds % 2 else None,
                )
                is_taken = self.dare(f.ResourceSignedOn(self.when, name, place, until))
            case "off" if seconds % 3 == 0:
                is_taken = self.dare(f.ResourceSignedOff(self.when, name))
                assert not (is_taken and any(held == resource for held, _ in self.books.serving))
            case "down" if seconds % 3:
                # What falls due by now comes first, and may send whoever would have rested.
                self.keep(self.desk.review(self.when))
                is_serving = any(held == resource for held, _ in self.books.serving)
                may_rest = resource in self.books.on_duty - self.books.resting and not is_serving
                assert self.dare(f.ResourceStoodDown(self.when, name, "meal")) is may_rest
            case "up":
                self.keep(self.desk.review(self.when))
                is_resting = resource in self.books.resting
                assert self.dare(f.ResourceStoodUp(self.when, name)) is is_resting
            case _:
                self.dare(f.ResourceMoved(self.when, name, spot(seconds)))

    @rule(number=NUMBERS)
    def an_incident_is_closed(self, number: int) -> None:
        """Refused while somebody serves it, and the second time."""
        if number % 4 == 0:
            self.dare(f.IncidentClosed(self.when, IncidentId(self.pick(self.books.reported_at, number)), "done"))

    @rule(number=NUMBERS, level=st.sampled_from(["second", "third"]), plan=st.sampled_from(["fire", "rescue"]))
    def an_attendance_is_made_up(self, number: int, level: str, plan: str) -> None:
        """To a level that its plan has, or to one that it has not."""
        incident = IncidentId(self.pick(self.books.open_incidents, number))
        self.dare(f.AlarmRaised(self.when, incident, plan, level, "made up", by_person=True))

    @rule(number=NUMBERS, level=st.sampled_from([None, None, "second"]))
    def an_alarm_is_stopped(self, number: int, level: str | None) -> None:
        """Whoever is on the way goes on; nobody else is asked for."""
        self.dare(f.AlarmLowered(self.when, IncidentId(self.pick(self.books.open_incidents, number)), "stop", level))

    @rule(seconds=st.integers(0, 400), most=st.integers(1, 3))
    def reinforcements_are_stopped_on_their_way(self, seconds: int, most: int) -> None:
        """The usual case of a stop: some were sent, and the rest is not wanted any more."""
        self.something_happens(seconds, False, "fire")
        incident = IncidentId(f"i{self.count}")
        self.dare(f.AlarmRaised(self.when, incident, "fire", "second", "made up", by_person=True))
        self.proposals_are_accepted(list(range(most)))
        self.dare(f.AlarmLowered(self.when, incident, "stop"))

    @rule(number=NUMBERS)
    def a_need_is_withdrawn(self, number: int) -> None:
        """Refused while somebody serves it."""
        if number % 4 == 0:
            self.dare(f.NeedWithdrawn(self.when, NeedId(self.pick(self.books.live, number)), "not wanted"))

    @invariant()
    def the_log_is_all_there_is(self) -> None:
        """Sequence, clock, and a situation folded from the log alone."""
        situation = Situation.opening(self.centre)
        for fact in self.log:
            situation = after(situation, fact)
        assert situation == self.desk.situation
        assert (situation.sequence, situation.at) == (self.books.sequence, self.books.at)
        assert situation.sequence == len(self.log)

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        """Assignments within the room there is, by the books and by the situation."""
        resources = self.desk.situation.resources.values()
        assert all(each.room == CAPACITY[each.id] - self.books.room_taken(each.id) >= 0 for each in resources)
        assert {resource for resource, _ in self.books.serving} <= self.books.on_duty
        known = {(resource.id, each.need): each.rows for resource in resources for each in resource.serving}
        assert known == self.books.serving

    @invariant()
    def breaks_shifts_and_tasks_are_kept(self) -> None:
        """Who is on a break, until when each is on duty, and how often each has been sent since it came."""
        known = self.desk.situation.resources
        assert {each.id for each in known.values() if each.is_resting} == self.books.resting
        on_duty = self.books.on_duty
        assert {name: known[ResourceId(name)].until for name in on_duty} == {
            name: self.books.shift_ends[name] for name in on_duty
        }
        assert {name: known[ResourceId(name)].tasks for name in on_duty} == {
            name: self.books.tasks[name] for name in on_duty
        }

    @invariant()
    def no_need_is_lost_and_none_is_kept_too_long(self) -> None:
        """Needs, their open positions, who fills them and how old they are."""
        needs = self.desk.situation.needs
        # A call that somebody outside the centre answers is over for the desk; the books cannot know that from the need.
        missing = self.books.live - set(needs)
        assert all(need.endswith("/call") for need in missing)
        answered = {fact.contact for fact in self.log if isinstance(fact, f.ContactAnswered) and fact.resource is None}
        assert {self.books.owner[need] for need in missing} <= answered
        assert set(needs) <= self.books.live
        for need in needs.values():
            assert need.open == self.books.open_positions(need.id)
            lacking = [sum(need.open[row] for row in way) for way in self.books.ways(need.id)]
            assert (need.unfilled_since is None) == (0 in lacking)
            assert sorted(need.filled_by) == sorted(held for held, served in self.books.serving if served == need.id)
            assert need.opened_at == self.books.opened_at[need.id]

    @invariant()
    def no_clock_is_reset_and_nothing_closed_reopens(self) -> None:
        """Reports keep their instants through diversions and escalations."""
        incidents = self.desk.situation.incidents
        assert set(incidents) == self.books.open_incidents
        assert set(self.desk.situation.closed) == self.books.closed
        assert {each.id: each.reported_at for each in incidents.values()} == {
            name: self.books.reported_at[name] for name in incidents
        }
        assert all(count == 1 for count in self.books.rungs.values())

    @invariant()
    def a_stopped_alarm_asks_for_nobody(self) -> None:
        """And what it asked for before is kept only by those who serve it."""
        for need in self.books.live:
            stopped_at = self.books.stopped.get(self.books.owner[need], "not stopped")
            if self.books.asked_by[need] is not None and stopped_at is None:
                asked = [sum(self.books.open_positions(need)[row] for row in way) for way in self.books.ways(need)]
                assert 0 in asked

    @invariant()
    def every_open_position_is_proposed_for_or_held(self) -> None:
        """And a rung that is due by the last fact has been climbed."""
        proposed: Counter[tuple[str, int]] = Counter()
        for proposal in self.desk.decision.proposals:
            proposed.update((proposal.need, row) for row in (proposal.row, *proposal.also))
        held = {hold.need: hold for hold in self.desk.decision.holds()}
        assert all([each.resource for each in hold.exclusions] == sorted(UNITS) for hold in held.values())
        for need in self.desk.situation.needs.values():
            ways = self.books.ways(need.id)
            counted = [proposed[need.id, row] for row in range(len(need.rows))]
            if len(ways) > 1:
                filled = [counted == [n if row in way else 0 for row, n in enumerate(need.open)] for way in ways]
                assert any(filled) != (need.id in held and not any(counted))
                continue
            answered = Counter(dict(held[need.id].lacking) if need.id in held else {})
            open_now: Counter[str] = Counter()
            for row in ways[0]:
                answered[need.rows[row].skill] += counted[row]
                open_now[need.rows[row].skill] += need.open[row]
            assert +answered == +open_now
        assert self.desk.review_at is None or self.desk.review_at > self.books.at


TestDeskMachine = DeskMachine.TestCase
TestDeskMachine.settings = settings(max_examples=300, stateful_step_count=50)
