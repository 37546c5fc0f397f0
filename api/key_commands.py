"""The commands about keys, for whoever has the machine. Each imports what it needs when it runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from api.operations import Role
from api.settings import DATABASE

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from incidents.quantities import Instant

T = TypeVar("T")

keys = typer.Typer(no_args_is_help=True, help="Keys by which people and programs show who they are.")

Where = Annotated[
    str, typer.Option("--database", help="the log: a file that no room has open, or a postgresql:// address")
]
MACHINE = "the machine"
"""Who issues keys here."""


@keys.command()
def issue(
    name: Annotated[str, typer.Argument(help="whose it is; stands in the log beside all they do")],
    role: Annotated[list[Role], typer.Option(help="what they are; may be given several times")],
    days: Annotated[float, typer.Option(help="how long it is good")] = 90,
    database: Where = str(DATABASE),
) -> None:
    """Make a key and print it, once. The first one closes a room that stood open."""
    from api.access import NAME
    from api.keys import issue as made
    from incidents.refusals import Refusal

    if NAME.fullmatch(name) is None:
        raise Refusal.of("NAME", f"{name!r} is no name for the log", "letters, digits, blanks and . _ @ -, at most 80")
    _, written = _changed(database, lambda connection, now: made(connection, name, role, days, by=MACHINE, now=now))
    typer.echo(written)


@keys.command()
def revoke(
    key: Annotated[str, typer.Argument(help="its id, as `muster keys list` shows it")], database: Where = str(DATABASE)
) -> None:
    """End a key at once."""
    from api.keys import revoke as ended
    from incidents.refusals import Refusal

    if _changed(database, lambda connection, now: ended(connection, key, now)) is None:
        raise Refusal.of("KEY", f"there is no good key {key!r}", "an id that `muster keys list` shows")


@keys.command("list")
def listed(database: Where = str(DATABASE)) -> None:
    """Show every key, without its secret."""
    import contextlib

    from api.clock import WallClock
    from api.keys import issued
    from api.log import LogReader

    now = WallClock().now()
    with contextlib.closing(LogReader(database)) as log:
        for each in log.look(issued):
            until = datetime.fromtimestamp(each.expires_at / 1000, UTC).date().isoformat()
            state = "good until" if each.is_good(now) else "revoked, was until" if each.revoked_at else "expired"
            typer.echo(f"{each.id}  {each.name}  {', '.join(sorted(each.roles))}  {state} {until}")


def _changed(database: str, doing: Callable[[Connection, Instant], T]) -> T:
    import contextlib

    from api.clock import WallClock
    from api.log import Log
    from api.taking_turns import TakingTurns

    now = WallClock().now()
    with contextlib.closing(Log(database)) as log:
        return TakingTurns(log).change(lambda connection: doing(connection, now))
