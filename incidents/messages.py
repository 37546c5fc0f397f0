"""Messages: the agreed words for an incident, and the facts that they entail.

A template is filled by looking its placeholders up in a table; nothing in a document is evaluated. That somebody was told is a
fact in the same batch, in these words, or that it was withheld and why. A crew that sets off has acknowledged what it was told.
Every text leaves room for the mark of an exercise, so that a simulated desk and a live one send and withhold the same messages;
`as_live` takes the mark off again. Imports `methane`, `procedure`, `situation` and `wording`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from incidents import facts as f
from incidents.centre import Centre
from incidents.methane import NOT_KNOWN, is_major, located, methane
from incidents.procedure import Procedure
from incidents.quantities import IncidentId, Instant, ResourceId, ms
from incidents.refusals import Flaw, Refusal
from incidents.situation import Incident, Situation
from incidents.wording import Medium, Message, Occasion, Wording

EXERCISE = "EXERCISE: "
"""How every text begins of which nothing is real."""
PHONETIC = {
    word[0].lower(): word
    for word in (
        *("Alfa", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel", "India", "Juliett", "Kilo", "Lima"),
        *("Mike", "November", "Oscar", "Papa", "Quebec", "Romeo", "Sierra", "Tango", "Uniform", "Victor", "Whiskey"),
        *("X-ray", "Yankee", "Zulu"),
    )
}
"""The spelling alphabet of ICAO Annex 10, volume II."""
SPELT = frozenset({"incident", "determinant", "resource"})
"""The fields that are spelt where the medium is phonetic."""
TIME_FORMATS = {"HH:MM": "%H:%M", "HHMM": "%H%M", "HH:MM:SS": "%H:%M:%S"}
OCCASIONS: Mapping[type[f.Fact], Occasion] = {
    f.ResourceAssigned: "assignment",
    f.IncidentAssessed: "assessment",
    f.IncidentEscalated: "escalation",
}
"""The facts after which somebody may have to be told; `major` comes with the last two."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One message to be worded: which, to whom, about what, and when. `resource`: whom it is about; `rung`: what was reached."""

    message: str
    to: str
    incident: IncidentId
    at: Instant
    resource: ResourceId | None = None
    rung: str | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """A text, and the medium that carries it."""

    medium: str
    text: str


def compose(
    telling: Telling, situation: Situation, procedure: Procedure, centre: Centre, *, exercise: bool = False
) -> Composed:
    """Word a message of `procedure.wording` about an open incident.

    Refuses, with all flaws at once, where a required field is not known, no medium carries the text, or jargon is in it that the
    audience does not know.
    """
    wording = procedure.wording
    assert wording is not None, "somebody asks for a message of a procedure that has words"
    message = wording.messages[telling.message]
    view = _View(telling, situation.incidents[telling.incident], situation, procedure, wording, centre)
    values = {field: view.value(field, message.audience) for field in (*message.fields, *message.requires)}
    flaws = [
        Flaw(f"/{field}", "is required and not known", "a fact that says it")
        for field in dict.fromkeys(message.requires)
        if values[field] is None
    ]
    plain = filled(message, values)
    for term in wording.jargon.found(plain, message.audience):
        flaws.append(Flaw("/text", f"says '{term}'", wording.jargon.plain.get(term, "other words")))
    unfit = []
    for name in media_of(message):
        text = filled(message, values, wording.media[name])
        misfits = [
            Flaw("/text", f"medium '{name}' {what}", accepted) for what, accepted in misfit(text, wording.media[name])
        ]
        if not misfits and not flaws:
            return Composed(name, EXERCISE + text if exercise else text)
        if not misfits:
            raise Refusal(flaws)
        unfit += misfits
    raise Refusal([*flaws, *unfit])


def media_of(message: Message) -> tuple[str, ...]:
    """The media of a message, in the order in which they are tried."""
    return (message.medium,) if message.fallback is None else (message.medium, message.fallback)


