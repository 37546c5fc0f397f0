"""Call-takers: they answer whom the desk gives them, ask what the tree asks, and wrap up.

Imports `stage`, `scenes`, `duties` and `callers`.
"""

from __future__ import annotations

from incidents import facts as f
from incidents.consequences import call_need
from incidents.quantities import ContactId, IncidentId, ResourceId, ms
from incidents.tree import UNKNOWN
from simulation.callers import reply
from simulation.contacts import Contact, incident_of
from simulation.duties import Duties
from simulation.scenes import Scenes
from simulation.stage import Stage


class CallTakers:
    """Everybody who speaks with callers."""

    def __init__(self, stage: Stage, scenes: Scenes, duties: Duties) -> None:
        self._stage, self._scenes, self._duties = stage, scenes, duties
        self._speaking: dict[ContactId, ResourceId] = {}

    def take(self, contact: Contact, call_taker: ResourceId) -> None:
        """The desk gave somebody a contact: it is answered at once."""
        self._stage.clock.at(self._stage.clock.now, self._answer, contact, call_taker)

    def _answer(self, contact: Contact, call_taker: ResourceId) -> None:
        stage = self._stage
        if contact.id not in stage.desk.working.contacts:
            return
        self._speaking[contact.id] = call_taker
        stage.record(f.ContactAnswered(stage.clock.now, contact.id, call_taker))
        known = self._scenes.known(contact)
        if known is None:
            self._open(contact)
        elif contact.recognised:
            # It takes one question to notice that this is known already.
            stage.clock.after(contact.pace_s, self._link, contact, known)
        else:
            stage.tally["duplicates not recognised"] += 1
            self._open(contact)

    def _open(self, contact: Contact) -> None:
        incident, stage = incident_of(contact.id), self._stage
        self._scenes.open(incident, contact)
        stage.record(f.IncidentOpened(stage.clock.now, incident, contact.id, contact.place))
        self._ask(contact, incident)

    def _link(self, contact: Contact, known: IncidentId) -> None:
        stage = self._stage
        if known not in stage.desk.working.incidents:
            # It was closed while they spoke: whoever rings now is about something that goes on.
            self._open(contact)
            return
        stage.tally["duplicates linked"] += 1
        stage.record(f.ContactLinked(stage.clock.now, contact.id, known))
        self._end(contact)

    def _ask(self, contact: Contact, incident: IncidentId) -> None:
        stage = self._stage
        known = stage.desk.working.incidents[incident]
        said = reply(contact, known, stage.desk.procedure.triage, stage.clock.now + ms(contact.pace_s))
        stage.clock.after(contact.pace_s, self._hear, contact, incident, said)

    def _hear(self, contact: Contact, incident: IncidentId, said: f.AnswerGiven | f.InterviewLeft | None) -> None:
        stage = self._stage
        if said is not None:
            stage.record(said)
        if isinstance(said, f.AnswerGiven) and said.answer != UNKNOWN:
            about = stage.desk.procedure.triage.questions[said.question].about
            if contact.answer(about) != said.answer:
                stage.tally["answers made up"] += 1
        known = stage.desk.working.incidents.get(incident)
        if said is not None and known is not None and known.assessed_at is None:
            self._ask(contact, incident)
            return
        self._end(contact)
        self._scenes.close_if_done(incident)

    def _end(self, contact: Contact) -> None:
        stage = self._stage
        stage.record(f.ContactEnded(stage.clock.now, contact.id))
        stage.clock.after(contact.wrap_up_s, self._wrap_up, contact)

    def _wrap_up(self, contact: Contact) -> None:
        call_taker = self._speaking.pop(contact.id)
        released = f.ResourceReleased(self._stage.clock.now, call_taker, call_need(contact.id), "wrapped up")
        self._duties.release(released)
        self._duties.when_free(call_taker)
