"""A name that nothing bears is a flaw, with the name that was probably meant if that can be afforded."""

from __future__ import annotations

from incidents.near_names import LETTERS_COMPARED, NAMES_COMPARED, NAMES_SHOWN, NEAREST_SOUGHT, NearNames, listed


def test_a_known_name_is_no_flaw() -> None:
    """A false alarm teaches designers to ignore alarms."""
    assert list(NearNames().unknown(("plan",), "plan", "fire", {"fire": 1})) == []


def test_a_slip_is_told_with_what_was_meant() -> None:
    """Most flaws of a document are slips of typing, and the cure is one of its own names."""
    flaws = list(NearNames().unknown(("plan",), "plan", "fier", {"fire": 1, "rescue": 1}))
    assert flaws == [(("plan",), "unknown plan 'fier', did you mean 'fire'?", "fire, rescue")]


def test_a_hostile_document_does_not_buy_comparisons_without_end() -> None:
    """Comparing names costs time; beyond a few slips the document is something else."""
    names = NearNames()
    meant = [names.meant("plan", f"fire{number}", ["fire"]) for number in range(NEAREST_SOUGHT + 1)]
    assert meant == ["fire"] * NEAREST_SOUGHT + [None]


def test_a_slip_is_not_sought_among_too_many() -> None:
    """One comparison with each of a hundred thousand names takes minutes."""
    known = [f"plan {number}" for number in range(NAMES_COMPARED)]
    assert NearNames().meant("plan", "plan 7x", known) == "plan 7"
    assert NearNames().meant("plan", "plan 7x", [*known, "one more"]) is None


def test_a_long_list_is_cut_where_a_reader_stops() -> None:
    """A refusal that fills the screen hides the flaw it names."""
    assert listed(f"n{number}" for number in range(NAMES_SHOWN + 1)).endswith(f"n{NAMES_SHOWN - 1}, ...")
    assert listed([]) == "none is declared"


def test_long_names_that_are_nearly_alike_do_not_cost_seconds() -> None:
    """Comparing two names takes time with the product of their lengths, and a document may hold a thousand of the longest."""
    known = [f"{'ab' * 37}{number:04}" for number in range(NAMES_COMPARED)]
    names = NearNames()
    sought = [names.meant("plan", f"{'ab' * 37}x{number}", known) for number in range(NEAREST_SOUGHT)]
    assert NEAREST_SOUGHT - sought.count(None) <= LETTERS_COMPARED / (77 * 78 * len(known))
