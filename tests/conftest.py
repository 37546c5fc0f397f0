"""What every test may ask for, and how property tests run.

Property tests have no deadline, because a busy machine is not a fault. Where `CI` is set they draw the same
examples each time, so that a red run there is about the change; at a desk they go looking for new ones.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of recorded logs that `MUSTER_DATA` names; without one, the test is skipped."""
    named = os.environ.get("MUSTER_DATA", "")
    if not named:
        pytest.skip("MUSTER_DATA is not set: it names the folder of recorded logs this test reads")
    folder = Path(named)
    if not folder.is_dir():
        pytest.skip(f"MUSTER_DATA names {named!r}, which is not a folder")
    return folder


@pytest.fixture
def memory_folder() -> Iterator[Path]:
    """A folder in memory where there is one, for tests about minds: thousands of commits to a disk are about disks."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as made:
        yield Path(made)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, so that the other process works through the rest meanwhile."""
    longest = ("test_one_mind.py", "test_desk_machine.py", "test_replication_workers.py", "test_dry_run_and_world.py")
    items.sort(key=lambda item: longest.index(item.path.name) if item.path.name in longest else len(longest))
