"""Answers that may never change: of one day, as it was known at one time. Asked before, and again after everything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from tests.soak.oracle import Findings
from tests.torture.load import Viewer

KNOWN_BEFORE = timedelta(hours=6)
"""A fact may be recorded with the time at which its read began, hours ago; never so many, while things are struck."""

QUESTION = """
query Pin($asOf: Date!, $knownAt: DateTime!) {
  tenants(first: 1) { nodes { at(asOf: $asOf, knownAt: $knownAt) {
    position
    licenceSummary { sku { partNumber } held idle neverUsed unverifiable }
    findingTotals(groupBy: CAUSE) { groups { label seats } }
    idleLicences(first: 50) { nodes { userName quietSince } }
    users(first: 50) { nodes { name department enabled deleted } }
    calls(first: 50) { nodes { callId kind startedAt endedAt failed } }
  } } }
}
"""


@dataclass(frozen=True, slots=True)
class Pin:
    viewer: Viewer
    as_of: str
    known_at: str
    answer: Any


class Pins:
    """Questions of one installation with their first answers."""

    def __init__(self, url: str) -> None:
        self.taken: list[Pin] = []
        self._url = url

    def take(self, viewers: Sequence[Viewer], now: datetime, known_before: timedelta = KNOWN_BEFORE) -> None:
        """Ask for everyone, about the day before; who is not answered now is left out."""
        known_at = now - known_before
        for viewer in viewers:
            as_of, known = (known_at - timedelta(days=1)).date().isoformat(), known_at.isoformat()
            answer = self._ask(viewer, as_of, known)
            if answer is not None:
                self.taken.append(Pin(viewer, as_of, known, answer))

    def check(self, found: Findings) -> None:
        if not self.taken:
            found.wrong.append("no answer could be pinned before anything was struck")
        for pin in self.taken:
            again = self._ask(pin.viewer, pin.as_of, pin.known_at)
            if again != pin.answer:
                of = f"{pin.viewer.tenant}, {pin.as_of} as known at {pin.known_at}"
                found.wrong.append(f"a pinned answer changed ({of}): {_first_difference(pin.answer, again)}")
            found.checked["pinned answers"] += 1

    def _ask(self, viewer: Viewer, as_of: str, known_at: str) -> Any:
        asked = {"query": QUESTION, "variables": {"asOf": as_of, "knownAt": known_at}}
        try:
            headers = {"Authorization": f"Bearer {viewer.token}"}
            answer = httpx.post(f"{self._url}/graphql", json=asked, headers=headers, timeout=20)
        except httpx.TransportError:
            return None
        if answer.status_code != 200 or "errors" in answer.json():
            return None
        return answer.json()["data"]


def _first_difference(before: Any, after: Any, at: str = "") -> str:
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        below = [(f"{at}.{name}", before[name], after[name]) for name in before]
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        below = [(f"{at}[{nth}]", *pair) for nth, pair in enumerate(zip(before, after, strict=True))]
    else:
        return f"{at} was {str(before)[:200]}, is {str(after)[:200]}"
    return next(_first_difference(was, now, where) for where, was, now in below if was != now)
