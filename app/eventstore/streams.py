"""Stream names inside a tenant's log. A decision loads one stream, never the tenant's whole life."""

from datetime import date

from app.domain.events.coverage import Feed
from app.domain.ids import CallId, LogRowId, SkuId, UserId

TENANT = "tenant"
SKUS = "sku/"
SEATS = "seat/"
PRICES = "price/"
RATE_CARDS = "rate-card/"
RATES = "rates"
"""Exchange rates of all currencies."""
CALLS = "call/"
RETENTION = "retention"
"""For how long who called whom is kept, and what is gone."""
USAGE_REPORTS = "coverage/usage_reports"
"""What came of each report of the feed `reports`."""


def sku_stream(sku: SkuId) -> str:
    return f"{SKUS}{sku}"


def price_stream(sku: SkuId) -> str:
    return f"{PRICES}{sku}"


def exemption_stream(user: UserId, sku: SkuId) -> str:
    """What people decided of one seat."""
    return f"exemption/{user}/{sku}"


def seat_stream(user: UserId) -> str:
    return f"{SEATS}{user}"


def call_stream(call: CallId) -> str:
    return f"{CALLS}{call}"


def rate_card_stream(carrier: str) -> str:
    """`carrier` in small letters."""
    return f"{RATE_CARDS}{carrier}"


def pstn_stream(row: LogRowId) -> str:
    return f"pstn/{row}"


def direct_routing_stream(row: LogRowId) -> str:
    return f"direct-routing/{row}"


def coverage_stream(feed: Feed) -> str:
    return f"coverage/{feed}"


def listing_stream(on: date) -> str:
    """What listings of one UTC day found; a day of its own, so that no stream grows for ever."""
    return f"{coverage_stream(Feed.CALLS)}/{on.isoformat()}"


def access_stream(on: date) -> str:
    """What left SUA on one UTC day; a day of its own, so that no stream grows for ever."""
    return f"access/{on.isoformat()}"
