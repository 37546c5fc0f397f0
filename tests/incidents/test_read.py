"""Broken files, each with the place where the break has to be reported; and the worked examples of the docs, which load."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import Field

from incidents.centre import Centre, Document, Loc
from incidents.marked import LARGEST_BYTES, LONGEST_TEXT
from incidents.procedure import Procedure
from incidents.read import check_procedure, parse_document, published_schema, read_centre, read_document, read_procedure
from incidents.refusals import DocumentRefused, Flaw
from incidents.soundness import flaws_of
from simulation.workload import Workload

PAGE = Path(__file__).resolve().parents[2] / "docs" / "procedure-format.md"
CENTRE, PROCEDURE = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
HERE = "«"
"""Marks, in a planted flaw, the character at which the refusal has to point."""
TOWN = parse_document(CENTRE, "centre", Centre)


def flaws_in(text: str) -> tuple[Flaw, ...]:
    """The flaws for which a procedure's text is refused."""
    with pytest.raises(DocumentRefused) as refusal:
        parse_document(text, "f", Procedure, lambda procedure: flaws_of(procedure, TOWN))
    return refusal.value.flaws


def planted(old: str, new: str) -> tuple[str, str]:
    """The docs' procedure with `old` replaced by `new`, and the file:line:column of the mark in `new`."""
    assert PROCEDURE.count(old) >= 1, old
    marked = PROCEDURE.replace(old, new, 1)
    before = marked[: marked.index(HERE)]
    where = f"f:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
    return marked.replace(HERE, ""), where


def test_the_procedure_of_the_docs_loads(tmp_path: Path) -> None:
    """What a designer copies from the page has to work, against the centre of the same page."""
    (tmp_path / "centre.yaml").write_text(CENTRE, encoding="utf-8")
    (tmp_path / "procedure.yaml").write_text(PROCEDURE, encoding="utf-8")
    centre = read_centre(tmp_path / "centre.yaml")
    assert read_procedure(tmp_path / "procedure.yaml", centre).triage.start == "conscious"


def test_the_docs_name_every_key() -> None:
    """A key that the page leaves out is one nobody will use."""
    page = PAGE.read_text(encoding="utf-8")
    fields = {
        field
        for kind in Document.__subclasses__()
        if kind.__module__.startswith("incidents.")
        for field in kind.model_fields
    }
    assert sorted(field for field in fields if not re.search(rf"\b{field.rstrip('_')}\b.*\|", page)) == []


