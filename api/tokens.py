"""Tokens of an identity provider (OpenID Connect): believed if its published keys have signed them, for us, and in time.

The provider's keys are fetched from the address in its discovery document, asked for again when a token names one that is not
known (but not more often than `ASK_AGAIN_S`), and kept through an outage of the provider for `KEPT_S`. Only asymmetric
signatures are taken, so that a public key can never be passed off as a secret. Imports `operations`.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
import jwt

from api.operations import Role
from incidents.refusals import Refusal

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
ASK_AGAIN_S = 30.0
FRESH_S = 300.0
"""How old the provider's keys may be before they are asked for again."""
KEPT_S = 3_600.0
"""How old they may be where the provider does not answer."""
FETCH_LIMIT_S = 3.0
LARGEST_ANSWER = 200_000
"""Bytes of a provider's answer that are read."""
LEEWAY_S = 30
LONGEST_TOKEN = 8_000
DISCOVERY = "/.well-known/openid-configuration"


class ProviderSilent(Exception):
    """The identity provider cannot be asked, and what it said last is too old."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Whose tokens are believed. `client`: the only application they may have been issued to; None: any."""

    issuer: str
    audience: str
    client: str | None = None
    name_claim: str = "preferred_username"
    roles_claim: str = "roles"

    def __post_init__(self) -> None:
        if not self.issuer.startswith(("https://", "http://localhost", "http://127.0.0.1")):
            raise Refusal.of("--oidc-issuer", f"{self.issuer!r} is not secure", "an https:// address")


Fetch = Callable[[str], Mapping[str, Any]]


def fetched(address: str) -> Mapping[str, Any]:
    """Get a JSON object from the provider; follows no redirect."""
    with httpx2.stream("GET", address, timeout=FETCH_LIMIT_S, follow_redirects=False) as answer:
        answer.raise_for_status()
        body = bytearray()
        for piece in answer.iter_bytes():
            body += piece
            if len(body) > LARGEST_ANSWER:
                raise ValueError(f"the provider's answer is longer than {LARGEST_ANSWER} bytes")
    told = json.loads(bytes(body))
    if not isinstance(told, dict):
        raise ValueError("the provider's answer is no object")
    return told


@dataclass(slots=True)
class Tokens:
    """Reads tokens of one provider. `monotonic` is the clock by which its keys grow old."""

    provider: Provider
    fetch: Fetch = fetched
    monotonic: Callable[[], float] = time.monotonic
    _keys: dict[str, jwt.PyJWK] = field(default_factory=dict)
    _fetched_at: float | None = None
    _asked_at: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def holder(self, token: str, now_s: float) -> tuple[str, frozenset[Role]] | None:
        """Return whose token it is, with the roles that we know; None if it is not to be believed.

        Raises `ProviderSilent` where nobody can tell.
        """
        try:
            head = jwt.get_unverified_header(token) if len(token) <= LONGEST_TOKEN else {}
            if head.get("alg") not in ALGORITHMS or not isinstance(head.get("kid"), str):
                return None
            key = self._key(head["kid"])
            if key is None or key.algorithm_name != head["alg"]:
                return None
            claims = jwt.decode(
                token,
                key,
                algorithms=[head["alg"]],
                audience=self.provider.audience,
                issuer=self.provider.issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "iss", "aud", "sub"], "strict_aud": False},
            )
        except jwt.PyJWTError:
            return None
        return self._believed(claims)

    def _believed(self, claims: Mapping[str, Any]) -> tuple[str, frozenset[Role]] | None:
        if self.provider.client is not None and claims.get("azp", claims.get("client_id")) != self.provider.client:
            return None
        name, given = claims.get(self.provider.name_claim), claims.get(self.provider.roles_claim)
        if not isinstance(name, str) or not isinstance(given, list):
            return None
        return name, frozenset(role for role in Role if role.value in given)

    def _key(self, name: str) -> jwt.PyJWK | None:
        with self._lock:
            now = self.monotonic()
            age = None if self._fetched_at is None else now - self._fetched_at
            is_due = age is None or age > FRESH_S or name not in self._keys
            if is_due and (self._asked_at is None or now - self._asked_at >= ASK_AGAIN_S or age is None):
                self._asked_at = now
                self._ask(now)
            if self._fetched_at is None or now - self._fetched_at > KEPT_S:
                raise ProviderSilent
            return self._keys.get(name)

    def _ask(self, now: float) -> None:
        try:
            told = self.fetch(self.provider.issuer.rstrip("/") + DISCOVERY)
            if told.get("issuer") != self.provider.issuer:
                return
            found = jwt.PyJWKSet.from_dict(dict(self.fetch(str(told["jwks_uri"])))).keys
        except (httpx2.HTTPError, jwt.PyJWTError, ValueError, KeyError, TypeError):
            return
        self._keys = {key.key_id: key for key in found if key.key_id is not None and key.algorithm_name in ALGORITHMS}
        self._fetched_at = now