def filled(message: Message, values: Mapping[str, str | None], medium: Medium | None = None) -> str:
    """The template with `values` in its placeholders, spelt as `medium` asks for."""
    parts = []
    for literal, field in message.pieces:
        parts.append(literal)
        if field is not None:
            value = values[field]
            spell = medium is not None and medium.phonetic and field in SPELT and value is not None
            parts.append(NOT_KNOWN if value is None else spelt(value) if spell else value)
    return "".join(parts)


def misfit(text: str, medium: Medium) -> Iterator[tuple[str, str]]:
    """Yield why `medium` does not carry `text`, as (what, accepted); room is kept for the mark of an exercise."""
    most = medium.most_characters - len(EXERCISE)
    if len(text) > most:
        yield f"carries {most} characters beside the mark of an exercise, the text has {len(text)}", f"at most {most}"
    strange = medium.strange(text)
    if strange:
        yield f"does not carry {strange[:20]!r}", f"{medium.characters} characters"


def spelt(code: str) -> str:
    """A code as it is spoken: letters by the spelling alphabet, digits one by one."""
    said = {"-": "dash", ".": "point"}
    return " ".join(PHONETIC.get(each.lower(), said.get(each, each)) for each in code if not each.isspace())


def entailed(
    fact: f.Fact, situation: Situation, procedure: Procedure, centre: Centre, *, exercise: bool = False
) -> Iterator[f.Fact]:
    """Yield what has to be told because of `fact`, and what it acknowledges; `situation` is the one after it and its needs."""
    if procedure.wording is None:
        return
    if isinstance(fact, f.ResourceDeparted | f.ResourceArrived):
        incident = situation.needs[fact.need].incident
        for held in situation.messages.values():
            if held.incident == incident and held.to == fact.resource and held.medium is not None:
                yield f.MessageAcknowledged(fact.at, held.incident, held.message, held.to)
    elif type(fact) in OCCASIONS:
        for telling in _tellings(fact, situation, procedure, centre):
            yield _told(telling, situation, procedure, centre, exercise)


def first_due_at(situation: Situation) -> Instant | None:
    """The first instant by which a message has to be acknowledged that is not overdue yet; None: there is none."""
    awaited = (each.acknowledge_by for each in situation.messages.values() if not each.is_overdue)
    return min((by for by in awaited if by is not None), default=None)


def overdue(situation: Situation, at: Instant) -> tuple[f.MessageOverdue, ...]:
    """The messages that become overdue by `at`, in the order they were sent."""
    return tuple(
        f.MessageOverdue(at, each.incident, each.message, each.to)
        for each in situation.messages.values()
        if not each.is_overdue and each.acknowledge_by is not None and each.acknowledge_by <= at
    )


def as_live(fact: f.Fact) -> f.Fact:
    """The fact as a live desk would have recorded it; every other fact is the same in an exercise."""
    if isinstance(fact, f.MessageSent) and fact.exercise:
        return replace(fact, text=fact.text.removeprefix(EXERCISE), exercise=False)
    return fact


# Who has to be told.


def _tellings(fact: f.Fact, situation: Situation, procedure: Procedure, centre: Centre) -> Iterator[Telling]:
    assert procedure.wording is not None
    resource = rung = None
    match fact:
        case f.ResourceAssigned():
            name, resource = situation.needs[fact.need].incident, fact.resource
        case f.IncidentEscalated():
            name, rung = fact.incident, fact.rung
        case f.IncidentAssessed():
            name = fact.incident
        case _:
            return
    # A need of a contact rings a call-taker's phone, and that is all there is to say.
    if name is None:
        return
    incident, occasion = situation.incidents[name], OCCASIONS[type(fact)]
    for word, message in procedure.wording.messages.items():
        if message.priorities and incident.priority not in message.priorities:
            continue
        if message.rungs and rung not in message.rungs:
            continue
        is_news = message.on == "major" and occasion != "assignment" and word not in incident.told
        if message.on == occasion or (is_news and is_major(incident, procedure)):
            for to, about in _recipients(message, incident, resource, situation, centre):
                yield Telling(word, to, incident.id, fact.at, about, rung)


