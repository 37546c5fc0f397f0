"""The best plan of a small snapshot by trying all of them, read off the document as its manual says and by nothing else.

Knows no array, no engine and no cap on regret. Prices are in tenths of a weighted second, each term rounded by itself.
"""

from __future__ import annotations

from itertools import chain, combinations, product
from typing import Any

Option = tuple[tuple[int, ...], int, int]
"""Room taken of each resource, positions that count, price: one way to serve one need."""
Standing = tuple[tuple[int, ...], int]


def best_of(document: dict[str, Any]) -> Standing:
    """Minus the positions filled by priority, the most urgent first, then the price."""
    ids = [one["id"] for one in document["resources"]]
    room = [one["capacity"] - one["current_load"] for one in document["resources"]]
    priorities = sorted({need["priority"] for need in document["needs"]})
    options = [_cheapest(_options(document, need, ids)) for need in document["needs"]]
    found: list[Standing] = []
    for plan in product(*options):
        used = [sum(column) for column in zip(*(taken for taken, _, _ in plan), strict=True)] or [0] * len(ids)
        left = [has - took for has, took in zip(room, used, strict=True)]
        if min(left) < 0:
            continue
        filled = dict.fromkeys(priorities, 0)
        for need, (_, counted, _) in zip(document["needs"], plan, strict=True):
            filled[need["priority"]] -= counted
        price = sum(price for _, _, price in plan) + _reserves(document, dict(zip(ids, left, strict=True)))
        found.append((tuple(filled.values()), price))
    return min(found)


def _cheapest(options: list[Option]) -> list[Option]:
    """Of options that take the same room and count alike only the cheapest matters."""
    best: dict[tuple[tuple[int, ...], int], int] = {}
    for taken, counted, price in options:
        best[taken, counted] = min(price, best.get((taken, counted), price))
    return [(taken, counted, price) for (taken, counted), price in best.items()]


def _options(document: dict[str, Any], need: dict[str, Any], ids: list[str]) -> list[Option]:
    teams = need.get("alternatives") or [need["rows"]]
    pinned = {pin["resource"] for pin in document["pins"] if pin["need"] == need["id"]}
    whole, found, first = need.get("whole", True), [], 0
    most = max(sum(row["quantity"] for row in team) for team in teams)
    for number, team in enumerate(teams):
        choices = []
        for at, row in enumerate(team):
            able = [one for one in document["resources"] if _may(document, need, row, one)]
            ways = chain.from_iterable(combinations(able, size) for size in range(row["quantity"] + 1))
            # A pin of this document names row 0.
            is_pinned_row = number == 0 and at == 0
            choices.append([way for way in ways if not is_pinned_row or pinned <= {one["id"] for one in way}])
        for rows in product(*choices):
            sizes = [len(way) for way in rows]
            is_full = all(size == row["quantity"] for size, row in zip(sizes, team, strict=True))
            is_bare = sum(sizes) == (len(pinned) if number == 0 else 0)
            if (whole and not is_full and not is_bare) or (number and pinned):
                continue
            bodies = [one["id"] for way in rows for one in way]
            if not need["shared"] and len(set(bodies)) < len(bodies):
                continue
            found.append(_option(document, need, list(zip(range(first, first + len(team)), team, rows, strict=True)),
                                 ids, most if whole and is_full else sum(sizes), is_full))  # fmt: skip
        first += len(team)
    return found


def _option(
    document: dict[str, Any], need: dict[str, Any], rows: list[tuple[int, Any, Any]], ids: list[str], counted: int,
    is_full: bool,
) -> Option:  # fmt: skip
    loads: dict[str, list[int]] = {one: [] for one in ids}
    prices: dict[str, list[int]] = {one: [] for one in ids}
    for at, row, way in rows:
        for one in way:
            loads[one["id"]].append(row["load"])
            prices[one["id"]].append(_price(document, need, row, at, one))
    together = max if need["shared"] else sum
    price = sum(together(some) for some in prices.values() if some)
    if need.get("wait_price_s") is not None:
        missing = sum(row["quantity"] - len(way) for _, row, way in rows)
        price += round(10 * need["wait_price_s"]) * (int(not is_full) if need.get("whole", True) else missing)
        counted = 0
    return tuple(together(loads[one]) if loads[one] else 0 for one in ids), counted, price


def _reach_s(document: dict[str, Any], need: dict[str, Any], resource: dict[str, Any]) -> float | None:
    found: float | None = document["travel"]["reach_s"].get(need["id"], {}).get(resource["id"])
    return found


def _may(document: dict[str, Any], need: dict[str, Any], row: dict[str, Any], resource: dict[str, Any]) -> bool:
    reach_s = _reach_s(document, need, resource)
    if reach_s is None or not resource["available"] or resource["skills"].get(row["skill"], 0) < row["level"]:
        return False
    if {"need": need["id"], "resource": resource["id"]} in document["barred"]:
        return False
    ends_s = resource.get("shift_ends_in_s")
    return "overtime_price" in document or ends_s is None or reach_s + need["work_s"] <= ends_s


def _price(document: dict[str, Any], need: dict[str, Any], row: dict[str, Any], at: int, one: dict[str, Any]) -> int:
    reach_s = _reach_s(document, need, one)
    assert reach_s is not None
    weight = document["weights"].get(str(need["priority"]), 1)
    longest = max(each["waited_s"] for each in document["needs"] if each["priority"] == need["priority"])
    rows = list(chain.from_iterable(need.get("alternatives") or [need["rows"]]))
    asked = {each["skill"] for each in rows}
    stands = [
        each["id"]
        for each in document["resources"]
        if {"need": need["id"], "resource": each["id"]} in document["standing"] and at == 0
        and _may(document, need, row, each)
    ]  # fmt: skip
    late_s = max(0.0, reach_s + need["work_s"] - one.get("shift_ends_in_s", float("inf")))
    terms = (
        weight * reach_s,
        weight * (longest - need["waited_s"]) * document["precedence"],
        document["spare_skill_s"] * len(set(one["skills"]) - asked),
        document["spare_level_s"] * (one["skills"][row["skill"]] - row["level"]),
        one["price_s"],
        document["disruption_s"] if stands and one["id"] not in stands else 0,
        document.get("overtime_price", 0) * late_s,
    )
    return sum(round(10 * term) for term in terms)


def _reserves(document: dict[str, Any], left: dict[str, int]) -> int:
    total = 0
    for reserve in document.get("reserves", ()):
        free = sum(
            left[one["id"]]
            for one in document["resources"]
            if one["id"] in reserve["resources"] and one["available"] and reserve["skill"] in one["skills"]
        )
        total += round(10 * reserve["price_s"]) * max(0, reserve["keep"] - free)
    return total
