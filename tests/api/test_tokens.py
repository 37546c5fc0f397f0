"""Tokens of an identity provider: the good one is believed, and each kind of bad one is not."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.utils import base64url_encode

from api.operations import Role
from api.tokens import ASK_AGAIN_S, DISCOVERY, FRESH_S, KEPT_S, Provider, ProviderSilent, Tokens
from incidents.refusals import Refusal

ISSUER = "https://id.example"
NOW = 1_000_000_000.0
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


class Site:
    """A provider's website, which may be silent; counts how often it is asked."""

    def __init__(self) -> None:
        self.keys: dict[str, Any] = {"r": RSA_KEY, "e": EC_KEY}
        self.is_silent = False
        self.asked = 0
        self.time_s = 0.0

    def fetch(self, address: str) -> Mapping[str, Any]:
        """Answer as the site would."""
        if self.is_silent:
            raise ValueError("no answer")
        if address == ISSUER + DISCOVERY:
            self.asked += 1
            return {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"}
        made = []
        for name, key in self.keys.items():
            kind = ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else RSAAlgorithm
            made.append({**json.loads(str(kind.to_jwk(key.public_key()))), "kid": name, "use": "sig"})
        return {"keys": made}

    def tokens(self, client: str | None = None) -> Tokens:
        """A reader of this site's tokens."""
        return Tokens(Provider(ISSUER, "muster", client), self.fetch, lambda: self.time_s)


def claims(**changed: Any) -> dict[str, Any]:
    """What a good token says, with changes; None takes a claim away."""
    now = time.time()
    said = {
        "iss": ISSUER, "aud": "muster", "sub": "1", "iat": now - 10, "exp": now + 600, "azp": "console",
        "preferred_username": "ada", "roles": ["dispatcher", "someone-else's"],
    }  # fmt: skip
    said.update(changed)
    return {name: value for name, value in said.items() if value is not None}


def token(key: Any = RSA_KEY, algorithm: str = "RS256", kid: str | None = "r", **changed: Any) -> str:
    """A signed token."""
    return jwt.encode(claims(**changed), key, algorithm, headers={} if kid is None else {"kid": kid})


def test_a_good_token_is_believed_with_the_roles_we_know() -> None:
    """Whatever else the provider says somebody is does not concern us."""
    tokens = Site().tokens("console")
    expected = ("ada", frozenset({Role.DISPATCHER}))
    assert tokens.holder(token(), NOW) == expected
    assert tokens.holder(token(EC_KEY, "ES256", "e"), NOW) == expected


def passed_off() -> str:
    """A token signed with the public key as if it were a shared secret; the library would not make one."""
    public = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT", "kid": "r"}, claims())]
    signed = b".".join(base64url_encode(part) for part in parts)
    return (signed + b"." + base64url_encode(hmac.digest(public, signed, "sha256"))).decode()


BAD: Mapping[str, Callable[[], str]] = {
    "no algorithm": lambda: jwt.encode(claims(), "", "none", headers={"kid": "r"}),
    "the public key as a secret": passed_off,
    "another signer": lambda: token(OTHER_KEY),
    "another algorithm than the key's": lambda: token(EC_KEY, "ES256", "r"),
    "no key named": lambda: token(kid=None),
    "a key nobody knows": lambda: token(kid="../../etc/passwd"),
    "another issuer": lambda: token(iss="https://evil.example"),
    "another audience": lambda: token(aud="payroll"),
    "another application": lambda: token(azp="payroll"),
    "expired": lambda: token(exp=1_000),
    "never expires": lambda: token(exp=None),
    "not yet": lambda: token(nbf=99_999_999_999),
    "issued in the future": lambda: token(iat=99_999_999_999),
    "nobody": lambda: token(sub=None),
    "no name": lambda: token(preferred_username=None),
    "roles that are no list": lambda: token(roles="supervisor"),
    "too long": lambda: token(padding="x" * 9_000),
    "no token": lambda: "a.b.c",
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_token_is_not(case: str) -> None:
    """Each has let somebody in somewhere."""
    assert Site().tokens("console").holder(BAD[case](), NOW) is None


def test_a_new_key_is_asked_for_and_an_old_one_is_forgotten() -> None:
    """Providers change their keys, and a stolen one is taken out of the list."""
    site = Site()
    tokens = site.tokens()
    assert tokens.holder(token(), NOW)
    site.keys = {"new": OTHER_KEY}
    site.time_s = ASK_AGAIN_S + 1
    assert tokens.holder(token(OTHER_KEY, kid="new"), NOW)
    assert tokens.holder(token(), NOW) is None


def test_a_stranger_cannot_make_us_ask_without_end() -> None:
    """A made-up key name in each token would turn us against the provider."""
    site = Site()
    tokens = site.tokens()
    for number in range(50):
        tokens.holder(token(kid=f"made up {number}"), NOW)
    assert site.asked == 1


def test_an_outage_is_bridged_for_an_hour_and_no_longer() -> None:
    """A shift must not end because the provider is being updated; nor may a key outlive its withdrawal for ever."""
    site = Site()
    tokens = site.tokens()
    assert tokens.holder(token(), NOW)
    site.is_silent = True
    site.time_s = FRESH_S * 2
    assert tokens.holder(token(), NOW)
    site.time_s = KEPT_S + 1
    with pytest.raises(ProviderSilent):
        tokens.holder(token(), NOW)


def test_a_provider_without_encryption_is_refused() -> None:
    """Whoever sits between could publish keys of their own."""
    with pytest.raises(Refusal, match="not secure"):
        Provider("http://id.example", "muster")
