"""Running: the control room on its log, behind a web server, until it is stopped. Imports `application` and `log`."""

from __future__ import annotations

import contextlib
import gc
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from api.application import application
from api.checkpoints import Signer, checkpointing
from api.clock import WallClock
from api.control_room import SHELL, ControlRoom, sign_on_all
from api.database import Address
from api.following import following
from api.job_runner import working
from api.live_feed import Bell
from api.log import Log
from api.settings import Settings
from api.solver_pool import SolverPool
from api.tokens import Provider, Tokens
from incidents.centre import Centre
from incidents.procedure import Procedure
from incidents.refusals import Refusal
from optimiser import warm_up

LAST_REQUESTS_S = 5
"""How long a stop waits for the requests under way."""


def serve(
    settings: Settings, database: Address, centre: Centre | None, procedure: Procedure | None, *,
    adopt: bool, sign_on: bool, tell: Callable[[str], None], roads: Path | None = None, provider: Provider | None = None,
) -> None:  # fmt: skip
    """Serve until told to stop; `tell` gets what the person at the terminal should know."""
    # What is compiled is compiled now, and not while somebody waits for the first decision.
    warm_up()
    with contextlib.closing(Log(database)) as log, contextlib.closing(SolverPool(settings)) as pool:
        room = ControlRoom.open(log, WallClock(), centre, procedure, adopt=adopt, pool=pool, roads=roads)
        if sign_on and any(not each.is_on_duty for each in room.present.situation.resources.values()):
            room.act(lambda present, at: sign_on_all(present, at, room.centre), SHELL)
        tokens = None if provider is None else Tokens(provider)
        served = application(room, settings, tokens=tokens)
        if served.state.door.is_open and not settings.is_on_loopback:
            raise Refusal.of(settings.host, "would let everybody in", "`muster keys issue`, --oidc-issuer, or loopback")
        listening = listen(settings)
        address = f"http://{settings.host}:{listening.getsockname()[1]}"
        rules, situation = room.present.procedure, room.present.situation
        tell(
            f"{room.centre.centre} under {rules.procedure} revision {rules.revision}; {situation.sequence} facts in {log.name}"
        )
        tell(f"{address}/v1/board  {address}/v1/feed  {address}/openapi.json")
        if served.state.door.is_open:
            tell("it stands open to every program of this machine: `muster keys issue` closes it")
        if not any(each.is_on_duty for each in situation.resources.values()):
            tell(f"nobody is on duty yet: curl -X POST {address}/v1/resources/sign-on-all")
        config = uvicorn.Config(
            served,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=LAST_REQUESTS_S,
        )
        settle()
        # Only now, because whoever restarts a room in trouble should not wait for a process that most calls do without.
        pool.start()
        # Stopping by the keyboard is the ordinary way to stop; the server has shut down by the time this arrives.
        kept = checkpointing(log, room.clock, Signer(settings.signing_key), settings.checkpoints)
        with contextlib.suppress(KeyboardInterrupt), following(room), kept, working(room, room.clock, settings.jobs):
            Server(config).run(sockets=[listening])


def settle() -> None:
    """Take everything that is loaded out of the garbage collector's rounds.

    There is enough of it for one full round to stop every thread for a fifth of a second, and it is there to stay.
    """
    gc.collect()
    gc.freeze()


class Server(uvicorn.Server):
    """A web server that sends those who follow the feed home before it waits for them."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop taking requests, and wait for those under way."""
        assert isinstance(self.config.app, FastAPI), "it serves the application it was given"
        bell: Bell = self.config.app.state.bell
        bell.close()
        await super().shutdown(sockets)


def listen(settings: Settings) -> socket.socket:
    """Return a socket bound where the settings say; port 0 means any free one."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        where = f"{settings.host}:{settings.port}"
        raise Refusal.of(where, f"cannot be listened on: {error.strerror}", "another --port") from error
    return listening
