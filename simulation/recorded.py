"""A recorded log as a workload: its contacts with the truth as the log shows it, to be met by other rules, or by the same again.

What the log does not show is imputed, and counted: an outcome that nobody lived through is that of another resource of the same
kind, at an incident of the same priority where there is one, drawn for the contact and the place in the order of sending. How
many of the outcomes that a replay used are of that sort is counted after it. Imports `contacts`, `trace` and the desk.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from statistics import median

from incidents import facts as f
from incidents.centre import Centre
from incidents.procedure import Procedure
from incidents.quantities import MS_PER_S, ContactId, IncidentId, Instant, NeedId, Place, ResourceId
from incidents.remembering import after
from incidents.situation import Situation
from incidents.travel import travel_times
from simulation.contacts import Contact, incident_of
from simulation.draws import ORDINALS
from simulation.outcomes import Outcome
from simulation.streams import stream
from simulation.surroundings import Surroundings
from simulation.trace import Trace

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A log as a trace. `names`: what each contact is called in the log; `imputed`: values of contacts that it does not show."""

    trace: Trace
    names: Mapping[ContactId, ContactId]
    lived: Mapping[IncidentId, Mapping[str, int]]
    """By the name of the incident in a replay, how many resources of each kind the log followed to the end."""
    imputed: Mapping[str, int]

    def imputed_outcomes(self, log: Iterable[f.Fact], centre: Centre) -> tuple[int, int]:
        """Return how many outcomes of a replay were imputed, and of how many."""
        incident_of_need: dict[NeedId, IncidentId] = {}
        sent: Counter[tuple[IncidentId, str]] = Counter()
        imputed = 0
        for fact in log:
            if isinstance(fact, f.NeedOpened) and fact.incident is not None:
                incident_of_need[fact.need] = fact.incident
            elif isinstance(fact, f.ResourceAssigned) and fact.need in incident_of_need:
                incident, kind = incident_of_need[fact.need], centre.resources[fact.resource].kind
                ordinal = sent[incident, kind] % ORDINALS
                imputed += ordinal >= self.lived.get(incident, {}).get(kind, 0)
                sent[incident, kind] += 1
        return imputed, sum(sent.values())


@dataclass(slots=True)
class _Ride:
    """One assignment to an incident, as far as the log shows it; seconds."""

    kind: str
    assigned_at: Instant
    departed_at: Instant | None = None
    planned_s: float | None = None
    arrived_at: Instant | None = None
    transporting_at: Instant | None = None
    at_facility_at: Instant | None = None
    released_at: Instant | None = None
    leaves_open: bool = False

    def outcome(self) -> Outcome | None:
        """What became of it; None: the log does not show all of it."""
        if self.released_at is None or self.leaves_open:
            return None
        if self.arrived_at is None:
            off_s = _s(self.assigned_at, self.released_at)
            turnout_s = off_s if self.departed_at is None else _s(self.assigned_at, self.departed_at)
            # It was under way for longer than planned, or it would have arrived: by how much nobody knows, so by just enough.
            drove_s = off_s - turnout_s
            factor = max(1.0, (drove_s + 1) / self.planned_s) if self.planned_s else 1.0
            return Outcome(turnout_s, factor, off_s, None, 0.0, False, 0.0, 0.0)
        departed_at = self.assigned_at if self.departed_at is None else self.departed_at
        factor = _s(departed_at, self.arrived_at) / self.planned_s if self.planned_s else 1.0
        left_at = self.transporting_at or self.released_at
        there_at = self.at_facility_at or left_at
        return Outcome(
            turnout_s=_s(self.assigned_at, departed_at),
            travel_factor=factor,
            stood_down_s=None,
            unneeded_s=None,
            scene_s=_s(self.arrived_at, left_at),
            transports=self.transporting_at is not None,
            to_facility_s=_s(left_at, there_at),
            handover_s=_s(there_at, self.released_at) if self.transporting_at is not None else 0.0,
        )


@dataclass(slots=True)
class _Story:
    """One contact, and the incident it opened."""

    contact: ContactId
    received_at: Instant
    queue: str
    answered_at: Instant | None = None
    abandoned_at: Instant | None = None
    ended_at: Instant | None = None
    wrapped_up_at: Instant | None = None
    incident: IncidentId | None = None
    linked_to: IncidentId | None = None
    place: Place | None = None
    told: dict[str, str] = field(default_factory=dict)
    answers: int = 0
    assessed_at: Instant | None = None
    determinant: str = UNKNOWN
    priority: str | None = None
    asked_at: Instant | None = None
    sent_at: Instant | None = None
    rides: list[_Ride] = field(default_factory=list)


