"""The state of a customer at two times, folded from the log: docs/decisions/replay-is-a-second-opinion.md.

What has a time of its own in its content (calls, prices, coverage, rows of telephone logs) is as it was told last;
everything else follows from the facts that had happened before the end of the day asked for.
"""

from collections.abc import Callable
from typing import Protocol, Self

from app.audit.accounts import Accounts
from app.audit.activity import Activity
from app.audit.bearing import Bearing
from app.audit.calls import Calls, Kept, PhoneLogs
from app.audit.customer import CustomerFold
from app.audit.cut import Cut, Log, facts_of
from app.audit.days import Days
from app.audit.holdings import Holdings
from app.audit.ledger import Ledger, Subscription
from app.audit.products import Products, Purchases
from app.audit.stated import Decisions, Prices, Rates
from app.domain.events import Event
from app.domain.events.licensing import LicenceAssignmentFailed
from app.domain.ids import UserId
from app.domain.kept_signs import KeptPlace
from app.eventstore.envelope import Recorded
from app.eventstore.uncollected import uncollected

Progress = Callable[[int, int], None]
"""Told the position reached and the last one."""


class Subject(Protocol):
    """A part of the state, and the facts that bear upon it."""

    @property
    def facts(self) -> frozenset[type[Event]]: ...

    def take(self, fact: Recorded, /) -> None: ...


class Replay:
    """Who held what, whose accounts there were, what was bought, priced, decided, consented to and covered."""

    def __init__(self, cut: Cut) -> None:
        self.cut = cut
        self.taken = 0
        """Facts read."""
        self.bearing = Bearing()
        self.customer = CustomerFold()
        self.accounts = Accounts()
        self.holdings = Holdings()
        self.products = Products()
        self.purchases = Purchases()
        self.decisions = Decisions()
        self.prices = Prices()
        self.rates = Rates()
        self.ledger = Ledger()
        self.subscription = Subscription()

    def of_the_day(self) -> tuple[Subject, ...]:
        """What only facts from before the end of the day bear upon."""
        return (self.customer, self.accounts, self.holdings, self.products, self.purchases, self.decisions)

    def of_all_known(self) -> tuple[Subject, ...]:
        return (self.prices, self.rates, self.ledger, self.subscription)

    def run(self, log: Log, progress: Progress = lambda _, __: None) -> Self:
        """Take in the log up to the cut, once. Raises FactUnreadable."""
        ends, last = self.cut.at, self.cut.position
        by_day = _takers(self.of_the_day())
        always = _takers((self.bearing, *self.of_all_known()))
        nobody: tuple[Callable[[Recorded], None], ...] = ()
        with uncollected():
            for fact in facts_of(log, self.cut.tenant, last):
                event = fact.event
                for take in always.get(type(event), nobody):
                    take(fact)
                if event.happened_at < ends:
                    for take in by_day.get(type(event), nobody):
                        take(fact)
                self.taken += 1
                if self.taken % 10_000 == 0:
                    progress(self.taken, last)
        progress(self.taken, last)
        return self


class Changes:
    """Every fact about who holds what, as it stands in the log."""

    facts: frozenset[type[Event]] = Holdings.facts | {LicenceAssignmentFailed}

    def __init__(self) -> None:
        self.told: list[Recorded] = []

    def take(self, fact: Recorded) -> None:
        self.told.append(fact)


class WholeReplay(Replay):
    """With every call, sign of life and row of the telephone logs: what a check compares, and what may be large."""

    def __init__(self, cut: Cut) -> None:
        super().__init__(cut)
        self.activity = Activity(cut, self.bearing)
        self.calls = Calls(self.bearing)
        self.phone_logs = PhoneLogs()
        self.kept = Kept()
        self.days = Days()
        self.changes = Changes()
        self.places: dict[UserId, list[KeptPlace]] = {}
        """Where those belonged for whom others stand in, of calls whose details are gone: the log does not tell."""

    def run(self, log: Log, progress: Progress = lambda _, __: None) -> Self:
        for place in log.kept_places(self.cut.tenant, self.cut.position):
            self.places.setdefault(place.stand_in, []).append(place)
        return super().run(log, progress)

    def of_all_known(self) -> tuple[Subject, ...]:
        return (*super().of_all_known(), self.activity, self.calls, self.phone_logs, self.kept, self.days, self.changes)


def _takers(subjects: tuple[Subject, ...]) -> dict[type[Event], tuple[Callable[[Recorded], None], ...]]:
    found: dict[type[Event], tuple[Callable[[Recorded], None], ...]] = {}
    for subject in subjects:
        for fact in subject.facts:
            found[fact] = (*found.get(fact, ()), subject.take)
    return found
