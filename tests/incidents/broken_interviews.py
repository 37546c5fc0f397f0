"""Ways to break the questions and the jump-outs of a sound procedure, planted as `broken_procedures` does."""

from __future__ import annotations

from tests.incidents.broken_procedures import Broken, broken

BROKEN_INTERVIEWS: dict[str, Broken] = {
    # Questions that are not what they say, and unknown said twice.
    "a closed question that takes any text": broken(
        "question form",
        "    colour:\n      text: What colour are their lips?\n      form: open",
        "    «colour:\n      text: What colour are their lips?\n      form: closed",
        "so it has no `otherwise`",
    ),
    "an open question that takes no text": broken(
        "question form",
        "    still breathing:\n      text: Are they still breathing?\n      form: closed",
        "    «still breathing:\n      text: Are they still breathing?\n      form: open",
        "so it needs `otherwise`",
    ),
    "a closed question without answers": broken(
        "question form",
        "    colour:\n",
        "    «mood: {text: In what mood, about: mood}\n    colour:\n",
        "lists its `answers`",
    ),
    "unknown beside the answers and among them": broken(
        "question form",
        "    still breathing:\n      text: Are they still breathing?\n      form: closed\n"
        "      about: breathing now\n      answers: {yes: {ask: colour}",
        "    «still breathing:\n      text: Are they still breathing?\n      form: closed\n"
        "      about: breathing now\n      answers: {unknown: {code: arrest}, yes: {ask: colour}",
        "not both",
    ),
    # Jump-outs.
    "a jump-out that leads nowhere": broken(
        "jump-out", "    worse:\n", "    «gone: {text: Gone}\n    worse:\n", "give either `ask`"
    ),
    "a jump-out both ways": broken(
        "jump-out",
        "    worse:\n",
        "    «gone: {text: Gone, ask: colour, code: advice}\n    worse:\n",
        "give either `ask`",
    ),
    "cases of a branch": broken(
        "jump-out",
        "    worse:\n",
        "    «gone: {text: Gone, ask: colour, cases: [{answers: {water: yes}, code: advice}]}\n    worse:\n",
        "they need `code`",
    ),
    "a jump-out to no question": broken(
        "jump-out", "ask: still breathing", "ask: «stil breathing", "did you mean 'still breathing'?"
    ),
    "a jump-out to no code": broken("jump-out", "code: ring back\n", "code: «ring bck\n", "did you mean 'ring back'?"),
    "a case to no code": broken(
        "jump-out", "{conscious: no}, code: arrest}", "{conscious: no}, code: «arest}", "did you mean 'arrest'?"
    ),
    "a case with an answer nobody takes": broken(
        "jump-out",
        "{conscious: yes, complaint: trapped}",
        "{conscious: yes, awake again: «no idea}",
        "question 'awake again' does not take 'no idea'",
    ),
    "a case behind a wider one": broken(
        "jump-out",
        "- {answers: {conscious: yes, complaint: trapped}, code",
        "- «{answers: {conscious: no, breathing: no}, code",
        "never reached: an earlier one, for 'arrest'",
    ),
    "a jump-out at no question": broken(
        "jump-out", "at: [complaint, water", "at: [complaint, «watr", "did you mean 'water'?"
    ),
    "a jump-out at one question twice": broken(
        "jump-out", "at: [complaint, water", "at: [complaint, «complaint, water", "stands here twice"
    ),
    "a jump-out offered in its own branch": broken(
        "jump-out", "at: [complaint, water, ", "at: [complaint, water, «colour, ", "leads back to question 'colour'"
    ),
    "a jump-out to the start": Broken(
        "jump-out",
        (
            ("    still breathing:\n", "    «still breathing:\n"),
            ("    colour:\n", "    «colour:\n"),
            ("ask: still breathing", "ask: «conscious"),
            ("{water: worse}", "{water: «worse}"),
        ),
        ("no path", "no path", "which every interview has been asked", "cannot leave question 'water'"),
    ),
    "a jump-out named as an answer": Broken(
        "jump-out",
        (("    line dead:\n", "    «at sea:\n"), ("line dead}", "at sea}")),
        ("is an answer to question 'water' as well",),
    ),
    "a jump-out named unknown": Broken(
        "jump-out",
        (("    line dead:\n", "    «unknown:\n"), ("line dead}", "unknown}")),
        ("an answer to any question",),
    ),
    "an end to be resumed": broken(
        "jump-out", "      rings_back: true", "      resumes: «true", "leaves no branch to come back from"
    ),
    "a branch that waits for a caller": broken(
        "jump-out", "      resumes: true", "      rings_back: «true", "does not wait for a caller to be back"
    ),
    "a branch that no jump-out leads to": Broken(
        "jump-out",
        (
            ("    still breathing:\n", "    «still breathing:\n"),
            ("    colour:\n", "    «colour:\n"),
            ("      ask: still breathing", "      code: advice"),
            ("      resumes: true", "      rings_back: true"),
            ("{water: worse}\n    code: arrest", "{water: worse}\n    code: «arrest"),
        ),
        ("no path", "no path", "leads to 'advice', not 'arrest'"),
    ),
    "a check that a lost caller cannot meet": broken(
        "jump-out",
        "checks:\n",
        "checks:\n  said: {answer: «complaint, codes: [trapped, ring back]}\n",
        "may come to 'ring back' without being asked 'complaint'",
    ),
}