def recorded(facts: Iterable[f.Fact], centre: Centre, procedure: Procedure, *, seed: int = 0) -> Recorded:
    """Read contacts off a log that was kept under `procedure` in `centre`; `seed` is for what has to be imputed.

    Incidents that no contact reported are left out, and counted. Who is on duty is the centre's document, not the log.
    """
    reader = _Reading(centre, procedure)
    for fact in facts:
        reader.read(fact)
    return _trace_of(reader, procedure, seed)


class _Reading:
    """Facts in order, gathered into stories."""

    def __init__(self, centre: Centre, procedure: Procedure) -> None:
        self._centre, self._procedure = centre, procedure
        self._travel = travel_times(centre)
        self._situation = Situation.opening(centre)
        self.stories: dict[ContactId, _Story] = {}
        self.left_out = 0
        self._by_incident: dict[IncidentId, _Story] = {}
        self._by_need: dict[NeedId, _Story] = {}
        self._rides: dict[tuple[ResourceId, NeedId], _Ride] = {}

    def read(self, fact: f.Fact) -> None:
        """Take one fact down."""
        match fact:
            case f.ContactReceived():
                self.stories[fact.contact] = _Story(fact.contact, fact.at, fact.queue, place=fact.place)
            case f.ContactAnswered():
                self.stories[fact.contact].answered_at = fact.at
            case f.ContactAbandoned():
                self.stories[fact.contact].abandoned_at = fact.at
            case f.ContactEnded():
                self.stories[fact.contact].ended_at = fact.at
            case f.ContactLinked():
                self.stories[fact.contact].linked_to = fact.incident
            case f.IncidentOpened() if fact.contact is None:
                self.left_out += 1
            case f.IncidentOpened() if fact.contact is not None:
                story = self._by_incident[fact.incident] = self.stories[fact.contact]
                story.incident, story.place = fact.incident, fact.place or story.place
            case _:
                self._read_of_an_incident(fact)
        self._situation = after(self._situation, fact)

    def _read_of_an_incident(self, fact: f.Fact) -> None:
        story = self._by_incident.get(getattr(fact, "incident", None) or IncidentId(""))
        match fact:
            case f.NeedOpened() if fact.contact is not None:
                self._by_need[fact.need] = self.stories[fact.contact]
            case f.ResourceAssigned() | f.ResourceReleased():
                self._read_of_a_need(fact)
            case f.ResourceDeparted() | f.ResourceArrived() | f.ResourceTransporting() | f.ResourceAtFacility():
                self._read_of_a_ride(fact)
            case _ if story is None:
                pass
            case f.NeedOpened():
                self._by_need[fact.need] = story
                story.asked_at = fact.at if story.asked_at is None else story.asked_at
            case f.IncidentLocated():
                story.place = fact.place
            case f.AnswerGiven():
                story.answers += 1
                question = self._procedure.triage.questions.get(fact.question)
                if question is not None:
                    story.told[question.about] = fact.answer
            case f.IncidentAssessed():
                story.assessed_at = fact.at if story.assessed_at is None else story.assessed_at
                story.determinant, story.priority = fact.determinant, fact.priority
            case _:
                pass

    def _read_of_a_need(self, fact: f.ResourceAssigned | f.ResourceReleased) -> None:
        story = self._by_need.get(fact.need)
        if story is None:
            return
        if self._situation.needs[fact.need].contact is not None:
            if isinstance(fact, f.ResourceReleased):
                story.wrapped_up_at = fact.at
        elif isinstance(fact, f.ResourceAssigned):
            ride = self._rides[fact.resource, fact.need] = _Ride(self._centre.resources[fact.resource].kind, fact.at)
            story.rides.append(ride)
            story.sent_at = fact.at if story.sent_at is None else story.sent_at
        else:
            ride = self._rides[fact.resource, fact.need]
            ride.released_at, ride.leaves_open = fact.at, fact.leaves_open

    def _read_of_a_ride(
        self, fact: f.ResourceDeparted | f.ResourceArrived | f.ResourceTransporting | f.ResourceAtFacility
    ) -> None:
        ride = self._rides.get((fact.resource, fact.need))
        match fact:
            case _ if ride is None:
                pass
            case f.ResourceDeparted():
                ride.departed_at, ride.planned_s = fact.at, self._planned_s(fact)
            case f.ResourceArrived():
                ride.arrived_at = fact.at
            case f.ResourceTransporting():
                ride.transporting_at = fact.at
            case f.ResourceAtFacility():
                ride.at_facility_at = fact.at

    def _planned_s(self, fact: f.ResourceDeparted) -> float | None:
        incident_id = self._situation.needs[fact.need].incident
        origin = self._situation.resources[fact.resource].place
        assert incident_id is not None, "rides go to incidents"
        incident = self._situation.incidents[incident_id]
        if origin is None or incident.place is None:
            return None
        lights = incident.priority is None or self._procedure.priorities[incident.priority].lights
        planned_s = self._travel.travel_s(origin, incident.place, lights=lights)
        return None if isnan(planned_s) else planned_s