LAST_EXAMPLE = PROCEDURE[PROCEDURE.rindex("  - answers:") :]
SCHEMA: dict[str, tuple[str, str, str]] = {
    "missing key": ("  routine:\n    rank: 3\n", "  «routine:\n", "`rank` is missing"),
    "missing in a list": ("- {skill: medical, quantity: 2}", "- «{quantity: 2}", "`skill` is missing"),
    "missing at the top": ("procedure: Two Rivers medical\n", "«", "`procedure` is missing"),
    "unknown key": ("quantity: 2", "«quantiy: 2", "unknown key 'quantiy', did you mean 'quantity'?"),
    "wrong number": ("rank: 3", "rank: «0", "0 does not fit"),
    "text for a number": ("revision: 3", 'revision: «"3"', "'3' does not fit"),
    "number for text": ("plan: one crew", "plan: «17", "17 does not fit"),
    "truth for a number": ("quantity: 2", "quantity: «true", "true does not fit"),
    "yes is no truth value": ("whole: false", "whole: «no", "'no' does not fit"),
    "list for a mapping": ("      otherwise: {ask: breathing}", "      «otherwise: [a]", "a list does not fit"),
    "nothing for text": ("text: Is the patient awake and talking?", "«text:", "nothing does not fit"),
    "an index": ("from: [urgent, routine]", "from: [urgent, «3]", "3 does not fit"),
    "an alias of ours": ("from: [urgent, routine]", "«from: []", "0 entries"),
    "both ways": ("        yes: {code: unconscious}", "        «yes: {code: arrest, ask: complaint}", "either `ask`"),
    "no price of a life": (
        "    urgency: {shape: power, weight: 2, scale_s: 1080, exponent: 2}",
        "    «urgency: {shape: logistic}",
        "a logistic needs scale_s",
    ),
    "first rank that waits": (
        "  life threat:\n    rank: 1\n",
        "  «life threat:\n    rank: 1\n    waits_at_s: 60\n",
        "is never left waiting",
    ),
    "unknown key in another way": (
        "  one crew:\n",
        "  one crew:\n    whole: true\n    instead: [[{skill: medical, «quantiy: 2}]]\n",
        "unknown key 'quantiy', did you mean 'quantity'?",
    ),
    "no target": ("    urgency: {shape: power", "    «urgency: {shape: threshold", "a threshold needs target_s"),
    "slash in a name": ("  minor: {priority", "  «mi/nor: {priority", "'mi/nor' is no name"),
    "a shape unheard of": ("shape: power", "shape: «cubic", "'cubic' does not fit"),
    "not finite": ("weight: 10", "weight: «.inf", "inf does not fit"),
}
MEANING: dict[str, tuple[str, str, str]] = {
    "unknown question": ("yes: {ask: complaint}", "yes: {ask: «complain}", "did you mean 'complaint'"),
    "unknown plan": ("plan: two crews", "plan: «two crew", "did you mean 'two crews'"),
    "rank twice": ("rank: 3", "rank: «2", "rank 2 is already that of 'urgent'"),
    "unused plan": ("plans:\n", "plans:\n  «none: {send: [{skill: medical}]}\n", "no determinant sends plan 'none'"),
    "waits for ever": ("rank: 2\n", "rank: 2\n    waits_at_s: «900\n", "a need of 'urgent' could wait for ever"),
    "unheld level": ("send:\n      - {skill: medical}", "send:\n      - {skill: medical, level: «2}", "above level 1"),
    "no room": ("send:\n      - {skill: medical}", "send:\n      - {skill: medical, load: «2}", "room for more than 1"),
    "unknown partner": ("  spare_skill_s: 30", "  partners: {«coastguard: 60}", "unknown partner 'coastguard'"),
    "unknown station": (
        "  spare_skill_s: 30",
        "  reserve: [{name: a, skill: medical, stations: [«mil], keep: 1, missing_s: 60}]",
        "did you mean 'mill'?",
    ),
    "small reserve": (
        "  spare_skill_s: 30",
        "  reserve:\n"
        "    - {name: a, skill: medical, stations: [mill, wharf], keep: 2, missing_s: 60}\n"
        "    - {name: b, skill: medical, keep: «1, missing_s: 60}",
        "'b' keeps 1, those directly within it 2 together",
    ),
    "unheld skill": ("opens: {skill: supervision}", "opens: {skill: «supervison}", "nobody at the centre holds"),
    "diversion": ("to: [life threat]\n", "to: [life threat, «routine]\n", "not more urgent than 'urgent'"),
    "example": (
        "answers: {conscious: no, breathing: no}\n    code: arrest",
        "answers: {conscious: no, breathing: no}\n    code: «minor",
        "leads to 'arrest'",
    ),
    "example question": ("complaint: advice only}", "«complain: advice only}", "unknown question 'complain'"),
    "unreachable": (
        "  questions:\n",
        "  questions:\n    «age: {text: x, about: x, answers: {a: {code: minor}}}\n",
        "no path from the start",
    ),
}
YAML_ITSELF: dict[str, tuple[str, str, str]] = {
    "key twice": ("rank: 3", "rank: 3\n    «rank: 4", "'rank' stands here a second time"),
    "alias": ("plan: one crew", "plan: «*crew", "alias *crew is not used here"),
    "anchor": ("plan: one crew", "plan: «&crew one crew", "anchor &crew is not used here"),
    "merge key": ("  routine:\n    rank: 3", "  routine:\n    «<<: {}\n    rank: 3", "merge keys are not used here"),
    "tag that executes": ("plan: one crew", "plan: «!!python/name:os.system one crew", "tag tag:yaml.org,2002:python"),
    "key that is a list": ("revision: 3", "revision: 3\n«[a]: 3", "a key has to be a piece of text"),
    "tab": ("dispatch:\n", "dispatch:\n«\tautomatic: []\n", "not YAML"),
    "second document": ("escalation:", "«---\nescalation:", "a second document starts here"),
    "directive": ("procedure: Two", "«%YAML 1.1\n---\nprocedure: Two", "directives are not used here"),
    "control character": ("plan: one crew", "plan: one«\x00crew", "character U+0000"),
    "escaped control character": ("plan: one crew", 'plan: «"one\\0crew"', "escaped character U+0000"),
    "line separator": ("plan: one crew", "plan: one«\u2028crew", "character U+2028"),
    "byte order mark": ("procedure: Two", "«\ufeffprocedure: Two", "byte order mark"),
    "number too large": ("weight: 10", "weight: «1e400", "beyond what a number can be"),
    "number too long": ("weight: 10", "weight: «1" + "0" * 5000, "a number of 5,001 digits"),
    "text too long": ("plan: one crew", "plan: «" + "x" * (LONGEST_TEXT + 1), "20,001 characters"),
    "quote left open": (LAST_EXAMPLE, '  - "abc\n«', "not YAML"),
}


