"""Events in a live room: facts in, the exact plan restored, the need concerned explained. Columns price, a session decides."""

from __future__ import annotations

from math import inf

from optimiser.columns import Columns, NeedFacts, Reach, ResourceFacts
from optimiser.objective import Loss
from optimiser.session import Session
from optimiser.session_reasons import Reasons, reasons


class LiveDesk:
    """A session whose prices come from columns of facts; every event answers with reasons for the need it concerns.

    The need concerned is the one that arrived or changed, or else the one that the resource now serves or has left; None
    where nobody is concerned.
    """

    def __init__(
        self,
        reach: Reach,
        *,
        needs: int = 64,
        resources: int = 64,
        loss: Loss | None = None,
        reach_limit_s: float = inf,
    ) -> None:
        """Make room for so many needs and resources; more room is made when it is needed."""
        self.session = Session(needs=needs, resources=resources)
        self.columns = Columns(reach, needs=needs, resources=resources, loss=loss, reach_limit_s=reach_limit_s)

    def need_arrives(self, need_id: str, facts: NeedFacts) -> Reasons:
        """A need opens."""
        self.session.add_need(need_id, facts.rank, self.columns.need_prices(facts))
        self._make_room()
        self.columns.put_need(self.session.need_at[need_id], facts)
        return reasons(self.session, need_id)

    def need_closes(self, need_id: str) -> Reasons | None:
        """A need is over; who had it is free for another."""
        resource_id, slot = self.session.resource_of(need_id), self.session.need_slot(need_id)
        self.session.remove_need(need_id)
        self.columns.drop_need(slot)
        return None if resource_id is None else self._of_the_need_served_by(resource_id)

    def need_changes(self, need_id: str, facts: NeedFacts) -> Reasons:
        """A need has another rank, place or weight."""
        self.session.reprice_need(need_id, facts.rank, self.columns.need_prices(facts))
        self.columns.put_need(self.session.need_slot(need_id), facts)
        return reasons(self.session, need_id)

    def resource_is_free(self, resource_id: str, facts: ResourceFacts) -> Reasons | None:
        """A resource comes on duty, or back."""
        self.session.add_resource(resource_id, self.columns.resource_prices(facts))
        self._make_room()
        self.columns.put_resource(self.session.resource_at[resource_id], facts)
        return self._of_the_need_served_by(resource_id)

    def resource_is_lost(self, resource_id: str) -> Reasons | None:
        """A resource goes off duty or breaks down."""
        need_id, slot = self.session.need_of(resource_id), self.session.resource_slot(resource_id)
        self.session.remove_resource(resource_id)
        self.columns.drop_resource(slot)
        return None if need_id is None else reasons(self.session, need_id)

    def resource_moves(self, resource_id: str, facts: ResourceFacts) -> Reasons | None:
        """A resource is elsewhere than it was, or can do other things."""
        self.session.reprice_resource(resource_id, self.columns.resource_prices(facts))
        self.columns.put_resource(self.session.resource_slot(resource_id), facts)
        return self._of_the_need_served_by(resource_id)

    def _of_the_need_served_by(self, resource_id: str) -> Reasons | None:
        need_id = self.session.need_of(resource_id)
        return None if need_id is None else reasons(self.session, need_id)

    def _make_room(self) -> None:
        if self.columns.shape != self.session.shape:
            self.columns.grow(*self.session.shape)
