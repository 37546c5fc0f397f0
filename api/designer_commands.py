"""The designer's commands: `walk`, `draw` and `diff`. `command_line` hangs them under `muster`.

Imports `incidents` and where the target packs are.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from incidents.interview import Interview
    from incidents.near_names import Found
    from incidents.procedure import Procedure
    from incidents.triage import Ask, Standing

UNFINISHED = 1
DIFFERENT = 1
STANDARD_INPUT = Path("-")
BACK, QUIT, OUT, RESUME = "/back", "/quit", "/out", "/resume"
"""No answer can be called so, because names hold no slash."""

Subject = Literal["tree", "plans", "escalation"]
Format = Literal["mermaid", "svg"]
Readers = Literal["call-taker", "dispatcher", "supervisor", "all"]


def walk(
    file: Annotated[Path, typer.Argument(help="a procedure file")],
    answers: Annotated[
        Path | None,
        typer.Option(
            help="a YAML file `answers: {question: answer}` (and `left: {question: jump-out}`), or - for standard input"
        ),
    ] = None,
    training: Annotated[
        bool, typer.Option("--training", help="show why each question is asked, and where answers lead")
    ] = False,
) -> None:
    """Walk through the triage tree as a call-taker does; exit 1 where no code was reached."""
    from incidents.interview import Interview
    from incidents.read import read_procedure

    procedure = read_procedure(file)
    if answers is not None:
        standing = _answered(answers, procedure)
    else:
        typer.echo(f"{procedure.procedure}, revision {procedure.revision}. {BACK} takes an answer back, {QUIT} ends.")
        if procedure.triage.jump_outs:
            typer.echo(f"{OUT} NAME leaves the interview by a jump-out, {RESUME} goes on where it was left.")
        standing = _interviewed(Interview(procedure.triage), training)
    if not _concluded(procedure, standing):
        raise typer.Exit(UNFINISHED)


def draw(
    file: Annotated[Path, typer.Argument(help="a procedure file")],
    of: Annotated[Subject, typer.Option(help="what to draw")] = "tree",
    form: Annotated[
        Format | None, typer.Option("--format", help="if it is not said: svg for a file *.svg, else mermaid")
    ] = None,
    beneath: Annotated[str | None, typer.Option(help="of the tree only what follows from this question")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="the file to write; else standard output")] = None,
) -> None:
    """Draw the triage tree, the response plans or the escalation of a procedure."""
    from incidents.drawing import draw as drawn
    from incidents.read import read_procedure

    is_svg = out is not None and out.suffix.lower() == ".svg"
    text = drawn(read_procedure(file), of, form or ("svg" if is_svg else "mermaid"), beneath=beneath)
    if out is None:
        typer.echo(text, nl=False)
    else:
        _written(out, text)


def diff(
    old: Annotated[Path, typer.Argument(help="a procedure file, or a target pack")],
    new: Annotated[Path, typer.Argument(help="the file of another version of it")],
    audience: Annotated[Readers, typer.Option(help="for whom to say it")] = "all",
    as_json: Annotated[bool, typer.Option("--json", help="print the differences as JSON")] = False,
) -> None:
    """Say what changed from one version to the next, and for whom; exit 0 if nothing did, 1 if something, 2 if one is flawed.

    Of two target packs: which targets changed.
    """
    from dataclasses import asdict

    from incidents.differences import change_pack, changes

    if begins(old, "pack") and begins(new, "pack"):
        _compare_packs(old, new, as_json)
        return
    before, after = _both(old, new)
    packs = {name: pack for name, pack in change_pack(changes(before, after)).items() if audience in ("all", name)}
    if as_json:
        told = [each for pack in packs.values() for each in pack]
        versions = {"old": _version(before), "new": _version(after)}
        typer.echo(json.dumps({**versions, "changes": [asdict(each) for each in told]}, indent=2, ensure_ascii=False))
    else:
        lines: list[str] = [f"{_titled(before)} -> {_titled(after)}"]
        for name, pack in packs.items():
            lines += ["", f"For the {name}", *(f"  - {each.words}" for each in pack)]
        if not packs:
            lines += ["", "no rule differs" + ("" if audience == "all" else f" for the {audience}")]
        typer.echo("\n".join(lines))
    if packs:
        raise typer.Exit(DIFFERENT)


def begins(file: Path, word: str) -> bool:
    """Whether a key of the file's own says what it is; whatever cannot be read is left to the reader to refuse."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    return any(line.startswith(f"{word}:") for line in lines)


def _compare_packs(old: Path, new: Path, as_json: bool) -> None:
    from incidents.pack_differences import pack_differences
    from incidents.read import read_document
    from incidents.targets import TargetPack

    before, after = (read_document(file, TargetPack, TargetPack.flaws) for file in (old, new))
    told = pack_differences(before, after)
    if as_json:
        typer.echo(json.dumps({"old": before.pack, "new": after.pack, "changes": told}, indent=2, ensure_ascii=False))
    else:
        typer.echo(f"{before.pack} -> {after.pack}\n")
        typer.echo("\n".join(f"  - {words}" for words in told) or "no target differs")
    if told:
        raise typer.Exit(DIFFERENT)


# Walking.


