"""Facts in words, as a log is read aloud: who did what, without the time. Imports `facts` and `corrections`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from incidents import facts as f
from incidents.corrections import said


def in_words(fact: f.Fact) -> str:
    """Say one fact."""
    return WORDS[type(fact)](fact)


def _given(because: str) -> str:
    return f" ({because})" if because else ""


def rows_in_words(rows: tuple[f.NeedRow, ...]) -> str:
    """Say what a need asks for."""
    return " + ".join(
        f"{row.quantity} {row.skill}" + (f" at level {row.level}" if row.level > 1 else "") for row in rows
    )


def _opened(fact: f.NeedOpened) -> str:
    return f"need {fact.need} opened by {fact.because}: {rows_in_words(fact.rows)}"


def _assigned(fact: f.ResourceAssigned) -> str:
    marks = "".join((", pinned" if fact.pinned else "", ", forced" if fact.forced else ""))
    return f"{fact.resource} is sent to {fact.need}{marks}{_given(fact.because)}"


def _released(fact: f.ResourceReleased) -> str:
    done = "is taken away from" if fact.leaves_open else "is free of"
    return f"{fact.resource} {done} {fact.need}{_given(fact.because)}"


def _assessed(fact: f.IncidentAssessed) -> str:
    who = ", by a person" if fact.by_person else ""
    return f"assessed {fact.determinant}, {fact.priority}{who}{_given(fact.because)}"


def _escalated(fact: f.IncidentEscalated) -> str:
    raised = "" if fact.priority is None else f", raised to {fact.priority}"
    return f"rung {fact.rung}{raised} ({fact.because})"


def _deescalated(fact: f.IncidentDeescalated) -> str:
    lowered = "" if fact.priority is None else f", back to {fact.priority}"
    return f"rung {fact.rung} stands down{lowered} ({fact.because})"


def _handed_over(fact: f.HandoverGiven) -> str:
    lacks = f", without {', '.join(fact.missing)}" if fact.missing else ""
    return f"handover {fact.handover} to {fact.to}{lacks}"


def _corrected(fact: f.Corrected) -> str:
    right = ", ".join(f"{name.replace('_', ' ')} {_plain(value)}" for name, value in said(fact).items())
    return f"fact {fact.corrects} was wrong: {right}{_given(fact.because)}"


def _plain(value: object) -> str:
    latitude, longitude = getattr(value, "latitude", None), getattr(value, "longitude", None)
    return str(value) if latitude is None else f"{latitude:.5f}, {longitude:.5f}"


def _by(fact: f.ContactAnswered) -> str:
    return "call answered" if fact.resource is None else f"call answered by {fact.resource}"


WORDS: Mapping[type[f.Fact], Callable[[Any], str]] = {
    f.ContactReceived: lambda fact: f"call received on queue {fact.queue}",
    f.ContactAnswered: _by,
    f.ContactAbandoned: lambda fact: "the caller gave up",
    f.ContactEnded: lambda fact: "call ended",
    f.IncidentOpened: lambda fact: "incident opened",
    f.ContactLinked: lambda fact: f"call {fact.contact} is about {fact.incident}",
    f.IncidentLocated: lambda fact: f"located at {_plain(fact.place)}",
    f.AnswerGiven: lambda fact: f"answered {fact.question}: {fact.answer}",
    f.IncidentAssessed: _assessed,
    f.IncidentEscalated: _escalated,
    f.IncidentClosed: lambda fact: f"incident closed{_given(fact.because)}",
    f.NoteAdded: lambda fact: f"note: {fact.text}",
    f.MessageSent: lambda fact: f"message {fact.message} to {fact.to} by {fact.medium}",
    f.MessageWithheld: lambda fact: f"message {fact.message} to {fact.to} withheld: {fact.because}",
    f.MessageDelivered: lambda fact: f"message {fact.message} reached {fact.to}",
    f.MessageAcknowledged: lambda fact: f"{fact.to} acknowledges {fact.message}",
    f.MessageOverdue: lambda fact: f"{fact.message} to {fact.to} is overdue",
    f.AdviceGiven: lambda fact: f"advice {fact.advice} given by {fact.by_role}",
    f.NeedOpened: _opened,
    f.NeedWithdrawn: lambda fact: f"need {fact.need} withdrawn{_given(fact.because)}",
    f.ResourceSignedOn: lambda fact: f"{fact.resource} signs on",
    f.ResourceSignedOff: lambda fact: f"{fact.resource} signs off{_given(fact.because)}",
    f.ResourceStoodDown: lambda fact: f"{fact.resource} begins a break{_given(fact.because)}",
    f.ResourceStoodUp: lambda fact: f"{fact.resource} is back from its break",
    f.ResourceMoved: lambda fact: f"{fact.resource} is at {_plain(fact.place)}",
    f.ResourceAssigned: _assigned,
    f.ResourceDeparted: lambda fact: f"{fact.resource} sets off",
    f.ResourceArrived: lambda fact: f"{fact.resource} arrives",
    f.ResourceTransporting: lambda fact: f"{fact.resource} leaves with somebody",
    f.ResourceAtFacility: lambda fact: f"{fact.resource} is at the facility",
    f.ResourceReleased: _released,
    f.ProcedureAdopted: lambda fact: f"procedure {fact.name}, revision {fact.revision}, comes into force",
    f.IncidentDeescalated: _deescalated,
    f.ContactEscalated: lambda fact: f"rung {fact.rung} ({fact.because})",
    f.RungSkipped: lambda fact: f"rung {fact.rung} is passed over: {fact.because}",
    f.RoleNotified: lambda fact: f"rung {fact.rung} tells {fact.role}",
    f.RoleAcknowledged: lambda fact: f"{fact.role} takes up rung {fact.rung}",
    f.AcknowledgementMissed: lambda fact: f"nobody takes up rung {fact.rung}: {fact.because}",
    f.ModeEntered: lambda fact: f"mode {fact.mode} begins ({fact.because})",
    f.ModeLeft: lambda fact: f"mode {fact.mode} ends ({fact.because})",
    f.AidRequested: lambda fact: f"{fact.partner} is asked for {fact.quantity} {fact.skill}",
    f.AidOffered: lambda fact: f"{fact.partner} offers {fact.quantity}{_given(fact.because)}",
    f.AidDeclined: lambda fact: f"{fact.partner} sends nobody ({fact.because})",
    f.AidCommitted: lambda fact: f"{fact.quantity} of {fact.partner} are taken up{_given(fact.because)}",
    f.AidReleased: lambda fact: f"{fact.partner} is no longer called on ({fact.because})",
    f.InterviewLeft: lambda fact: f"interview left at {fact.question}: {fact.jump_out}",
    f.InterviewResumed: lambda fact: f"interview resumed at {fact.question}",
    f.AlarmRaised: lambda fact: f"alarm raised to {fact.level} ({fact.because})",
    f.AlarmLowered: lambda fact: f"alarm lowered to {fact.level or 'what is sent at once'} ({fact.because})",
    f.NeedReduced: lambda fact: f"need {fact.need} asks for nobody more ({fact.because})",
    f.HandoverGiven: _handed_over,
    f.HandoverAccepted: lambda fact: f"{fact.to} accepts {fact.handover}",
    f.Corrected: _corrected,
}
assert set(WORDS) == set(f.KINDS.values()), "every fact has its words"
