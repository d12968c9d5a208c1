"""People, products and times the tests of the domain speak of."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.domain.events.licensing import Profile, UserKind
from app.domain.ids import DirectoryId, GroupId, PlanId, SkuId, UserId
from app.domain.personal import Personal
from app.domain.sightings import LicenceSighting, SeatSighting

ANNA = UserId(UUID(int=0xA))
BERT = UserId(UUID(int=0xB))
E5 = SkuId(UUID("06ebc4ee-1bb5-47dd-8120-11324bc54e06"))
E3 = SkuId(UUID("05e9a617-0261-4cee-bb44-138d3ef5d965"))
STAFF = GroupId(UUID(int=0x57AFF))
TEAMS = PlanId(UUID("57ff2da0-773e-42df-b2af-ffb7a2317929"))
EXCHANGE = PlanId(UUID("efb87545-963c-4e0d-99df-69c6916d9eb0"))
CONTOSO = DirectoryId(UUID(int=0xC0))
FABRIKAM = DirectoryId(UUID(int=0xFA))

MONDAY = datetime(2026, 11, 16, 3, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
WEDNESDAY = MONDAY + timedelta(days=2)
THURSDAY = MONDAY + timedelta(days=3)


def profile(user: UserId = ANNA, department: str | None = "Sales") -> Profile:
    return Profile(
        display_name=Personal.of_user(user, "Anna Example"),
        user_principal_name=Personal.of_user(user, "anna@contoso.example"),
        kind=UserKind.PERSON,
        department=department,
        company=None,
        cost_centre=None,
        country="DE",
        usage_location="DE",
    )


def licence(
    sku: SkuId = E5,
    via: GroupId | None = None,
    *,
    off: tuple[PlanId, ...] = (),
    updated_at: datetime | None = None,
    error: str | None = None,
) -> LicenceSighting:
    return LicenceSighting(sku, via, off, updated_at, error)


def seen(
    *licences: LicenceSighting,
    at: datetime,
    since: datetime | None = None,
    user: UserId = ANNA,
    enabled: bool = True,
    department: str | None = "Sales",
) -> SeatSighting:
    return SeatSighting(user, None, enabled, profile(user, department), licences, at, since)
