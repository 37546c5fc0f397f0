"""Messages: what is said, to whom, on which occasion; what cannot be said as agreed; and what time makes of silence."""

from __future__ import annotations

from typing import Any

import pytest

from incidents import facts as f
from incidents.desk import Desk
from incidents.messages import EXERCISE, PHONETIC, Telling, as_live, compose, spelt
from incidents.procedure import Procedure
from incidents.quantities import IncidentId, NeedId, Place, ResourceId
from incidents.refusals import Refusal
from tests.builders import a_centre, a_desk, a_procedure, an_incident, at, report, sent, spot

I1 = IncidentId("I-1")
MEDIA = {"data": {"most_characters": 160, "characters": "ascii"}, "voice": {"most_characters": 400}}
TURN_OUT = {"on": "assignment", "to": {"kind": "engine"}, "medium": "data", "text": "{resource} to {determinant}"}
UNITS = {"E1": ("engine", 0.0), "E2": ("engine", 0.0), "A1": ("ambulance", 0.0), "C1": ("clerk", 0.0)}


def worded(message: dict[str, Any], **wording: Any) -> Procedure:
    """The street's rules with one message, `tell`."""
    return a_procedure(wording={"media": MEDIA, "messages": {"tell": message}, **wording})


def a_desk_that_says(message: dict[str, Any], **wording: Any) -> Desk:
    """Two engines and an ambulance under rules with one message."""
    return a_desk(a_centre(UNITS), worded(message, **wording))


def said(recorded: tuple[f.Fact, ...]) -> list[tuple[str, str]]:
    """To whom messages went, and in which words."""
    return [(fact.to, fact.text) for fact in recorded if isinstance(fact, f.MessageSent)]


def text_of(template: str, *, place: Place | None = None, rules: Procedure | None = None, **wording: Any) -> str:
    """What a template says about a fire, incident I-1, of which E1 is told 2 seconds after the start."""
    desk = a_desk(a_centre(UNITS), rules or worded({**TURN_OUT, "text": template}, **wording))
    an_incident(desk, "I-1", place, at(1), nature="fire")
    telling = Telling("tell", "E1", I1, at(2), ResourceId("E1"))
    return compose(telling, desk.situation, desk.procedure, desk.centre).text


def flaws_of_composing(template: str, **changes: Any) -> list[str]:
    """Why a message about a fire at an unknown place cannot be worded."""
    jargon = changes.pop("jargon", {})
    with pytest.raises(Refusal) as refusal:
        text_of("", rules=worded({**TURN_OUT, "text": template, **changes}, jargon=jargon))
    return [f"{flaw.where} {flaw.what}" for flaw in refusal.value.flaws]


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{incident}", "I-1"),
        ("{resource} for {recipient}", "E1 for E1"),
        ("{determinant}/{plan}", "fire-1/fire"),
        ("{priority}", "red"),
        ("{answers.nature}, {answers.severe}", "fire, not known"),
        ("{date} {time}", "2023-11-14 22:13"),
        ("{rung}", "not known"),
    ],
)
def test_a_placeholder_says_what_is_known(template: str, text: str) -> None:
    """Each field of the table, and none that nobody knows is made up."""
    assert text_of(template) == text


def test_a_place_is_said_in_degrees_and_with_its_zone() -> None:
    """A crew needs the point; a partner may only know the zone."""
    assert text_of("{place}; {zone}", place=Place(51.5, -0.1, "north")) == "51.50000, -0.10000 (north); north"


def test_codes_are_said_in_the_words_of_the_registry_while_they_are_in_effect() -> None:
    """A code that was withdrawn must not go on speaking."""
    codes = {
        "fire-1": {"words": "building fire", "maps": {"EIDO": "Fire"}},
        "red": {"words": "x", "until": "2023-11-13"},
    }
    assert text_of("{words}, {external.EIDO}, {priority}", codes=codes) == "building fire, Fire, red"


def test_a_placeholder_is_never_evaluated() -> None:
    """A template that could reach attributes or formats would be a way into the program."""
    for text in ("{incident.__class__}", "{incident!r}", "{incident:>99}", "{0}", "{}"):
        with pytest.raises(ValueError, match="unknown field"):
            worded({**TURN_OUT, "text": text})


def test_what_a_value_brings_in_is_not_filled_again() -> None:
    """A caller who dictates a placeholder is quoted, not obeyed."""
    desk = a_desk_that_says({**TURN_OUT, "text": "{answers.severe}"})
    an_incident(desk, "I-1", None, at(1), nature="illness", severe="{incident}")
    telling = Telling("tell", "E1", I1, at(2))
    assert compose(telling, desk.situation, desk.procedure, desk.centre).text == "{incident}"


