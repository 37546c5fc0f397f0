"""The designer's commands, as a person and as a script meet them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from api import designer_commands
from api.command_line import app
from incidents.charts import SUBJECTS
from incidents.differences import AUDIENCES
from incidents.drawing import FORMATS
from incidents.refusals import Refusal
from tests.incidents.an_interview import interview_rules
from tests.incidents.sound_procedure import sound

MUSTER = str(Path(sys.executable).with_name("muster"))


def muster(*words: str | Path, typed: str = "") -> Result:
    """Run a command in this process, with what is typed on standard input."""
    return CliRunner().invoke(app, [str(word) for word in words], input=typed)


def _file(folder: Path, name: str, document: dict[str, Any]) -> Path:
    file = folder / name
    file.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return file


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A sound procedure as a file; JSON is YAML."""
    return _file(tmp_path, "rules.yaml", sound())


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The same with another rung, question and plan."""
    document = sound()
    document["escalation"]["late"]["unfilled_for_s"] = 90
    document["triage"]["questions"]["pain"]["text"] = "Where does it hurt?"
    document["plans"]["one"]["send"] = [{"skill": "medical", "quantity": 2}]
    return _file(tmp_path, "changed.yaml", {**document, "revision": 2})


def test_the_words_of_the_options_are_those_of_the_library() -> None:
    """They are written down twice only so that help needs none of it."""
    assert get_args(designer_commands.Subject) == SUBJECTS
    assert get_args(designer_commands.Format) == FORMATS
    assert get_args(designer_commands.Readers) == (*AUDIENCES, "all")


def test_a_walk_ends_with_code_priority_plan_and_path(rules: Path) -> None:
    """Answers by word and by number."""
    done = muster("walk", rules, typed="yes\n2\n")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-4:] == [
        "code      toe", "priority  green (rank 3)", "plan      none: nothing is sent", "path      awake = yes, pain = toe",
    ]  # fmt: skip


def test_a_walk_can_go_back(rules: Path) -> None:
    """The wrong way is left before it ends."""
    assert "path      awake = no" in muster("walk", rules, typed="yes\n/back\nno\n").stdout


def test_a_walk_takes_an_unlisted_answer_where_the_tree_does(rules: Path) -> None:
    """Not knowing is an answer."""
    assert "path      awake = hard to say" in muster("walk", rules, typed="hard to say\n").stdout


@pytest.mark.parametrize("typed", ["nose", "", "/bakc", "3"])
def test_a_walk_asks_again_after_what_is_no_answer(rules: Path, typed: str) -> None:
    """A slip of the hand ends nothing and is recorded nowhere."""
    done = muster("walk", rules, typed=f"yes\n{typed}\nchest\n")
    assert (done.exit_code, done.stdout.count("pain: ?")) == (0, 2)
    assert "path      awake = yes, pain = chest" in done.stdout


def test_training_shows_where_each_answer_leads(rules: Path) -> None:
    """Whoever learns a tree asks what would have happened."""
    shown = muster("walk", rules, "--training", typed="no\n").stdout
    assert "  1  yes  -> question 'pain'" in shown
    assert "  *  any other answer  -> code 'arrest'" in shown


def test_an_interview_does_not_show_where_answers_lead(rules: Path) -> None:
    """It would be answered with the end in mind."""
    assert "->" not in muster("walk", rules, typed="no\n").stdout


@pytest.mark.parametrize("typed", ["yes\n", "yes\n/quit\n"])
def test_a_walk_that_is_left_says_what_comes_next(rules: Path, typed: str) -> None:
    """No trace, and an exit code that is no success."""
    done = muster("walk", rules, typed=typed)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (1, "no code yet; next is question 'pain' (chest, toe)")


def test_a_walk_without_anybody_there_ends_without_a_trace(rules: Path) -> None:
    """Standard input that is closed, as a scheduler leaves it."""
    done = subprocess.run(
        [MUSTER, "walk", rules], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")


def test_a_walk_that_is_interrupted_ends_without_a_trace(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control and C is how people leave a terminal."""

    def interrupted(_prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupted)
    done = muster("walk", rules)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (1, "no code yet; next is question 'awake' (yes, no)")


def test_answers_are_taken_from_a_file(rules: Path, tmp_path: Path) -> None:
    """A class of trainees gets the same cases."""
    answers = _file(tmp_path, "answers.yaml", {"answers": {"awake": "no"}})
    assert "code      arrest" in muster("walk", rules, "--answers", answers).stdout


def test_answers_are_taken_from_standard_input(rules: Path) -> None:
    """A script needs no file."""
    assert (
        "code      chest"
        in muster("walk", rules, "--answers", "-", typed="answers: {awake: yes, pain: chest}\n").stdout
    )


def test_answers_that_do_not_reach_a_code_say_what_is_missing(rules: Path) -> None:
    """Half a case is no case."""
    done = muster("walk", rules, "--answers", "-", typed="answers: {awake: yes}\n")
    assert (done.exit_code, done.stdout) == (1, "no code yet; next is question 'pain' (chest, toe)\n")


def test_answers_that_are_none_to_the_tree_are_refused_with_their_line(rules: Path) -> None:
    """All of them at once."""
    done = muster("walk", rules, "--answers", "-", typed="answers:\n  awak: yes\n  pain: nose\n")
    assert isinstance(done.exception, Refusal)
    assert [flaw.where for flaw in done.exception.flaws] == ["standard input:2:3", "standard input:3:9"]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_drawing_is_printed_as_mermaid(rules: Path, subject: str) -> None:
    """So that it can be pasted into a wiki."""
    assert "flowchart LR" in muster("draw", rules, "--of", subject).stdout


