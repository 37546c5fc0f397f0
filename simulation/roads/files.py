"""The bytes of other people's files, plain or gzipped, and never more of them than a limit.

Imports `incidents.refusals`.
"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from incidents.refusals import DocumentRefused, Flaw

LARGEST_BYTES = 150_000_000
"""The most that a file may hold once it is unpacked."""


def bytes_of(path: Path, *, most: int = LARGEST_BYTES) -> bytes:
    """Return what a file holds, unpacked where its name ends in `.gz`; refuse what is missing, broken or too large."""
    name = str(path)
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            data = file.read(most + 1)
    except FileNotFoundError:
        raise DocumentRefused([Flaw(name, "there is no such file")]) from None
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise DocumentRefused([Flaw(name, f"cannot be read: {error}")]) from None
    if len(data) > most:
        raise DocumentRefused([Flaw(name, "is too large", f"at most {most:,} bytes once unpacked")])
    return data