def test_all_that_is_wrong_with_a_message_is_said_at_once() -> None:
    """Whoever has to say it by voice instead wants to know everything."""
    flaws = flaws_of_composing(
        "ASAP to {place} – now " + "x" * 150, requires=["place", "words"], jargon={"never": ["ASAP"]}
    )
    assert [flaw.split()[0] for flaw in flaws] == ["/place", "/words", "/text", "/text", "/text"]


def test_a_text_that_fits_only_without_the_mark_of_an_exercise_does_not_fit() -> None:
    """Otherwise what went well in an exercise would fail live, or the other way round."""
    room = 160 - len(EXERCISE)
    assert len(text_of("x" * room)) == room
    assert "carries" in flaws_of_composing("x" * (room + 1))[0]


def test_the_fallback_carries_what_the_medium_cannot() -> None:
    """A long text is read out rather than cut."""
    desk = a_desk_that_says({**TURN_OUT, "text": "x" * 200, "fallback": "voice"})
    an_incident(desk, "I-1", spot(0), at(1), nature="fire")
    recorded = desk.observe(f.ResourceAssigned(at(2), ResourceId("E1"), NeedId("I-1/1"), 0, "sent"))
    assert [fact.medium for fact in recorded if isinstance(fact, f.MessageSent)] == ["voice"]


def test_values_are_put_in_plain_words_for_whoever_does_not_know_the_jargon() -> None:
    """The crew knows the code of its trade; a partner is told what it means."""
    jargon = {"plain": {"crash": "road collision"}, "known": {"crews": ["crash"]}}
    desk = a_desk_that_says({**TURN_OUT, "text": "{answers.nature}", "audience": "crews"}, jargon=jargon)
    an_incident(desk, "I-1", spot(0), at(1), nature="crash")
    sending = f.ResourceAssigned(at(2), ResourceId("E1"), NeedId("I-1/1"), 0, "sent")
    assert said(desk.observe(sending)) == [("E1", "crash")]
    plain = a_desk_that_says({**TURN_OUT, "text": "{answers.nature}"}, jargon=jargon)
    an_incident(plain, "I-1", spot(0), at(1), nature="crash")
    assert said(plain.observe(sending)) == [("E1", "road collision")]


def test_a_code_is_spelt_where_the_medium_is_phonetic() -> None:
    """B and D sound alike on the radio."""
    media = {"data": {"most_characters": 160, "phonetic": True}}
    assert text_of("{incident}", media=media) == "India dash 1"
    assert spelt("B1.d") == "Bravo 1 point Delta"
    assert len(PHONETIC) == 26


@pytest.mark.parametrize(("format_", "text"), [("HHMM", "2213"), ("HH:MM:SS", "22:13:22")])
def test_the_hour_is_written_as_the_wording_says(format_: str, text: str) -> None:
    """Two formats in one log are misread in the debrief."""
    assert text_of("{time}", time=format_) == text


def test_the_hour_is_that_of_the_centre() -> None:
    """A crew looks at the clock on the wall."""
    rules = worded({**TURN_OUT, "text": "{date} {time}"})
    desk = a_desk(a_centre(UNITS, time_zone="Asia/Tokyo"), rules)
    an_incident(desk, "I-1", None, at(1), nature="fire")
    assert compose(Telling("tell", "E1", I1, at(2)), desk.situation, rules, desk.centre).text == "2023-11-15 07:13"


# On which occasion, and to whom.


def test_whoever_is_sent_is_told_in_the_same_batch() -> None:
    """A crew that is assigned and not told stays where it is."""
    desk = a_desk_that_says({**TURN_OUT, "ack_s": 30})
    an_incident(desk, "I-1", spot(0), at(1), nature="fire")
    recorded = desk.observe(f.ResourceAssigned(at(2), ResourceId("E1"), NeedId("I-1/1"), 0, "sent"))
    assert recorded[1:] == (f.MessageSent(at(2), I1, "tell", "E1", "data", "E1 to fire-1", at(32)),)


@pytest.mark.parametrize(
    "narrowed",
    [{"to": {"kind": "ambulance"}}, {"priorities": ["green"]}, {"on": "assessment"}, {"to": {"partner": "navy"}}],
    ids=["another kind", "another priority", "another occasion", "another organisation"],
)
def test_nobody_is_told_what_is_not_for_them(narrowed: dict[str, Any]) -> None:
    """A crew that hears everything listens to nothing."""
    desk = a_desk_that_says({**TURN_OUT, **narrowed})
    an_incident(desk, "I-1", spot(0), at(1), nature="fire")
    assert said(desk.observe(f.ResourceAssigned(at(2), ResourceId("E1"), NeedId("I-1/1"), 0, "sent"))) == []


