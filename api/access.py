"""At the door: who calls, and may they? Nothing is read of a request before both are known.

A caller shows a key of ours or a token of the identity provider as `Authorization: Bearer ...`. While a room on loopback has
neither keys nor a provider it stands open, and whoever calls has every role under the name they give; it closes for good with
the first key. Pure ASGI. Imports `keys`, `operations`, `problems`, `rates`, `tokens` and `control_room`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute, APIRouter
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.control_room import ControlRoom
from api.keys import PREFIX, RESERVED, holder, issued
from api.log import LogUnavailable
from api.operations import EVERYBODY, OPERATIONS, PUBLIC, Role, load_of
from api.problems import problem
from api.rates import Rates
from api.tokens import ProviderSilent, Tokens

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._@-]{0,79}")
"""What somebody may be called in the log."""
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="muster"'}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls. `name` None: the room stands open, and they are who they say."""

    name: str | None
    roles: frozenset[Role]


OPEN = Principal(None, EVERYBODY)


def principal_of(request: Request) -> Principal:
    """Return who sent a request that was let in."""
    principal = request.scope["principal"]
    assert isinstance(principal, Principal), "everybody who is let in has been looked at"
    return principal


class Door:
    """Tells callers apart. `has_keys` turns true once and stays so."""

    def __init__(self, room: ControlRoom, tokens: Tokens | None = None) -> None:
        self._room = room
        self._tokens = tokens
        self.has_keys = bool(room.log.look(issued))

    @property
    def is_open(self) -> bool:
        """Whether nobody need say who they are."""
        return self._tokens is None and not self.has_keys

    def caller(self, shown: str | None) -> Principal | None:
        """Return who shows this; None: nobody that is known. Raises `ProviderSilent` and `LogUnavailable`."""
        if self.is_open:
            # Another node may have issued the first key.
            self.has_keys = self._room.log.server is not None and bool(self._room.log.look(issued))
        if self.is_open:
            return OPEN
        kind, _, written = (shown or "").partition(" ")
        if kind.lower() != "bearer" or not written.isascii():
            return None
        now = self._room.clock.now()
        if written.startswith(f"{PREFIX}_"):
            key = self._room.log.look(lambda connection: holder(connection, written, now))
            return None if key is None else Principal(key.name, key.roles)
        told = None if self._tokens is None else self._tokens.holder(written, now / 1000)
        if told is None or NAME.fullmatch(told[0]) is None or told[0] in RESERVED:
            return None
        return Principal(*told)


class Doorkeeper:
    """Lets a request through to its route, or turns it away."""

    def __init__(
        self,
        application: ASGIApp,
        door: Door,
        routers: Iterable[APIRouter],
        rates: Rates,
        operations: Mapping[str, frozenset[Role]] = OPERATIONS,
    ) -> None:
        self._application = application
        self._door = door
        self._rates = rates
        self._operations = operations
        self._routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] == "http":
            answer = await self._looked_at(scope)
            if answer is not None:
                await answer(scope, receive, send)
                return
        await self._application(scope, receive, send)

    async def _looked_at(self, scope: Scope) -> Response | None:
        operation = self._operation(scope["method"], scope["path"])
        allowed = None if operation is None else self._operations.get(operation, frozenset())
        if operation in self._operations and allowed == PUBLIC:
            return None
        try:
            principal = await run_in_threadpool(self._door.caller, Headers(scope=scope).get("authorization"))
        except ProviderSilent:
            return problem(503, "provider-silent", "Nobody can be told just now.", headers={"Retry-After": "30"})
        except LogUnavailable:
            return problem(503, "log-unavailable", "Nobody can be told just now.", headers={"Retry-After": "1"})
        if principal is None:
            # Others may call from the same address, so only those who cannot be told are put off.
            if not self._rates.lets_guess((scope.get("client") or ("nobody", 0))[0]):
                return problem(429, "too-many", "Too many guesses.", headers={"Retry-After": "60"})
            return problem(401, "unknown-caller", "Show a key or a token that is good.", headers=_CHALLENGE)
        scope["principal"] = principal
        if operation is None or allowed is None:
            # There is no such operation; the routes say so in their own words.
            return None
        if not principal.roles & allowed:
            return problem(403, "not-your-role", _whose(operation, allowed))
        if principal.name is not None and not self._rates.lets(principal.name, load_of(operation)):
            return problem(429, "too-many", "Too much of this at once.", headers={"Retry-After": "60"})
        return None

    def _operation(self, method: str, path: str) -> str | None:
        for route in self._routes:
            if method in (route.methods or ()) and route.path_regex.match(path):
                return f"{method} {route.path}"
        return None


def unlisted(routers: Iterable[APIRouter], operations: Mapping[str, frozenset[Role]] = OPERATIONS) -> Sequence[str]:
    """Return the operations that nobody said who may call, and which nobody therefore may."""
    made = [
        f"{method} {route.path}"
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    ]
    return sorted(set(made) - set(operations))


def _whose(operation: str, allowed: frozenset[Role]) -> str:
    roles = ", ".join(sorted(allowed)) or "nobody"
    return f"{operation} is for: {roles}."
