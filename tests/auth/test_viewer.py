from uuid import UUID

import pytest

from app.auth.pseudonyms import Pseudonyms
from app.auth.tokens import Claims
from app.auth.viewer import ALL, Forbidden, NoGrants, Viewer, viewer_of
from app.domain.ids import DirectoryId, TenantId, UserId
from tests.auth.issuing import ANNA, CONTOSO, claims_at

PROVIDER = DirectoryId(UUID("9e0f1de5-0000-4000-8000-000000000001"))
OURS = TenantId(UUID("7e000000-0000-4000-8000-000000000001"))
OTHER = TenantId(UUID("7e000000-0000-4000-8000-000000000002"))


class Register:
    async def of_directory(self, directory: DirectoryId) -> frozenset[TenantId]:
        return frozenset({OURS}) if directory == CONTOSO else frozenset()


class OneGrant:
    async def granted_to(self, directory: DirectoryId, person: UUID) -> frozenset[TenantId]:
        return frozenset({OTHER}) if (directory, person) == (CONTOSO, ANNA) else frozenset()


async def seen_by(*roles: str, tid: UUID = CONTOSO, granted: bool = False) -> Viewer:
    claims = Claims.model_validate(claims_at(tid=str(tid), roles=list(roles)))
    return await viewer_of(claims, PROVIDER, Register(), OneGrant() if granted else NoGrants())


@pytest.mark.parametrize("role", ["Sua.Customer.Admin", "Sua.Customer.Viewer", "Sua.Auditor"])
async def test_a_customers_role_opens_the_tenants_of_its_own_directory(role: str) -> None:
    viewer = await seen_by(role)

    assert viewer.tenants == frozenset({OURS})
    assert not viewer.may_see(OTHER)


@pytest.mark.parametrize("role", ["Sua.Provider.Admin", "Sua.Provider.Operator"])
async def test_a_providers_role_opens_all_tenants_from_the_providers_directory_only(role: str) -> None:
    viewer = await seen_by(role, tid=PROVIDER)

    assert viewer.tenants is ALL
    with pytest.raises(Forbidden):
        await seen_by(role)


async def test_a_providers_role_given_by_a_customer_adds_nothing_to_its_own_tenant() -> None:
    viewer = await seen_by("Sua.Provider.Admin", "Sua.Customer.Viewer")

    assert viewer.tenants == frozenset({OURS})


async def test_without_a_setting_for_it_nobody_is_the_provider() -> None:
    claims = Claims.model_validate(claims_at(tid=str(PROVIDER), roles=["Sua.Provider.Admin"]))

    with pytest.raises(Forbidden):
        await viewer_of(claims, None, Register(), NoGrants())


async def test_a_reseller_sees_what_was_granted_and_nothing_else() -> None:
    viewer = await seen_by("Sua.Reseller", granted=True)

    assert viewer.tenants == frozenset({OTHER})
    with pytest.raises(Forbidden):
        await seen_by("Sua.Reseller")


@pytest.mark.parametrize("roles", [(), ("Sua.SeePersons",), ("Global.Admin",), ("sua.customer.admin",)])
async def test_without_a_role_of_ours_nothing_opens(roles: tuple[str, ...]) -> None:
    with pytest.raises(Forbidden):
        await seen_by(*roles)


async def test_a_directory_that_never_consented_opens_nothing() -> None:
    with pytest.raises(Forbidden):
        await seen_by("Sua.Customer.Admin", tid=UUID(int=5))


async def test_persons_are_seen_in_the_own_tenant_and_by_the_provider_in_all() -> None:
    own = await seen_by("Sua.Customer.Admin", "Sua.SeePersons")
    provider = await seen_by("Sua.Provider.Admin", "Sua.SeePersons", tid=PROVIDER)
    without = await seen_by("Sua.Customer.Admin")

    assert (own.sees_persons(OURS), provider.sees_persons(OTHER), without.sees_persons(OURS)) == (True, True, False)


async def test_a_reseller_cannot_give_itself_the_sight_of_a_customers_persons() -> None:
    viewer = await seen_by("Sua.Reseller", "Sua.SeePersons", granted=True)

    assert not viewer.sees_persons(OTHER)


def test_a_pseudonym_is_stable_in_a_tenant_and_tells_nothing_across_tenants() -> None:
    named = Pseudonyms(bytes(32))
    user = UserId(ANNA)

    assert named.of_user(OURS, user) == named.of_user(OURS, user) == "Person D2F6-A673"
    assert named.of_user(OURS, user) != named.of_user(OTHER, user)
    assert named.of_user(OURS, user) != Pseudonyms(bytes([1] * 32)).of_user(OURS, user)
    assert named.of_label(OURS, "+4930123456") != named.of_label(OURS, "+4930123457")


def test_a_short_key_of_pseudonyms_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Pseudonyms(b"short")