def test_a_call_taker_whose_phone_rings_is_sent_no_message() -> None:
    """There is no incident yet to be told about."""
    desk = a_desk_that_says({**TURN_OUT, "to": {"kind": "clerk"}})
    assert said(report(desk, "I-1", spot(0), at(1), nature="fire")) == []


def test_a_partner_hears_when_its_own_resource_is_sent() -> None:
    """The harbour master has to know which of her boats is out."""
    kinds = {"boat": {"skills": ["fire"], "partner": "harbour"}, "engine": {"skills": ["fire"]}}
    message = {**TURN_OUT, "to": {"partner": "harbour"}, "text": "{resource}"}
    desk = a_desk(a_centre({"B1": ("boat", 0), "E1": ("engine", 0)}, kinds=kinds), worded(message))
    an_incident(desk, "I-1", spot(0), at(1), nature="fire")
    an_incident(desk, "I-2", spot(0), at(1), nature="fire")
    assert said(desk.observe(f.ResourceAssigned(at(2), ResourceId("E1"), NeedId("I-1/1"), 0, "sent"))) == []
    boat = f.ResourceAssigned(at(2), ResourceId("B1"), NeedId("I-2/1"), 0, "sent")
    assert said(desk.observe(boat)) == [("harbour", "B1")]


def test_a_new_assessment_reaches_the_crews_that_serve() -> None:
    """Those on their way must hear that it is a crash by now."""
    desk = a_desk_that_says({**TURN_OUT, "on": "assessment", "text": "{recipient}: {determinant}"})
    an_incident(desk, "I-1", spot(0), at(1), nature="fire")
    sent(desk, "E1", "I-1/1", at(2))
    recorded = desk.observe(f.AnswerGiven(at(3), I1, "nature", "crash"))
    assert said(recorded) == [("E1", "E1: crash-1")]


def test_an_escalation_tells_whom_its_rung_names() -> None:
    """The duty officer hears of the rung that was reached, and of no other."""
    late = {"priorities": ["red"], "opens": {"skill": "transport"}}
    rules = a_procedure(
        escalation={"late": {**late, "unfilled_for_s": 60}, "later": {**late, "unfilled_for_s": 90}},
        wording={
            "media": MEDIA,
            "messages": {
                "tell": {
                    "on": "escalation",
                    "to": {"role": "duty officer"},
                    "medium": "data",
                    "text": "{incident} {rung}",
                    "rungs": ["later"],
                }
            },
        },
    )
    desk = a_desk(a_centre(UNITS), rules)
    an_incident(desk, "I-1", spot(0), at(0), nature="fire")
    assert said(desk.review(at(89))) == []
    assert said(desk.review(at(90))) == [("duty officer", "I-1 later")]


MAJOR = {"on": "major", "to": {"role": "chief"}, "medium": "voice", "text": "{methane}"}


def test_a_major_incident_is_told_once_and_says_what_is_needed() -> None:
    """It is worded when the plan's need is open, so it says what is required; a second one would hide what is new."""
    desk = a_desk_that_says(MAJOR, methane={"determinants": ["crash-1", "fire-1"]})
    ((to, text),) = said(an_incident(desk, "I-1", spot(0), at(1), nature="fire"))
    assert (to, text.endswith("required 1 fire")) == ("chief", True)
    assert said(desk.observe(f.AnswerGiven(at(2), I1, "nature", "crash"))) == []


def test_what_is_not_major_is_not_declared() -> None:
    """A false declaration empties the county."""
    desk = a_desk_that_says(MAJOR, methane={"determinants": ["crash-1"]})
    assert said(an_incident(desk, "I-1", spot(0), at(1), nature="fire")) == []


# What cannot be said, and what nobody confirms.


def withheld() -> tuple[Desk, tuple[f.Fact, ...]]:
    """An engine is sent to a place nobody knows, and its message requires one."""
    desk = a_desk_that_says({**TURN_OUT, "requires": ["place"], "ack_s": 30})
    an_incident(desk, "I-1", None, at(1), nature="fire")
    return desk, desk.observe(f.ResourceAssigned(at(2), ResourceId("E1"), NeedId("I-1/1"), 0, "sent"))


def test_an_assignment_stands_though_its_message_cannot_be_worded() -> None:
    """Nobody's dispatch may hang on its wording; somebody has to pick up the radio, and is told so."""
    desk, recorded = withheld()
    assert recorded[1:] == (f.MessageWithheld(at(2), I1, "tell", "E1", "place is required and not known", at(32)),)
    assert [message.medium for message in desk.situation.messages.values()] == [None]


