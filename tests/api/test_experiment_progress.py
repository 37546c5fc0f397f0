"""Whoever waits for hours is told how far it is: with a bar on a terminal, in plain lines elsewhere."""

from __future__ import annotations

import io

from rich.console import Console

from api.experiment_progress import shown
from simulation.experiment_runs import Progress

STAGES = [
    Progress("look 1 of 2", "normal week", 0, 4, 0),
    Progress("look 1 of 2", "normal week", 3, 4, 3000),
    Progress("look 1 of 2", "nights", 4, 4, 3600),
    Progress("look 2 of 2", "nights", 4, 4, 3600),
]


def told(*, is_terminal: bool) -> str:
    """What such a course shows."""
    file = io.StringIO()
    with shown(Console(file=file, force_terminal=is_terminal, width=160, legacy_windows=False)) as progress:
        for each in STAGES:
            progress(each)
    return file.getvalue()


def test_a_log_gets_a_line_at_the_end_of_each_stage_and_no_escape_sequence() -> None:
    """The lines between come every half minute, and here it took no time."""
    lines = told(is_terminal=False).splitlines()
    assert [line.partition(" runs")[0] for line in lines] == [
        "look 1 of 2, nights: 4 of 4",
        "look 2 of 2, nights: 4 of 4",
    ]
    assert all("contacts/s" in line and "s left" in line for line in lines)
    assert "\x1b" not in "".join(lines)


def test_a_terminal_gets_a_bar_for_each_look_with_the_workload_and_the_speed() -> None:
    """Done of total, contacts a second, and the time that is left."""
    text = told(is_terminal=True)
    for part in ("look 1 of 2, nights", "look 2 of 2, nights", "4/4", "contacts/s"):
        assert part in text
