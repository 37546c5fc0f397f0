"""What tests of the live shell may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.rooms import Dispatcher, HandClock, served


@pytest.fixture
def clock() -> HandClock:
    """The clock of the control room under test."""
    return HandClock()


@pytest.fixture
def desk(tmp_path: Path, clock: HandClock) -> Iterator[Dispatcher]:
    """Somebody at the console of a fresh control room, everybody on duty."""
    with served(tmp_path, clock) as dispatcher:
        yield dispatcher
