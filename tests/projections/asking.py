"""A tenant told of facts, and the moments to ask about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg

from app.domain.events import Event
from app.domain.events.tenancy import (
    ConsentGranted,
    TenantInvited,
)
from app.domain.ids import TenantId
from app.domain.personal import Personal
from app.projections.engine import advance
from app.projections.reading import Moment, moment
from tests.projections.conftest import Desk
from tests.projections.story import (
    HOME,
    day,
)

Reader = psycopg.AsyncConnection[Any]
NOW = day(400)
INVITED = TenantInvited(happened_at=day(1), customer="Contoso", contact=Personal.alone("a@contoso.example"))
CONSENTED = ConsentGranted(
    happened_at=day(1), directory=HOME, organisation="Contoso AG", default_domain="contoso.example", permissions=("A",)
)


def told(desk: Desk, *facts: Event) -> TenantId:
    tenant = desk.tenant()
    desk.log.tell(tenant, INVITED, CONSENTED, *facts)
    assert advance(desk.pool, desk.log, tenant).stopped == ()
    return tenant


async def when(reader: Reader, tenant: TenantId, on: datetime, known_at: datetime | None = None) -> Moment:
    return await moment(reader, tenant, on.date(), known_at, NOW)
