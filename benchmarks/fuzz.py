"""Documents broken by chance, by the hundred thousand, and documents made to do harm: is each refused whole, soon, and in place?

    python -m benchmarks.fuzz 100000
    python -m benchmarks.fuzz hostile

A document loads or is refused with every flaw at a line and column that it has, within 2 s of processor time and 200 MB; nothing
else is raised, and nothing in it is executed, imported or opened. The exit code is 1 if any of that fails. Each hostile document
is read in a process of its own, whose memory beyond what it had before is what counts.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time

from benchmarks.hostile import HOSTILE
from benchmarks.mutations import ACCIDENTS
from incidents.centre import Centre
from incidents.procedure import Procedure
from incidents.read import MOST_FLAWS, parse_document
from incidents.refusals import DocumentRefused, Flaw
from incidents.soundness import flaws_of, warnings_of

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "tests" / "incidents" / "corpus"
MOST_S = 2.0
MOST_BYTES = 200_000_000
EXECUTES = (
    "exec",
    "compile",
    "import",
    "open",
    "os.",
    "subprocess.",
    "socket.",
    "ctypes.",
    "pickle.",
    "marshal.",
    "shutil.",
)
"""Beginnings of the names of audit events (docs.python.org/3/library/audit_events.html) that reading a text never raises."""


@dataclass
class Tally:
    """What was seen: seconds by kind of accident, how many were refused, and every failure in words."""

    took_s: dict[str, list[float]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    flaws: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


class Witness:
    """Notes what the interpreter is asked to execute, import or open while a document is read."""

    def __init__(self) -> None:
        self.is_watching = False
        self.seen: list[str] = []
        # There is no way to take a hook away again, so it has to be told when to look.
        sys.addaudithook(self._note)

    def _note(self, event: str, _: tuple[object, ...]) -> None:
        if self.is_watching and event.startswith(EXECUTES):
            self.seen.append(event)


def read(text: str, is_centre: bool, centre: Centre, procedure: Procedure) -> tuple[Flaw, ...]:
    """Read a text as what it is meant to be, judge it whole against its counterpart, and return its flaws."""
    try:
        if is_centre:
            other = parse_document(text, "f", Centre, Centre.flaws)
            list(flaws_of(procedure, other))
            list(warnings_of(procedure, other))
        else:
            sound = parse_document(text, "f", Procedure, lambda each: flaws_of(each, centre))
            list(warnings_of(sound, centre))
    except DocumentRefused as refusal:
        return refusal.flaws
    return ()


def run(number: int, seed: int) -> Tally:
    """Break documents by chance and read each; `number` of them."""
    texts = [(CORPUS / f"{name}.yaml").read_text(encoding="utf-8") for name in ("centre", "procedure")]
    centre = parse_document(texts[0], "f", Centre)
    procedure = parse_document(texts[1], "f", Procedure)
    _read_once(centre, procedure)
    tally, witness = Tally(), Witness()
    chance = random.Random(seed)
    for index in range(number):
        name = chance.choice(list(ACCIDENTS))
        which = chance.randrange(4) == 0
        text = ACCIDENTS[name](texts[0 if which else 1], texts[1 if which else 0], chance)
        begun = process_time()
        witness.is_watching = True
        try:
            flaws = read(text, which, centre, procedure)
        except Exception as error:
            tally.failures.append(f"{index} ({name}): {type(error).__name__}: {error}")
            continue
        finally:
            witness.is_watching = False
            took_s = process_time() - begun
        tally.took_s.setdefault(name, []).append(took_s)
        tally.refused[name] += bool(flaws)
        tally.flaws[name] += len(flaws)
        tally.failures += [f"{index} ({name}): {each}" for each in (*misplaced(text, flaws), *witness.seen)]
        if took_s > MOST_S:
            tally.failures.append(f"{index} ({name}): took {took_s:.1f} s")
        witness.seen.clear()
    return tally


def _read_once(centre: Centre, procedure: Procedure) -> None:
    """What is imported and gathered only for the first flaw, or the first time zone, is no fault of a document."""
    texts = [(CORPUS / f"{name}.yaml").read_text(encoding="utf-8") for name in ("centre", "procedure")]
    for text in (
        texts[0],
        texts[0].replace("kinds:", "kids:"),
        texts[0].replace("kind: desk", "kind: desc"),
        "centre: [",
    ):
        read(text, True, centre, procedure)
    read(texts[1].replace("code: advice", "code: advise"), False, centre, procedure)


def misplaced(text: str, flaws: Sequence[Flaw]) -> list[str]:
    """The flaws that do not stand at a line and column of the text."""
    lines = re.split("\r\n|\r|\n", text)
    wrong = []
    for number, flaw in enumerate(flaws):
        place = re.fullmatch(r"f:(\d+):(\d+)", flaw.where)
        line, column = (int(each) for each in place.groups()) if place else (0, 0)
        is_placed = 1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1
        if not is_placed and number != MOST_FLAWS:
            wrong.append(f"misplaced: {flaw}")
    return wrong


def peak_bytes() -> int:
    """The most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def read_hostile(name: str) -> dict[str, float]:
    """Read one hostile document in this process, and say how long it took and how much memory."""
    made = HOSTILE[name]()
    texts = [(CORPUS / f"{each}.yaml").read_text(encoding="utf-8") for each in ("centre", "procedure")]
    centre = parse_document(made.centre or texts[0], "f", Centre)
    procedure = parse_document(texts[1], "f", Procedure)
    _read_once(centre, procedure)
    before, begun = peak_bytes(), process_time()
    flaws = read(made.text, made.is_centre, centre, procedure)
    took_s = process_time() - begun
    return {
        "took_s": took_s,
        "bytes": peak_bytes() - before,
        "flaws": len(flaws),
        "misplaced": len(misplaced(made.text, flaws)),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Break as many documents as asked for, or read the hostile ones, and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("number", nargs="?", default="1500", help="how many mutations, or `hostile`")
    parser.add_argument("name", nargs="?", help="of one hostile document, read in this process")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    if options.name is not None:
        print(json.dumps(read_hostile(options.name)))
    elif options.number == "hostile":
        sys.exit(1 if _hostile() else 0)
    else:
        sys.exit(1 if _mutations(int(options.number), options.seed) else 0)


def _mutations(number: int, seed: int) -> int:
    import numpy as np
    from rich.console import Console
    from rich.table import Table

    run(20, seed)
    before = peak_bytes()
    tally = run(number, seed)
    table = Table("accident", "documents", "refused", "flaws", "median ms", "p99 ms", "longest ms")
    for name, took_s in sorted(tally.took_s.items()):
        cells = (f"{each * 1000:.1f}" for each in (*np.percentile(took_s, (50, 99)), max(took_s)))
        table.add_row(name, str(len(took_s)), str(tally.refused[name]), str(tally.flaws[name]), *cells)
    console = Console(width=120)
    console.print(table)
    console.print(
        f"{number} documents, seed {seed}: {sum(tally.refused.values())} refused, {len(tally.failures)} failures;"
        f" memory grew by {(peak_bytes() - before) / 1e6:.0f} MB"
    )
    for failure in tally.failures[:20]:
        console.print(failure, markup=False)
    return len(tally.failures)


def _hostile() -> int:
    from rich.console import Console
    from rich.table import Table

    table = Table("document", "flaws", "processor seconds", "MB")
    failures = 0
    for name in HOSTILE:
        command = [sys.executable, "-m", "benchmarks.fuzz", "hostile", name]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        if done.returncode:
            failures += 1
            table.add_row(name, done.stderr.strip().splitlines()[-1], "", "")
            continue
        told = json.loads(done.stdout)
        is_bad = told["took_s"] > MOST_S or told["bytes"] > MOST_BYTES or told["misplaced"]
        failures += bool(is_bad)
        table.add_row(
            name + (" FAILED" if is_bad else ""),
            str(told["flaws"]),
            f"{told['took_s']:.2f}",
            f"{told['bytes'] / 1e6:.0f}",
        )
    Console(width=120).print(table, f"{len(HOSTILE)} documents, {failures} failures")
    return failures


if __name__ == "__main__":
    main()