def _trace_of(reading: _Reading, procedure: Procedure, seed: int) -> Recorded:
    stories = sorted(reading.stories.values(), key=lambda story: (story.received_at, story.contact))
    names = {ContactId(f"c{number + 1:06d}"): story.contact for number, story in enumerate(stories)}
    imputed: Counter[str] = Counter()
    if reading.left_out:
        imputed["incidents that no contact reported, left out"] = reading.left_out
    paces = [_pace_s(story) for story in stories]
    usual_s = median([each for each in paces if each is not None] or [0.0])
    usual = max(procedure.priorities, key=lambda name: procedure.priorities[name].rank)
    deck = _Deck(stories, seed)
    numbers = {story.incident: number for number, story in enumerate(stories) if story.incident is not None}
    contacts, lived = list[Contact](), dict[IncidentId, Mapping[str, int]]()
    for number, (name, story, pace_s) in enumerate(zip(names, stories, paces, strict=True)):
        imputed["patience of those who were answered, taken as endless"] += story.abandoned_at is None
        imputed["truth of those who were never asked, taken from another of the same queue"] += not story.answers
        imputed["seconds for a question"] += pace_s is None
        known = deck.truth(number, story)
        fates, of_kind = deck.fates(number, story)
        lived[incident_of(name)] = of_kind
        matter = numbers.get(story.linked_to) if story.linked_to is not None else number
        contacts.append(
            Contact(
                name, story.received_at, story.place, story.queue, known.determinant, known.priority or usual,
                known.told, {},
                None if story.abandoned_at is None else _s(story.received_at, story.abandoned_at),
                usual_s if pace_s is None else pace_s,
                0.0 if story.asked_at is None or story.sent_at is None else _s(story.asked_at, story.sent_at),
                0.0 if story.ended_at is None or story.wrapped_up_at is None else _s(story.ended_at, story.wrapped_up_at),
                None, number, fates, {}, matter=matter,
            )
        )  # fmt: skip
    counts = {what: count for what, count in imputed.items() if count}
    return Recorded(Trace(tuple(contacts), Surroundings()), names, lived, counts)


class _Deck:
    """Outcomes that were lived through, to be dealt where one is missing."""

    def __init__(self, stories: Sequence[_Story], seed: int) -> None:
        self._seed = seed
        self._of_kind: dict[str, list[Outcome]] = defaultdict(list)
        self._of_kind_and_priority: dict[tuple[str, str | None], list[Outcome]] = defaultdict(list)
        for story in stories:
            for ride in story.rides:
                outcome = ride.outcome()
                if outcome is not None:
                    self._of_kind[ride.kind].append(outcome)
                    self._of_kind_and_priority[ride.kind, story.priority].append(outcome)
        self._asked: dict[str, list[_Story]] = defaultdict(list)
        for story in stories:
            if story.answers:
                self._asked[story.queue].append(story)
        self._truths = stream(seed, "imputed/truth").random(len(stories)).tolist()
        self._luck = {
            kind: stream(seed, f"imputed/{kind}").random((len(stories), ORDINALS)).tolist()
            for kind in sorted(self._of_kind)
        }

    def truth(self, number: int, story: _Story) -> _Story:
        """The story whose answers are this contact's: its own, or that of somebody in the same queue."""
        pool = self._asked[story.queue]
        return story if story.answers or not pool else pool[int(self._truths[number] * len(pool))]

    def fates(self, number: int, story: _Story) -> tuple[dict[str, tuple[Outcome, ...]], dict[str, int]]:
        """Return the outcomes of each kind in the order of sending, and how many of each the log shows."""
        fates, lived = dict[str, tuple[Outcome, ...]](), dict[str, int]()
        for kind, luck in self._luck.items():
            found = [ride.outcome() for ride in story.rides if ride.kind == kind][:ORDINALS]
            # The log's own come first, in their order; whoever was diverted is replaced by another's course.
            known = [outcome for outcome in found if outcome is not None]
            lived[kind] = len(known)
            pool = self._of_kind_and_priority.get((kind, story.priority)) or self._of_kind[kind]
            dealt = [pool[int(u * len(pool))] for u in luck[number][len(known) :]]
            fates[kind] = (*known, *dealt)
        return fates, lived


def _pace_s(story: _Story) -> float | None:
    if story.answered_at is None or not story.answers:
        return None
    until = story.assessed_at or story.ended_at
    return None if until is None else _s(story.answered_at, until) / story.answers


def _s(begins_at: Instant, ends_at: Instant) -> float:
    return (ends_at - begins_at) / MS_PER_S
