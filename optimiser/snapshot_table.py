"""An answer to a snapshot as text: one line for each position, held ones with their reason, then what it all costs."""

from __future__ import annotations

from collections.abc import Iterator

from optimiser.explain import ALTERNATIVES
from optimiser.snapshot_answer import Answer, AnswerNeed, AnswerRow

Line = tuple[str, str, str, str, str, str]


def as_table(answer: Answer) -> str:
    """Lay an answer out as text."""
    lines: list[Line] = [("need", "priority", "skill", "resource", "reach s", "next best, or why held")]
    for need in answer.needs:
        for row in need.rows:
            lines += _lines(need, row)
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    text = ["  ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    text.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*text, "", *_figures(answer)])


def _lines(need: AnswerNeed, row: AnswerRow) -> Iterator[Line]:
    for at, choice in enumerate(row.chosen):
        reach = "-" if choice.reach_s is None else f"{choice.reach_s:.0f}"
        # What is next best would replace the dearest one of its row, which is the last.
        notes = ["pinned"] * choice.pinned + [_next_best(row)] * (at == len(row.chosen) - 1)
        yield need.id, str(need.priority), row.skill, choice.resource, reach, "; ".join(filter(None, notes))
    if row.missing:
        why = f"{row.missing} missing: {_held(need, row)}"
        yield need.id, str(need.priority), row.skill, "-", "-", why


def _next_best(row: AnswerRow) -> str:
    free = [other for other in row.not_chosen if other.why == "dearer" and other.dearer_by is not None]
    free.sort(key=lambda other: (other.dearer_by, other.resource))
    return "; ".join(f"{other.resource} +{other.dearer_by:g}" for other in free[:ALTERNATIVES])


def _held(need: AnswerNeed, row: AnswerRow) -> str:
    if row.held_because == "waiting is cheaper":
        return f"waiting is cheaper (going costs {need.going_would_cost:g})"
    if row.held_because == "taken":
        held = sorted({need for other in row.not_chosen if other.why == "taken" for need in other.held_by})
        return f"taken by {', '.join(held)}"
    return str(row.held_because)


def _figures(answer: Answer) -> Iterator[str]:
    filled = ", ".join(f"priority {one.priority}: {one.filled} of {one.asked}" for one in answer.classes)
    yield f"filled: {filled or 'nothing asked'}"
    for reserve in answer.reserves:
        kept = f" ({', '.join(reserve.kept)})" if reserve.kept else ""
        yield f"reserve {reserve.id}: {reserve.keep - reserve.missing} of {reserve.keep} kept{kept}"
    for broken in answer.broken:
        detail = f" ({broken.detail})" if broken.detail else ""
        yield f"broken by force: {broken.rule} of {broken.about}{detail}"
    if answer.caps_not_set:
        yield f"no cap on regret within the limits: priority {', '.join(map(str, answer.caps_not_set))}"
    bound = "" if answer.proven or answer.bound is None else f", at least {answer.bound:g} possible"
    sure = "proven best" if answer.proven else f"{answer.stopped}: {answer.detail or 'not proven best'}"
    parts = " + ".join(f"{name} {price:g}" for name, price in answer.terms.items()) if len(answer.terms) > 1 else ""
    yield f"price: {answer.price:g}{bound} ({sure})" + (f" = {parts}" if parts else "")
