"""The corpus of broken procedures: how many of each kind, whether each planted flaw is found in its place, and false alarms.

    python -m benchmarks.broken

The exit code is 1 if a flaw is missed, stands elsewhere, or something is found that was not planted.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from incidents.centre import Centre
from incidents.procedure import Procedure
from incidents.read import parse_document
from incidents.refusals import DocumentRefused, Flaw
from incidents.soundness import flaws_of
from tests.incidents.broken_interviews import BROKEN_INTERVIEWS
from tests.incidents.broken_procedures import BROKEN, CENTRE, SOUND

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"


def flaws_in(text: str, centre: str) -> tuple[Flaw, ...]:
    """What a procedure is refused for beside a centre; nothing if it loads."""
    beside = parse_document(centre, "centre", Centre)
    try:
        parse_document(text, "f", Procedure, lambda procedure: flaws_of(procedure, beside))
    except DocumentRefused as refusal:
        return refusal.flaws
    return ()


def main() -> None:
    """Judge every procedure of the corpus, and the good ones, and print what came of it."""
    planted: Counter[str] = Counter()
    missed = false = 0
    for each in (BROKEN | BROKEN_INTERVIEWS).values():
        planted[each.kind] += 1
        wanted, found = {f"f:{place}" for place in each.where}, {flaw.where for flaw in flaws_in(each.text, CENTRE)}
        missed += len(wanted - found)
        false += len(found - wanted)
    good = [(SOUND, CENTRE)]
    for file in sorted(SCENARIOS.glob("*/procedures/*.yaml")):
        centre = file.parents[1] / "centre.yaml"
        good.append((file.read_text(encoding="utf-8"), centre.read_text(encoding="utf-8")))
    alarms = sum(len(flaws_in(text, centre)) for text, centre in good)
    for kind, count in sorted(planted.items()):
        print(f"{kind:16} {count:3}")
    print(
        f"{sum(planted.values())} broken procedures: {missed} planted flaws missed, {false} found that were not planted"
    )
    print(f"{len(good)} good procedures: {alarms} false alarms")
    sys.exit(1 if missed or false or alarms else 0)


if __name__ == "__main__":
    main()
