"""An experiment is answered in one order: race, look, stop, vary; nothing is forced, and nobody who plays can change it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from incidents.measures import Measures
from simulation.answer import Answer
from simulation.answer_report import report_of
from simulation.experiment import Frozen, read_experiment
from simulation.experiment_runs import Hands, Progress
from simulation.replication_batch import batch_bytes
from simulation.replication_store import SUFFIX, Store
from simulation.replications import Cancelled
from simulation.report import as_json, as_text, render_html
from simulation.what_if import RACE_STEP, answered
from tests.simulation.test_experiment import QUESTION, a_folder, asked


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The priority call centre, with a candidate that serves enquiries first."""
    return a_folder(tmp_path_factory.mktemp("world"))


MORE = "{add: {B1: {kind: agent}, B2: {kind: agent}, B3: {kind: agent}, B4: {kind: agent}}}"
FOUR_MORE = ("{procedure: procedures/turned.yaml}", MORE)


def question(folder: Path, *changes: tuple[str, str]) -> Frozen:
    """The question with some of its words replaced."""
    text = QUESTION
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return read_experiment(asked(folder, text))


def here(**given: object) -> Hands:
    """Played in this process."""
    return Hands(workers=1, **given)  # type: ignore[arg-type]


def to_the_last_bit(runs: Sequence[Measures]) -> bytes:
    """Runs as they would be kept."""
    return batch_bytes("", [(0, 0, tuple(runs))])


def everything(answer: Answer) -> tuple[object, ...]:
    """All that an answer says but how long it took."""
    played = [
        (each.workload, *map(to_the_last_bit, (each.baseline, each.candidate, each.again))) for each in answer.evidence
    ]
    return (answer.fingerprint, played, repr(answer.judgement), answer.seeds, answer.contacts, answer.ended)


@pytest.fixture(scope="module")
def plain(folder: Path) -> Answer:
    """The plain question, answered."""
    return answered(question(folder), here())


def test_a_worse_procedure_does_not_pass(plain: Answer) -> None:
    """Emergencies behind enquiries wait longer; the answer holds every run of every workload, paired."""
    assert plain.outcome != "pass"
    assert plain.asked.changes == {"turned": ("queue 'emergency' now has rank 9 (was 1)",)}
    assert plain.seeds == (1, 2, 3)
    assert {each.workload: (len(each.baseline), len(each.candidate)) for each in plain.evidence} == {
        "morning": (3, 3), "rush": (3, 3),
    }  # fmt: skip
    assert {found.workload for found in plain.judgement.findings} == {"morning", "rush"}


def test_the_baseline_played_twice_is_part_of_every_verdict(plain: Answer) -> None:
    """Exactly equal on the same seed, on every workload."""
    (same,) = [test for test in plain.judgement.self_tests if test.name == "same procedure, same contacts"]
    assert (same.outcome, same.figure) == ("pass", 0.0)
    assert all(to_the_last_bit(each.again) == to_the_last_bit(each.baseline[:1]) for each in plain.evidence)


def test_a_report_is_made_of_an_answer_in_every_form(plain: Answer) -> None:
    """Text, JSON and HTML name the candidate's rules, the workloads and what was asked."""
    report = report_of(plain, "muster what-if question.yaml")
    assert as_text(report)
    data = as_json(report)
    assert data["verdict"]["outcome"] == plain.outcome
    assert data["fingerprint"] == plain.fingerprint
    assert [each["workload"] for each in data["workloads"]] == ["morning", "rush"]
    assert plain.fingerprint in render_html(report)


def test_what_is_decided_at_a_look_is_not_played_on(folder: Path) -> None:
    """Four more agents leave next to nobody waiting, and the first of two looks says so."""
    early = question(folder, FOUR_MORE, ("at: [3]", "at: [12, 24], spending: pocock"))
    answer = answered(early, here())
    assert (answer.outcome, answer.judgement.look, answer.judgement.runs) == ("pass", 1, 12)
    assert answer.ended == "It is decided."


def test_a_look_plays_only_what_it_adds(folder: Path) -> None:
    """Looks after 2 and 4 runs of two sides on two workloads are 8 and 8 runs, and 2 for the self-test."""
    told: list[Progress] = []
    answered(question(folder, ("at: [3]", "at: [2, 4]")), here(progress=told.append))
    totals = {each.stage: each.total for each in told}
    assert totals == {"look 1 of 2": 10, "look 2 of 2": 8}
    assert {each.workload for each in told} == {"morning", "rush"}
    done = [(each.done, each.total) for each in told if each.stage == "look 2 of 2"]
    assert done == [(number, 8) for number in range(1, 9)]
    assert told[-1].contacts > told[0].contacts > 0


def test_undecided_at_the_last_look_stays_undecided_and_says_how_many_more_runs_would_decide(folder: Path) -> None:
    """Two short runs cannot tell; nothing is rounded up to a pass."""
    answer = answered(question(folder, ("at: [3]", "at: [2]")), here())
    assert answer.outcome == "undecided"
    assert answer.ended == "It was the last look."


def test_the_budget_of_contacts_ends_it_before_a_look_that_it_cannot_pay(folder: Path) -> None:
    """A look of 2 runs takes some 4,000 contacts, one of 8 more 16,000."""
    poor = question(folder, ("at: [3]", "at: [2, 10]"), ("also:", "budget: {runs: 10, contacts: 6000}\nalso:"))
    answer = answered(poor, here())
    assert (answer.outcome, answer.judgement.look) == ("undecided", 1)
    assert answer.ended == "The budget of contacts is spent."
    assert answer.contacts <= 6000


