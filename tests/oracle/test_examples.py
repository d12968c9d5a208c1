"""The oracle itself gives the worked examples of the definitions: else agreeing with it would prove nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from tests.oracle.costs import cost, counted
from tests.oracle.findings import NOTHING, UNVERIFIABLE, Answer, findings_on
from tests.oracle.model import Able, Path, Person, Price, Product, Read, Rules, Said, Sign, Tenant, Units

ON = date(2026, 11, 23)
E3, E5, PHONE, PLAN = (UUID(int=number) for number in range(0xE3, 0xE7))
ANA = UUID(int=0xA)
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
E3_PLANS = frozenset({"EXCHANGE_S_ENTERPRISE", "TEAMS1", "OFFICESUBSCRIPTION"})
PRODUCTS = [
    Product(E3, "SPE_E3", E3_PLANS),
    Product(E5, "SPE_E5", E3_PLANS | {"AAD_PREMIUM_P2"}),
    Product(PHONE, "MCOEV", frozenset({"MCOEV"})),
    Product(PLAN, "MCOPSTN1", frozenset({"MCOPSTN1"})),
]
PRICES = [
    Price(sku, "LIST", Decimal(amount), date(2025, 1, 1), LONG_AGO)
    for sku, amount in ((E3, "36.00"), (E5, "57.00"), (PHONE, "8.00"), (PLAN, "12.00"))
]


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(hour=12, tzinfo=UTC)


def held(*skus: UUID, off: frozenset[str] = frozenset(), since: datetime = LONG_AGO) -> list[Path]:
    return [Path(sku, None, since, since, off=off if sku == E5 else frozenset()) for sku in skus]


def signs(**last: str) -> list[Sign]:
    return [Sign(source, day(text), day(text)) for source, text in last.items()]


def judged(
    paths: list[Path],
    seen: list[Sign],
    *,
    created_at: datetime = LONG_AGO,
    disabled_at: datetime | None = None,
    p1: bool = True,
    named: bool = True,
) -> dict[UUID, frozenset[Answer]]:
    enabled = [Said(LONG_AGO, LONG_AGO, True)]
    enabled += [] if disabled_at is None else [Said(disabled_at, disabled_at, False)]
    person = Person(ANA, LONG_AGO, created_at=created_at, enabled=enabled, paths=paths, signs=seen)
    able = [Able("entra_p1", LONG_AGO, p1), Able("reports", LONG_AGO, True)]
    able.append(Able("concealed_names", LONG_AGO, not named))
    reads = [Read(feed, day("2026-11-23")) for feed in ("sign_ins", "reports", "calls")]
    customer = Tenant(Rules(), [person], PRODUCTS, PRICES, able=able, reads=reads)
    return {sku: right for (_, sku), right in findings_on(customer, ON).items()}


def only(cause: str, tier: str, monthly: str) -> frozenset[Answer]:
    return frozenset({Answer(cause, tier, Decimal(monthly))})


@pytest.mark.parametrize(
    ("last", "right"),
    [("2026-08-25", frozenset({NOTHING})), ("2026-08-24", only("IDLE", "LIKELY", "36.00"))],
)
def test_idle_needs_the_last_activity_before_the_day_ninety_days_ago(last: str, right: frozenset[Answer]) -> None:
    assert judged(held(E3), signs(access=last, teams=last, exchange=last, office_apps=last)) == {E3: right}


@pytest.mark.parametrize(
    ("created", "right"), [("2026-10-25", frozenset({NOTHING})), ("2026-10-24", only("NEVER_USED", "LIKELY", "36.00"))]
)
def test_an_account_is_in_grace_for_thirty_days(created: str, right: frozenset[Answer]) -> None:
    assert judged(held(E3, since=day(created)), [], created_at=day(created)) == {E3: right}


@pytest.mark.parametrize(
    ("disabled", "right"), [("2026-11-09", only("DISABLED", "GUARANTEED", "36.00")), ("2026-11-10", {NOTHING})]
)
def test_a_disabled_account_is_a_finding_after_fourteen_days(disabled: str, right: frozenset[Answer]) -> None:
    seen = signs(access="2026-11-08", teams="2026-11-08")
    assert judged(held(E3), seen, disabled_at=day(disabled)) == {E3: right}


def test_a_disabled_holder_of_two_suites_is_two_findings_and_no_overlap() -> None:
    found = judged(held(E3, E5), [], disabled_at=day("2026-10-14"))

    assert found == {E3: only("DISABLED", "GUARANTEED", "36.00"), E5: only("DISABLED", "GUARANTEED", "57.00")}


ACTIVE = dict.fromkeys(("access", "teams", "exchange", "office_apps"), "2026-11-20")


def test_the_lesser_of_two_suites_overlaps() -> None:
    found = judged(held(E3, E5), signs(**ACTIVE))

    assert found[E3] == only("OVERLAP", "GUARANTEED", "36.00")
    assert found[E5] != found[E3]


def test_a_plan_switched_off_covers_nothing() -> None:
    found = judged(held(E3, E5, off=frozenset({"EXCHANGE_S_ENTERPRISE"})), signs(**ACTIVE))

    assert found[E3] == {NOTHING}


def test_one_product_by_two_paths_is_one_seat() -> None:
    paths = [*held(E3), Path(E3, UUID(int=1), LONG_AGO, LONG_AGO)]

    assert judged(paths, signs(**ACTIVE)) == {E3: {NOTHING}}


@pytest.mark.parametrize(
    ("last", "p1", "named", "right"),
    [
        ({"access": "2026-05-01", "attempt": "2026-11-20"}, True, True, only("IDLE", "REVIEW", "36.00")),
        ({}, False, False, {UNVERIFIABLE}),
        ({"teams": "2026-11-19", "exchange": "2026-11-19", "office_apps": "2026-11-19"}, False, True, {NOTHING}),
        ({"access": "2026-11-22", "teams": "2026-04-10", "exchange": "2026-04-11"}, True, True,
         only("IDLE", "REVIEW", "36.00")),
    ],
    ids=["suspected", "unverifiable", "active", "background only"],
)  # fmt: skip
def test_evidence(last: dict[str, str], p1: bool, named: bool, right: frozenset[Answer]) -> None:
    assert judged(held(E3), signs(**last), p1=p1, named=named) == {E3: right}


def test_voice_seats_without_a_call_of_late_are_idle_beside_a_base_that_is_used() -> None:
    found = judged(held(E3, PHONE, PLAN), signs(**ACTIVE, telephone="2026-06-30"))

    assert found == {
        E3: {NOTHING},
        PHONE: only("SKU_IDLE", "LIKELY", "8.00"),
        PLAN: only("SKU_IDLE", "LIKELY", "12.00"),
    }


@pytest.mark.parametrize(
    ("units", "unassigned", "net"),
    [(Units(100, 0, 0, 80), 20, 18), (Units(30, 0, 0, 25), 5, 3), (Units(10, 5, 20, 12), 3, 1)],
)
def test_buffer(units: Units, unassigned: int, net: int) -> None:
    product = Product(E3, "SPE_E3", E3_PLANS, [Said(LONG_AGO, LONG_AGO, units)])

    seats = counted(Tenant(Rules(), [], [product]), product, ON)

    assert seats is not None
    assert seats.unassigned == unassigned
    assert seats.net_unassigned == (net, net)


def test_proration() -> None:
    moved = day("2026-11-11")
    departments: list[Said[str | None]] = [Said(LONG_AGO, LONG_AGO, "Sales"), Said(moved, moved, "Ops")]
    first, left = day("2026-11-01"), day("2026-11-21")
    path = Path(E3, None, first, first, left, left)
    ana = Person(ANA, LONG_AGO, departments=departments, paths=[path])
    customer = _of_one_seat([ana], PRICES)

    sums = cost(customer, date(2026, 11, 1), date(2026, 12, 1))

    assert dict(sums.groups) == {"Sales": Decimal(12), "Ops": Decimal(12)}
    assert (sums.central, sums.total) == (Decimal(12), Decimal(36))


def test_a_month_of_31_days_still_costs_a_month() -> None:
    sums = cost(_of_one_seat([], PRICES), date(2026, 10, 1), date(2026, 11, 1))

    assert sums.total.quantize(Decimal("1E-20")) == Decimal(36)


def test_a_price_changes_within_a_month() -> None:
    dearer = Price(E3, "LIST", Decimal(39), date(2026, 11, 16), LONG_AGO)

    sums = cost(_of_one_seat([], [*PRICES, dearer]), date(2026, 11, 1), date(2026, 12, 1))

    assert sums.total == Decimal("37.50")


def test_a_removal_learned_late_counts_from_when_it_is_known() -> None:
    learned = day("2026-11-25")
    path = Path(E3, None, LONG_AGO, LONG_AGO, day("2026-11-20"), learned)
    customer = Tenant(Rules(), [Person(ANA, LONG_AGO, paths=[path])], PRODUCTS)

    before, after = (customer.known(learned - timedelta(days=one)) for one in (1, 0))

    assert (ANA, E3) in findings_on(before, date(2026, 11, 20))
    assert (ANA, E3) not in findings_on(after, date(2026, 11, 20))


def _of_one_seat(people: list[Person], prices: list[Price]) -> Tenant:
    product = Product(E3, "SPE_E3", E3_PLANS, [Said(LONG_AGO, LONG_AGO, Units(1, 0, 0, 0))])
    return Tenant(Rules(), people, [product], prices)
