"""Natures that a log learns only while a contact waits: whoever did not wait is shared out as those who waited are."""

from __future__ import annotations

import pytest

from simulation.fitting.log import LoggedIncident
from simulation.fitting.mapping import LogMapping
from simulation.fitting.quality import Quality
from simulation.fitting.veiled import shared_out
from tests.simulation.small_log import small_mapping


def mapping(veiled_as: str | None = "plain") -> LogMapping:
    """Members are known as such only after a wait."""
    return small_mapping(
        natures={"member": {"when": {"incident": ["m"]}, "veiled_as": veiled_as}, "plain": {}, "other": {}}
    )


def call(number: int, nature: str, wait_s: float) -> LoggedIncident:
    """One that was answered after a wait."""
    received = 100.0 * number
    priority = "high" if nature == "member" else "call"
    return LoggedIncident(
        str(number), number, nature, priority, priority, priority, "", None, received, received + wait_s,
        answered=received + wait_s,
    )  # fmt: skip


def told(calls: list[tuple[str, float]], quality: Quality | None = None) -> list[str]:
    """The natures of these calls, shared out."""
    log = [call(number, nature, wait_s) for number, (nature, wait_s) in enumerate(calls)]
    return [each.nature for each in shared_out(log, mapping(), quality or Quality())]


def test_half_of_those_who_did_not_wait_are_members_where_half_who_waited_are() -> None:
    """One of two waiting callers was a member: so is every second of the others, who has the priority of members."""
    calls = [("member", 5.0), ("plain", 5.0), *[("plain", 0.0)] * 4]
    quality = Quality()
    assert told(calls, quality) == ["member", "plain", "plain", "member", "plain", "member"]
    assert quality.count("records without a wait, taken for member") == 2


def test_nobody_is_shared_out_by_what_came_later() -> None:
    """A back-test fits the earlier part, and must not know the later one."""
    assert told([("plain", 0.0), ("plain", 0.0), ("member", 5.0)]) == ["plain", "plain", "member"]


def test_other_natures_and_those_who_waited_stay_what_they_are() -> None:
    """Of them the log knows."""
    assert told([("member", 5.0), ("other", 0.0), ("plain", 5.0)]) == ["member", "other", "plain"]


def test_who_is_taken_for_a_member_has_the_priority_of_members() -> None:
    """Nature and priority go together."""
    found = shared_out([call(0, "member", 5.0), call(1, "plain", 0.0)], mapping(), Quality())
    assert [(each.nature, each.priority) for each in found] == [("member", "high"), ("member", "high")]


@pytest.mark.parametrize("name", ["nobody", "member"])
def test_a_veil_that_is_no_other_nature_is_refused(name: str) -> None:
    """A slip of the pen would share out nobody."""
    flaws = list(mapping(name).flaws())
    assert [where for where, _, _ in flaws] == [("natures", "member", "veiled_as")]
