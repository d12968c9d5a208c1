"""Holders, seats and prices the tests of findings speak of: real products, by their part numbers."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from app.domain.catalogue import CATALOGUE
from app.domain.events.licensing import UserKind
from app.domain.findings import SeatFinding, judge
from app.domain.ids import PlanId, SkuId
from app.domain.money import Money
from app.domain.policy import DEFAULT_POLICY, Policy
from app.domain.sku_class import SkuClass
from app.domain.standing import Ground, HeldSeat, Holder, Source

ON = date(2026, 11, 23)
EVERYTHING = frozenset(Source)


def sku(part_number: str) -> SkuId:
    """The product with this part number; of several that with the lowest id."""
    return min(
        each.sku for each in CATALOGUE.products.values() if each.part_number.casefold() == part_number.casefold()
    )


def plan(name: str) -> PlanId:
    return next(each for each, known in CATALOGUE.plan_names.items() if known == name)


E1, E3, E5 = sku("STANDARDPACK"), sku("ENTERPRISEPACK"), sku("ENTERPRISEPREMIUM")
E5_NO_CONFERENCE = sku("ENTERPRISEPREMIUM_NOPSTNCONF")
PHONE, CALLING, CONFERENCE = sku("MCOEV"), sku("MCOPSTN1"), sku("MCOMEETADV")
CALLING_ABROAD, CALLING_120, CALLING_240 = sku("MCOPSTN2"), sku("MCOPSTN_5"), sku("MCOPSTN_6")
COPILOT, VISIO, VISIO_WEB = sku("Microsoft_365_Copilot"), sku("VISIOCLIENT"), sku("VISIOONLINE_PLAN1")
BUSINESS, BUSINESS_BASIC = sku("O365_BUSINESS_PREMIUM"), sku("O365_BUSINESS_ESSENTIALS")
ROOM, RESOURCE = sku("Microsoft_Teams_Rooms_Pro"), sku("PHONESYSTEM_VIRTUALUSER")
CREDITS, FABRIC_FREE, EXPLORATORY = sku("MCOPSTNC"), sku("POWER_BI_STANDARD"), sku("TEAMS_EXPLORATORY")
POWER_BI = sku("POWER_BI_PRO")


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


PRICES = {
    E1: eur("9.00"),
    E3: eur("36.00"),
    E5: eur("57.00"),
    PHONE: eur("8.00"),
    CALLING: eur("12.00"),
    CONFERENCE: eur("4.00"),
    COPILOT: eur("30.00"),
}


def seat(product: SkuId, **known: object) -> HeldSeat:
    """A seat in use; say what is otherwise."""
    return HeldSeat(product, **known)  # type: ignore[arg-type]


def quiet(product: SkuId, **known: object) -> HeldSeat:
    """A seat of which nothing shows any use."""
    return HeldSeat(product, **{"quiet": True, "silent": EVERYTHING, **known})  # type: ignore[arg-type]


def holder(*seats: HeldSeat, kind: UserKind = UserKind.PERSON, **known: bool) -> Holder:
    return Holder(kind, seats, **known)


def ground(
    observed: frozenset[Source] = EVERYTHING,
    *,
    observable: bool = True,
    policy: Policy = DEFAULT_POLICY,
    plans: Mapping[SkuId, frozenset[PlanId]] | None = None,
    classes: Mapping[SkuId, SkuClass] | None = None,
) -> Ground:
    """What a tenant is judged by that has every product of the catalogue; say what is otherwise."""
    known = {each.sku: each.plans for each in CATALOGUE.products.values()}
    return Ground(ON, policy, observable, observed, {**known, **(plans or {})}, classes or {})


def findings(who: Holder, by: Ground | None = None, prices: Mapping[SkuId, Money] = PRICES) -> tuple[SeatFinding, ...]:
    return judge(who, by or ground(), prices, CATALOGUE)
