"""Consents begun and not yet come back: single-use, short-lived, tied to the browser that began them.

Secrets are stored as hashes and looked up by them, which no attacker can steer byte by byte.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import Connection

from app.domain.ids import DirectoryId, TenantId
from app.ingest.invitations import token_hash

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Attempt:
    """A consent that came back with a state of ours; the state is used up."""

    tenant: TenantId
    state_hash: bytes


def begin(db: Connection, tenant: TenantId, browser: str, now: datetime, valid_for: timedelta) -> str:
    """A new state for Microsoft's consent page."""
    state = secrets.token_urlsafe(SECRET_BYTES)
    db.execute(
        "INSERT INTO consent_attempts (state_hash, tenant_id, browser_hash, expires_at) VALUES (%s, %s, %s, %s)",
        (token_hash(state), tenant, token_hash(browser), now + valid_for),
    )
    return state


def use(db: Connection, state: str, browser: str, now: datetime) -> Attempt | None:
    """Use a state up; None: it is unknown, used, expired or another browser's, and stays as it was."""
    row = db.execute(
        "UPDATE consent_attempts SET used_at = %(now)s WHERE state_hash = %(state)s AND browser_hash = %(browser)s"
        " AND used_at IS NULL AND expires_at > %(now)s RETURNING tenant_id",
        {"now": now, "state": token_hash(state), "browser": token_hash(browser)},
    ).fetchone()
    return None if row is None else Attempt(TenantId(row[0]), token_hash(state))


def keep_for_later(db: Connection, attempt: Attempt, directory: DirectoryId) -> None:
    """Its permissions were not visible yet: remember where it came back from."""
    db.execute("UPDATE consent_attempts SET directory_id = %s WHERE state_hash = %s", (directory, attempt.state_hash))


def kept(db: Connection, tenant: TenantId) -> DirectoryId | None:
    """The directory of the newest consent kept for later."""
    row = db.execute(
        "SELECT directory_id FROM consent_attempts WHERE tenant_id = %s AND directory_id IS NOT NULL"
        " ORDER BY used_at DESC LIMIT 1",
        (tenant,),
    ).fetchone()
    return None if row is None else DirectoryId(row[0])


def forget_old(db: Connection, before: datetime) -> int:
    """Delete attempts that expired before that; returns how many."""
    return db.execute("DELETE FROM consent_attempts WHERE expires_at < %s", (before,)).rowcount
