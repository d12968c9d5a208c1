"""The customer of the cookbook: the one with prices, whose people also call, and use Teams."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from app.domain.events.licensing import LicenceAssigned, ServicePlan, SkuSubscribed, Workload, WorkloadUsed
from app.domain.events.telephony import Party, PartyKind
from app.domain.ids import PlanId, SkuId, UserId
from app.domain.personal import Personal
from app.eventstore.streams import call_stream, sku_stream
from tests.graphql import money_world
from tests.graphql.test_phone_logs import FRIDAY, charged, tell
from tests.graphql.world import (
    ANNA,
    BERT,
    CALL_IN,
    CALL_OUT,
    CLEO,
    CONTOSO,
    CONTOSO_DIRECTORY,
    JUNE,
    NOON,
    NUMBER,
    World,
    call_completed,
    discovered,
    user_id,
)

TEAMS = SkuId(UUID(int=0x7EA))
PLAN = ServicePlan(plan=PlanId(UUID("57ff2da0-773e-42df-b2af-ffb7a2317929")), name="TEAMS1", applies_to="User")
HALL = [user_id(number) for number in range(10, 15)]
LEARNED = NOON - timedelta(hours=2)


def _user(user: UserId) -> Party:
    return Party(kind=PartyKind.USER, user=user, directory=CONTOSO_DIRECTORY, label=None)


def _calls(world: World) -> None:
    phone = Party(kind=PartyKind.PHONE, user=None, directory=None, label=Personal.alone(NUMBER))
    out = call_completed(CALL_OUT, FRIDAY, (_user(ANNA), (0, 30)), (phone, (0, 30)))
    within = call_completed(CALL_IN, FRIDAY + timedelta(days=1), (_user(ANNA), (0, 10)), (_user(CLEO), (2, 10)))
    world.append(CONTOSO, call_stream(CALL_OUT), out, at=LEARNED)
    world.append(CONTOSO, call_stream(CALL_IN), within, at=LEARNED)
    fee = {"charge": Decimal("1.20"), "connection_charge": Decimal("0.10"), "seconds": 1795}
    tell(world, CONTOSO, charged(1, FRIDAY + timedelta(seconds=3), ANNA, **fee), LEARNED)
    tell(world, CONTOSO, charged(2, FRIDAY + timedelta(days=1), BERT, charge=Decimal("0.80"), seconds=30), LEARNED)
    tell(world, CONTOSO, charged(3, FRIDAY, None, charge=None, seconds=10), LEARNED)


def _teams(world: World) -> None:
    subscribed = SkuSubscribed(happened_at=JUNE, sku=TEAMS, part_number="TEAMS", applies_to="User", plans=(PLAN,))
    world.append(CONTOSO, sku_stream(TEAMS), subscribed, at=LEARNED)
    people = [discovered(user, f"Hall {number}", "Hall") for number, user in enumerate(HALL, 1)]
    held = [LicenceAssigned(happened_at=JUNE, user=user, sku=TEAMS, via=None, disabled_plans=()) for user in HALL]
    used = [
        WorkloadUsed(
            happened_at=datetime(2026, 11, day, 12, tzinfo=UTC),
            user=user,
            workload=Workload.TEAMS,
            last_activity_on=date(2026, 11, day),
        )
        for user, day in ((HALL[0], 10), (HALL[1], 19), (HALL[1], 20))
    ]
    world.seats(CONTOSO, [*people, *held, *used], at=LEARNED)


@contextmanager
def built(writer_dsn: str) -> Iterator[World]:
    with money_world.built(writer_dsn) as world:
        _calls(world)
        _teams(world)
        world.tabulate(CONTOSO)
        yield world
