"""That the jump-outs of a triage tree lead somewhere, are offered somewhere, and cannot be taken for answers.

Imports `tree`, `tree_soundness`, `procedure` and `near_names`.
"""

from __future__ import annotations

from incidents.centre import Loc
from incidents.near_names import Found, NearNames, listed
from incidents.procedure import Procedure
from incidents.tree import REFUSED, UNKNOWN, JumpOut, Triage
from incidents.tree_soundness import answer_flaws


def jump_out_flaws(procedure: Procedure, names: NearNames) -> Found:
    """Yield what is wrong with the jump-outs, in no particular order."""
    triage = procedure.triage
    for name, out in triage.jump_outs.items():
        loc = ("triage", "jump_outs", name)
        yield from _name(loc, name, out, triage)
        yield from _ends(loc, out, procedure, names)
        yield from _offers(loc, name, out, triage, names)
        yield from _ways_back(loc, out)


def unknown_warnings(procedure: Procedure) -> Found:
    """Yield every closed question at which a caller who does not know would hold up the interview."""
    for name, question in procedure.triage.questions.items():
        if question.way(UNKNOWN) is None:
            what = f"nothing leads on from question '{name}' for a caller who does not know"
            yield ("triage", "questions", name), what, "`unknown`, or `otherwise`"


def _name(loc: Loc, name: str, out: JumpOut, triage: Triage) -> Found:
    """A call-taker who reads or types a name must not get something else by it."""
    if name in (UNKNOWN, REFUSED):
        yield (*loc, "[key]"), f"'{name}' is an answer to any question", "a name of its own"
        return
    for asked, question in triage.questions.items():
        if name in question.answers and (not out.at or asked in out.at):
            yield (*loc, "[key]"), f"'{name}' is an answer to question '{asked}' as well", "a name of its own"
            return


def _ends(loc: Loc, out: JumpOut, procedure: Procedure, names: NearNames) -> Found:
    triage, determinants = procedure.triage, procedure.determinants
    if out.ask is not None:
        yield from names.unknown((*loc, "ask"), "question", out.ask, triage.questions)
    if out.code is not None:
        yield from names.unknown((*loc, "code"), "determinant", out.code, determinants)
    for index, case in enumerate(out.cases):
        place = (*loc, "cases", index)
        yield from names.unknown((*place, "code"), "determinant", case.code, determinants)
        yield from answer_flaws(triage, case.answers, names, place)
        earlier = next((each for each in out.cases[:index] if each.answers.items() <= case.answers.items()), None)
        if earlier is not None:
            what = f"this case is never reached: an earlier one, for '{earlier.code}', fits whenever it does"
            yield place, what, "the narrower case before the wider one"


def _offers(loc: Loc, name: str, out: JumpOut, triage: Triage, names: NearNames) -> Found:
    """Where it may be taken. A branch that leads to a question on the way to it would be a loop, and is never offered there."""
    branch = triage.branches[name]
    if triage.start in branch:
        what = f"its branch leads back to question '{triage.start}', which every interview has been asked"
        yield (*loc, "ask"), what, "a question not asked before"
    first: dict[str, int] = {}
    # The same for a thousand questions, so it is said once.
    elsewhere = listed(each for each in triage.questions if each not in branch) if branch else ""
    for index, asked in enumerate(out.at):
        yield from names.unknown((*loc, "at", index), "question", asked, triage.questions)
        if first.setdefault(asked, index) != index:
            yield (*loc, "at", index), f"question '{asked}' stands here twice", "each question once"
        elif asked in branch and triage.start not in branch:
            yield (*loc, "at", index), f"its branch leads back to question '{asked}'", elsewhere


def _ways_back(loc: Loc, out: JumpOut) -> Found:
    if out.resumes and out.ask is None:
        what = "a jump-out that ends the interview leaves no branch to come back from"
        yield (*loc, "resumes"), what, "`rings_back: true`, for a caller who is back, or `ask`"
    if out.rings_back and out.ask is not None:
        what = "an interview that goes on in a branch does not wait for a caller to be back"
        yield (*loc, "rings_back"), what, "`resumes: true`, or `code`"
