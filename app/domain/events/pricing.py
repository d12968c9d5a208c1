"""Facts about what a customer pays. Graph has no prices: the customer or the provider brings them.

A price's own time is `effective_from`; when SUA learned it stands beside the fact. So a price corrected in arrears
restates what was spent, for whoever asks by today's knowledge, and leaves older knowledge as it was.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from app.domain.events.base import Event
from app.domain.ids import SkuId


class PriceSource(StrEnum):
    """Where a price comes from; the first of these that is valid on a day counts (definitions: price)."""

    CONTRACT = "CONTRACT"
    RESELLER = "RESELLER"
    LIST = "LIST"


class Term(StrEnum):
    """How long a purchase binds: when its seats can be lowered."""

    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"
    THREE_YEARS = "THREE_YEARS"


class Per(StrEnum):
    """What time an amount is for."""

    MONTH = "MONTH"
    YEAR = "YEAR"


class PriceSet(Event):
    """From a day on, one seat of a product costs this. Said again for the same lot and day: the newest counts.

    `lot` tells purchases of one product at several prices apart ('' where there is one); `quantity` weights them.
    `effective_until`: the first day it no longer holds; None: until another price of its lot begins.
    `commit_floor`: seats that stay paid whatever is freed; None: none. `tax_included` False: net, as it should be.
    """

    name: ClassVar[str] = "PriceSet"
    sku: SkuId
    source: PriceSource
    lot: str
    amount: Decimal
    currency: str
    per: Per
    term: Term
    effective_from: date
    effective_until: date | None
    quantity: int | None
    commit_floor: int | None
    tax_included: bool


class PriceWithdrawn(Event):
    """The price of a lot that was effective from a day never held."""

    name: ClassVar[str] = "PriceWithdrawn"
    sku: SkuId
    source: PriceSource
    lot: str
    effective_from: date


class ExchangeRateSet(Event):
    """On a day, one unit of `base` was worth `rate` units of `quote`. Said again: the newest counts.

    `source` names who says so, for instance "ECB".
    """

    name: ClassVar[str] = "ExchangeRateSet"
    base: str
    quote: str
    rate: Decimal
    on: date
    source: str
