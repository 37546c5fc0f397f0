"""Light entries and SimPy's own share one heap and one order."""

from __future__ import annotations

import pytest
import simpy

from simulation.light_entries import LightEnvironment


def test_calls_and_processes_take_turns() -> None:
    """By instant, and at one instant as they were scheduled, whichever kind they are."""
    clock, told = LightEnvironment(100), list[tuple[str, float]]()

    def process() -> simpy.events.ProcessGenerator:
        yield clock.timeout(5)
        told.append(("process", clock.now))
        clock.call_at(106, tell, ("by process",))
        yield clock.timeout(1)
        told.append(("process again", clock.now))

    def tell(name: str) -> None:
        told.append((name, clock.now))

    clock.process(process())
    clock.call_at(105, tell, ("first",))
    clock.call_at(104, tell, ("before",))
    clock.play(110)
    assert told == [
        ("before", 104), ("first", 105), ("process", 105), ("by process", 106), ("process again", 106),
    ]  # fmt: skip
    assert clock.now == 110


def test_resources_work_beside_calls() -> None:
    """A SimPy resource held by a process keeps the next one waiting, whatever is called meanwhile."""
    clock, served = LightEnvironment(), list[float]()
    desk = simpy.Resource(clock, capacity=1)

    def caller() -> simpy.events.ProcessGenerator:
        with desk.request() as request:
            yield request
            yield clock.timeout(10)
            served.append(clock.now)

    for instant in (0, 3):
        clock.call_at(instant, lambda: clock.process(caller()))
    clock.run()
    assert served == [10, 20]


@pytest.mark.parametrize("way", ["play", "run", "step"])
def test_each_way_to_go_on_comes_to_the_same(way: str) -> None:
    """What is scheduled for the end itself does not happen any more."""
    clock, told = LightEnvironment(), list[float]()

    def again(number: int) -> None:
        told.append(clock.now)
        if number:
            clock.call_at(clock.now + 2, again, (number - 1,))

    clock.call_at(1, again, (9,))
    if way == "play":
        clock.play(7)
    elif way == "run":
        clock.run(until=7)
    else:
        while clock.peek() < 7:
            clock.step()
    assert told == [1, 3, 5]


def test_an_empty_clock_plays_to_its_end() -> None:
    """A night without a call ends all the same."""
    clock = LightEnvironment(5)
    clock.play(9)
    assert clock.instant == 9
    with pytest.raises(simpy.core.EmptySchedule):
        LightEnvironment().step()


def test_nothing_is_called_in_the_past() -> None:
    """Time does not go back."""
    clock = LightEnvironment(5)
    with pytest.raises(AssertionError, match="in the past"):
        clock.call_at(4, lambda: None)


def test_a_process_that_fails_is_heard() -> None:
    """SimPy's own errors come through."""
    clock = LightEnvironment()

    def broken() -> simpy.events.ProcessGenerator:
        yield clock.timeout(1)
        raise ValueError("broken")

    clock.process(broken())
    clock.call_at(0, lambda: None)
    with pytest.raises(ValueError, match="broken"):
        clock.play(5)
