"""What the package knows of Microsoft's products."""

from uuid import UUID

import pytest

from app.domain.catalogue import CATALOGUE, Minutes
from app.domain.ids import PlanId, SkuId
from app.domain.licensing import PHONE_RESOURCE_SKUS, ROOM_SKUS
from app.domain.sku import ENTRA_P1_PLANS
from app.domain.sku_class import SkuClass
from app.domain.standing import Source
from tests.domain.seats import plan, sku

UNHEARD_OF = PlanId(UUID(int=7))


def test_products_are_known_by_id_and_part_numbers_mislead() -> None:
    assert CATALOGUE.name_of(SkuId(UUID("66b55226-6b4f-492c-910c-a3b7a3c9d993"))) == "Microsoft 365 F3"
    assert CATALOGUE.products[sku("SPE_F1")].name == "Microsoft 365 F3"
    assert CATALOGUE.products[sku("SPB")].name == "Microsoft 365 Business Premium"
    assert CATALOGUE.name_of(SkuId(UUID(int=1))) is None


@pytest.mark.parametrize(
    ("part_number", "listed"),
    [
        ("ENTERPRISEPACK", SkuClass.PAID),
        ("POWER_BI_STANDARD", SkuClass.FREE),
        ("TEAMS_EXPLORATORY", SkuClass.TRIAL),
        ("WINDOWS_STORE", SkuClass.COMPANY),
        ("OFFICE_PROPLUS_DEVICE1", SkuClass.DEVICE),
        ("MCOPSTNC", SkuClass.CONSUMPTION),
    ],
)
def test_classes_of_products(part_number: str, listed: SkuClass) -> None:
    assert CATALOGUE.class_of(sku(part_number)) is listed


def test_of_an_unknown_product_the_class_is_unknown() -> None:
    assert CATALOGUE.class_of(SkuId(UUID(int=1))) is None


def test_what_other_rules_know_by_id_is_listed() -> None:
    assert CATALOGUE.products.keys() >= ROOM_SKUS | PHONE_RESOURCE_SKUS
    assert CATALOGUE.plan_names.keys() >= ENTRA_P1_PLANS


def test_a_better_plan_covers_all_below_it() -> None:
    assert CATALOGUE.covers(plan("EXCHANGE_S_ENTERPRISE")) == {
        plan("EXCHANGE_S_ENTERPRISE"), plan("EXCHANGE_S_STANDARD"), plan("EXCHANGE_S_DESKLESS")
    }  # fmt: skip
    assert CATALOGUE.covers(UNHEARD_OF) == {UNHEARD_OF}


def test_seeded_plans_do_not_count_and_unknown_ones_do() -> None:
    given = frozenset({plan("EXCHANGE_S_FOUNDATION"), plan("SWAY"), plan("FLOW_O365_P2"), plan("TEAMS1"), UNHEARD_OF})

    assert CATALOGUE.billable(given) == {plan("TEAMS1"), UNHEARD_OF}


@pytest.mark.parametrize(
    ("smaller", "bigger"),
    [
        ("STANDARDPACK", "ENTERPRISEPACK"),
        ("ENTERPRISEPACK", "ENTERPRISEPREMIUM"),
        ("ENTERPRISEPACK", "SPE_E3"),
        ("SPE_E3", "SPE_E5"),
        ("SPE_F1", "SPE_E3"),
        ("EMS", "SPE_E3"),
        ("EMSPREMIUM", "SPE_E5"),
        ("AAD_PREMIUM", "SPB"),
        ("POWER_BI_PRO", "SPE_E5"),
        ("THREAT_INTELLIGENCE", "SPE_E5"),
        ("MCOMEETADV", "ENTERPRISEPREMIUM"),
        ("EXCHANGESTANDARD", "ENTERPRISEPACK"),
        ("OFFICESUBSCRIPTION", "ENTERPRISEPACK"),
        ("VISIOONLINE_PLAN1", "VISIOCLIENT"),
    ],
)
def test_the_usual_overlaps_are_seen_and_not_the_other_way_round(smaller: str, bigger: str) -> None:
    little, much = (CATALOGUE.reach(CATALOGUE.products[sku(name)].plans) for name in (smaller, bigger))

    assert little < much


def test_a_suite_without_teams_does_not_cover_teams() -> None:
    without = CATALOGUE.reach(CATALOGUE.products[sku("Microsoft_365_E3_(no_Teams)")].plans)

    assert not CATALOGUE.reach(CATALOGUE.products[sku("TEAMS_ESSENTIALS_AAD")].plans) <= without


def test_where_the_use_of_a_plan_shows() -> None:
    assert plan("MCOEV") in CATALOGUE.seen_by(frozenset({Source.TELEPHONE}))
    assert plan("SHAREPOINTENTERPRISE") not in CATALOGUE.seen_by(frozenset({Source.SHAREPOINT}))
    assert plan("SHAREPOINTENTERPRISE") in CATALOGUE.seen_by(frozenset({Source.SHAREPOINT, Source.ONEDRIVE}))
    assert plan("WINDEFATP") not in CATALOGUE.seen_by(frozenset(Source))


def test_minutes_of_calling_plans() -> None:
    assert CATALOGUE.minutes[plan("MCOPSTN5")] == Minutes(at_home=120, abroad=0)
    assert CATALOGUE.minutes[plan("MCOPSTN6")] == Minutes(at_home=240, abroad=0)
    assert CATALOGUE.minutes.keys() <= CATALOGUE.calling <= CATALOGUE.add_ons


def test_every_plan_of_a_product_has_a_name() -> None:
    for product in CATALOGUE.products.values():
        assert product.plans <= CATALOGUE.plan_names.keys()
