"""People, what they held and the products at the end of every day, each day folded anew from the facts before it."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.audit.accounts import Account, Accounts
from app.audit.holdings import Holdings, Path
from app.audit.products import Product, Products
from app.domain.events import Event
from app.domain.ids import SkuId, UserId
from app.eventstore.envelope import Recorded


@dataclass(frozen=True, slots=True)
class Stretch:
    """One user on the days from one (included) to another (excluded), by their place in the days asked for.

    `account` None: nobody was discovered. `paths`: everything held, by product and path.
    """

    user: UserId
    first: int
    last: int
    account: Account | None
    paths: tuple[tuple[SkuId, Path], ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """One product on the days from one (included) to another (excluded)."""

    sku: SkuId
    first: int
    last: int
    product: Product


class Days:
    """Keeps every fact about people and products, in order of the log, by whom it is about."""

    facts: frozenset[type[Event]] = Accounts.facts | Holdings.facts | Products.facts

    def __init__(self) -> None:
        self._of_user: dict[UserId, list[Recorded]] = {}
        self._of_sku: dict[SkuId, list[Recorded]] = {}
        self._known: dict[tuple[UserId, datetime], Account | None] = {}

    def take(self, fact: Recorded) -> None:
        event = fact.event
        if type(event) in Products.facts:
            self._of_sku.setdefault(event.sku, []).append(fact)  # type: ignore[attr-defined]
        else:
            self._of_user.setdefault(event.user, []).append(fact)  # type: ignore[attr-defined]

    def people(self, ends: Sequence[datetime]) -> Iterator[Stretch]:
        """Everybody anything was said of, by stretches of days with the same facts. `ends`: of the days, in order."""
        for user, facts in self._of_user.items():
            for first, last in _stretches(facts, ends):
                accounts, holdings = Accounts(), Holdings()
                _folded(facts, ends[first], accounts, holdings)
                held = tuple((sku, path) for (_, sku), path in holdings.paths())
                yield Stretch(user, first, last, accounts.by_user.get(user), held)

    def products(self, ends: Sequence[datetime]) -> Iterator[Listed]:
        """The products listed, by stretches of days."""
        for sku, facts in self._of_sku.items():
            for first, last in _stretches(facts, ends):
                products = Products()
                _folded(facts, ends[first], products)
                if sku in products.by_sku:
                    yield Listed(sku, first, last, products.by_sku[sku])

    def account_at(self, user: UserId, end: datetime) -> Account | None:
        """A user's account at the end of a day; None: nobody was discovered before it."""
        key = (user, end)
        if key not in self._known:
            accounts = Accounts()
            _folded(self._of_user.get(user, ()), end, accounts)
            self._known[key] = accounts.by_user.get(user)
        return self._known[key]


class _Fold(Protocol):
    facts: frozenset[type[Event]]

    def take(self, fact: Recorded, /) -> None: ...


def _folded(facts: Sequence[Recorded], end: datetime, *folds: _Fold) -> None:
    for fact in facts:
        if fact.event.happened_at < end:
            for fold in folds:
                if type(fact.event) in fold.facts:
                    fold.take(fact)


def _stretches(facts: Sequence[Recorded], ends: Sequence[datetime]) -> Iterator[tuple[int, int]]:
    """Days between which nothing happened. What happened at a day's very end is the next day's."""
    changed = {bisect_right(ends, fact.event.happened_at) for fact in facts}
    firsts = sorted({0, *(nth for nth in changed if nth < len(ends))}) if ends else []
    yield from zip(firsts, [*firsts[1:], len(ends)], strict=True)
