"""Random hands on a log, and whether `muster audit verify` finds what they did: `python -m benchmarks.tampering`.

One byte of one column changed, an entry removed, two that changed places, one put in twice, or the end cut off with the head set
to match; each hand then mends what it can see: half of them make every later hash agree.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from random import Random

from api.checkpoints import Signer, broken_promises, checkpointing, checkpoints, public_key
from api.clock import WallClock
from api.control_room import SHELL, ControlRoom, sign_on_all
from api.log import Log, LogReader
from api.log_chain import chained, genesis
from incidents.read import read_centre, read_procedure
from incidents.refusals import Refusal
from simulation.scenario_files import known_packs, scenario_folder

COLUMNS = ("fact", "actor", "subject", "hash", "previous_hash", "recorded_at", "batch", "sequence")


def tamper(path: Path, dice: Random) -> str:
    """Do one random thing to the log at `path`; return what it was."""
    with closing(sqlite3.connect(path)) as database, database:
        for verb in ("update", "delete"):
            database.execute(f"DROP TRIGGER entries_refuse_{verb}")
        (last,) = database.execute("SELECT max(sequence) FROM entries").fetchone()
        deed = dice.choice((_change_a_byte, _change_a_byte, _remove, _swap, _repeat, _cut_off))
        told = deed(database, dice, last)
        # A hash that was changed alone is mended by being as it was; and what follows the last checkpoint is nobody's promise.
        if dice.random() < 0.5 and "hash of" not in told and deed is not _repeat:
            _mend(database)
            told += ", mended"
    return told


def _change_a_byte(database: sqlite3.Connection, dice: Random, last: int) -> str:
    column, sequence = dice.choice(COLUMNS), dice.randint(1, last)
    (value,) = database.execute(f"SELECT {column} FROM entries WHERE sequence = ?", (sequence,)).fetchone()
    if isinstance(value, int):
        changed: object = value + dice.choice((-1, 1, 1_000))
    else:
        where = dice.randrange(len(value))
        other = dice.choice([letter for letter in "abcdefghij0123456789" if letter != value[where]])
        changed = value[:where] + other + value[where + 1 :]
    database.execute(f"UPDATE OR REPLACE entries SET {column} = ? WHERE sequence = ?", (changed, sequence))
    return f"{column} of {sequence} changed to {changed!r}"


def _remove(database: sqlite3.Connection, dice: Random, last: int) -> str:
    sequence = dice.randint(1, last)
    database.execute("DELETE FROM entries WHERE sequence = ?", (sequence,))
    return f"{sequence} removed"


def _swap(database: sqlite3.Connection, dice: Random, last: int) -> str:
    one, other = dice.sample(range(1, last + 1), 2)
    for new, old in ((last + 9, one), (one, other), (other, last + 9)):
        database.execute("UPDATE entries SET sequence = ? WHERE sequence = ?", (new, old))
    return f"{one} and {other} changed places"


def _repeat(database: sqlite3.Connection, dice: Random, last: int) -> str:
    sequence = dice.randint(1, last)
    columns = "recorded_at, actor, subject, fact, previous_hash, hash"
    database.execute(
        f"INSERT INTO entries SELECT {last + 1}, {last + 1}, {columns} FROM entries WHERE sequence = ?", (sequence,)
    )
    return f"{sequence} put in again"


def _cut_off(database: sqlite3.Connection, dice: Random, last: int) -> str:
    kept = dice.randint(1, last - 1)
    database.execute("DELETE FROM entries WHERE sequence > ?", (kept,))
    database.execute("UPDATE head SET sequence = ?, hash = (SELECT hash FROM entries WHERE sequence = ?)", (kept, kept))
    return f"cut off after {kept}, head and all"


def _mend(database: sqlite3.Connection) -> None:
    """Make every hash, and the head, agree with what stands there now."""
    (centre,) = database.execute("SELECT centre FROM head").fetchone()
    previous, sequence = genesis(centre), 0
    rows = database.execute(
        "SELECT sequence, batch, recorded_at, actor, fact FROM entries ORDER BY sequence"
    ).fetchall()
    for sequence, batch, recorded_at, actor, fact in rows:
        digest = chained(sequence, batch, recorded_at, actor, fact, previous)
        database.execute(
            "UPDATE entries SET previous_hash = ?, hash = ? WHERE sequence = ?", (previous, digest, sequence)
        )
        previous = digest
    database.execute("UPDATE head SET sequence = ?, hash = ?", (sequence, previous))


def main() -> None:
    """Tamper as often as is asked for, and count what was found."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--times", type=int, default=10_000)
    times = arguments.parse_args().times
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        scenario = scenario_folder("call_centre")
        centre = read_centre(scenario / "centre.yaml")
        rules = read_procedure(scenario / "procedures" / "baseline.yaml", centre, known_packs())
        with closing(Log(folder / "log")) as log:
            room = ControlRoom.open(log, WallClock(), centre, rules)
            room.act(lambda present, at: sign_on_all(present, at, room.centre), SHELL)
            with checkpointing(log, WallClock(), Signer(folder / "key"), folder / "kept"):
                pass
        promised = checkpoints(folder / "kept", public_key(folder / "key"))
        unnoticed: list[str] = []
        for seed in range(times):
            shutil.copy(folder / "log", folder / "copy")
            told = tamper(folder / "copy", Random(seed))
            with closing(LogReader(folder / "copy")) as log:
                try:
                    if not broken_promises(log, promised):
                        unnoticed.append(f"seed {seed}: {told}")
                except Refusal:
                    pass
    print(f"{times:,} logs tampered with, {len(unnoticed)} not noticed")
    print("\n".join(unnoticed))
    if unnoticed:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
