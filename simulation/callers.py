"""Callers: they ring at their time, give up when their patience is over, and some of them ring again. Imports `stage`."""

from __future__ import annotations

from collections.abc import Sequence

from incidents import facts as f
from incidents.quantities import ContactId
from incidents.situation import ContactStatus
from simulation.contacts import Contact
from simulation.stage import Stage


class Callers:
    """Everybody who gets in touch."""

    def __init__(self, stage: Stage, contacts: Sequence[Contact]) -> None:
        self._stage = stage
        self._contacts = contacts
        self.by_contact: dict[ContactId, Contact] = {contact.id: contact for contact in contacts}

    def begin(self) -> None:
        """Let the first of them ring in their time."""
        self._await(0)

    def _await(self, index: int) -> None:
        if index < len(self._contacts):
            self._stage.clock.at(self._contacts[index].at, self._ring_next, index)

    def _ring_next(self, index: int) -> None:
        self._await(index + 1)
        self._ring(self._contacts[index])

    def _ring(self, contact: Contact) -> None:
        stage = self._stage
        stage.record(f.ContactReceived(stage.clock.now, contact.id, contact.queue))
        if contact.patience_s is not None:
            stage.clock.after(contact.patience_s, self._give_up, contact)

    def _give_up(self, contact: Contact) -> None:
        stage = self._stage
        waiting = stage.desk.situation.contacts.get(contact.id)
        if waiting is None or waiting.status is not ContactStatus.WAITING:
            return
        stage.record(f.ContactAbandoned(stage.clock.now, contact.id))
        if contact.redials:
            stage.clock.after(contact.redials[0][0], self._ring_again, contact)

    def _ring_again(self, contact: Contact) -> None:
        self._stage.tally["redials"] += 1
        again = contact.again(self._stage.clock.now)
        self.by_contact[again.id] = again
        self._ring(again)
