"""What carriers take for telephone calls, by their rate cards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import retried
from app.commands.set_price import check_tenant
from app.domain import rate_cards
from app.domain.events import Event
from app.domain.ids import TenantId
from app.domain.phone_costs import RateCard
from app.domain.rate_cards import Cards
from app.eventstore.changes import StreamChange
from app.eventstore.streams import rate_card_stream


@dataclass(frozen=True, slots=True)
class SetRateCards:
    """All or none. Of two of one carrier and day the last counts."""

    tenant: TenantId
    cards: Sequence[RateCard]
    cause: UUID


def set_rate_cards(command: SetRateCards, desk: Desk) -> int:
    """Returns how many facts were new; a card known as it is adds none.

    Raises TenantUnknown, TenantLeft, or the Refused that names what cannot be a card.
    """
    check_tenant(command.tenant, desk)
    appended, position = retried(lambda: _attempt(command, desk))
    if appended:
        desk.ring(command.tenant, position)
    return appended


def known_cards(tenant: TenantId, carriers: Iterable[str], desk: Desk) -> dict[str, Cards]:
    """What the log says of these carriers."""
    return {each: rate_cards.replay(desk.store.load(tenant, rate_card_stream(each))[0]) for each in set(carriers)}


def _attempt(command: SetRateCards, desk: Desk) -> tuple[int, int]:
    wanted: dict[str, dict[object, RateCard]] = {}
    for card in command.cards:
        wanted.setdefault(card.carrier, {})[card.effective_from] = card
    changes = []
    for carrier, cards in sorted(wanted.items()):
        stream = rate_card_stream(carrier)
        history, version = desk.store.load(command.tenant, stream)
        known, facts = rate_cards.replay(history), list[Event]()
        for card in cards.values():
            facts += rate_cards.set_card(known, card, desk.now())
        if facts:
            changes.append(StreamChange(stream, version, facts))
    if not changes:
        return 0, 0
    position = desk.store.append_many(command.tenant, changes, cause=command.cause, at=desk.now())
    return sum(len(change.facts) for change in changes), position