@pytest.mark.parametrize("name", [*SCHEMA, *MEANING, *YAML_ITSELF])
def test_a_planted_flaw_is_reported_where_it_stands(name: str) -> None:
    """A designer goes to the line and column and sees the slip."""
    old, new, what = (SCHEMA | MEANING | YAML_ITSELF)[name]
    text, where = planted(old, new)
    flaws = flaws_in(text)
    assert where in [flaw.where for flaw in flaws]
    assert what in next(flaw.what for flaw in flaws if flaw.where == where)


@pytest.mark.parametrize("name", [*SCHEMA, *MEANING])
def test_a_planted_flaw_is_reported_once(name: str) -> None:
    """Consequences of a slip, listed as flaws of their own, send a designer hunting."""
    old, new, _ = (SCHEMA | MEANING)[name]
    assert len(flaws_in(planted(old, new)[0])) == 1


def test_flaws_of_every_sort_come_at_once_in_the_order_of_the_file() -> None:
    """Mending one flaw only to be told of the next wastes an afternoon."""
    text = (
        PROCEDURE.replace("rank: 3", "rank: 0")
        .replace("quantity: 2", "quantiy: 2")
        .replace("plan: one crew", "plan: !x 4", 1)
    )
    lines = [int(flaw.where.split(":")[1]) for flaw in flaws_in(text)]
    assert lines == sorted(lines)
    assert len(set(lines)) == 3


def test_meaning_is_judged_together_with_a_key_that_stands_twice() -> None:
    """A slip of YAML that still leaves a document must not hide what else is wrong."""
    text = PROCEDURE.replace("rank: 3", "rank: 3\n    rank: 4").replace("to: [life threat]", "to: [life thread]")
    assert [flaw.what.split(",")[0] for flaw in flaws_in(text)] == [
        "key 'rank' stands here a second time",
        "unknown priority 'life thread'",
    ]


def test_carriage_returns_do_not_shift_lines() -> None:
    """Files come from Windows editors too."""
    text, where = planted("rank: 3", "rank: «0")
    assert [flaw.where for flaw in flaws_in(text.replace("\n", "\r\n"))] == [where]


def test_an_unknown_member_of_a_union_is_reported_at_its_name() -> None:
    """The `kind` of travel decides which keys are allowed, so it is the kind that is wrong."""
    with pytest.raises(DocumentRefused, match=r"f:24:16: unknown kind 'teleport' in `travel`"):
        parse_document(CENTRE.replace("kind: straight_line", "kind: teleport"), "f", Centre)


def test_a_key_inside_a_member_of_a_union_is_found() -> None:
    """pydantic names the member in its locations, the file does not."""
    text = CENTRE.replace("speed_mps: 12", "speed_mps: 12, detuor: 2")
    with pytest.raises(DocumentRefused, match=r"unknown key 'detuor', did you mean 'detour'\?"):
        parse_document(text, "f", Centre)


@pytest.mark.parametrize(
    ("skills", "where", "what"),
    [
        ("3", "5:18", "`skills`: 3 does not fit"),
        ("[call taking, 3]", "5:32", "`skills`: 3 does not fit"),
        ("{call taking: 6}", "5:32", "`call taking`: 6 does not fit"),
        ("{a/b: 2}", "5:19", "'a/b' is no name"),
    ],
)
def test_skills_are_refused_where_they_are_wrong_in_either_way_of_writing(skills: str, where: str, what: str) -> None:
    """Two ways of writing one thing must not give two refusals of one slip."""
    text = CENTRE.replace("desk: {skills: [call taking]}", f"desk: {{skills: {skills}}}")
    with pytest.raises(DocumentRefused) as refusal:
        parse_document(text, "f", Centre)
    assert [(flaw.where, what in flaw.what) for flaw in refusal.value.flaws] == [(f"f:{where}", True)]


