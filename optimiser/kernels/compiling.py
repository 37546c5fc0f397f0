"""Loops made quick: numba where it is installed, the same functions left as they are where it is not."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., object])

LEAN = {"_nrt": False, "forceinline": True}
"""For kernels that allocate nothing: numba need not count references; that and inlining make them some 25 times faster."""


@cache
def has_numba() -> bool:
    """Whether loops can be compiled here."""
    return importlib.util.find_spec("numba") is not None


def compiled(function: Function) -> Function:
    """Compile with numba, without the interpreter lock, kept on disk; or leave as it is where numba is missing."""
    if not has_numba():
        return function
    numba: Any = importlib.import_module("numba")
    try:
        return cast(Function, numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:  # Nowhere to keep it: an installation that may not be written to, and no home directory.
        return cast(Function, numba.njit(nogil=True)(function))


@cache
def all_compiled(module: ModuleType) -> dict[str, Any]:
    """Every function of a module of lean kernels behind numba, by name; the module's own stay plain.

    Numba compiles one when it is first called and keeps the result on disk.
    """
    numba, extending = importlib.import_module("numba"), importlib.import_module("numba.extending")
    own = {name: each for name, each in vars(module).items() if getattr(each, "__module__", "") == module.__name__}
    for each in own.values():
        # Afterwards compiled callers find it, and plain callers still the plain function.
        extending.register_jitable(**LEAN)(each)
    return {name: numba.njit(cache=True, nogil=True, **LEAN)(each) for name, each in own.items()}
