"""That the wording is sound: its names lead somewhere, and every message fits its medium in plain words whatever the incident.

A message is tried for every determinant it may be about, with the widest values there are: the longest answers, the longest name
of a unit, a place in the zone with the longest name. Imports `messages`, `procedure`, `triage` and `near_names`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from incidents.centre import Centre, Loc
from incidents.messages import filled, media_of, misfit
from incidents.methane import Packet, located
from incidents.near_names import Found, NearNames, listed
from incidents.procedure import Procedure
from incidents.quantities import Place
from incidents.tree import REFUSED, UNKNOWN
from incidents.triage import accepts
from incidents.wording import Message, Wording

LONGEST_ID = "M-88888888"
"""Stands for the id of an incident: as wide as any that the desk gives out by itself."""
KINDS_IN_A_PACKET = 3
"""How many kinds of resource a M/ETHANE packet is reckoned to list as present, as coming and as required."""
MOST_TRIALS = 20_000
"""Messages times determinants that are tried; beyond it a document costs too much to read."""


def wording_flaws(procedure: Procedure, names: NearNames, centre: Centre | None) -> Found:
    """Yield what is wrong with the wording and the advice; `centre` None leaves kinds and partners unchecked."""
    yield from _advice_flaws(procedure, names)
    if procedure.wording is not None:
        yield from _Inspection(procedure, procedure.wording, names, centre).flaws()


def _advice_flaws(procedure: Procedure, names: NearNames) -> Found:
    """Advice that nobody offers is as good as none, and what is offered has to exist."""
    places: list[tuple[Loc, tuple[str, ...]]] = [
        *((("triage", "questions", name), each.advice) for name, each in procedure.triage.questions.items()),
        *((("determinants", name), each.advice) for name, each in procedure.determinants.items()),
    ]
    offered: set[str | None] = set()
    for loc, items in places:
        for index, item in enumerate(items):
            yield from names.unknown((*loc, "advice", index), "advice", item, procedure.advice)
            offered.add(names.meant("advice", item, procedure.advice))
    for item in procedure.advice:
        if item not in offered:
            yield ("advice", item), f"no question or determinant offers advice '{item}'", ""


class _Inspection:
    """One look at one wording; holds what the rules share."""

    def __init__(self, procedure: Procedure, wording: Wording, names: NearNames, centre: Centre | None) -> None:
        self.procedure = procedure
        self.wording = wording
        self.names = names
        self.centre = centre
        self.lists = dict.fromkeys(name for code in wording.codes.values() for name in code.maps)
        units = [LONGEST_ID] if centre is None else list(centre.resources)
        self.unit = _widest(units)
        zones = ["a zone"] if centre is None else list(centre.zones)
        self.place = Place(-88.88888, -188.88888, _widest(zones) or None)

    def flaws(self) -> Found:
        yield from self._jargon()
        yield from self._methane()
        tried = 0
        for name, message in self.wording.messages.items():
            loc = ("wording", "messages", name)
            found = [*self._references(loc, message)]
            yield from found
            yield from self._literals(loc, message)
            if found:
                continue
            concerned = self._concerned(message)
            tried += len(concerned)
            if tried > MOST_TRIALS:
                what = f"the messages and the determinants they are about make more than {MOST_TRIALS} cases to try"
                yield ("wording", "messages"), what, "fewer messages, or `priorities` that narrow them"
                return
            yield from self._fit(loc, message, concerned)

    # Names that lead somewhere.

    def _jargon(self) -> Found:
        jargon = self.wording.jargon
        terms = dict.fromkeys((*jargon.plain, *jargon.never))
        for audience, known in jargon.known.items():
            for index, term in enumerate(known):
                loc = ("wording", "jargon", "known", audience, index)
                yield from self.names.unknown(loc, "term", term, terms)
        for term, plain in jargon.plain.items():
            for found in jargon.found(plain, None):
                yield ("wording", "jargon", "plain", term), f"says '{found}', which is jargon itself", "plain words"

    def _methane(self) -> Found:
        rules = self.wording.methane
        if rules is None:
            return
        known: tuple[tuple[str, str, Iterable[str], Mapping[str, object]], ...] = (
            ("determinants", "determinant", rules.determinants, self.procedure.determinants),
            ("rungs", "rung", rules.rungs, self.procedure.escalation),
            ("hazards", "question", rules.hazards, self.procedure.triage.questions),
            ("access", "question", rules.access, self.procedure.triage.questions),
            ("casualties", "question", rules.casualties, self.procedure.triage.questions),
        )
        for key, noun, said, there in known:
            for index, name in enumerate(said):
                yield from self.names.unknown(("wording", "methane", key, index), noun, name, there)

    def _references(self, loc: Loc, message: Message) -> Found:
        wording, procedure = self.wording, self.procedure
        for key, name in (("medium", message.medium), ("fallback", message.fallback)):
            if name is not None:
                yield from self.names.unknown((*loc, key), "medium", name, wording.media)
        if message.audience is not None:
            yield from self.names.unknown((*loc, "audience"), "audience", message.audience, wording.jargon.known)
        for index, name in enumerate(message.priorities):
            yield from self.names.unknown((*loc, "priorities", index), "priority", name, procedure.priorities)
        for index, name in enumerate(message.rungs):
            yield from self.names.unknown((*loc, "rungs", index), "rung", name, procedure.escalation)
        if self.centre is not None:
            lenders = {kind.partner: None for kind in self.centre.kinds.values() if kind.partner is not None}
            if message.to.kind is not None:
                yield from self.names.unknown((*loc, "to", "kind"), "kind", message.to.kind, self.centre.kinds)
            if message.to.partner is not None:
                yield from self.names.unknown((*loc, "to", "partner"), "partner", message.to.partner, lenders)
        if message.on == "major" and wording.methane is None:
            yield (*loc, "on"), "nothing says which incidents are major", "`wording.methane`"
        for place, field in self._fields(loc, message):
            owner, _, item = field.partition(".")
            if owner == "answers":
                yield from self.names.unknown(place, "question", item, procedure.triage.questions)
            elif owner == "external":
                yield from self.names.unknown(place, "list", item, self.lists)
            elif field == "methane" and wording.methane is None:
                yield place, "nothing says what stands in the packet", "`wording.methane`"

    def _fields(self, loc: Loc, message: Message) -> Iterator[tuple[Loc, str]]:
        yield from (((*loc, "text"), field) for field in dict.fromkeys(message.fields))
        yield from (((*loc, "requires", index), field) for index, field in enumerate(message.requires))

    def _literals(self, loc: Loc, message: Message) -> Found:
        """What the template itself says; whatever values bring in is put in plain words when it is sent."""
        # A placeholder between two words keeps them from being read as one term.
        said = " {} ".join(literal for literal, _ in message.pieces)
        for term in self.wording.jargon.found(said, message.audience):
            to = "nobody" if term in self.wording.jargon.never else f"audience '{message.audience}'"
            what = (
                f"says '{term}', which {to} may be told"
                if to == "nobody"
                else f"says '{term}', which {to} does not know"
            )
            if message.audience is None and to != "nobody":
                what = f"says '{term}', and the message names no audience that knows it"
            yield (*loc, "text"), what, self.wording.jargon.plain.get(term, "other words")

    # Every message, whatever the incident.

    def _concerned(self, message: Message) -> list[str]:
        """The determinants of incidents that the message may be about."""
        concerned = []
        for name, determinant in self.procedure.determinants.items():
            is_raised = bool(self.procedure.escalation)
            if message.priorities and determinant.priority not in message.priorities and not is_raised:
                continue
            if message.on == "assignment" and determinant.plan is None:
                continue
            concerned.append(name)
        return concerned

    def _fit(self, loc: Loc, message: Message, concerned: list[str]) -> Found:
        """One flaw for each thing that is wrong, told of the worst determinant."""
        never: dict[str, list[str]] = {}
        worst: tuple[int, list[tuple[str, str]], str] | None = None
        fixed = {field: self._widest_value(field, message) for field in (*message.fields, *message.requires)}
        for name in concerned:
            values = {field: self._of(name, field, value, message) for field, value in fixed.items()}
            for field in message.requires:
                if values[field] is None:
                    never.setdefault(field, []).append(name)
            unfit: list[tuple[str, str]] = []
            length = 0
            for medium in media_of(message):
                text = filled(message, values, self.wording.media[medium])
                found = [
                    (f"medium '{medium}' {what}", accepted)
                    for what, accepted in misfit(text, self.wording.media[medium])
                ]
                if not found:
                    break
                unfit, length = [*unfit, *found], max(length, len(text))
            else:
                if worst is None or length > worst[0]:
                    worst = length, unfit, name
        if worst is not None:
            for what, accepted in worst[1]:
                yield (*loc, "text"), f"{what}, for determinant '{worst[2]}'", accepted
        for field, names in never.items():
            index = message.requires.index(field)
            yield (*loc, "requires", index), f"'{field}' is never known for {listed(names)}", "a field that is"

    def _widest_value(self, field: str, message: Message) -> str | None:
        """The widest that a field says of any incident; None: it depends on the determinant, or is never known."""
        owner, _, item = field.partition(".")
        if owner == "answers":
            question = self.procedure.triage.questions[item]
            answers = [*question.answers, *(each for each in (UNKNOWN, REFUSED) if accepts(question, each))]
            return _widest(self._plainly(answer, message) for answer in answers)
        match field:
            case "incident":
                return LONGEST_ID
            case "place":
                return located(self.place)
            case "zone":
                return self.place.zone
            case "priority":
                return _widest(self._in_words(each, message) for each in self.procedure.priorities)
            case "resource":
                # Of an assessment or an escalation, only the crews that serve already are told about themselves.
                return self.unit if message.on == "assignment" or message.to.kind is not None else None
            case "recipient":
                return message.to.role or message.to.partner or self.unit
            case "rung" if message.on in ("escalation", "major"):
                return _widest(message.rungs or self.procedure.escalation) or None
            case "time":
                return self.wording.time
            case "date":
                return "8888-88-88"
            case "methane":
                return self._packet(message)
        return None

    def _of(self, determinant: str, field: str, value: str | None, message: Message) -> str | None:
        known, wording = self.procedure.determinants[determinant], self.wording
        code = wording.codes.get(determinant)
        match field.partition("."):
            case ("determinant", _, _):
                value = determinant
            case ("words", _, _):
                value = None if code is None else code.words
            case ("external", _, of):
                value = None if code is None else code.maps.get(of)
            case ("plan", _, _):
                return None if known.plan is None else self._in_words(known.plan, message)
            case _:
                return value
        return None if value is None else self._plainly(value, message)

    def _packet(self, message: Message) -> str:
        assert self.wording.methane is not None, "a packet without rules has been found already"
        rules = self.wording.methane
        said = [
            ", ".join(
                f"{name}: {self._widest_value(f'answers.{name}', message)}"
                for name in each
                if name in self.procedure.triage.questions
            )
            for each in (rules.hazards, rules.access, rules.casualties)
        ]
        types = [code.words for name, code in self.wording.codes.items() if name in self.procedure.determinants]
        kinds = ["resource"] if self.centre is None else list(self.centre.kinds)
        counts = dict.fromkeys(sorted(kinds, key=len)[-KINDS_IN_A_PACKET:], 88)
        skills = [row.skill for plan in self.procedure.plans.values() for way in plan.ways for row in way]
        required = dict.fromkeys(sorted(dict.fromkeys(skills), key=len)[-KINDS_IN_A_PACKET:], 88)
        widest = _widest((*types, *self.procedure.determinants))
        packet = Packet(True, located(self.place), widest, said[0], said[1], said[2], counts, counts, required)
        return self._plainly(packet.text, message)

    def _in_words(self, code: str, message: Message) -> str:
        known = self.wording.codes.get(code)
        return self._plainly(code if known is None else known.words, message)

    def _plainly(self, text: str, message: Message) -> str:
        return self.wording.jargon.expanded(text, message.audience)


def _widest(texts: Iterable[str]) -> str:
    return max(texts, key=len, default="")
