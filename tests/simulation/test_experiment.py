"""An experiment is fixed before anything runs: refused where it is flawed, with file, line and column, or fingerprinted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from incidents.read import parse_document, published_schema
from incidents.refusals import Refusal
from simulation.experiment import Experiment, as_yaml, frozen, read_experiment, shortened
from simulation.scenario_files import scenario_folder, scenario_names, scenarios_root

DOCS = Path(__file__).parents[2] / "docs"
QUESTION = """\
experiment: answer enquiries first
question: Do emergencies wait longer if enquiries go first?
baseline: procedures/baseline.yaml
candidates:
  turned: {procedure: procedures/turned.yaml}
workloads:
  morning: {kind: normal, start: 2026-01-05, days: 0.1, warm_up_h: 0.5}
  rush: {kind: busy, start: 2026-01-05, days: 0.1, warm_up_h: 0.5}
terms:
  primary: {measure: answer_s.mean.routine, want: reduce, margin_abs: 0}
  guardrails:
    - {measure: answer_s.mean.urgent, want: no_worse, margin_abs: 0.5}
  looks: {at: [3]}
also: [answer_s.p90.routine]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the priority call centre with a candidate that turns its ranks round."""
    return a_folder(tmp_path)


def a_folder(tmp_path: Path) -> Path:
    """A copy of the priority call centre with a candidate that turns its ranks round."""
    copied = tmp_path / "centre"
    shutil.copytree(scenario_folder("priority_call_centre"), copied)
    baseline = (copied / "procedures" / "baseline.yaml").read_text(encoding="utf-8")
    turned = baseline.replace("answering, rank: 1", "answering, rank: 9").replace("revision: 1", "revision: 2")
    (copied / "procedures" / "turned.yaml").write_text(turned, encoding="utf-8")
    (copied / "what_ifs").mkdir()
    return copied


def asked(folder: Path, text: str = QUESTION) -> Path:
    """The question as a file in the scenario."""
    file = folder / "what_ifs" / "question.yaml"
    file.write_text(text, encoding="utf-8")
    return file


REFUSED = [
    ("unknown measure", "answer_s.mean.urgent", "anser_s.mean.urgent", "question.yaml:12:", "anser_s"),
    ("unknown priority", "mean.urgent", "mean.urgnet", "question.yaml:12:", "urgnet"),
    ("unknown figure shown", "also: [answer_s.p90.routine]", "also: [answer_s.p90.rutine]", "question.yaml:14:", "rutine"),
    ("no margin", ", margin_abs: 0.5", "", "question.yaml:12:", "margin_share"),
    ("a margin without a direction", "want: no_worse, ", "", "question.yaml:12:", "`want` is missing"),
    ("a margin below nothing", "margin_abs: 0.5", "margin_abs: -0.5", "question.yaml:12:", "-0.5"),
    ("nothing that improves", "want: reduce", "want: no_worse", "question.yaml:9:", "must improve"),
    ("a guardrail that wants more", "want: no_worse", "want: reduce", "question.yaml:9:", "no_worse"),
    ("no look", "at: [3]", "at: []", "question.yaml:13:", "at least 1"),
    ("looks that do not ascend", "at: [3]", "at: [3, 3]", "question.yaml:13:", "ascend"),
    ("a budget of nothing", "also:", "budget: {runs: 0}\nalso:", "question.yaml:14:", "greater than or equal to 1"),
    ("a look beyond the budget", "also:", "budget: {runs: 2}\nalso:", "question.yaml:13:", "after 2 runs"),
    ("too few contacts", "also:", "budget: {runs: 3, contacts: 1}\nalso:", "question.yaml:14:", "first look"),
    ("unknown key", "days: 0.1", "dayz: 0.1", "question.yaml:7:", "did you mean 'days'"),
    ("unknown kind of workload", "kind: busy", "kind: quiet", "question.yaml:8:", "quiet"),
    ("unknown workload", "margin_abs: 0.5}", "margin_abs: 0.5, workloads: [noon]}", "question.yaml:12:", "noon"),
    ("no candidate", "  turned: {procedure: procedures/turned.yaml}", "  {}", "question.yaml:4:", "at least 1"),
    ("no such candidate", "turned.yaml", "tuned.yaml", "question.yaml:5:", "no such file"),
    ("no such baseline", "baseline.yaml", "base.yaml", "question.yaml:3:", "no such file"),
    ("the baseline again", "turned.yaml", "baseline.yaml", "question.yaml:5:", "same rules"),
    (
        "a race for nothing",
        "  turned: {procedure: procedures/turned.yaml}",
        "  turned: {procedure: procedures/turned.yaml}\n  fewer: {drop: [A1]}",
        "question.yaml:",
        "no margin",
    ),
    ("a vain sensitivity", "also:", "sensitivity: {workload: noon}\nalso:", "question.yaml:14:", "noon"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "old", "new", "where", "told"), REFUSED, ids=[each[0] for each in REFUSED])
def test_a_flawed_experiment_is_refused_where_it_is_flawed(
    folder: Path, word: str, old: str, new: str, where: str, told: str
) -> None:
    """File, line and column, before anything runs."""
    assert old in QUESTION, word
    with pytest.raises(Refusal) as refused:
        read_experiment(asked(folder, QUESTION.replace(old, new)))
    assert where in str(refused.value)
    assert told in str(refused.value)


def test_every_flaw_is_told_at_once(folder: Path) -> None:
    """Whoever mends one should not find the next on the next try."""
    text = (
        QUESTION.replace("mean.urgent", "mean.urgnet")
        .replace("p90.routine", "p90.rutine")
        .replace("turned.y", "tuned.y")
    )
    with pytest.raises(Refusal) as refused:
        read_experiment(asked(folder, text))
    assert len(refused.value.flaws) == 3


def test_a_candidate_that_fails_its_own_examples_is_refused(folder: Path) -> None:
    """What it promises of itself does not hold, so there is nothing to simulate."""
    file = folder / "procedures" / "turned.yaml"
    examples = 'examples:\n  - {answers: {urgent: "yes"}, code: routine, priority: routine}\n'
    file.write_text(file.read_text(encoding="utf-8").partition("examples:")[0] + examples, encoding="utf-8")
    with pytest.raises(Refusal, match=r"question.yaml:5:.*turned.yaml"):
        read_experiment(asked(folder))


@pytest.mark.parametrize(("which", "line"), [("turned", 5), ("baseline", 3)])
def test_a_procedure_that_does_not_match_the_workloads_world_is_refused(folder: Path, which: str, line: int) -> None:
    """The workload rings at a queue that these rules do not have."""
    file = folder / "procedures" / f"{which}.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("enquiries:", "questions:"), encoding="utf-8")
    with pytest.raises(Refusal, match=rf"question.yaml:{line}:.*enquiries"):
        read_experiment(asked(folder))


def test_the_fingerprint_hangs_on_everything_that_is_referred_to_and_on_no_name_of_a_file(folder: Path) -> None:
    """Comments are no terms; one contact an hour more is another question."""
    before = read_experiment(asked(folder)).fingerprint
    assert read_experiment(asked(folder, "# as agreed\n" + QUESTION)).fingerprint == before
    seen = {before, read_experiment(asked(folder, QUESTION.replace("0.5}", "0.6}"))).fingerprint}
    for file, old, new in (
        ("procedures/turned.yaml", "answering, rank: 9", "answering, rank: 8"),
        ("workload.yaml", "rate_per_h: ", "rate_per_h: 1"),
        ("centre.yaml", "centre: ", "centre: another "),
    ):
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        seen.add(read_experiment(asked(folder)).fingerprint)
    assert len(seen) == 5


def test_an_experiment_written_down_is_the_experiment(folder: Path) -> None:
    """What is kept beside the report can be asked again, and is the same question."""
    first = read_experiment(asked(folder))
    text = as_yaml(first)
    assert text.startswith(f"# {first.fingerprint}\n")
    assert parse_document(text, "kept", Experiment) == first.experiment
    assert read_experiment(asked(folder, text)).fingerprint == first.fingerprint


def test_a_shorter_question_keeps_the_looks_that_are_still_before_its_end(folder: Path) -> None:
    """Looks at 10, 20 and 40 of 25 runs are at 10, 20 and 25; another question, which its fingerprint shows."""
    text = QUESTION.replace("at: [3]", "at: [10, 20, 40]").replace("also:", "budget: {runs: 40}\nalso:")
    whole = read_experiment(asked(folder, text))
    fewer = frozen(shortened(whole.experiment, runs=25, days=0.05), whole.scenario)
    assert fewer.experiment.terms.looks.at == (10, 20, 25)
    assert {period.days for period in fewer.experiment.workloads.values()} == {0.05}
    assert fewer.fingerprint != whole.fingerprint
    assert shortened(whole.experiment, runs=80).terms.looks.at == (10, 20, 40, 80)


def test_the_published_schema_is_the_one_that_is_read() -> None:
    """Editors complete from it."""
    published = json.loads((DOCS / "experiment.schema.json").read_text(encoding="utf-8"))
    assert published == published_schema(Experiment)


@pytest.mark.parametrize("name", scenario_names())
def test_every_experiment_of_a_scenario_can_be_asked(name: str) -> None:
    """A file that is refused would be found out by whoever asks it first."""
    for file in sorted((scenarios_root() / name / "what_ifs").glob("*.yaml")):
        assert read_experiment(file).changes
