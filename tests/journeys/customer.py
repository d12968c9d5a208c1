"""A simulated customer of an installation whose processes live by the wall clock, and Graph's notifications to it."""

import json
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg

from app.domain.ids import TenantId
from app.ingest import schedule
from app.ingest.notifications import hashed
from app.ingest.schedule import Job
from app.ops.demo.machines import Company, Simulator, simulator
from tests.database import Database
from tests.journeys import aftermath
from tests.journeys.processes import CLIENT_ID, CLIENT_SECRET, Installation, until

SETTLING_S = 45.0

_USERS = 60
_SEED = 20


@contextmanager
def company(days: int) -> Iterator[Simulator]:
    """A company whose clock is so many days behind ours, and some, so that it never runs ahead of SUA's."""
    begins_on = datetime.now(UTC).date() - timedelta(days=days + 2)
    begins_at = datetime.combine(begins_on, time_of_day(23, tzinfo=UTC))
    with simulator(Company(_USERS, _SEED, begins_at, 60, 0, CLIENT_ID, CLIENT_SECRET)) as running:
        yield running


@dataclass(frozen=True, slots=True)
class Customer:
    """A tenant that has consented, and the simulated company behind it."""

    simulator: Simulator
    database: Database
    tenant: TenantId

    def one_day_passes(self) -> None:
        """Its calls are notified from now on, and the day's read is due at once instead of at its hour."""
        control(self.simulator, "/_clock/advance", days=1)
        with psycopg.connect(self.database.writer_dsn) as db:
            schedule.enlist(db, self.tenant, Job.LICENCES, datetime.now(UTC))

    def settle(self) -> None:
        """Wait until every notification is delivered and fetched, every read done, every table at the log's end."""
        control(self.simulator, "/_notifications/flush")
        with psycopg.connect(self.database.owner_dsn, autocommit=True) as db:
            until(lambda: aftermath.is_settled(db, self.tenant), "the work to be done", SETTLING_S)

    def truth(self) -> dict[str, Any]:
        """What is true there now, in its own words."""
        return truth_of(self.simulator)

    def revisions(self) -> dict[UUID, int]:
        """Every call there is and its newest revision: those from before the consent are found by listing."""
        return _revisions(self.simulator)

    def inbox(self) -> set[UUID]:
        """Calls SUA was told of."""
        with psycopg.connect(self.database.owner_dsn) as db:
            found = db.execute("SELECT call_id FROM inbox WHERE tenant_id = %s", (self.tenant,))
            return {call for (call,) in found}


def connect(installation: Installation, simulated: Simulator, database: Database) -> Customer:
    """Invite the company and consent as its administrator would. Needs `serve`, and for the rest to follow a worker."""
    invited = installation.run("tenants", "invite", "Northwind", "admin@northwind.example", "--json")
    assert invited.code == 0, invited.err
    invitation = json.loads(invited.out)
    with httpx.Client(timeout=60) as browser:
        page = browser.get(invitation["link"]).headers["location"]
        query = {**httpx.URL(page).params, "auto": "accept", "as_tenant": str(simulated.directories[0])}
        back = browser.get(page, params=query)
        browser.get(back.headers["location"]).raise_for_status()
    return Customer(simulated, database, TenantId(UUID(invitation["tenant"])))


def control(simulated: Simulator, address: str, **body: Any) -> Any:
    """One of the simulator's own controls."""
    return httpx.post(f"{simulated.url}{address}", json=body, timeout=60).raise_for_status().json()


def truth_of(simulated: Simulator) -> dict[str, Any]:
    known = httpx.get(f"{simulated.url}/_truth/{simulated.directories[0]}", timeout=60).raise_for_status()
    said: dict[str, Any] = known.json()
    return said


def _revisions(simulated: Simulator) -> dict[UUID, int]:
    return {UUID(call["id"]): call["version"] for call in truth_of(simulated)["calls"]}


class Sender:
    """Sends notifications of calls nobody made, as Graph would, and keeps which were answered 202."""

    def __init__(self, installation: Installation, customer: Customer) -> None:
        self.accepted: set[UUID] = set()
        self.cut_off = 0
        self._url = f"{installation.url}/webhooks/graph/notifications"
        self._directory = customer.simulator.directories[0]
        self._subscription = str(uuid4())
        self._secret = secrets.token_urlsafe(32)
        with psycopg.connect(customer.database.writer_dsn) as db:
            db.execute(
                "INSERT INTO graph_subscriptions"
                " (client_state_hash, tenant_id, directory_id, resource, subscription_id, created_at)"
                " VALUES (%s, %s, %s, '/communications/callRecords', %s, now())",
                (hashed(self._secret), customer.tenant, self._directory, self._subscription),
            )

    @contextmanager
    def sending(self) -> Iterator[None]:
        """POST after POST in a thread, while the block lasts."""
        stop = threading.Event()
        thread = threading.Thread(target=self._send_until, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def send(self, graph: httpx.Client, calls: Sequence[UUID]) -> httpx.Response:
        """One POST, with an item for each call."""
        answer = graph.post(self._url, json={"value": [self._item(call) for call in calls]})
        if answer.status_code == 202:
            self.accepted.update(calls)
        return answer

    def _send_until(self, stop: threading.Event) -> None:
        with httpx.Client(timeout=10) as graph:
            while not stop.wait(0.002):
                try:
                    self.send(graph, [uuid4() for _ in range(5)])
                except httpx.ConnectError:
                    continue
                except httpx.TransportError:
                    self.cut_off += 1

    def _item(self, call: UUID) -> dict[str, str]:
        return {
            "subscriptionId": self._subscription,
            "clientState": self._secret,
            "tenantId": str(self._directory),
            "resource": f"communications/callRecords/{call}",
        }