def _recipients(
    message: Message, incident: Incident, sent: ResourceId | None, situation: Situation, centre: Centre
) -> Iterator[tuple[str, ResourceId | None]]:
    """Yield whom to tell, and about which resource. A partner hears of an assignment only when the resource is its own."""
    to = message.to
    if to.role is not None:
        yield to.role, sent
    elif to.partner is not None:
        if sent is None or centre.kinds[situation.resources[sent].kind].partner == to.partner:
            yield to.partner, sent
    else:
        serving = (name for need in incident.needs for name in situation.needs[need].filled_by)
        for name in dict.fromkeys(serving if sent is None else (sent,)):
            if situation.resources[name].kind == to.kind:
                yield name, name


def _told(
    telling: Telling, situation: Situation, procedure: Procedure, centre: Centre, exercise: bool
) -> f.MessageSent | f.MessageWithheld:
    assert procedure.wording is not None
    ack_s = procedure.wording.messages[telling.message].ack_s
    by = None if ack_s is None else telling.at + ms(ack_s)
    try:
        composed = compose(telling, situation, procedure, centre, exercise=exercise)
    except Refusal as refusal:
        # Nobody's dispatch may hang on its wording: the assignment stands, and the board says who has not been told.
        because = "; ".join(f"{flaw.where[1:]} {flaw.what}" for flaw in refusal.flaws)
        return f.MessageWithheld(telling.at, telling.incident, telling.message, telling.to, because, by)
    return f.MessageSent(
        telling.at, telling.incident, telling.message, telling.to, composed.medium, composed.text, by, exercise
    )


# What the placeholders say.


@dataclass(frozen=True, slots=True)
class _View:
    """What one message may be filled from."""

    telling: Telling
    incident: Incident
    situation: Situation
    procedure: Procedure
    wording: Wording
    centre: Centre

    def value(self, field: str, audience: str | None) -> str | None:
        """What stands for a field in one line, in words that the audience knows; None: not known."""
        owner, _, item = field.partition(".")
        if owner == "answers":
            said = self.incident.answers.get(item)
        elif owner == "external":
            said = self.wording.external(self.incident.determinant or "", item, self.local.date())
        else:
            said = _FIELDS[field](self)
        return None if said is None else self.wording.jargon.expanded(" ".join(said.split()), audience)

    @property
    def local(self) -> datetime:
        """The instant of the message in the centre's local time."""
        return datetime.fromtimestamp(self.telling.at / 1000, self.centre.zone_info)

    def in_words(self, code: str | None) -> str | None:
        """What the registry says for a code, or else the code."""
        return None if code is None else self.wording.words(code, self.local.date()) or code

    @property
    def plan(self) -> str | None:
        """The plan of the determinant."""
        determinant = self.procedure.determinants.get(self.incident.determinant or "")
        return None if determinant is None else determinant.plan


_FIELDS: Mapping[str, Callable[[_View], str | None]] = {
    "incident": lambda view: view.incident.id,
    "place": lambda view: located(view.incident.place),
    "zone": lambda view: view.incident.place.zone if view.incident.place else None,
    "priority": lambda view: view.in_words(view.incident.priority),
    "determinant": lambda view: view.incident.determinant,
    "words": lambda view: view.wording.words(view.incident.determinant or "", view.local.date()),
    "plan": lambda view: view.in_words(view.plan),
    "resource": lambda view: view.telling.resource,
    "recipient": lambda view: view.telling.to,
    "rung": lambda view: view.telling.rung,
    "time": lambda view: view.local.strftime(TIME_FORMATS[view.wording.time]),
    "date": lambda view: view.local.date().isoformat(),
    "methane": lambda view: methane(view.incident, view.situation, view.procedure).text,
}
