"""Rebuilds by several processes at once, each a customer at a time: folding takes a core, and a process has one."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing import get_context

from app.domain.ids import TenantId
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.projections.generations import RebuildRunning
from app.projections.rebuild import Outcome, rebuild

_CONNECTIONS = 3
"""Of each process: one for the live table, one for the log, one to spare; those that build are apart."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the log is and what opens it."""

    dsn: str = field(repr=False)
    master_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to rebuild: a table, or "all". `heads`: the customers, each with the length of its log."""

    name: str
    heads: Mapping[TenantId, int]
    force: bool = False


def rebuild_each(
    source: Source, wanted: Wanted, *, jobs: int, look: Callable[[Sequence[TenantId]], None], every_s: float
) -> list[Outcome]:
    """Rebuild for every customer, the longest logs first; `look` is told who is done, every so often.

    Raises RebuildRunning for the first customer whose table somebody else rebuilds, after all others are done. Whatever
    ends it early, a repeat goes on where each was left.
    """
    outcomes: list[Outcome] = []
    done: list[TenantId] = []
    refused: RebuildRunning | None = None
    tenants = sorted(wanted.heads, key=lambda tenant: -wanted.heads[tenant])
    processes = ProcessPoolExecutor(min(jobs, max(len(tenants), 1)), mp_context=get_context("spawn"))
    try:
        waiting: dict[Future[list[Outcome]], TenantId] = {
            processes.submit(_rebuild_one, source, wanted.name, tenant, force=wanted.force): tenant
            for tenant in tenants
        }
        while waiting:
            ended, _ = wait(waiting, timeout=every_s, return_when=FIRST_COMPLETED)
            for each in ended:
                done.append(waiting.pop(each))
                try:
                    outcomes += each.result()
                except RebuildRunning as error:
                    refused = refused or error
            look(done)
    finally:
        processes.shutdown(cancel_futures=True)
    if refused is not None:
        raise refused
    return outcomes


def _rebuild_one(source: Source, name: str, tenant: TenantId, *, force: bool) -> list[Outcome]:
    with closing(writer_pool(source.dsn, _CONNECTIONS)) as pool:
        store = EventStore(pool, KeyRing(pool, source.master_key))
        return rebuild(pool, store, name, tenant, force=force)
