"""Who plays batches: processes of this machine, or a Dask cluster of more. Both take a batch and give a future of its bytes.

Local workers are forked from a clean server process, since forking a process that has threads may copy a held lock. Each
watches a pipe whose other end the parent holds: when the parent closes it, or dies of anything, the worker ends at once.
Dask comes with the extra `dask`. Imports nothing of this package.
"""

from __future__ import annotations

import importlib
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Protocol, TypeAlias

from optimiser.refusals import Refusal

MOST_WORKERS = 256
SHORT_S = 0.5
DASK_WAIT_S = 30.0
"""How long a cluster may take to answer, and to have a worker."""


@dataclass(frozen=True, slots=True)
class Workers:
    """So many workers, and how to give them a batch."""

    count: int
    submit: Callable[[Sequence[int]], Future[bytes]]


class Playable(Protocol):
    """What is played in batches, each of them named by numbers: of one job, its seeds."""

    def batch_name(self, numbers: Sequence[int], /) -> str:
        """The name of a batch, which hangs on all that can change its result."""
        ...


PlayBatch: TypeAlias = Callable[[Any, Sequence[int]], bytes]
"""Plays a batch of something playable; a function of a module, so that it can be named to another process."""
Engine: TypeAlias = Callable[[Playable, PlayBatch], AbstractContextManager[Workers]]
"""Opens workers for a job. Leaving the context ends them, whatever they are at."""


def local(count: int | None = None) -> Engine:
    """Processes of this machine; None: one for each core."""
    wanted = os.cpu_count() or 1 if count is None else count
    if not 1 <= wanted <= MOST_WORKERS:
        raise Refusal.of("workers", f"{wanted} processes", f"1 to {MOST_WORKERS}")

    @contextmanager
    def opened(job: Playable, play_batch: PlayBatch) -> Iterator[Workers]:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        reader, writer = context.Pipe(duplex=False)
        pool = ProcessPoolExecutor(wanted, mp_context=context, initializer=_begin, initargs=(reader, job, play_batch))
        try:
            yield Workers(wanted, lambda seeds: pool.submit(_play, tuple(seeds)))
            pool.shutdown()
        finally:
            writer.close()
            pool.shutdown(cancel_futures=True)
            reader.close()

    return opened


def dask(address: str | None = None, count: int | None = None) -> Engine:
    """A Dask cluster at `address`; None: one on this machine with `count` workers."""

    @contextmanager
    def opened(job: Playable, play_batch: PlayBatch) -> Iterator[Workers]:
        distributed = _distributed()
        cluster = None
        if address is None:
            cluster = distributed.LocalCluster(
                n_workers=count or os.cpu_count(),
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.ERROR,
            )
        client = _client(distributed, cluster or address)
        patience_s = SHORT_S
        try:
            # Never pure: a task that looks like an earlier one would be answered from the scheduler's memory.
            executor = client.get_executor(pure=False)
            threads = min(max(sum(client.nthreads().values()), 1), MOST_WORKERS)
            # The job goes to the cluster once; as a task it can be made again where the worker that held it is gone.
            there = client.submit(_same, job, pure=False)
            yield Workers(threads, lambda seeds: executor.submit(play_batch, there, tuple(seeds)))
            patience_s = DASK_WAIT_S
        except distributed.KilledWorker as killed:
            raise BrokenExecutor(str(killed)) from killed
        finally:
            # Whoever breaks off does not wait for a cluster to tidy up; what is left of it ends with this process.
            with suppress(TimeoutError):
                client.close(timeout=patience_s)
            if cluster is not None:
                with suppress(TimeoutError):
                    cluster.close(timeout=patience_s)

    return opened


def _same(job: Playable) -> Playable:
    return job


def _distributed() -> Any:
    # By its name, since the extra may be missing, and is only partly typed where it is not.
    try:
        return importlib.import_module("distributed")
    except ImportError as error:
        raise Refusal.of("engine", "Dask is not installed", "pip install 'muster[dask]'") from error


def _client(distributed: Any, where: Any) -> Any:
    try:
        client = distributed.Client(where, timeout=DASK_WAIT_S, set_as_default=False)
        client.wait_for_workers(1, timeout=DASK_WAIT_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise Refusal.of("engine", f"no Dask cluster with workers at {where}: {error}", "tcp://HOST:8786") from error
    return client


_here: tuple[Playable, PlayBatch] | None = None
"""What this worker plays, and how; set once, when it begins."""


def _begin(reader: Connection, job: Playable, play_batch: PlayBatch) -> None:
    global _here
    _here = job, play_batch
    # A Ctrl-C is the parent's to answer, by closing the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, args=(reader,), daemon=True).start()


def _end_with_the_parent(reader: Connection) -> None:
    with suppress(EOFError, OSError):
        reader.recv_bytes()
    os._exit(0)


def _play(seeds: tuple[int, ...]) -> bytes:
    assert _here is not None, "a worker begins before it plays"
    job, play_batch = _here
    return play_batch(job, seeds)
