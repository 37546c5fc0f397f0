"""The commands about a log as such: audit, backup, restore, doctor. Each imports what it needs when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.settings import CHECKPOINTS, DATABASE, JOBS, SIGNING_KEY

FOUND_SOMETHING = 1
"""The exit code where what was looked at is not as it should be."""

Where = Annotated[str, typer.Option("--database", help="the log: a file, or a postgresql:// address; it may be in use")]
Kept = Annotated[Path, typer.Option("--checkpoints", help="the file of checkpoints")]
Key = Annotated[Path, typer.Option("--key", help="the public key, or the private one, as PEM")]

audit = typer.Typer(
    invoke_without_command=True, help="Check a log's chain, and that it says what the rules would have said."
)


@audit.callback()
def everything(
    context: typer.Context,
    database: Where = str(DATABASE),
    witness: Annotated[str | None, typer.Option(help="SEQUENCE:HASH of an entry, as noted elsewhere")] = None,
    roads: Annotated[Path | None, typer.Option(help="the road network that the log's centre names")] = None,
) -> None:
    """Check a log's chain, and that it says what the rules would have said."""
    from api.audit import audit as audited
    from api.log import LogReader
    from api.log_chain import fact_text

    if context.invoked_subcommand is not None:
        return
    log = LogReader(database)
    try:
        found = audited(log, witness=None if witness is None else _witness(witness), roads=roads)
    finally:
        log.close()
    for mismatch in found.mismatches:
        typer.echo(f"entry {mismatch.sequence}: {mismatch.refused or 'the rules entail something else'}")
        typer.echo("\n".join(f"  logged    {fact_text(fact)}" for fact in mismatch.logged))
        typer.echo("\n".join(f"  entailed  {fact_text(fact)}" for fact in mismatch.entailed))
    typer.echo(
        f"{found.entries} entries in {found.batches} batches, chain whole; {found.entailed} entailed by the rules"
    )
    if found.cut_short:
        typer.echo(f"{found.cut_short} batches were decided while a plan was cut short, and are taken as they stand")
    typer.echo(f"head {found.entries}:{found.head}")
    typer.echo("clean" if found.is_clean else f"{len(found.mismatches)} batches differ from what the rules say")
    if not found.is_clean:
        raise typer.Exit(FOUND_SOMETHING)


@audit.command()
def verify(database: Where = str(DATABASE), kept: Kept = CHECKPOINTS, key: Key = SIGNING_KEY) -> None:
    """Check a log's chain against signed checkpoints, without deciding anything again: was it altered, or set back?"""
    import contextlib

    from api.checkpoints import broken_promises, checkpoints, public_key
    from api.log import LogReader

    promised = checkpoints(kept, public_key(key))
    with contextlib.closing(LogReader(database)) as log:
        missing = broken_promises(log, promised)
        head = log.head()
    for each in missing:
        typer.echo(f"entry {each.sequence} is not the one whose hash was signed: the log was rewritten or set back")
    reached = 0 if head is None else head.sequence
    typer.echo(f"{reached} entries, chain whole; {len(promised) - len(missing)} of {len(promised)} checkpoints agree")
    if missing:
        raise typer.Exit(FOUND_SOMETHING)


def backup(
    copy: Annotated[Path, typer.Argument(help="the file to make; it must not exist")], database: Where = str(DATABASE)
) -> None:
    """Copy a log to a file of its own while the room goes on, and check the copy."""
    from api.backup import back_up

    head = back_up(database, copy)
    typer.echo(f"{copy}: {head.sequence} entries, chain whole\nhead {head.sequence}:{head.hash}")


def restore(
    copy: Annotated[Path, typer.Argument(help="a file that `muster backup` made")], database: Where = str(DATABASE)
) -> None:
    """Fill an empty database, a file or a server's, from a copy, and check the result."""
    from api.backup import restore as restored

    head = restored(copy, database)
    typer.echo(f"{head.sequence} entries, chain whole\nhead {head.sequence}:{head.hash}")


def worker(
    database: Annotated[str, typer.Option("--database", help="the postgresql:// address of a log that rooms share")],
    folder: Annotated[Path, typer.Option("--folder", help="where to work, and keep what was played")] = JOBS,
) -> None:
    """Work off planners' questions of a shared log on this machine, until told to stop."""
    import contextlib
    import threading

    from api.clock import WallClock
    from api.job_runner import working
    from api.log import Log
    from api.table_versions import LogRefused
    from api.taking_turns import TakingTurns

    with contextlib.closing(Log(database)) as log:
        if log.server is None:
            raise LogRefused.of(database, "is a file, which its room works on itself", "a postgresql:// address")
        with contextlib.suppress(KeyboardInterrupt), working(TakingTurns(log), WallClock(), folder):
            typer.echo(f"working for {log.name}")
            threading.Event().wait()


def doctor(
    database: Where = str(DATABASE),
    kept: Annotated[Path | None, typer.Option("--checkpoints", help="also hold the log against this file")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="the key that the checkpoints were signed with")] = None,
) -> None:
    """Look for what may be wrong with a log and the place where it is kept."""
    from api.clock import WallClock
    from api.doctor import Finding, examine

    if (kept is None) != (key is None):
        raise typer.BadParameter("checkpoints are read with a key: give both, or neither")
    found = list(examine(database, WallClock(), kept_checkpoints=kept, key=key))
    for each in found:
        typer.echo(f"{each.finding:8} {each.what}: {each.told}")
    if any(each.finding is Finding.FAULT for each in found):
        raise typer.Exit(FOUND_SOMETHING)


def _witness(text: str) -> tuple[int, str]:
    sequence, _, digest = text.partition(":")
    if not sequence.isdecimal() or not digest:
        raise typer.BadParameter("a witness is SEQUENCE:HASH, as `muster audit` and /v1/health print them")
    return int(sequence), digest
