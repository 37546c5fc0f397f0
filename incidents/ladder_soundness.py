"""What the rungs of escalation cannot say one by one: that each can be reached and is staffed, and that none leads in a circle.

Imports `ladder`, `handovers`, `permission`, `procedure` and `near_names`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from incidents.centre import Centre, Loc, Shift
from incidents.handovers import HANDOVER
from incidents.ladder import AidAsked, Recipient, Rung, Unacknowledged
from incidents.near_names import Found, NearNames, listed
from incidents.permission import AID, who_may
from incidents.procedure import Procedure

ESCALATION = "escalation"
"""What a rung that notifies an organisation is about, in the words of the authority matrix."""
_DAY_MINUTES = 24 * 60
_WEEK_MINUTES = 7 * _DAY_MINUTES
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIMED = ("unfilled_for_s", "unarrived_for_s")
"""What the more urgent may not reach later; an acknowledgement is owed by whoever was told, whatever the priority."""


def ladder_flaws(procedure: Procedure, centre: Centre | None, names: NearNames) -> Found:
    """Yield the flaws of rungs and of the authority matrix; `centre` None leaves unchecked who staffs what."""
    inspection = _LadderInspection(procedure, centre, names)
    for name, rung in procedure.escalation.items():
        yield from inspection.rung(("escalation", name), name, rung)
    yield from inspection.circles()
    yield from inspection.inversions()
    yield from inspection.authority()


class _LadderInspection:
    """One look at the rungs of one procedure."""

    def __init__(self, procedure: Procedure, centre: Centre | None, names: NearNames) -> None:
        self.procedure = procedure
        self.centre = centre
        self.names = names
        self.rungs = procedure.escalation
        self.modes = {name: rung for name, rung in self.rungs.items() if rung.mode is not None}
        self.led_to = {rung.then for rung in self.rungs.values() if rung.then is not None}

    def rung(self, loc: Loc, name: str, rung: Rung) -> Found:
        """Whether a rung can be reached, and whom it concerns exists."""
        if rung.trigger is None and name not in self.led_to:
            yield loc, "nothing sets this rung off, and no other rung leads to it", "a trigger, or its name as a `then`"
        for index, queue in enumerate(rung.queues):
            yield from self.names.unknown((*loc, "queues", index), "queue", queue, self.procedure.queues)
        for index, mode in enumerate(rung.during):
            yield from self.names.unknown((*loc, "during", index), "mode", mode, self.modes)
        yield from self._then(loc, rung)
        yield from _hour_flaws((*loc, "hours"), rung.hours)
        for index, recipient in enumerate(rung.notifies):
            yield from self._recipient((*loc, "notifies", index), rung, recipient)
        if rung.unacknowledged is not None:
            yield from self._unacknowledged((*loc, "unacknowledged"), rung.unacknowledged)
        if rung.requests is not None:
            yield from self._aid((*loc, "requests"), rung.requests)

    def circles(self) -> Found:
        """Each circle of `then` once, at the first of its rungs."""
        done: set[str] = set()
        for start in self.rungs:
            way: list[str] = []
            name: str | None = start
            while name is not None and name in self.rungs and name not in done and name not in way:
                way.append(name)
                name = self.rungs[name].then
            if name is not None and name in way:
                circle = [each for each in self.rungs if each in way[way.index(name) :]]
                what = f"`then` leads in a circle: {', '.join(way[way.index(name) :])}"
                yield ("escalation", circle[0], "then"), what, "a rung that does not lead back"
            done.update(way)

    def inversions(self) -> Found:
        """The more urgent may not be the later to reach whom both reach, for the same reason and at any hour."""
        soonest: dict[tuple[str, str], dict[str, tuple[float, str]]] = {}
        for name, rung in self.rungs.items():
            limit_s = rung.unfilled_for_s or rung.unarrived_for_s
            if rung.trigger not in _TIMED or limit_s is None or rung.hours or rung.during:
                continue
            for recipient in rung.notifies:
                reached = soonest.setdefault((rung.trigger, recipient.name), {})
                for priority in rung.priorities:
                    if priority in self.procedure.priorities:
                        reached[priority] = min(reached.get(priority, (limit_s, name)), (limit_s, name))
        for (trigger, recipient_name), reached in soonest.items():
            for priority, (limit_s, name) in sorted(reached.items()):
                rank = self.procedure.priorities[priority].rank
                sooner = [
                    (other_s, other)
                    for other, (other_s, _) in reached.items()
                    if self.procedure.priorities[other].rank > rank and other_s < limit_s
                ]
                if sooner:
                    other_s, other = min(sooner)
                    what = f"'{priority}' reaches '{recipient_name}' after {limit_s:g} s, "
                    what += f"the less urgent '{other}' after {other_s:g} s"
                    yield ("escalation", name, trigger), what, f"at most {other_s:g}"

    def authority(self) -> Found:
        """A role that nobody has can contact nobody."""
        for index, each in enumerate(self.procedure.authority):
            if self.centre is not None:
                yield from self._role(("authority", index, "role"), each.role)

    def _then(self, loc: Loc, rung: Rung) -> Found:
        if rung.then is None:
            return
        yield from self.names.unknown((*loc, "then"), "rung", rung.then, self.rungs)
        following = self.rungs.get(rung.then)
        if following is None:
            return
        if following.proposes:
            yield (*loc, "then"), f"rung '{rung.then}' only proposes, so it cannot be led to", "a rung that acts"
        is_on_incident = (
            rung.trigger is None or rung.changes_its_incident or bool(rung.priorities and rung.mode is None)
        )
        if following.changes_its_incident and not is_on_incident:
            what = f"rung '{rung.then}' changes an incident, and '{loc[-1]}' is about none"
            yield (*loc, "then"), what, "a rung that only notifies"

    def _unacknowledged(self, loc: Loc, rule: Unacknowledged) -> Found:
        """What a rung waits for has to exist, to be owed an acknowledgement, and not to need one sooner than it says."""
        wording = self.procedure.wording
        messages = {} if wording is None else wording.messages
        owed = {name: each.ack_s for name, each in messages.items()}
        owed |= {name: each.accept_s for name, each in self.procedure.handovers.items()}
        for index, name in enumerate(rule.messages):
            yield from self.names.unknown((*loc, "messages", index), "message or handover", name, owed)
        media = {**({} if wording is None else wording.media), **({HANDOVER: None} if self.procedure.handovers else {})}
        for index, name in enumerate(rule.media):
            yield from self.names.unknown((*loc, "media", index), "medium", name, media)
        meant = {name: owed[name] for name in rule.messages or owed if name in owed}
        for index, to in enumerate(rule.to):
            told = _told(self.procedure, meant)
            yield from self.names.unknown((*loc, "to", index), "recipient of these messages", to, told)
        if rule.messages and meant and None in meant.values():
            name = next(each for each, ack_s in meant.items() if ack_s is None)
            where = (*loc, "messages", rule.messages.index(name))
            yield where, f"nobody has to acknowledge message '{name}'", f"`ack_s` for message '{name}'"
        elif not rule.messages and all(ack_s is None for ack_s in meant.values()):
            yield loc, "no message has to be acknowledged, and no handover is owed", "a message with `ack_s`"

    def _recipient(self, loc: Loc, rung: Rung, recipient: Recipient) -> Found:
        if recipient.organisation is not None:
            if who_may(self.procedure, recipient.organisation, ESCALATION) == ():
                what = f"no role may contact '{recipient.organisation}' about {ESCALATION}"
                yield (*loc, "organisation"), what, "an entry of `authority`"
            return
        assert recipient.role is not None
        if self.centre is None:
            return
        unknown = list(self._role((*loc, "role"), recipient.role))
        yield from unknown
        if not unknown and rung.then is None and not self._is_ever_staffed(recipient.role, rung.hours):
            what = f"nobody with '{recipient.role}' is on duty in the hours of this rung"
            yield (*loc, "role"), what, "a role on duty then, other `hours`, or a `then`"

    def _role(self, loc: Loc, role: str) -> Found:
        assert self.centre is not None, "asked where there is a centre"
        if role not in self.centre.skills:
            skills = dict.fromkeys(sorted(self.centre.skills))
            near = self.names.meant("skill", role, skills)
            hint = f", did you mean '{near}'?" if near else ""
            yield loc, f"nobody at the centre holds skill '{role}', which this role is{hint}", listed(skills)

    def _is_ever_staffed(self, role: str, hours: Sequence[Shift]) -> bool:
        assert self.centre is not None, "asked where there is a centre"
        kinds = {name for name, kind in self.centre.kinds.items() if role in kind.levels}
        shifts = {each.shift: None for each in self.centre.resources.values() if each.kind in kinds}
        if not hours or None in shifts:
            return True
        on_duty = [
            span
            for name in shifts
            if name is not None and name in self.centre.shifts
            for span in _minutes(self.centre.shifts[name])
        ]
        return any(_overlap(one, other) for each in hours for one in _minutes(each) for other in on_duty)

    def _aid(self, loc: Loc, asked: AidAsked) -> Found:
        roles = who_may(self.procedure, asked.partner, AID)
        if roles is not None and asked.role not in roles:
            what = f"{asked.role or 'nobody by name'} may not contact '{asked.partner}' about {AID}"
            yield (*loc, "role"), what, listed(roles) if roles else "an entry of `authority`"
        if self.centre is None:
            return
        lenders = {kind.partner: None for kind in self.centre.kinds.values() if kind.partner is not None}
        yield from self.names.unknown((*loc, "partner"), "partner", asked.partner, lenders)
        if asked.partner not in lenders:
            return
        lent = {
            skill: None for kind in self.centre.kinds.values() if kind.partner == asked.partner for skill in kind.levels
        }
        if asked.skill not in lent:
            yield (*loc, "skill"), f"partner '{asked.partner}' has nobody with skill '{asked.skill}'", listed(lent)


def _told(procedure: Procedure, meant: Iterable[str]) -> dict[str, None]:
    """Whom these messages and handovers are for: roles, partners and kinds of resource."""
    found: dict[str, None] = {}
    for name in meant:
        if procedure.wording is not None and name in procedure.wording.messages:
            to = procedure.wording.messages[name].to
            found[to.kind or to.partner or to.role or ""] = None
        elif name in procedure.handovers:
            found[procedure.handovers[name].to.name] = None
    return found


def _hour_flaws(loc: Loc, hours: Sequence[Shift]) -> Found:
    taken: list[tuple[int, int]] = []
    for index, each in enumerate(hours):
        own = list(_minutes(each))
        if not own:
            yield (*loc, index, "days"), "hours on no day", "at least one day"
        elif any(_overlap(one, other) for one in own for other in taken):
            yield (*loc, index), "these hours overlap with others of the same rung", "hours apart from each other"
        taken.extend(own)


def _minutes(span: Shift) -> Iterator[tuple[int, int]]:
    """The span as minutes of a week, cut where the week ends."""
    start, until = _minute(span.start), _minute(span.until)
    length = until - start if until > start else until - start + _DAY_MINUTES
    for day in dict.fromkeys(span.days):
        begins = _DAYS.index(day) * _DAY_MINUTES + start
        ends = begins + length
        yield begins, min(ends, _WEEK_MINUTES)
        if ends > _WEEK_MINUTES:
            yield 0, ends - _WEEK_MINUTES


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
