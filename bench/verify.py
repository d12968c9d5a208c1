"""Verification of a log, facts per second: `sua audit verify` on a log as a company's, read once, as of one instant.

Every leaf is made anew of the stored row, the tree and its checkpoint with it; streams are checked as well.
"""

from datetime import UTC, datetime
from itertools import islice
from statistics import median
from time import perf_counter
from uuid import uuid4

from app.clock import SteppedClock
from app.domain.ids import TenantId
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.evidence.notary import Notary, take_checkpoint
from app.evidence.notes import Signer
from app.evidence.verifying import verified
from bench.company_log import company, tell
from bench.database import Database
from bench.figure import Figure

_FACTS = 200_000
_ROUNDS = 3


def run(database: Database) -> list[Figure]:
    tenant = TenantId(uuid4())
    with writer_pool(database.writer_dsn) as pool:
        store = EventStore(pool, KeyRing(pool, bytes(32)))
        signer = Signer("bench.example", bytes(32))
        notary = Notary(pool, SteppedClock(datetime(2026, 7, 1, tzinfo=UTC)), signer, (signer.public,))
        facts = company(8_000, 1_000, active=0.1, signing_in=0.7, changing=0.07)
        tell(store, tenant, islice(facts, _FACTS))
        take_checkpoint(notary, tenant)
        taken = []
        for _ in range(_ROUNDS):
            started = perf_counter()
            verdict = verified(pool, tenant, notary.keys, lambda *_: None)
            taken.append(perf_counter() - started)
            if verdict.faults or verdict.facts != _FACTS:
                raise RuntimeError(f"{verdict} of a log nobody touched")
    return [Figure.at_least("verification_of_a_log", _FACTS / median(taken), "facts/s", 50_000)]
