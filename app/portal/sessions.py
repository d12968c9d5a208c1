"""Sessions of browsers: kept in the database, known here for two seconds at a time.

So a session that was ended is over everywhere after those two seconds, and a page that asks often costs one statement
in two seconds.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import psycopg
import psycopg_pool
from pydantic import ValidationError

from app.auth.tokens import Claims
from app.clock import Clock
from app.portal.sealing import hashed, new_secret, seal, unsealed

KNOWN_SECONDS = 2.0
KNOWN_MAX = 10_000
NOTED_EVERY = timedelta(minutes=1)
"""Use is written down no more often, nor less often than a tenth of the time a session may be idle."""

Pool: TypeAlias = psycopg_pool.AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]]


class SessionClaims(Claims):
    """What the sign-on has proven, for as long as its session lasts. `session`: the hash it is kept under."""

    session: bytes


@dataclass(frozen=True, slots=True)
class Session:
    """`ends_at`: whatever its use."""

    claims: SessionClaims
    used_at: datetime
    ends_at: datetime


class Sessions:
    """`pool`: of the role that may write, each statement a transaction of its own. `clock`: the wall's."""

    def __init__(self, pool: Pool, clock: Clock, idle: timedelta, longest: timedelta) -> None:
        self._pool = pool
        self._clock = clock
        self._idle = idle
        self._longest = longest
        self._noted_every = min(NOTED_EVERY, idle / 10)
        self._known: OrderedDict[bytes, tuple[Session, float]] = OrderedDict()

    async def begin(self, claims: Claims) -> str:
        """A new session, under a secret that nobody has known before. What is over of all others is deleted."""
        secret, now = new_secret(), self._clock.now()
        sealed = seal(secret, claims.model_dump_json().encode())
        async with self._pool.connection() as db:
            await db.execute(
                "DELETE FROM portal_sessions WHERE ends_at <= %s OR used_at <= %s", (now, now - self._idle)
            )
            await db.execute(
                "INSERT INTO portal_sessions (session_hash, sealed, begun_at, used_at, ends_at)"
                " VALUES (%s, %s, %s, %s, %s)",
                (hashed(secret), sealed, now, now, now + self._longest),
            )
        return secret

    async def find(self, secret: str, *, used: bool = True) -> Session | None:
        """The session of a secret; None: there is none, or none any more. `used`: it is no longer idle."""
        key, now = hashed(secret), self._clock.now()
        known = self._known.get(key)
        if known is None or _ticks() >= known[1]:
            session = await self._read(key, secret)
        else:
            session = known[0]
        if session is None or now >= self.expires_at(session):
            self._known.pop(key, None)
            return None
        if used and now - session.used_at >= self._noted_every:
            session = await self._noted(key, session, now)
        if session is not None:
            self._remember(key, session, known)
        return session

    async def still(self, session_hash: bytes) -> bool:
        """Whether it is there and neither idle for too long nor at its end. Asks the database."""
        now = self._clock.now()
        async with self._pool.connection() as db:
            found = await db.execute(
                "SELECT FROM portal_sessions WHERE session_hash = %s AND ends_at > %s AND used_at > %s",
                (session_hash, now, now - self._idle),
            )
            return await found.fetchone() is not None

    async def end(self, secret: str) -> None:
        key = hashed(secret)
        self._known.pop(key, None)
        async with self._pool.connection() as db:
            await db.execute("DELETE FROM portal_sessions WHERE session_hash = %s", (key,))

    def seconds_left(self, claims: SessionClaims) -> float:
        """How long the session of these claims lasts at most."""
        return claims.exp - self._clock.now().timestamp()

    def expires_at(self, session: Session) -> datetime:
        """When it is over unless it is used before."""
        return min(session.ends_at, session.used_at + self._idle)

    async def _read(self, key: bytes, secret: str) -> Session | None:
        async with self._pool.connection() as db:
            found = await db.execute(
                "SELECT sealed, used_at, ends_at FROM portal_sessions WHERE session_hash = %s", (key,)
            )
            row = await found.fetchone()
        content = None if row is None else unsealed(secret, row[0])
        if row is None or content is None:
            return None
        try:
            claims = Claims.model_validate_json(content)
        except ValidationError:  # written by a release with other claims
            return None
        bounded = {**claims.model_dump(), "exp": int(row[2].timestamp()), "session": key}
        return Session(SessionClaims(**bounded), row[1], row[2])

    async def _noted(self, key: bytes, session: Session, now: datetime) -> Session | None:
        async with self._pool.connection() as db:
            noted = await db.execute("UPDATE portal_sessions SET used_at = %s WHERE session_hash = %s", (now, key))
        return Session(session.claims, now, session.ends_at) if noted.rowcount else None

    def _remember(self, key: bytes, session: Session, known: tuple[Session, float] | None) -> None:
        until = _ticks() + KNOWN_SECONDS if known is None or _ticks() >= known[1] else known[1]
        self._known[key] = (session, until)
        self._known.move_to_end(key)
        while len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)


def _ticks() -> float:
    """The event loop's own clock, for lengths of remembering only."""
    return asyncio.get_running_loop().time()