def test_a_crew_that_sets_off_has_acknowledged_what_it_was_sent() -> None:
    """Its wheels say more than a button."""
    desk = a_desk_that_says({**TURN_OUT, "ack_s": 30})
    an_incident(desk, "I-1", spot(0), at(1), nature="fire")
    sent(desk, "E1", "I-1/1", at(2))
    recorded = desk.observe(f.ResourceDeparted(at(3), ResourceId("E1"), NeedId("I-1/1")))
    assert recorded[1:] == (f.MessageAcknowledged(at(3), I1, "tell", "E1"),)
    assert desk.situation.messages == {}


def test_setting_off_acknowledges_nothing_that_was_withheld() -> None:
    """It may have set off for the wrong place."""
    desk, _ = withheld()
    desk.observe(f.ResourceDeparted(at(3), ResourceId("E1"), NeedId("I-1/1")))
    assert len(desk.situation.messages) == 1


def waiting() -> Desk:
    """E1 was told at 2 s and has until 32 s to say so."""
    desk = a_desk_that_says({**TURN_OUT, "ack_s": 30})
    an_incident(desk, "I-1", spot(0), at(1), nature="fire")
    sent(desk, "E1", "I-1/1", at(2))
    return desk


def test_the_desk_asks_to_be_woken_when_an_acknowledgement_is_due() -> None:
    """Silence makes no noise, so a timer has to."""
    assert waiting().review_at == at(32)


@pytest.mark.parametrize(("seconds", "count"), [(31.999, 0), (32, 1), (32.001, 1)])
def test_a_message_is_overdue_at_the_instant_it_had_to_be_acknowledged_by(seconds: float, count: int) -> None:
    """Just below, at and above the boundary; recorded at the instant it was due, whenever the timer rang."""
    desk = waiting()
    assert desk.review(at(seconds)) == (f.MessageOverdue(at(32), I1, "tell", "E1"),) * count
    assert len(desk.situation.unacknowledged) == count


def test_a_message_becomes_overdue_once() -> None:
    """A timer that rings for ever is switched off."""
    desk = waiting()
    desk.review(at(40))
    assert (desk.review_at, desk.review(at(99))) == (None, ())


def test_a_message_and_a_rung_that_are_due_at_one_instant_are_both_recorded_then() -> None:
    """Neither may hide the other, whenever somebody looks."""
    both = {"green": {"rank": 2}, "red": {"rank": 1}}
    rung = {"unfilled_for_s": 60, "priorities": ["green"], "notifies": [{"role": "fire"}], "ack_s": 30, "then": "next"}
    tell = {"on": "assessment", "to": {"role": "officer"}, "medium": "data", "text": "{incident}", "ack_s": 60}
    climbs = {"on": "escalation", "to": {"role": "officer"}, "medium": "data", "text": "{rung}", "rungs": ["next"]}
    rules = a_procedure(
        priorities=both,
        escalation={"up": rung, "next": {"raises_to": "red", "notifies": [{"organisation": "coastguard"}]}},
        wording={"media": MEDIA, "messages": {"tell": tell, "climbs": climbs}},
    )
    desk = a_desk(a_centre(UNITS), rules)
    an_incident(desk, "I-1", spot(0), at(1), nature="illness", severe="no")
    recorded = desk.review(at(99))
    assert [(type(fact).__name__, fact.at) for fact in recorded] == [
        ("MessageOverdue", at(61)), ("IncidentEscalated", at(61)), ("RoleNotified", at(61)),
        ("AcknowledgementMissed", at(91)), ("IncidentEscalated", at(91)), ("RoleNotified", at(91)),
        ("MessageSent", at(91)),
    ]  # fmt: skip
    assert said(recorded) == [("officer", "next")]


# Exercises.


def test_every_message_of_an_exercise_says_so() -> None:
    """Somebody may overhear it and send an engine."""
    desk = a_desk_that_says({**TURN_OUT, "ack_s": 30})
    desk.is_exercise = True
    an_incident(desk, "I-1", spot(0), at(1), nature="fire")
    _, message = desk.observe(f.ResourceAssigned(at(2), ResourceId("E1"), NeedId("I-1/1"), 0, "sent"))
    assert message == f.MessageSent(at(2), I1, "tell", "E1", "data", "EXERCISE: E1 to fire-1", at(32), True)


def test_an_exercise_without_its_mark_is_what_a_live_desk_says() -> None:
    """So that what was tested can be compared with what runs."""
    marked = f.MessageSent(at(2), I1, "tell", "E1", "data", "EXERCISE: go", at(32), True)
    assert as_live(marked) == f.MessageSent(at(2), I1, "tell", "E1", "data", "go", at(32))
    other = f.NoteAdded(at(2), I1, "EXERCISE: go")
    assert as_live(other) is other