def test_the_world_is_varied_only_where_the_terms_are_met(folder: Path) -> None:
    """Each variation is played on both sides, and must keep the sign of the primary effect."""
    varying = ("also:", "sensitivity: {of: [more load, less load, worse triage], runs: 4}\nalso:")
    met = answered(question(folder, FOUR_MORE, ("at: [3]", "at: [12]"), varying), here())
    found = [(each.name, each.outcome) for each in met.judgement.sensitivities]
    assert [name for name, _ in found] == ["more load", "less load", "worse triage"]
    assert found[0][1] == "pass"
    more, less, _ = met.variations
    assert len(more.baseline) == len(more.candidate) == 4
    mean = [sum(run.counts["contacts"] for run in each.baseline) for each in (more, less)]
    assert mean[0] > 1.2 * mean[1]
    missed = answered(question(folder, ("at: [3]", "at: [2]"), varying), here())
    assert missed.judgement.sensitivities == ()


def test_the_best_of_several_candidates_is_chosen_and_judged_on_seeds_that_had_no_part_in_it(folder: Path) -> None:
    """Ten agents answer enquiries sooner than five; whoever wins is judged afresh."""
    several = question(
        folder,
        ("  turned: {procedure: procedures/turned.yaml}", f"  fewer: {{drop: [A1]}}\n  more: {MORE}"),
        ("at: [3]", "at: [4]"),
        ("also:", "race: {indifference: 60}\nalso:"),
    )
    answer = answered(several, here())
    assert answer.candidate.name == "more"
    assert answer.selection is not None
    assert answer.selection.chosen == "more"
    raced = len(answer.seeds_of_selection)
    assert raced % RACE_STEP == 0
    assert answer.seeds == tuple(range(1 + raced, 5 + raced))
    assert answer.asked.changes["fewer"] == ("resource 'A1' is gone: agent, always on duty",)


def test_whoever_plays_and_whatever_is_kept_the_answer_is_the_same(folder: Path, plain: Answer, tmp_path: Path) -> None:
    """Two processes that may be cancelled, and a store that is full, find what one process found; kept runs are not played."""
    store = Store(tmp_path)
    hands = Hands(workers=2, store=store, cancelled=lambda: False)
    first = answered(question(folder), hands)
    assert hands.contacts > 0
    again = Hands(workers=1, store=Store(tmp_path))
    second = answered(question(folder), again)
    assert again.contacts == 0
    assert everything(plain) == everything(first) == everything(second)


def test_another_experiment_does_not_play_the_same_baseline_again(folder: Path, tmp_path: Path) -> None:
    """Sides are kept apart: only the other candidate's runs are new."""
    answered(question(folder), here(store=Store(tmp_path)))
    other = ("{procedure: procedures/turned.yaml}", "{drop: [A1]}")
    store = Store(tmp_path)
    answered(question(folder, other), here(store=store))
    assert store.reused == 2 * (3 + 1)
    assert len(list(tmp_path.glob(f"*{SUFFIX}"))) == 2 * (3 + 3 + 1) + 2 * 3


def test_whoever_cancels_waits_no_longer_than_two_seconds(folder: Path, tmp_path: Path) -> None:
    """In the middle of runs that would take minutes; what was done is kept."""
    long = question(folder, ("days: 0.1", "days: 60"))
    said: list[float] = []
    began = time.monotonic()

    def cancelled() -> bool:
        if time.monotonic() - began < 1.5:
            return False
        said.append(time.monotonic())
        return True

    with pytest.raises(Cancelled):
        answered(long, Hands(workers=2, store=Store(tmp_path), cancelled=cancelled))
    assert time.monotonic() - said[0] < 2


RUN = """
import sys
from pathlib import Path
from simulation.experiment import read_experiment
from simulation.experiment_runs import Hands
from simulation.replication_batch import batch_bytes
from simulation.replication_store import Store
from simulation.what_if import answered

def main():
    hands = Hands(workers=2, store=Store(Path(sys.argv[2])), progress=lambda each: print(each.done, flush=True))
    answered(read_experiment(Path(sys.argv[1])), hands)

if __name__ == "__main__":
    main()
"""


def begun(folder: Path, kept: Path, done: int) -> subprocess.Popen[str]:
    """An experiment of 8 runs a side in a process of its own, as soon as so many runs are done."""
    script = kept.parent / "run.py"
    script.write_text(RUN, encoding="utf-8")
    question(folder, ("at: [3]", "at: [8]"), ("days: 0.1", "days: 0.3"))
    file = folder / "what_ifs" / "question.yaml"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        [sys.executable, str(script), str(file), str(kept)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= done:
            break
    return process


def test_an_experiment_that_was_killed_goes_on_and_finds_the_same(folder: Path, tmp_path: Path) -> None:
    """SIGKILL in the middle of a look: what was kept is not played again, and every figure is that of an undisturbed run."""
    kept = tmp_path / "kept"
    process = begun(folder, kept, done=5)
    process.kill()
    process.communicate()
    asked_again = question(folder, ("at: [3]", "at: [8]"), ("days: 0.1", "days: 0.3"))
    store = Store(kept)
    resumed = answered(asked_again, Hands(workers=2, store=store))
    undisturbed = answered(asked_again, here())
    assert 5 <= store.reused < 2 * (8 + 8 + 1)
    assert everything(resumed) == everything(undisturbed)


def test_ctrl_c_ends_it_within_two_seconds_and_keeps_what_was_done(folder: Path, tmp_path: Path) -> None:
    """Whoever presses it wants the machine back, and their hours of work tomorrow."""
    kept = tmp_path / "kept"
    process = begun(folder, kept, done=3)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert time.monotonic() - began < 2
    assert process.returncode != 0
    assert len(list(kept.glob(f"*{SUFFIX}"))) >= 3
