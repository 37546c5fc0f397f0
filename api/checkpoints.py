"""Checkpoints: where the log stood, signed and kept outside the database.

The chain alone cannot show that the log was set back to an older copy, or rewritten by somebody who also rewrites its head. A
checkpoint can: it names an entry and its hash under an Ed25519 signature (RFC 8032), on a line of a file that is only ever added
to. Whoever holds the public key and a copy of that file can tell. Imports `log`, `log_chain` and `clock`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from api.clock import Clock
from api.log import LogReader
from api.log_chain import Head
from incidents.quantities import Instant
from incidents.refusals import DocumentRefused, Flaw

EVERY_S = 60.0
"""How often a log that has grown gets a checkpoint while it is served; it gets one more when serving ends."""
MOST_CHECKPOINTS = 10_000_000
"""Lines of a file of checkpoints that are read: nineteen years of one a minute."""
LONGEST_LINE = 1_000


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log reached this entry with this hash, as was known at `at`; `key` names who signed."""

    sequence: int
    hash: str
    at: Instant
    key: str
    signature: str

    @property
    def witness(self) -> tuple[int, str]:
        """The entry and its hash."""
        return self.sequence, self.hash


class Signer:
    """Signs checkpoints with the private key in a file, which is made, readable by its owner alone, if there is none."""

    def __init__(self, path: Path) -> None:
        self._key = _private_key(path)
        self.name = key_name(self._key.public_key())

    def public_key(self) -> bytes:
        """Return the public key as PEM, for whoever is to verify."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, head: Head, at: Instant) -> Checkpoint:
        """Sign where the log stands."""
        signature = self._key.sign(_signed(head.sequence, head.hash, at, self.name))
        return Checkpoint(head.sequence, head.hash, at, self.name, base64.b64encode(signature).decode())


def key_name(key: Ed25519PublicKey) -> str:
    """Return the name of a key: the first half of the SHA-256 of its raw bytes."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:32]


def public_key(path: Path) -> Ed25519PublicKey:
    """Read a public key, or that of a private one, from a PEM file."""
    try:
        text = path.read_bytes()
        key = load_pem_private_key(text, None).public_key() if b"PRIVATE" in text else load_pem_public_key(text)
    except (OSError, ValueError) as error:
        raise _no_key(path, str(error)) from error
    if not isinstance(key, Ed25519PublicKey):
        raise _no_key(path, "it is for another kind of signature")
    return key


def add(path: Path, checkpoint: Checkpoint) -> None:
    """Add a checkpoint to a file; it is on disk when this returns."""
    line = json.dumps(
        {
            "sequence": checkpoint.sequence,
            "hash": checkpoint.hash,
            "at": checkpoint.at,
            "key": checkpoint.key,
            "signature": checkpoint.signature,
        }
    )
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def checkpoints(path: Path, key: Ed25519PublicKey) -> tuple[Checkpoint, ...]:
    """Read a file of checkpoints; refuse it with every line that is none, or that this key has not signed.

    A last line that was cut short by a crash is passed over: what it would have said was never promised.
    """
    found: list[Checkpoint] = []
    flaws: list[Flaw] = []
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentRefused([Flaw(str(path), f"cannot be read: {error}", "a file of checkpoints")]) from error
    for number, line in enumerate(lines[:MOST_CHECKPOINTS], start=1):
        if not line or (number == len(lines)):
            continue
        read = _read(line, key)
        if isinstance(read, Checkpoint):
            found.append(read)
        else:
            flaws.append(Flaw(f"{path}:{number}", read, f"a checkpoint signed by {key_name(key)}"))
    if flaws:
        raise DocumentRefused(flaws)
    return tuple(found)


def broken_promises(log: LogReader, promised: Sequence[Checkpoint]) -> tuple[Checkpoint, ...]:
    """Return the checkpoints that the log does not agree with, checking its chain on the way."""
    wanted = {checkpoint.witness: checkpoint for checkpoint in promised}
    for entry in log.verified():
        wanted.pop((entry.sequence, entry.hash), None)
    return tuple(sorted(wanted.values(), key=lambda checkpoint: checkpoint.sequence))


@contextmanager
def checkpointing(log: LogReader, clock: Clock, signer: Signer, path: Path) -> Iterator[None]:
    """Add a checkpoint every `EVERY_S` in which the log has grown, and a last one at the end."""
    ended = threading.Event()
    noted = 0

    def note() -> None:
        nonlocal noted
        head = log.head()
        if head is not None and head.sequence > noted:
            add(path, signer.sign(head, clock.now()))
            noted = head.sequence

    def keep() -> None:
        while not ended.wait(EVERY_S):
            note()

    note()
    thread = threading.Thread(target=keep, name="checkpoints", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        note()


def _signed(sequence: int, digest: str, at: Instant, key: str) -> bytes:
    return json.dumps(["muster checkpoint 1", sequence, digest, at, key], separators=(",", ":")).encode()


def _read(line: str, key: Ed25519PublicKey) -> Checkpoint | str:
    """The checkpoint on a line, or what is wrong with it."""
    try:
        if len(line) > LONGEST_LINE:
            return "is too long"
        told = json.loads(line)
        read = Checkpoint(int(told["sequence"]), str(told["hash"]), int(told["at"]), told["key"], told["signature"])
        signature = base64.b64decode(read.signature, validate=True)
    except (ValueError, TypeError, KeyError, RecursionError):
        return "is no checkpoint"
    try:
        key.verify(signature, _signed(read.sequence, read.hash, read.at, read.key))
    except InvalidSignature:
        return "has a signature that does not hold"
    return read


def _private_key(path: Path) -> Ed25519PrivateKey:
    if not path.exists():
        made = Ed25519PrivateKey.generate()
        text = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(text)
        except OSError as error:
            raise _no_key(path, f"cannot be made: {error.strerror}") from error
        return made
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise _no_key(path, str(error)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path, "it is for another kind of signature")
    return key


def _no_key(path: Path, what: str) -> DocumentRefused:
    return DocumentRefused([Flaw(str(path), f"is no key: {what}", "an Ed25519 key as PEM")])