def test_a_drawing_into_an_svg_file_is_an_svg(rules: Path, tmp_path: Path) -> None:
    """The name of the file says what is wanted."""
    out = tmp_path / "tree.svg"
    assert muster("draw", rules, "-o", out).exit_code == 0
    assert ElementTree.parse(out).getroot().tag.endswith("svg")


def test_the_format_that_is_said_counts(rules: Path, tmp_path: Path) -> None:
    """More than the name of the file."""
    out = tmp_path / "tree.svg"
    muster("draw", rules, "-o", out, "--format", "mermaid")
    assert "flowchart LR" in out.read_text(encoding="utf-8")


def test_a_drawing_that_cannot_be_written_is_refused(rules: Path, tmp_path: Path) -> None:
    """In plain words, by name."""
    done = muster("draw", rules, "-o", tmp_path / "nowhere" / "tree.svg")
    assert isinstance(done.exception, Refusal)


def test_a_difference_is_told_to_whom_it_concerns(rules: Path, changed: Path) -> None:
    """One rung, one question, one plan: exactly that."""
    done = muster("diff", rules, changed)
    assert done.exit_code == 1
    assert done.stdout.splitlines()[1:] == [
        "",
        "For the call-taker",
        '  - question \'pain\' is now worded "Where does it hurt?" (was "?")',
        "",
        "For the dispatcher",
        "  - plan 'one' now sends 2 x medical (was 1 x medical)",
        "",
        "For the supervisor",
        "  - rung 'late' now acts after 90 s unfilled (was 60 s)",
    ]


def test_a_difference_can_be_told_to_one_audience(rules: Path, changed: Path) -> None:
    """A change pack for the floor holds nothing for the office."""
    done = muster("diff", rules, changed, "--audience", "supervisor")
    assert [line for line in done.stdout.splitlines() if line.startswith("For")] == ["For the supervisor"]


def test_an_audience_that_nothing_concerns_is_told_so(rules: Path, tmp_path: Path) -> None:
    """Its exit code is that of no difference."""
    reworded = json.loads(rules.read_text(encoding="utf-8"))
    reworded["triage"]["questions"]["pain"]["text"] = "Where?"
    done = muster("diff", rules, _file(tmp_path, "other.yaml", reworded), "--audience", "supervisor")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "no rule differs for the supervisor")


def test_files_with_the_same_rules_do_not_differ(rules: Path, tmp_path: Path) -> None:
    """Comments and layout are for people."""
    same = tmp_path / "same.yaml"
    same.write_text("# the same\n" + json.dumps(sound()), encoding="utf-8")
    done = muster("diff", rules, same)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "no rule differs")


def test_a_difference_as_json_has_the_fingerprints(rules: Path, changed: Path) -> None:
    """A script keeps what was compared."""
    told = json.loads(muster("diff", rules, changed, "--json").stdout)
    assert told["old"]["fingerprint"] != told["new"]["fingerprint"]
    assert [each["where"] for each in told["changes"]] == [
        "triage.questions.pain.text", "plans.one.send", "escalation.late.unfilled_for_s",
    ]  # fmt: skip


def test_the_flaws_of_both_files_are_refused_at_once(tmp_path: Path) -> None:
    """One flaw for each run is how people stop comparing."""
    files = [tmp_path / "old.yaml", tmp_path / "new.yaml"]
    for file in files:
        file.write_text("procedure: p\n", encoding="utf-8")
    done = subprocess.run([MUSTER, "diff", *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert all(f"{file}:1:1" in done.stderr for file in files)


@pytest.mark.parametrize("command", ["walk", "draw", "diff"])
def test_every_command_explains_itself(command: str) -> None:
    """Help needs neither data nor network."""
    assert muster(command, "--help").exit_code == 0


@pytest.fixture
def leaving(tmp_path: Path) -> Path:
    """Rules whose tree can be left, as a file."""
    return _file(
        tmp_path, "leaving.yaml", interview_rules().model_dump(mode="json", by_alias=True, exclude_defaults=True)
    )


def test_a_walk_leaves_by_a_jump_out_and_resumes(leaving: Path) -> None:
    """A trainee tries the way out and the way back in one go."""
    typed = "illness\n/out worse\n/resume\n/out vanished\nrefused\n"
    done = muster("walk", leaving, typed=typed)
    assert "vanished: is no jump-out from here" in done.stdout
    assert done.stdout.splitlines()[-1] == "path      nature = illness, severe = refused"


def test_in_training_a_walk_says_why(leaving: Path) -> None:
    """Whoever knows why a question is asked asks it better."""
    done = muster("walk", leaving, "--training", typed="/quit\n")
    assert "  why: what is sent hangs on it" in done.stdout
    assert "     /out worse: It has got worse.  -> question 'awake'" in done.stdout
    assert "         why: minutes matter" in done.stdout


def test_a_walk_from_a_file_takes_jump_outs(leaving: Path, tmp_path: Path) -> None:
    """A case of a lost caller is tried like any other."""
    case = _file(tmp_path, "case.yaml", {"answers": {"nature": "illness"}, "left": {"severe": "caller lost"}})
    done = muster("walk", leaving, "--answers", case)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "path      nature = illness, severe = caller lost")
