"""Stream names inside a tenant's log. A decision loads one stream, never the tenant's whole life."""

from app.domain.events.coverage import Feed
from app.domain.ids import CallId, SkuId, UserId

TENANT = "tenant"
SKUS = "sku/"
SEATS = "seat/"


def sku_stream(sku: SkuId) -> str:
    return f"{SKUS}{sku}"


def seat_stream(user: UserId) -> str:
    return f"{SEATS}{user}"


def call_stream(call: CallId) -> str:
    return f"call/{call}"


def coverage_stream(feed: Feed) -> str:
    return f"coverage/{feed}"
