"""The daily read of the PSTN and Direct Routing logs as a job."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.events.coverage import Feed
from app.domain.ids import TenantId
from app.ingest import dead_letters
from app.ingest.bound import client_of
from app.ingest.collect_phone_logs import DIRECT_ROUTING, PSTN, Aside, SpoiltRow, collect_phone_log
from app.ingest.collect_run import Collected, Run
from app.ingest.daily import run_of, slot_of
from app.ingest.schedule import Taken
from app.ingest.workshop import Workshop

AFTER_LICENCES = timedelta(hours=1)
"""The logs lag a day or two behind anyway; let the licences of the night have Graph to themselves."""


async def read_phone_logs(shop: Workshop, tenant: TenantId, taken: Taken) -> datetime:
    """Both logs; one that fails does not hold up the other. Tried again, what was read is not read again."""
    async with await client_of(shop, tenant) as client:
        reads = await collect_phone_logs(
            Run(shop.desk, client, tenant, run_of(tenant, taken.due_at)), KeptRows(shop, tenant)
        )
    for read in reads:
        if read.failure is not None:
            raise read.failure
    return await asyncio.to_thread(slot_of, shop.desk, tenant) + AFTER_LICENCES


async def collect_phone_logs(run: Run, aside: Aside) -> list[Collected]:
    return [await collect_phone_log(run, log, aside) for log in (PSTN, DIRECT_ROUTING)]


@dataclass(frozen=True, slots=True)
class KeptRows:
    """Rows set aside become dead letters of the tenant, and end as such when they are read well."""

    shop: Workshop
    tenant: TenantId

    def waiting(self, feed: Feed) -> bool:
        with self.shop.database() as db:
            return dead_letters.waiting(db, self.tenant, feed)

    def keep(self, feed: Feed, spoilt: Sequence[SpoiltRow], good: Sequence[str]) -> None:
        with self.shop.database() as db:
            for each in spoilt:
                dead_letters.keep(db, self.tenant, feed, each.key, each.row, each.error)
            dead_letters.settle(db, self.tenant, feed, good)

    def all_is_well(self, feed: Feed) -> None:
        with self.shop.database() as db:
            dead_letters.settle_all(db, self.tenant, feed)
