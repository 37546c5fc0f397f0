"""The simulated world around a desk: callers, call-takers, a dispatcher and crews, from the phone ringing to the unit clear.

It decides nothing about policy. It plays contacts whose truth was drawn before the start, tells the desk what a control room
would be told, and does what people do with the desk's answers. Here they are put together; each has a module: `callers`,
`call_takers`, `dispatcher`, `crews`, `duties`, `radio`, `facilities`, `confirmations`, `partners`. SimPy keeps the clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from incidents import facts as f
from incidents.desk import Desk
from incidents.quantities import Instant
from simulation.call_takers import CallTakers
from simulation.callers import Callers
from simulation.clock import Clock
from simulation.confirmations import Confirmations
from simulation.contacts import Contact
from simulation.crews import Crews
from simulation.dispatcher import Dispatcher
from simulation.duties import Duties
from simulation.facilities import Facilities
from simulation.partners import Partners
from simulation.radio import Radio
from simulation.scenes import Scenes
from simulation.stage import Stage
from simulation.surroundings import Surroundings
from simulation.trace import Trace


class World:
    """One run of one procedure over one trace, or over bare contacts in a world without surprises."""

    def __init__(self, desk: Desk, contacts: Sequence[Contact] | Trace, *, start: Instant, end: Instant) -> None:
        self.desk = desk
        # Whatever a simulated desk says, nobody may take it for real.
        desk.is_exercise = True
        surroundings = contacts.surroundings if isinstance(contacts, Trace) else Surroundings()
        self._start = start
        self.clock = Clock(start)
        self.stage = Stage(desk, self.clock, end)
        self._scenes = Scenes(self.stage)
        self._duties = Duties(self.stage, surroundings)
        self._radio = Radio(self.stage, self._duties, surroundings)
        self._callers = Callers(self.stage, contacts)
        self._call_takers = CallTakers(self.stage, self._scenes, self._duties)
        facilities = Facilities(self.stage, surroundings.workload)
        self._crews = Crews(self.stage, self._scenes, self._duties, self._radio, facilities, surroundings)
        Dispatcher(self.stage, self._scenes, self._crews, self._radio)
        Confirmations(self.stage, self._scenes, surroundings)
        Partners(self.stage, surroundings)
        self.stage.react(f.ResourceAssigned, self._on_assigned)

    @property
    def log(self) -> list[f.Fact]:
        """Everything recorded so far."""
        return self.stage.log

    @property
    def tally(self) -> Counter[str]:
        """What the desk could not know, counted by what it is."""
        return self.stage.tally

    def run(self) -> list[f.Fact]:
        """Play every contact and return the whole log; work in hand at the end stays as it is then."""
        self._duties.begin(self._start)
        self._callers.begin()
        self.clock.run(self.stage.until)
        return self.log

    def record(self, *facts: f.Fact) -> None:
        """Tell the desk of facts that somebody else brings about, such as a process of whoever extends this world."""
        self.stage.record(*facts)

    def _on_assigned(self, fact: f.ResourceAssigned) -> None:
        """Whoever is sent to a contact answers it, and whoever is sent to an incident goes there."""
        need = self.desk.working.needs.get(fact.need)
        if need is None:
            return
        if need.contact is not None:
            contact = self._callers.by_contact.get(need.contact)
            if contact is not None:
                self._call_takers.take(contact, fact.resource)
            return
        assert need.incident is not None
        scene = self._scenes.of(need.incident)
        if scene is not None:
            self._crews.send(need, fact.resource, scene)