def _answered(file: Path, procedure: Procedure) -> Standing:
    """Take the answers from a file, which is refused with every answer that is none to the tree."""
    from incidents.interview import Answers
    from incidents.read import parse_document, read_document
    from incidents.triage import next_step

    def flaws(read: Answers) -> Found:
        return read.flaws(procedure.triage)

    if file == STANDARD_INPUT:
        read = parse_document(sys.stdin.read(), "standard input", Answers, flaws)
    else:
        read = read_document(file, Answers, flaws)
    return next_step(procedure.triage, read.answers, read.left)


def _interviewed(interview: Interview, training: bool) -> Standing:
    """Ask until there is nothing left to ask, or nobody left to answer."""
    from incidents.refusals import Refusal
    from incidents.triage import Ask

    while isinstance(asked := interview.standing, Ask):
        typer.echo(_question(interview, asked, training))
        try:
            said = input("> ").strip()
        except (EOFError, KeyboardInterrupt):
            said = QUIT
        if said == QUIT:
            typer.echo()
            return asked
        try:
            interview = _gone_on(interview, asked, said)
        except Refusal as refusal:
            typer.echo("\n".join(map(str, refusal.flaws)))
    return asked


def _gone_on(interview: Interview, asked: Ask, said: str) -> Interview:
    """The interview after what was typed: one of our own words, or an answer."""
    word, _, name = said.partition(" ")
    if said == BACK:
        return interview.back()
    if said == RESUME:
        return interview.resumed()
    return interview.left_by(name.strip()) if word == OUT else interview.answered(_meant(asked, said))


def _question(interview: Interview, asked: Ask, training: bool) -> str:
    from incidents.interview import ways_on
    from incidents.phrases import step_in_words

    lines = ["", f"{asked.question}: {asked.text}"]
    if training:
        lines.append(f"  (asks about {asked.about})")
        because = interview.triage.questions[asked.question].because
        lines += [f"  why: {because}"] if because else []
    # The ways come in the order of the options; those of unknown, refused and any other answer are the last.
    for number, (answer, leads_to) in enumerate(ways_on(interview.triage, asked.question), start=1):
        mark = f"{number:>3}" if answer in asked.options else "  *"
        beyond = f"  -> {leads_to}" if training else ""
        lines.append(f"{mark}  {answer or 'any other answer'}{beyond}")
    for name in asked.jump_outs:
        out = interview.triage.jump_outs[name]
        beyond = f"  -> {step_in_words(out.model_dump())}" if training else ""
        lines.append(f"     {OUT} {name}: {out.text}{beyond}")
        lines += [f"         why: {out.because}"] if training and out.because else []
    return "\n".join(lines)


def _meant(asked: Ask, said: str) -> str:
    """The answer that was typed, in full or by its number; refuses what cannot be meant as one."""
    from incidents.refusals import Refusal

    if not said or said.startswith("/"):
        what = "is no answer" if said else "nothing was typed"
        raise Refusal.of(said or asked.question, what, f"an answer, its number, {BACK} or {QUIT}")
    if said not in asked.options and said.isdecimal() and 1 <= int(said) <= len(asked.options):
        return asked.options[int(said) - 1]
    return said


def _concluded(procedure: Procedure, standing: Standing) -> bool:
    """Say where a walk ended; whether at a code."""
    from incidents.interview import conclusion
    from incidents.triage import Ask, Outcome

    if isinstance(standing, Outcome):
        found = conclusion(procedure, standing)
        typer.echo(f"\ncode      {found.code}\npriority  {found.priority} (rank {found.rank})")
        typer.echo(f"plan      {found.plan}: {found.sends}" if found.sends else "plan      none: nothing is sent")
        typer.echo("path      " + ", ".join(f"{question} = {answer}" for question, answer in found.path))
        if found.because:
            typer.echo(f"why       {found.because}")
        return True
    waits = f"question '{standing.question}'" + (
        f" ({', '.join(standing.options)})" if isinstance(standing, Ask) else ""
    )
    typer.echo(f"no code yet; next is {waits}")
    return False


# Comparing and writing.


def _both(old: Path, new: Path) -> tuple[Procedure, Procedure]:
    """Read two procedures; the flaws of both are refused at once."""
    from incidents.read import read_procedure
    from incidents.refusals import DocumentRefused, Flaw
    from simulation.scenario_files import known_packs

    read: list[Procedure] = []
    flaws: list[Flaw] = []
    for file in (old, new):
        try:
            read.append(read_procedure(file, packs=known_packs()))
        except DocumentRefused as refusal:
            flaws.extend(refusal.flaws)
    if flaws:
        raise DocumentRefused(flaws)
    before, after = read
    return before, after


def _titled(procedure: Procedure) -> str:
    return f"{procedure.procedure}, revision {procedure.revision} ({procedure.fingerprint[:12]})"


def _version(procedure: Procedure) -> dict[str, Any]:
    return {
        "procedure": procedure.procedure, "revision": procedure.revision, "fingerprint": procedure.fingerprint
    }  # fmt: skip


def _written(out: Path, text: str) -> None:
    from incidents.refusals import Refusal

    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refusal.of(str(out), f"cannot be written: {error.strerror}", "a file that can be written") from error
