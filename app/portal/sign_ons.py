"""Sign-ons begun and not yet come back: single-use, short-lived, tied to the browser that began them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from app.clock import Clock
from app.portal.sealing import hashed, seal, unsealed
from app.portal.sessions import Pool


@dataclass(frozen=True, slots=True)
class Begun:
    """`flow`: what msal wants to see again. `back`: the path to go on to."""

    flow: dict[str, Any]
    back: str


class SignOns:
    """`pool` as for sessions. What a browser did not come back with in time is deleted by the next that begins."""

    def __init__(self, pool: Pool, clock: Clock, valid_for: timedelta) -> None:
        self._pool = pool
        self._clock = clock
        self._valid_for = valid_for

    async def begin(self, browser: str, flow: dict[str, Any], back: str) -> None:
        """`browser`: the secret in its cookie."""
        now = self._clock.now()
        sealed = seal(browser, orjson.dumps({"flow": flow, "back": back}))
        async with self._pool.connection() as db:
            await db.execute("DELETE FROM portal_sign_ons WHERE ends_at <= %s", (now,))
            await db.execute(
                "INSERT INTO portal_sign_ons (state_hash, browser_hash, sealed, ends_at) VALUES (%s, %s, %s, %s)",
                (hashed(flow["state"]), hashed(browser), sealed, now + self._valid_for),
            )

    async def use(self, browser: str, state: str) -> Begun | None:
        """What was begun with that state, once; None: unknown, used, too old or another browser's."""
        async with self._pool.connection() as db:
            found = await db.execute(
                "DELETE FROM portal_sign_ons WHERE state_hash = %s AND browser_hash = %s RETURNING sealed, ends_at",
                (hashed(state), hashed(browser)),
            )
            row = await found.fetchone()
        content = None if row is None else unsealed(browser, row[0])
        if row is None or content is None or row[1] <= self._clock.now():
            return None
        kept = orjson.loads(content)
        return Begun(kept["flow"], kept["back"])
