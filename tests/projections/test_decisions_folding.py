"""What people decided of seats, which prices and rates were stated, and how a feed's subscription stands."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from app.domain.events import Event
from app.domain.events.coverage import SubscriptionCreated, SubscriptionEnd, SubscriptionLost, SubscriptionRenewed
from app.domain.events.deciding import Cause, Decision, ExemptionLifted, FindingDecided, SeatExempted, Tier
from app.domain.events.pricing import ExchangeRateSet, Per, PriceSet, PriceSource, PriceWithdrawn, Term
from app.domain.ids import TenantId
from app.domain.personal import Personal
from app.domain.price_book import PriceLine
from app.projections import exchange_rates, findings, prices, subscriptions
from app.projections.subscriptions import Standing, SubscriptionRow
from tests.projections.folding import EARLY, column, facts_of, known, now, told
from tests.projections.story import ANNA, BERT, E3, E5, NAMES, assigned, day, named

ADMIN, BOSS = named("admin"), named("boss")
YEAR_END = date(2026, 12, 31)


def exempted(at: datetime, reason: str | None = "board", until: date | None = YEAR_END) -> SeatExempted:
    return SeatExempted(
        happened_at=at,
        user=ANNA,
        sku=E5,
        reason=Personal("user/a", reason),
        owner=Personal("user/b", "Bert"),
        until=until,
        by=ADMIN,
    )


def lifted(at: datetime) -> ExemptionLifted:
    return ExemptionLifted(happened_at=at, user=ANNA, sku=E5, by=ADMIN)


def decided(at: datetime, decision: Decision = Decision.ACCEPTED, note: str | None = "free it") -> FindingDecided:
    return FindingDecided(
        happened_at=at,
        user=ANNA,
        sku=E5,
        cause=Cause.IDLE,
        tier=Tier.LIKELY,
        decision=decision,
        note=None if note is None else Personal("user/a", note),
        by=BOSS,
    )


EXEMPTION = ("exempt_reason", "exempt_owner", "exempt_until", "exempted_by")
DECISION = ("decision", "cause", "tier", "note", "decided_at", "decided_by")


def test_an_exemption_says_why_whose_and_until_when() -> None:
    (row,) = now(findings.PROJECTION, exempted(day(2)))

    assert column([row], *EXEMPTION) == [("board", "Bert", YEAR_END, ADMIN)]
    assert column([row], *DECISION) == [(None,) * 6]


def test_of_an_exemption_whose_holder_was_erased_the_reason_is_empty_and_it_still_holds() -> None:
    assert column(now(findings.PROJECTION, exempted(day(2), reason=None)), "exempt_reason") == [""]


def test_an_exemption_lifted_leaves_no_row_and_one_beside_a_decision_leaves_that() -> None:
    alone = now(findings.PROJECTION, exempted(day(2)), lifted(day(4)))
    beside = now(findings.PROJECTION, exempted(day(2)), decided(day(3)), lifted(day(4)))

    assert column(alone, "valid_from", "valid_until") == [(day(2), day(4))]
    assert column(beside[-1:], *EXEMPTION, *DECISION) == [
        (None, None, None, None, "ACCEPTED", "IDLE", "LIKELY", "free it", day(3), BOSS)
    ]


def test_a_decision_says_what_about_and_by_whom_and_the_next_one_replaces_it() -> None:
    rows = now(findings.PROJECTION, decided(day(2)), decided(day(5), Decision.DONE, note=None), assigned(day(6)))

    assert column(rows, "valid_from", *DECISION) == [
        (day(2), "ACCEPTED", "IDLE", "LIKELY", "free it", day(2), BOSS),
        (day(5), "DONE", "IDLE", "LIKELY", None, day(5), BOSS),
    ]


def test_lifting_what_was_not_exempt_says_nothing() -> None:
    assert now(findings.PROJECTION, lifted(day(2))) == []


def test_each_seat_is_decided_of_for_itself() -> None:
    of_bert = decided(day(2)).model_copy(update={"user": BERT})
    of_e3 = decided(day(2)).model_copy(update={"sku": E3})

    seats = column(now(findings.PROJECTION, decided(day(2)), of_bert, of_e3), "user_id", "sku_id")

    assert sorted(seats) == sorted([(ANNA, E5), (BERT, E5), (ANNA, E3)])


def test_a_seat_as_read_has_words_for_what_was_decided_or_none() -> None:
    exempt = (ANNA, E5, "board", "Bert", None, ADMIN)

    told_so = findings._row((*exempt, "DONE", "IDLE", "REVIEW", None, day(2), BOSS))
    nothing = findings._row((*exempt, None, None, None, None, None, None))

    assert (told_so.decision, told_so.cause, told_so.tier) == (Decision.DONE, Cause.IDLE, Tier.REVIEW)
    assert (nothing.decision, nothing.cause, nothing.tier) == (None, None, None)


FIRST, LAST = date(2026, 1, 1), date(2026, 7, 1)


def price(amount: str, since: date = FIRST, lot: str = "") -> PriceSet:
    return PriceSet(
        happened_at=day(1),
        sku=E5,
        source=PriceSource.CONTRACT,
        lot=lot,
        amount=Decimal(amount),
        currency="EUR",
        per=Per.YEAR,
        term=Term.MONTHLY,
        effective_from=since,
        effective_until=LAST,
        quantity=7,
        commit_floor=3,
        tax_included=True,
    )


def withdrawn(since: date = FIRST, lot: str = "") -> PriceWithdrawn:
    return PriceWithdrawn(happened_at=day(2), sku=E5, source=PriceSource.CONTRACT, lot=lot, effective_from=since)


def test_a_price_stands_by_lot_and_first_day_and_the_newest_counts() -> None:
    rows = now(
        prices.PROJECTION, price("9.90"), price("9.50"), price("9", LAST), price("8", lot="two"), assigned(day(2))
    )

    assert column(rows, "lot", "effective_from", "amount") == [
        ("", FIRST, Decimal("9.50")),
        ("", LAST, Decimal(9)),
        ("two", FIRST, Decimal(8)),
    ]


def test_a_price_as_read_is_the_price_as_it_was_stated() -> None:
    (row,) = now(prices.PROJECTION, price("9.90"))
    names = ("sku_id", "source", "lot", "amount", "currency", "per", "term", "effective_from", "effective_until")

    read = prices._line(*(row[name] for name in (*names, "quantity", "commit_floor", "tax_included")))

    assert read == PriceLine(
        E5, PriceSource.CONTRACT, "", Decimal("9.90"), "EUR", Per.YEAR, Term.MONTHLY, FIRST, LAST, 7, 3, True
    )


def test_a_price_withdrawn_never_held_and_the_others_stay() -> None:
    book = told(prices.PROJECTION, price("9.90"), price("8", lot="two"), withdrawn())

    assert column(known(book), "lot") == ["two"]
    assert column(known(book, 2), "lot") == ["", "two"]
    assert prices.PROJECTION.looked_up(facts_of(price("1"), withdrawn(), assigned(day(1)))) == {"sku_id": {E5}}


def test_a_rate_stands_by_pair_and_day_and_the_newest_counts() -> None:
    def rate(value: str, on: date) -> ExchangeRateSet:
        return ExchangeRateSet(happened_at=day(1), base="USD", quote="EUR", rate=Decimal(value), on=on, source="ECB")

    facts = [rate("0.9", FIRST), rate("0.91", FIRST), rate("0.8", LAST), assigned(day(1))]

    assert column(now(exchange_rates.PROJECTION, *facts), "rated_on", "rate", "source") == [
        (FIRST, Decimal("0.91"), "ECB"),
        (LAST, Decimal("0.8"), "ECB"),
    ]
    looked_up = exchange_rates.PROJECTION.looked_up(facts_of(*facts))
    assert looked_up == {"base": {"USD"}, "rated_on": {FIRST, LAST}}


def created(at: datetime, name: str = "one") -> SubscriptionCreated:
    return SubscriptionCreated(happened_at=at, subscription=name, expires_at=at + timedelta(days=3))


def renewed(at: datetime, name: str = "one") -> SubscriptionRenewed:
    return SubscriptionRenewed(happened_at=at, subscription=name, expires_at=at + timedelta(days=3))


def lost(at: datetime, name: str = "one") -> SubscriptionLost:
    return SubscriptionLost(happened_at=at, subscription=name, reason=SubscriptionEnd.NOT_FOUND)


def subscription(*facts: Event) -> list[tuple[object, ...]]:
    names = ("subscription", "expires_at", "created_at", "renewed_at", "lost_at", "lost_reason")
    return column(now(subscriptions.PROJECTION, *facts), *names)


def test_a_feeds_row_is_its_newest_subscription() -> None:
    assert subscription(created(day(1))) == [("one", day(4), day(1), None, None, None)]
    assert subscription(created(day(1)), lost(day(2)), created(day(3), "two")) == [
        ("two", day(6), day(3), None, None, None)
    ]


def test_a_renewal_gives_it_more_time_and_takes_a_loss_back() -> None:
    assert subscription(created(day(1)), lost(day(2)), renewed(day(3))) == [("one", day(6), day(1), day(3), None, None)]


def test_a_loss_says_when_and_why_and_the_rest_stays() -> None:
    assert subscription(created(day(1)), renewed(day(2)), lost(day(3))) == [
        ("one", day(5), day(1), day(2), day(3), "NOT_FOUND")
    ]


def test_what_is_said_of_a_subscription_that_is_not_the_newest_changes_nothing() -> None:
    assert subscription(renewed(day(1)), lost(day(2))) == []
    book = told(
        subscriptions.PROJECTION, created(day(1)), renewed(day(2), "old"), lost(day(2), "old"), assigned(day(2))
    )
    assert [row[-2] for row in book.rows()] == [1]


def test_a_subscription_lives_until_its_end_or_its_loss() -> None:
    def standing(now: datetime, lost_at: datetime | None = None) -> Standing:
        row = SubscriptionRow(TenantId(NAMES), "calls", "one", day(4), day(1), None, lost_at, None)
        return row.standing(now)

    assert [standing(at) for at in (day(4) - EARLY, day(4))] == [Standing.LIVE, Standing.EXPIRED]
    assert standing(day(2), lost_at=day(2)) is Standing.LOST
