"""What is let through to the routes: bodies of bounded size, meant for this host, and not sent by another site's page.

A web page open in the same browser must not be able to reach a control room that listens on loopback: neither under a name of
its own (DNS rebinding, hence the Host) nor across sites (hence the Origin). And no browser is to guess, frame or keep an answer.
Pure ASGI. Imports `problems` and `settings`.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem
from api.settings import Settings

HEADERS = (
    (b"content-security-policy", b"default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
"""What every answer tells a browser that does not tell it something stricter."""
_UNKEPT = (b"cache-control", b"no-store")


class Guard:
    """Refuses before anything is read that should not be."""

    def __init__(self, application: ASGIApp, settings: Settings) -> None:
        self._application = application
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        refusal = self._refusal(Headers(scope=scope))
        if refusal is not None:
            await refusal(scope, receive, _with_headers(send))
            return
        body = await self._body(receive)
        if body is None:
            await self._too_large()(scope, receive, _with_headers(send))
            return
        await self._application(scope, _Replayed(body, receive), _with_headers(send))

    def _refusal(self, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        hosts = self._settings.hosts
        if hosts is not None and _name(host) not in hosts:
            return problem(403, "foreign-host", "This server is not called by that name.")
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return problem(403, "foreign-origin", "Pages of other sites may not use this server.")
        length = headers.get("content-length", "0")
        if not length.isdecimal():
            return problem(400, "http", "The length of the body is no number.")
        return self._too_large() if int(length) > self._settings.body_limit_bytes else None

    async def _body(self, receive: Receive) -> Message | None:
        """Collect the body, counting, because a length need not be announced; None: it is too large."""
        received = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return message
            received += message.get("body", b"")
            if len(received) > self._settings.body_limit_bytes:
                return None
            if not message.get("more_body", False):
                return {"type": "http.request", "body": bytes(received), "more_body": False}

    def _too_large(self) -> Response:
        limit = self._settings.body_limit_bytes
        return problem(413, "too-large", f"A request body has at most {limit} bytes.", headers={"Connection": "close"})


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = list(message.get("headers", ()))
            said = {name.lower() for name, _ in given}
            more = [header for header in (*HEADERS, _UNKEPT) if header[0] not in said]
            message = {**message, "headers": [*given, *more]}
        await send(message)

    return sending


class _Replayed:
    """Hands out the collected body once, then whatever comes."""

    def __init__(self, body: Message, receive: Receive) -> None:
        self._body: Message | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        body, self._body = self._body, None
        return await self._receive() if body is None else body


def _name(host: str) -> str:
    """The host without its port."""
    return host if host.endswith("]") else host.rpartition(":")[0] or host
