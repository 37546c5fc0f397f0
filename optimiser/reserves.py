"""Reserves as optional positions: so many to be kept free within nested groups of resources, at a price per missing one.

Let g be a group with members M_g, of which k_g are to be kept at price p_g for each that is missing, and let the groups nest:
two of them are disjoint, or one contains the other. With the groups that contain g called its enclosing ones, itself included,

    price of a plan = sum over g of p_g * max(0, k_g - free members of g)

is the least price of filling these positions with the free members, each at most once for each unit of its room:

    group g has k_g - sum of k_h over the groups directly inside it       positions, which may not be negative;
    member j of an enclosing group of g fills one of them                 at the sum of p_h over the enclosing h without j;
    nobody fills it                                                       at the sum of p_h over all enclosing h.

Proof. For given free members the positions of a leaf are best filled by its own; what it is short of is short in every
enclosing group too unless somebody of that group steps in, and then only the groups in between go without. By induction over
the tree the sum is p_g times the shortfall of each g. So a reserve adds optional needs of one position and leaves a flow a flow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimiser.refusals import Flaw


@dataclass(frozen=True, slots=True)
class Reserve:
    """A group and what is to be kept in it."""

    members: frozenset[int]
    """Indices of resources."""
    keep: int
    price: int
    """Cost units for each that is missing."""
    kind: str = ""
    """What is kept, such as a skill: groups of one kind have to nest, those of different kinds are kept side by side."""


@dataclass(frozen=True, slots=True)
class Position:
    """One position of a reserve, to be filled by somebody who is kept."""

    reserve: int
    """Index of its reserve."""
    prices: tuple[tuple[int, int], ...]
    """(resource, cost units) for everybody who may fill it, by resource."""
    open_price: int


def nesting_flaws(reserves: Sequence[Reserve], wheres: Sequence[str]) -> list[Flaw]:
    """Say which groups overlap without nesting, and which keep fewer than those inside them; `wheres` names each."""
    flaws = []
    for at, one in enumerate(reserves):
        for before in range(at):
            other = reserves[before]
            shared = one.members & other.members
            if one.kind == other.kind and shared and shared not in (one.members, other.members):
                what = f"overlaps {wheres[before]} in part"
                flaws.append(Flaw(wheres[at], what, "groups that nest, or that share no resource"))
    if flaws:
        return flaws
    for at, (group, own) in enumerate(zip(reserves, _own_positions(reserves), strict=True)):
        if own < 0:
            what = f"keeps {group.keep}, the groups inside it {group.keep - own}"
            flaws.append(Flaw(f"{wheres[at]}/keep", what, f"at least {group.keep - own}"))
    return flaws


def positions(reserves: Sequence[Reserve]) -> list[Position]:
    """State the positions of reserves that have no flaws, by reserve."""
    found = []
    for at, own in enumerate(_own_positions(reserves)):
        enclosing = [at, *_outward(reserves, at)]
        total = sum(reserves[group].price for group in enclosing)
        widest = reserves[enclosing[-1]].members
        prices = tuple(
            (member, sum(reserves[group].price for group in enclosing if member not in reserves[group].members))
            for member in sorted(widest)
        )
        found += [Position(at, prices, total)] * own
    return found


def _own_positions(reserves: Sequence[Reserve]) -> list[int]:
    own = [group.keep for group in reserves]
    for at, group in enumerate(reserves):
        outward = _outward(reserves, at)
        if outward:
            own[outward[0]] -= group.keep
    return own


def _outward(reserves: Sequence[Reserve], at: int) -> list[int]:
    """The groups around one, the next first. Of two with the same members the one that keeps more is around the other."""

    def size(group: int) -> tuple[int, int, int]:
        return len(reserves[group].members), reserves[group].keep, group

    mine = reserves[at]
    around = [
        group
        for group, one in enumerate(reserves)
        if one.kind == mine.kind and one.members >= mine.members and size(group) > size(at)
    ]
    return sorted(around, key=size)
