"""Facts to put into a log."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from app.domain.events.coverage import Feed, SnapshotFailed
from app.domain.events.licensing import Profile, ProfileChanged, SkuLapsed, UserDiscovered, UserKind
from app.domain.events.tenancy import TenantInvited
from app.domain.ids import RunId, SkuId, UserId
from app.domain.personal import Personal

MONDAY = datetime(2026, 6, 1, 6, 30, 0, 123456, tzinfo=UTC)
TUESDAY = datetime(2026, 6, 2, 6, 30, tzinfo=UTC)
ANNA = UserId(UUID("5a0c3a52-6a33-4a0e-9d2b-000000000001"))
BERT = UserId(UUID("5a0c3a52-6a33-4a0e-9d2b-000000000002"))


def lapsed(happened_at: datetime = MONDAY) -> SkuLapsed:
    return SkuLapsed(happened_at=happened_at, sku=SkuId(uuid4()))


def failed(reason: str) -> SnapshotFailed:
    return SnapshotFailed(happened_at=MONDAY, feed=Feed.LICENCES, run=RunId(UUID(int=7)), reason=reason)


def invited(contact: str) -> TenantInvited:
    return TenantInvited(happened_at=MONDAY, customer="Contoso", contact=Personal.alone(contact))


def profile(user: UserId, name: str) -> Profile:
    return Profile(
        display_name=Personal.of_user(user, name),
        user_principal_name=Personal.of_user(user, f"{name}@contoso.example"),
        kind=UserKind.PERSON,
        department="Sales",
        company=None,
        cost_centre=None,
        country=None,
        usage_location=None,
    )


def discovered(user: UserId, name: str) -> UserDiscovered:
    return UserDiscovered(happened_at=MONDAY, user=user, created_at=None, enabled=True, profile=profile(user, name))


def renamed(user: UserId, name: str) -> ProfileChanged:
    return ProfileChanged(happened_at=TUESDAY, user=user, profile=profile(user, name))