class Weights(Document):
    """A kind of document that some other floor might have."""

    weights: dict[str, float] = Field(min_length=1)

    def flaws(self) -> Iterator[tuple[Loc, str, str]]:
        """Yield what is not positive."""
        for name, weight in self.weights.items():
            if weight <= 0:
                yield ("weights", name), f"'{name}' weighs {weight:g}", "more than 0"


def test_any_kind_of_document_brings_its_own_flaws(tmp_path: Path) -> None:
    """Workloads and what-ifs are read by the same reader, and refused in the same words."""
    (tmp_path / "w.yaml").write_text("weights:\n  a: 1\n  b: -2\n", encoding="utf-8")
    with pytest.raises(DocumentRefused) as refusal:
        read_document(tmp_path / "w.yaml", Weights, Weights.flaws)
    assert str(refusal.value) == f"{tmp_path / 'w.yaml'}:3:6: 'b' weighs -2 (accepted: more than 0)"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "the document is empty"),
        ("# only words\n", "empty"),
        ("- a\n", "not a set of keys"),
        ("abc", "not a set of keys"),
        ("--- a\n--- b\n", "not a set"),
    ],
    ids=["empty", "comment", "list", "scalar", "two"],
)
def test_a_document_has_keys_with_values(text: str, what: str) -> None:
    """An empty file is an accident, not a procedure."""
    (flaw,) = flaws_in(text)
    assert what in flaw.what


@pytest.mark.parametrize("sort", ["missing", "folder", "pipe", "latin-1", "too large", "impossible name"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, sort: str) -> None:
    """Whatever a path leads to, the answer is a refusal that names it."""
    path = tmp_path / "p.yaml"
    match sort:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "latin-1":
            path.write_bytes(b"procedure: x\nserves: [caf\xe9]\n")
        case "too large":
            path.write_bytes(b"#" * (LARGEST_BYTES + 1))
        case "impossible name":
            path = tmp_path / "a\0b"
    with pytest.raises(DocumentRefused) as refusal:
        read_procedure(path)
    where = {"latin-1": f"{path}:2:13", "too large": f"{path}:1:1"}.get(sort, str(path))
    assert [flaw.where for flaw in refusal.value.flaws] == [where]


def test_what_deserves_a_warning_is_listed_with_its_place(tmp_path: Path) -> None:
    """A designer goes to the rung that nobody staffs at night as to a flaw, but the procedure loads."""
    text = PROCEDURE.replace(
        "send:\n      - {skill: medical}", "send:\n      - {skill: medical}\n      - {skill: supervision}"
    )
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    town = CENTRE.replace("duty officer: {kind: supervisor}", "duty officer: {kind: supervisor, shift: day}")
    checked = check_procedure(tmp_path / "p.yaml", parse_document(town, "centre", Centre))
    places = [flaw.where.removeprefix(str(tmp_path)) for flaw in checked.warnings]
    lines = text.splitlines()
    row = 1 + lines.index("      - {skill: supervision}")
    opens = 1 + next(number for number, line in enumerate(lines) if line.startswith("    opens:"))
    assert places == [f"/p.yaml:{row}:9", f"/p.yaml:{opens}:5"]
    assert checked.procedure.revision == 3


def test_lines_that_end_in_any_way_are_counted_alike() -> None:
    """What stands after an old Macintosh's line end stands on the next line, whoever found it."""
    for end in ("\n", "\r\n", "\r"):
        assert [flaw.where for flaw in flaws_in(f"a: 1{end}b: \x00{end}")] == ["f:2:4"]


@pytest.mark.parametrize("kind", [Procedure, Centre, Workload], ids=["procedure", "centre", "workload"])
def test_the_published_schema_is_the_one_that_is_read(kind: type[Document]) -> None:
    """An editor that completes and marks by another format is worse than none."""
    published = PAGE.parent / f"{kind.__name__.lower()}.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == published_schema(kind)
