"""What currencies are worth in each other, day by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import decided
from app.commands.set_price import check_tenant
from app.domain import pricing
from app.domain.ids import TenantId
from app.domain.price_book import Rate
from app.domain.pricing import Rates
from app.eventstore.streams import RATES


@dataclass(frozen=True, slots=True)
class SetRates:
    """At most as many as one append takes: all or none."""

    tenant: TenantId
    rates: Sequence[Rate]
    cause: UUID


def set_rates(command: SetRates, desk: Desk) -> int:
    """Returns how many facts were new; rates known as they are add none.

    Raises TenantUnknown, TenantLeft, AppendTooLarge, or the Refused that names the first bad rate.
    """
    if not command.rates:
        return 0
    check_tenant(command.tenant, desk)
    return decided(
        desk,
        command.tenant,
        RATES,
        command.cause,
        lambda history: pricing.set_rates(pricing.replay_rates(history), command.rates, desk.now()),
    )


def known_rates(tenant: TenantId, desk: Desk) -> Rates:
    """What the log says of exchange rates."""
    return pricing.replay_rates(desk.store.load(tenant, RATES)[0])
