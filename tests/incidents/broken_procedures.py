"""Ways to break a sound procedure, each a small edit of its text with the place where the break has to be reported.

`corpus/procedure.yaml` is the sound one, `corpus/centre.yaml` the centre it is for. In the text that is put in, each « stands
where one flaw is; the words of the flaws are in the order of the file. Broken questions and jump-outs are in `broken_interviews`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus"
CENTRE = (FOLDER / "centre.yaml").read_text(encoding="utf-8")
SOUND = (FOLDER / "procedure.yaml").read_text(encoding="utf-8")
HERE = "«"


@dataclass(frozen=True, slots=True)
class Broken:
    """`edits`: each first occurrence of the one text replaced by the other; `what`: words of each flaw."""

    kind: str
    edits: tuple[tuple[str, str], ...]
    what: tuple[str, ...]

    @property
    def marked(self) -> str:
        """The broken procedure with « at each flaw."""
        text = SOUND
        for old, new in self.edits:
            assert old in text, old
            text = text.replace(old, new, 1)
        return text

    @property
    def text(self) -> str:
        """The broken procedure."""
        return self.marked.replace(HERE, "")

    @property
    def where(self) -> tuple[str, ...]:
        """Line and column of each flaw, as `line:column`."""
        before, *after = self.marked.split(HERE)
        places = []
        for following in after:
            places.append(f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}")
            before += following
        return tuple(places)


def broken(kind: str, old: str, new: str, *what: str) -> Broken:
    return Broken(kind, ((old, new),), what)


AWAKE = "answers: {yes: {code: trapped}, no: {code: arrest}}"

BROKEN: dict[str, Broken] = {
    # Dead ends: an answer that leads nowhere.
    "an answer without a step": broken(
        "dead end", "chest pain: {code: chest pain}", "«chest pain: {}", "give either `ask`"
    ),
    "an answer that is nothing": broken("dead end", "no: {code: arrest}\n", "«no:\n", "`no`: nothing does not fit"),
    "an answer with two steps": broken(
        "dead end", "trapped: {ask: water}", "«trapped: {ask: water, code: trapped}", "give either `ask`"
    ),
    "a question without answers": broken("dead end", AWAKE, "«answers: {}", "`answers`: 0 entries"),
    # Parts that nothing leads to.
    "a question that nobody asks": broken(
        "unreachable",
        "    awake again:\n",
        "    «age: {text: How old, about: age, answers: {young: {code: advice}}}\n    awake again:\n",
        "no path from the start leads to question 'age'",
    ),
    "a branch that nobody asks": broken(
        "unreachable",
        "    awake again:\n",
        "    «age: {text: How old, about: age, answers: {young: {ask: school}, old: {code: advice}}}\n"
        "    «school: {text: At school, about: school, answers: {yes: {ask: age}, no: {code: advice}}}\n    awake again:\n",
        "no path from the start leads to question 'age'",
        "no path from the start leads to question 'school'",
    ),
    "a code that nothing concludes": broken(
        "unreachable",
        "  trapped: {pr",
        "  «fall: {priority: amber}\n  trapped: {pr",
        "no answer leads to determinant 'fall'",
    ),
    "a plan that nothing sends": broken(
        "unreachable",
        "  cutting:\n",
        "  «fire: {send: [{skill: fire}]}\n  cutting:\n",
        "no determinant sends plan 'fire'",
    ),
    # Options that stay without an answer.
    "a known answer that is not taken": Broken(
        "unanswered",
        ((AWAKE, "«answers: {no: {code: arrest}, drowsy: {code: trapped}}"), ("again: yes", "again: «yes")),
        ("already known to be yes", "does not take 'yes'"),
    ),
    "an example that stops halfway": broken(
        "unanswered",
        "  - answers: {conscious: no, breathing: no}",
        "  - «answers: {conscious: no}",
        "leaves question 'breathing'",
    ),
    "an example that turns off before its question": Broken(
        "unanswered",
        (
            ("{conscious: yes, complaint: trapped, w", "{conscious: yes, complaint: advice only, w"),
            ("code: trapped\n    p", "code: «trapped\n    p"),
        ),
        ("leads to 'advice', not 'trapped'",),
    ),
    # Contradictions.
    "asked again in other words": Broken(
        "contradiction",
        ((AWAKE, "«answers: {awake: {code: trapped}, asleep: {code: arrest}}"), ("again: yes", "again: «yes")),
        ("already known to be yes", "does not take 'yes'"),
    ),
    "asked again at once": Broken(
        "contradiction",
        (
            ("about: breathing\n      answers:", "about: consciousness\n      «answers:"),
            ("        no: {code: arrest}\n      otherwise: {code: arrest}", "        asleep: {code: arrest}"),
            ("breathing: no}", "breathing: «no}"),
        ),
        ("already known to be no", "does not take 'no'"),
    ),
    "the same example twice with two codes": broken(
        "contradiction",
        "examples:\n",
        "examples:\n  - {answers: {conscious: no, breathing: no}, code: «advice, priority: green}\n",
        "leads to 'arrest', not 'advice' (conscious = no, breathing = no)",
    ),
    # Loops.
    "a loop": broken(
        "loop", "no: {ask: awake again}, at", "no: {ask: «conscious}, at", "leads back to question 'conscious'"
    ),
    "a question that asks itself": broken(
        "loop",
        "yes: {code: trapped}, no: {code: arrest}",
        "yes: {code: trapped}, no: {ask: «awake again}",
        "leads back to question 'awake again'",
    ),
    "a loop in a branch": broken(
        "loop", "blue: {code: arrest}", "blue: {ask: «still breathing}", "leads back to question 'still breathing'"
    ),
    # Priority inversions.
    "a more urgent target that is later": broken(
        "inversion", "target_s: 420", "target_s: «1200", "1200 s is later than the 1080 s of 'red'"
    ),
    "a more urgent priority without lights": broken(
        "inversion", "rank: 1\n", "rank: 1\n    lights: «false\n", "'purple' travels without lights, 'red'"
    ),
    "a more urgent priority with a wider cap": broken("inversion", "regret_s: 120", "regret_s: «900", "only 600 s"),
    "a diversion downwards": broken(
        "inversion", "to: [purple, red]", "to: [purple, red, «green]", "diversion to 'green', which is not more urgent"
    ),
    "a diversion that the most urgent lacks": broken(
        "inversion",
        "to: [purple, red]",
        "to: [«red]",
        "'red' diverts a resource and 'purple', which is more urgent, does not",
    ),
    "a diversion that spares the least urgent": broken(
        "inversion", "from: [amber, green]", "from: [«amber]", "taken from 'amber' and not from 'green'"
    ),
    "a break that only the less urgent interrupts": broken(
        "inversion", "interrupted_by: [purple]", "interrupted_by: [«red]", "'red' interrupts a break and 'purple'"
    ),
    "an escalation downwards": Broken(
        "inversion",
        (("priorities: [green]", "priorities: [green, red]"), ("raises_to: amber", "raises_to: «amber")),
        ("not more urgent than 'red'",),
    ),
    "two of one rank": broken("inversion", "rank: 3", "rank: «4", "rank 4 is already that of 'green'"),
    # Plans that nobody could fill.
    "a skill that nobody holds": broken(
        "unfillable", "{skill: transport, load: 2}", "{skill: «hazmat}", "nobody at the centre holds skill 'hazmat'"
    ),
    "a skill misspelt": broken(
        "unfillable", "opens: {skill: command}", "opens: {skill: «comand}", "did you mean 'command'?"
    ),
    "a level that nobody has": broken(
        "unfillable",
        "send: [{skill: sea}]",
        "send: [{skill: sea, level: «2}]",
        "nobody at the centre has skill 'sea' above level 1",
    ),
    "more than there are": broken(
        "unfillable",
        "{skill: rescue, quantity: 3}",
        "{skill: rescue, quantity: «4}",
        "asks for 4 with skill 'rescue', the centre has 3",
    ),
    "more room than anybody has": broken(
        "unfillable", "load: 2}\n  divers", "load: «3}\n  divers", "has room for more than 2"
    ),
    "more at a level than there are": broken(
        "unfillable",
        "level: 2, quantity: 2}]",
        "level: 2, quantity: «4}]",
        "asks for 4 with skill 'medical' at level 2 or above",
    ),
    "two rows that want the same few": broken(
        "unfillable",
        "    shared: true\n    send: [{skill: diving}, {s",
        "    send: [{skill: diving}, «{s",
        "asks for 4 with skills 'diving', 'rescue' together, and the centre has 3",
    ),
    "a partner that is not called on": broken(
        "unfillable",
        "send: [{skill: sea}]",
        "send: [{skill: sea}, {skill: «air}]",
        "only partner 'air force' holds skill 'air'",
    ),
    "a reserve of more than there are": broken(
        "unfillable",
        "stations: [mill, hill], keep: 1, missing_s: 900",
        "stations: [mill, hill], keep: «3, missing_s: 900",
        "keeps 3 with skill 'fire', of whom 2 are based there",
    ),
    # Waiting for ever, and reserves that cross.
    "nobody raises what waits": Broken(
        "waits for ever",
        (("waits_at_s: 900", "waits_at_s: «900"), ("    raises_to: amber\n", "    opens: {skill: command}\n")),
        ("a need of 'green' could wait for ever",),
    ),
    "reserves that cross": Broken(
        "reserves",
        (
            ("skill: medical, keep: 2", "skill: medical, stations: [hill, wharf], keep: 2"),
            ("stations: [mill", "«stations: [mill"),
        ),
        ("shares station 'hill' with 'everywhere'",),
    ),
    "a reserve smaller than its part": broken("reserves", "medical, keep: 2", "medical, keep: «0", "0 does not fit"),
    "a reserve smaller than what is within it": Broken(
        "reserves",
        (("skill: medical, keep: 2", "skill: medical, keep: «1"), ("hill], keep: 1", "hill], keep: 2")),
        ("'everywhere' keeps 1, those directly within it 2 together",),
    ),
    # Names that nothing bears.
    "an unknown question": broken(
        "name", "{ask: complaint}", "{ask: «complain}", "unknown question 'complain', did you mean"
    ),
    "an unknown code": broken("name", "code: in water}", "code: «in watter}", "did you mean 'in water'?"),
    "an unknown plan": broken("name", "plan: cutting", "plan: «cuting", "did you mean 'cutting'?"),
    "an unknown priority": broken("name", "automatic: [purple]", "automatic: [«puple]", "did you mean 'purple'?"),
    "an unknown station": broken("name", "fire, stations: [mill", "fire, stations: [«mil", "did you mean 'mill'?"),
    "an unknown zone": broken("name", "south: 1.5", "«suoth: 1.5", "did you mean 'south'?"),
    "an unknown partner": broken(
        "name", "{coastguard: 600}", "{coastguard: 600, «airforce: 90}", "did you mean 'air force'?"
    ),
    "an unknown key": broken("value", "least_gain_s: 120", "«leastgain_s: 120", "did you mean 'least_gain_s'?"),
    "a rung that waits for an unknown message": broken(
        "name",
        "  waited long:\n",
        "  silent: {unacknowledged: {after_s: 60, messages: [«to comand]}, priorities: [red], opens: {skill: fire}}\n"
        "  waited long:\n",
        "unknown message or handover 'to comand', did you mean 'to command'?",
    ),
    "a rung that waits for nobody": broken(
        "name",
        "  waited long:\n",
        "  silent: {unacknowledged: {after_s: 60, to: [«fire]}, priorities: [red], raises_to: purple}\n  waited long:\n",
        "unknown recipient of these messages 'fire'",
    ),
    "a handover on an unknown rung": broken(
        "name", "rungs: [nobody found]", "rungs: [«nobody fund]", "did you mean 'nobody found'?"
    ),
    "a handover to nobody": broken(
        "unfillable", "to: {role: command}", "to: {role: «comand}", "did you mean 'command'?"
    ),
    "a handover that needs what is never asked": broken(
        "name", "requires: [place, answers.water]", "requires: [place, «answers.watr]", "did you mean 'water'?"
    ),
    "a handover of nothing there is": Broken(
        "value",
        (("  to command:\n", "  «to command:\n"), ("requires: [place, answers.water]", "requires: [colour]")),
        ("unknown field",),
    ),
    "a check of an unknown handover": broken(
        "name", "{handover: to command}", "{handover: «to comand}", "did you mean 'to command'?"
    ),
    # Alarm levels: what they ask for beyond the first attendance, and what raises them.
    "two levels of one name": broken(
        "alarm level", "{name: with command,", "{name: «more hands,", "'more hands' is already the name of level 1"
    ),
    "a level that asks for nothing new": broken(
        "alarm level",
        "send: [{skill: rescue, quantity: 3}, {skill: transport, load: 2}, {skill: command}]",
        "«send: [{skill: rescue, quantity: 3}, {skill: transport, load: 2}]",
        "level 'with command' asks for nothing that was not asked for below it",
    ),
    "a level in all for fewer": broken(
        "alarm level",
        "send: [{skill: rescue, quantity: 3}, {skill: transport",
        "«send: [{skill: rescue, quantity: 2}, {skill: transport",
        "asks for 2 with skill 'rescue' in all, fewer than below it",
    ),
    "a level for more than there is": broken(
        "unfillable",
        "counts: added, send: [{skill: rescue}]",
        "counts: added, «send: [{skill: rescue}, {skill: diving}]",
        "level 'more hands' and what stands below it ask for more than the centre has",
    ),
    "a level in ways and in all": broken(
        "alarm level",
        "{name: with command, counts: in all,",
        "«{name: with command, counts: in all, whole: true, instead: [[{skill: fire}]],",
        "`instead`",
    ),
    "a level that waits without a time": broken(
        "alarm level",
        "      - {name: more hands, counts: added, send: [{skill: rescue}], after_s: 600,",
        "      - «{name: more hands, counts: added, send: [{skill: rescue}],",
        "give `after_s`",
    ),
    "a level later for the more urgent": broken(
        "inversion",
        "    send: [{skill: sea}]\n",
        "    send: [{skill: sea}]\n    levels: [{name: more hands, counts: added, send: [{skill: fire}], after_s: «900}]\n",
        "reaches 'more hands' after 900 s, plan 'cutting' of something less urgent after 600 s",
    ),
    "a rung that raises to an unknown level": broken(
        "name", "    alarm_up: true\n", "    alarm_to: «mor hands\n", "did you mean 'more hands'?"
    ),
    "a rung that raises twice over": broken(
        "alarm level",
        "  nobody takes over:\n",
        "  «nobody takes over:\n    alarm_to: more hands\n",
        "to a level or by one level",
    ),
    # Target packs and targets of one's own.
    "a pack that means an unknown priority": broken(
        "name", "category 1: [purple]", "category 1: [«purpel]", "did you mean 'purple'?"
    ),
    "a target for an unknown queue": broken(
        "name", "for: [emergency]", "for: [«emergncy]", "did you mean 'emergency'?"
    ),
    # YAML that hides what it says.
    "a key twice": broken(
        "yaml", "    raises_to: amber\n", "    raises_to: amber\n    «raises_to: red\n", "a second time"
    ),
    "an alias": broken("yaml", "plan: lifeboat", "plan: «*boat", "alias *boat is not used here"),
    "an anchor": broken("yaml", "plan: lifeboat", "plan: «&boat lifeboat", "anchor &boat is not used here"),
    "a tab": broken("yaml", "    to: [purple, red]", "«\tto: [purple, red]", "not YAML"),
    "a tag that would execute": broken(
        "yaml", "based_on: revision 3", "based_on: «!!python/name:os.system revision 3", "tag tag:yaml.org,2002:python"
    ),
    "a quote left open": Broken(
        "yaml",
        (
            ("based_on: revision 3", "based_on: 'revision 3"),
            ("worse}\n    code: arrest\n    priority: purple\n", "worse}\n    code: arrest\n    priority: purple\n«"),
        ),
        ("found unexpected end of stream",),
    ),
    # Values of the wrong sort or size.
    "a number in quotes": broken("value", "revision: 4", 'revision: «"4"', "'4' does not fit"),
    "a number for a name": broken("value", 'code: "17"\n    pr', "code: «17\n    pr", "17 does not fit"),
    "yes for true": broken("value", "shared: true", "shared: «yes", "'yes' does not fit"),
    "a list for keys": broken(
        "value", "  overrun: {task_s: 1800, most_s: 3600, unless: [purple, red]}", "  «overrun: [1800]", "a list"
    ),
    "a week too long": broken("value", "unfilled_for_s: 1800", "unfilled_for_s: «700000", "700000 does not fit"),
    "less than nothing": broken("value", "missing_s: 300", "missing_s: «-300", "-300 does not fit"),
    "an exponent too large": broken("value", "exponent: 2", "exponent: «5", "5 does not fit"),
    # Examples that do not hold.
    "an example with another code": broken(
        "example", 'code: "17"\n    pr', "code: «chest pain\n    pr", "leads to '17', not 'chest pain'"
    ),
    "an example with another priority": broken(
        "example",
        "code: trapped\n    priority: amber",
        "code: trapped\n    priority: «red",
        "'trapped' has priority 'amber'",
    ),
    "an example with an answer nobody takes": broken(
        "example", "awake again: yes}", "awake again: «maybe}", "question 'awake again' does not take 'maybe'"
    ),
    "an example that leaves where it may not": broken(
        "example", "left: {water: worse}", "left: {conscious: «worse}", "cannot leave question 'conscious' by 'worse'"
    ),
    "an example that leaves by nothing": broken(
        "example", "left: {water: worse}", "left: {water: «wors}", "did you mean 'worse'?"
    ),
    "an example that leaves no question": broken(
        "example", "left: {water: worse}", "left: {«watr: worse}", "did you mean 'water'?"
    ),
    "an example with an unknown question": broken(
        "example", "complaint: trapped, ", "«complain: trapped, ", "did you mean"
    ),
}
