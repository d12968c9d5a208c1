"""The customers of a soak: invited by the provider, consented over HTTP, each in a time zone of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import httpx

from app.assembly import assembled
from app.clock import SteppedClock
from app.commands.change_policy import ChangePolicy, change_policy
from app.commands.desk import Desk
from app.domain.ids import TenantId
from app.domain.policy import DEFAULT_POLICY
from app.ingest import invitations
from app.settings import PREFIX, Settings
from tests.soak.machines import Machines

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Sydney", "America/Sao_Paulo", "Asia/Kolkata")
_VALID_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Customer:
    """A tenant of SUA and the simulated directory behind it."""

    number: int
    tenant: UUID
    directory: UUID
    consented_at: datetime


def settings_of(environment: Mapping[str, str]) -> Settings:
    """The installation's settings, for reading beside its processes."""
    own = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
    return Settings.load(**{name.removeprefix(PREFIX).lower(): value for name, value in own.items()})


def connect_all(machines: Machines) -> list[Customer]:
    """Invite every simulated company and consent as its administrator would. Needs the web process."""
    now = machines.now()
    settings = settings_of(machines.sua.environment)
    customers = []
    with assembled(settings, SteppedClock(now)) as parts:
        for number, directory in enumerate(machines.simulator.directories):
            with parts.workshop.database() as db:
                invitation = invitations.invite(
                    parts.desk,
                    db,
                    f"Customer {number}",
                    f"admin@customer{number}.example",
                    public_url=settings.public_url,
                    valid_for=_VALID_FOR,
                )
            _choose_zone(parts.desk, invitation.tenant, ZONES[number % len(ZONES)])
            _consent(invitation.link, directory)
            customers.append(Customer(number, invitation.tenant, directory, now))
    return customers


def _choose_zone(desk: Desk, tenant: TenantId, zone: str) -> None:
    change_policy(ChangePolicy(tenant, replace(DEFAULT_POLICY, time_zone=zone), uuid4()), desk)


def _consent(link: str, directory: UUID) -> None:
    with httpx.Client(timeout=60) as browser:
        page = browser.get(link).headers["location"]
        query = {**httpx.URL(page).params, "auto": "accept", "as_tenant": str(directory)}
        back = browser.get(page, params=query)
        browser.get(back.headers["location"]).raise_for_status()
