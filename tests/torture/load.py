"""Notifications and questions, all the while: what was acknowledged must be kept, what is told must be one's own."""

import base64
import json
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import httpx
import psycopg

from tests.soak.oracle import Findings

CALM = frozenset({"DATABASE_DOWN", "NOT_READY", "QUERY_TIMED_OUT", "ABORTED", "UNAVAILABLE", "KEYS_UNAVAILABLE"})
"""What a question may be answered while things are struck down."""

QUESTION = """
query {
  tenants(first: 50) { nodes {
    id name
    at {
      position
      users(first: 30) { nodes { id name department } }
      calls(first: 20) { nodes { id kind } }
    }
  } }
}
"""
_WORD = re.compile(r"[A-Za-z0-9_-]{16,}")


class Nobodys:
    """Notifications of calls nobody made, for a tenant that does not exist, so that nothing ever fetches them.

    Their ids are all different, and stay in the inbox: each that was acknowledged must be found there once.
    """

    def __init__(self, url: str, owner_dsn: str, posts_per_s: float, items: int) -> None:
        self.accepted: set[UUID] = set()
        self.answers: Counter[str] = Counter()
        self.tenant = uuid4()
        self._url = f"{url}/webhooks/graph/notifications"
        self._owner_dsn = owner_dsn
        self._every_s, self._items = 1 / posts_per_s, items
        self._directory, self._subscription = uuid4(), str(uuid4())
        self._secret = secrets.token_urlsafe(32)
        with psycopg.connect(owner_dsn) as db:
            db.execute(
                "INSERT INTO graph_subscriptions"
                " (client_state_hash, tenant_id, directory_id, resource, subscription_id, created_at)"
                " VALUES (sha256(%s), %s, %s, '/communications/callRecords', %s, now())",
                (self._secret.encode(), self.tenant, self._directory, self._subscription),
            )

    def send(self, over: threading.Event) -> None:
        with httpx.Client(timeout=10) as graph:
            while not over.wait(self._every_s):
                calls = [uuid4() for _ in range(self._items)]
                try:
                    answer = graph.post(self._url, json={"value": [self._item(call) for call in calls]})
                except httpx.TransportError:
                    self.answers["notifications cut off or not taken"] += 1
                    continue
                if answer.status_code == 202:
                    self.accepted.update(calls)
                    self.answers["notifications acknowledged"] += len(calls)
                else:
                    self.answers[f"notifications answered {answer.status_code}"] += 1

    def settle(self, found: Findings) -> None:
        """Compare the inbox with what was acknowledged, then take these items away."""
        with psycopg.connect(self._owner_dsn) as db:
            rows = db.execute("SELECT call_id FROM inbox WHERE tenant_id = %s", (self.tenant,)).fetchall()
            db.execute("DELETE FROM inbox WHERE tenant_id = %s", (self.tenant,))
            db.execute("DELETE FROM inbox_turns WHERE tenant_id = %s", (self.tenant,))
            db.execute("DELETE FROM graph_subscriptions WHERE tenant_id = %s", (self.tenant,))
        stored = Counter(call for (call,) in rows)
        found.checked["notifications acknowledged"] += len(self.accepted)
        found.lost += [
            f"notification of {call} was acknowledged and is not stored" for call in self.accepted - stored.keys()
        ]
        found.twice += [
            f"notification of {call} is stored {times} times" for call, times in stored.items() if times > 1
        ]

    def _item(self, call: UUID) -> dict[str, str]:
        return {
            "subscriptionId": self._subscription,
            "clientState": self._secret,
            "tenantId": str(self._directory),
            "resource": f"communications/callRecords/{call}",
        }


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody of one customer: their token, and words by which the customer can be known."""

    token: str
    tenant: UUID
    canaries: frozenset[str]


@dataclass(slots=True)
class Questions:
    """Every customer's portal, asking one after the other."""

    url: str
    viewers: Sequence[Viewer]
    answers: Counter[str] = field(default_factory=Counter)
    leaked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def ask(self, over: threading.Event) -> None:
        while not over.is_set():
            for viewer in self.viewers:
                if over.wait(0.05):
                    return
                self._ask(viewer)

    def _ask(self, viewer: Viewer) -> None:
        try:
            answer = httpx.post(
                f"{self.url}/graphql",
                json={"query": QUESTION},
                headers={"Authorization": f"Bearer {viewer.token}"},
                timeout=20,
            )
        except httpx.TransportError:
            self.answers["questions cut off or not taken"] += 1
            time.sleep(0.2)
            return
        text = answer.text + unsealed(answer.text)
        for other in self.viewers:
            told = [word for word in other.canaries if other is not viewer and word in text]
            if told:
                self.leaked.append(f"{viewer.tenant} was told {told[0]!r} of {other.tenant}")
        codes = {each["extensions"]["code"] for each in _errors(answer)}
        if codes - CALM or answer.status_code not in (200, 503):
            self.wrong.append(f"a question was answered {answer.status_code} {sorted(codes)}: {answer.text[:300]}")
        self.answers["questions refused for the moment" if codes else "questions answered"] += 1


def unsealed(text: str) -> str:
    """What every word that may be base64 says: opaque ids."""
    said = []
    for word in set(_WORD.findall(text)):
        try:
            said.append(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode(errors="replace"))
        except ValueError:
            continue
    return " ".join(said)


@contextmanager
def loaded(*works: Callable[[threading.Event], None]) -> Iterator[None]:
    """All of it, each in a thread of its own, while the block lasts. Each ends when it is told that it is over."""
    over = threading.Event()
    threads = [threading.Thread(target=work, args=(over,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _errors(answer: httpx.Response) -> list[dict[str, dict[str, str]]]:
    try:
        found = answer.json()
    except json.JSONDecodeError:
        return []
    errors: list[dict[str, dict[str, str]]] = found.get("errors", []) if isinstance(found, dict) else []
    return errors
