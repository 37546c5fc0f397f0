"""What is kept is what was played, or it is played again: names, damage, limits, and folders that cannot be written."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from incidents.procedure import Procedure
from optimiser.refusals import Refusal
from simulation import replication_store
from simulation.replication_batch import Job, runs_in
from simulation.replication_store import SUFFIX, Store
from simulation.replications import Span, digest, play_batch, replications
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from tests.builders import START

SPAN = Span(START, warm_up_s=0, measured_s=1200)
SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def centre() -> tuple[Scenario, Procedure]:
    """The priority call centre and its rules."""
    scenario = Scenario.read(scenario_folder("priority_call_centre"))
    return scenario, scenario.procedure("procedures/baseline.yaml")


@pytest.fixture(scope="module")
def undisturbed(centre: tuple[Scenario, Procedure]) -> str:
    """The digest of the run that nobody disturbs."""
    return digest(replications(centre[0], (centre[1],), SPAN, SEEDS, workers=1))


def run(centre: tuple[Scenario, Procedure], store: Store | None, span: Span = SPAN) -> tuple[str, list[int]]:
    """Play the seeds in this process; the digest, and what progress heard."""
    told: list[int] = []
    found = replications(centre[0], (centre[1],), span, SEEDS, workers=1, store=store, progress=told.append)
    return digest(found), told


def test_what_is_kept_is_not_played_again_and_is_the_same_to_the_last_bit(
    centre: tuple[Scenario, Procedure], undisturbed: str, tmp_path: Path
) -> None:
    """The second run hears of all three at once."""
    assert run(centre, Store(tmp_path)) == (undisturbed, [1, 2, 3])
    again = Store(tmp_path)
    assert run(centre, again) == (undisturbed, [3])
    assert again.reused == 3


def test_fresh_plays_everything_whatever_is_kept(
    centre: tuple[Scenario, Procedure], undisturbed: str, tmp_path: Path
) -> None:
    """For whoever does not trust the folder."""
    run(centre, Store(tmp_path))
    assert run(centre, Store(tmp_path, is_fresh=True)) == (undisturbed, [1, 2, 3])


@pytest.mark.parametrize("at", [0, 30, 120, -1])
def test_a_damaged_batch_is_found_and_played_again(
    centre: tuple[Scenario, Procedure], undisturbed: str, tmp_path: Path, at: int
) -> None:
    """One bit anywhere: in the format, the digest, the text or the samples."""
    run(centre, Store(tmp_path))
    path = sorted(tmp_path.glob(f"*{SUFFIX}"))[0]
    damaged = bytearray(path.read_bytes())
    damaged[at] ^= 1
    path.write_bytes(damaged)
    notices: list[str] = []
    found, told = run(centre, Store(tmp_path, notice=notices.append))
    assert (found, told) == (undisturbed, [2, 3])
    assert len(notices) == 1
    assert str(path) in notices[0]
    assert run(centre, Store(tmp_path))[1] == [3]


@pytest.mark.parametrize("length", [0, 10, 200])
def test_a_batch_cut_short_is_played_again(
    centre: tuple[Scenario, Procedure], undisturbed: str, tmp_path: Path, length: int
) -> None:
    """A disk that was full keeps beginnings."""
    run(centre, Store(tmp_path))
    path = sorted(tmp_path.glob(f"*{SUFFIX}"))[0]
    path.write_bytes(path.read_bytes()[:length])
    assert run(centre, Store(tmp_path)) == (undisturbed, [2, 3])


def test_a_batch_under_anothers_name_is_not_taken_for_it(
    centre: tuple[Scenario, Procedure], undisturbed: str, tmp_path: Path
) -> None:
    """Whole, but the answer to something else."""
    run(centre, Store(tmp_path))
    first, second, _ = sorted(tmp_path.glob(f"*{SUFFIX}"))
    first.write_bytes(second.read_bytes())
    assert run(centre, Store(tmp_path)) == (undisturbed, [2, 3])


def test_every_part_of_a_question_is_in_its_name(centre: tuple[Scenario, Procedure]) -> None:
    """Whatever changes the answer changes the name: the centre, the workload, the rules, their order, the span, the seeds."""
    scenario, rules = centre
    other = rules.model_copy(update={"priorities": dict(reversed(list(rules.priorities.items())))})
    hurried = scenario.workload.model_copy(update={"wrap_up_s": scenario.workload.natures[0].handling_s})
    renamed = scenario.centre.model_copy(update={"centre": "elsewhere"})
    jobs = [
        Job(scenario, (rules,), SPAN),
        Job(scenario, (rules, rules), SPAN),
        Job(scenario, (other,), SPAN),
        Job(scenario, (rules,), replace(SPAN, warm_up_s=1.0)),
        Job(scenario, (rules,), replace(SPAN, measured_s=1201.0)),
        Job(scenario, (rules,), replace(SPAN, start=START + 1)),
        Job(replace(scenario, workload=hurried), (rules,), SPAN),
        Job(replace(scenario, centre=renamed), (rules,), SPAN),
    ]
    names = [
        *(job.batch_name((1, 2)) for job in jobs),
        *(jobs[0].batch_name(seeds) for seeds in ((1,), (2, 1), (1, 2, 3))),
    ]
    assert len(set(names)) == len(names)


def test_the_bytes_of_a_batch_are_a_function_of_its_name(centre: tuple[Scenario, Procedure]) -> None:
    """Played twice, written down twice, the same file; read back, the same numbers."""
    job = Job(centre[0], (centre[1],), SPAN)
    first, second = (play_batch(job, (5, 6)) for _ in range(2))
    assert first == second
    assert [seed for seed, _, _ in runs_in(first, job.batch_name((5, 6)))] == [5, 6]


def test_what_a_killed_writer_left_is_cleared_away(tmp_path: Path) -> None:
    """A half-written file of a process that is gone; that of one at work stays."""
    gone, at_work = tmp_path / ".name.999999999.part", tmp_path / f".name.{os.getpid()}.part"
    for path in (gone, at_work):
        path.write_bytes(b"half")
    Store(tmp_path)
    assert (gone.exists(), at_work.exists()) == (False, True)


def test_a_folder_that_cannot_be_made_is_refused_before_anything_runs(tmp_path: Path) -> None:
    """A file stands in its place."""
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(Refusal, match="taken"):
        Store(tmp_path / "taken")


def test_a_full_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody should find out after hours of play."""
    monkeypatch.setattr(replication_store, "MOST_BATCHES", 2)
    for name in ("a", "b"):
        (tmp_path / f"{name}{SUFFIX}").write_bytes(b"")
    with pytest.raises(Refusal, match="empty it"):
        Store(tmp_path)


def test_a_batch_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named, with what would be accepted."""
    monkeypatch.setattr(replication_store, "LARGEST_BYTES", 3)
    with pytest.raises(Refusal, match="fewer days"):
        Store(tmp_path).put("name", b"four")
