"""What the read side cannot start without: whose tokens it takes, which documents it answers, its database and role.

Apart from the doors, so that `sua doctor` tries it without waiting for the whole GraphQL schema to be made.
"""

from collections.abc import Mapping

import psycopg

from app.assembly import required
from app.auth.jwks import KeySet, fetch_over_http
from app.auth.tokens import Verifier
from app.clock import SystemClock
from app.graphql.errors import DatabaseDown
from app.graphql.persisted import trusted_documents
from app.graphql.pool import START_SECONDS, open_read_pool
from app.settings import Settings, SettingsRefused


async def try_read_side(settings: Settings) -> None:
    """Raise what is wrong with tokens' settings, trusted documents, the read side's database or its role."""
    verifier(settings, key_set(settings))
    trusted(settings)
    dsn = required(settings.database_read_url, "database_read_url")
    try:
        # A pool goes on trying for seconds; a server that refuses says so at once.
        await (await psycopg.AsyncConnection.connect(dsn, connect_timeout=int(START_SECONDS))).close()
    except psycopg.OperationalError as error:
        raise DatabaseDown("The read side's database does not answer.") from error
    pool = await open_read_pool(dsn, 1)
    await pool.close()


def verifier(settings: Settings, keys: KeySet) -> Verifier:
    """Tokens carry the wall clock's time, whatever clock the rest goes by."""
    if settings.token_audience is None:
        raise SettingsRefused("SUA_TOKEN_AUDIENCE is needed: the client id access tokens are issued for.")
    return Verifier(
        keys,
        SystemClock(),
        audience=settings.token_audience,
        issuer_template=issuers(settings),
        leeway_seconds=settings.token_leeway_seconds,
    )


def key_set(settings: Settings) -> KeySet:
    url = settings.token_jwks_url or f"{settings.login_url}/organizations/discovery/v2.0/keys"
    return KeySet(fetch_over_http(url), SystemClock())


def issuers(settings: Settings) -> str:
    return f"{settings.login_url}/{{tenantid}}/v2.0"


def trusted(settings: Settings) -> Mapping[str, str] | None:
    return None if settings.trusted_documents is None else trusted_documents(settings.trusted_documents)
