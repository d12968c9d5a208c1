"""What people stated: prices, rates and cards, whose own time is in their dates; exemptions and decisions of seats."""

from dataclasses import dataclass
from datetime import date

from app.audit.said import Said
from app.domain.events import Event
from app.domain.events.charging import RateCardSet
from app.domain.events.deciding import ExemptionLifted, FindingDecided, SeatExempted
from app.domain.events.pricing import ExchangeRateSet, PriceSet, PriceSource, PriceWithdrawn
from app.domain.ids import SkuId, UserId
from app.eventstore.envelope import Recorded


class Prices:
    """By product, source, lot and first day: what was said last of it. A withdrawn one never held."""

    facts: frozenset[type[Event]] = frozenset({PriceSet, PriceWithdrawn})

    def __init__(self) -> None:
        self.by_lot: dict[tuple[SkuId, PriceSource, str, date], tuple[PriceSet, Said]] = {}

    def take(self, fact: Recorded) -> None:
        event = fact.event
        if isinstance(event, PriceSet):
            self.by_lot[event.sku, event.source, event.lot, event.effective_from] = (event, Said.by(fact))
        elif isinstance(event, PriceWithdrawn):
            self.by_lot.pop((event.sku, event.source, event.lot, event.effective_from), None)


class Rates:
    """Exchange rates by pair and day, and carriers' cards by carrier and first day: what was said last."""

    facts: frozenset[type[Event]] = frozenset({ExchangeRateSet, RateCardSet})

    def __init__(self) -> None:
        self.exchange: dict[tuple[str, str, date], tuple[ExchangeRateSet, Said]] = {}
        self.cards: dict[tuple[str, date], tuple[RateCardSet, Said]] = {}

    def take(self, fact: Recorded) -> None:
        match fact.event:
            case ExchangeRateSet() as rate:
                self.exchange[rate.base, rate.quote, rate.on] = (rate, Said.by(fact))
            case RateCardSet() as card:
                self.cards[card.carrier, card.effective_from] = (card, Said.by(fact))


@dataclass(slots=True)
class Decided:
    """What people said of one seat. None: nothing, or not any more."""

    exempted: tuple[SeatExempted, Said] | None = None
    decided: tuple[FindingDecided, Said] | None = None

    def exempt_on(self, on: date) -> bool:
        return self.exempted is not None and (self.exempted[0].until is None or on < self.exempted[0].until)


class Decisions:
    facts: frozenset[type[Event]] = frozenset({SeatExempted, ExemptionLifted, FindingDecided})

    def __init__(self) -> None:
        self.by_seat: dict[tuple[UserId, SkuId], Decided] = {}

    def take(self, fact: Recorded) -> None:
        event = fact.event
        if not isinstance(event, SeatExempted | ExemptionLifted | FindingDecided):
            return
        seat = (event.user, event.sku)
        told = self.by_seat.setdefault(seat, Decided())
        match event:
            case SeatExempted():
                told.exempted = (event, Said.by(fact))
            case FindingDecided():
                told.decided = (event, Said.by(fact))
            case ExemptionLifted():
                told.exempted = None
        if told == Decided():
            del self.by_seat[seat]
