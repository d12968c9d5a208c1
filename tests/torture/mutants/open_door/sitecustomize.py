"""Whoever has a role at a customer sees all customers: neither the filter nor row-level security knows better."""

from dataclasses import replace
from typing import Any

from app.auth import viewer

_viewer_of = viewer.viewer_of


async def _sees_all(*given: Any) -> viewer.Viewer:
    return replace(await _viewer_of(*given), tenants=viewer.ALL)


viewer.viewer_of = _sees_all  # type: ignore[assignment]
