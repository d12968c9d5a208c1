"""Money as clients see it: a decimal text and a currency."""

from collections.abc import Sequence

import strawberry

from app.domain import money
from app.domain.currencies import CURRENCIES
from app.domain.policy import CurrencyUnknown
from app.domain.price_book import Total
from app.graphql.scalars import checked_decimal


@strawberry.type(description="An amount of one currency, net of tax. Never added to one of another without a rate.")
class Money:
    amount: str = strawberry.field(
        description='A decimal number, e.g. "12.30": rounded to the places its currency has; prices, and charges as '
        'Microsoft tells them, are exact, e.g. "0.0185".'
    )
    currency: str = strawberry.field(description="ISO 4217 code.")

    @classmethod
    def of(cls, amount: money.Money) -> "Money":
        return cls.exact(amount.shown())

    @classmethod
    def exact(cls, amount: money.Money) -> "Money":
        return cls(amount=f"{amount.amount:f}", currency=amount.currency)

    @classmethod
    def of_known(cls, amount: money.Money | None) -> "Money | None":
        """None stays unknown: it is never zero."""
        return None if amount is None else cls.of(amount)

    @classmethod
    def of_all(cls, amounts: Sequence[money.Money]) -> "list[Money]":
        return [cls.of(each) for each in amounts]


@strawberry.type(description="A sum that may be of several currencies.")
class MoneySum:
    total: Money | None = strawberry.field(
        description="The whole in the tenant's currency, converted at each cost's own day; null: a rate is missing, or "
        "nothing of it is known."
    )
    by_currency: list[Money] = strawberry.field(
        description="An amount for each currency, by code; none: zero, or with `total` null: nothing of it is known."
    )

    @classmethod
    def of(cls, total: Total) -> "MoneySum":
        return cls(total=Money.of_known(total.total), by_currency=Money.of_all(total.by_currency))

    @classmethod
    def of_known(cls, total: Total | None) -> "MoneySum | None":
        """None stays unknown: nothing of it has a price."""
        return None if total is None else cls.of(total)


def checked_money(name: str, amount: str, currency: str) -> money.Money:
    """An amount somebody names. Raises BadUserInput, CurrencyUnknown."""
    if currency not in CURRENCIES:
        raise CurrencyUnknown(f"{currency[:40]!r} is no ISO 4217 currency code, for instance 'EUR'.")
    return money.Money(checked_decimal(name, amount), currency)
