"""`sua doctor`: the settings, masked, and whether everything SUA depends on answers."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import ClassVar

import aiohttp
import psycopg
from pydantic import SecretStr
from rich.markup import escape

from app.assembly import archive_of, credentials, graph_access, key, required, signing_keys
from app.broker import check_broker, make_broker
from app.clock import SystemClock
from app.domain.errors import Refused, SuaError, Unavailable
from app.domain.ids import DirectoryId
from app.eventstore.pools import writer_pool
from app.evidence.glance import glanced
from app.ingest.credentials import expiring
from app.ingest.graph_errors import CredentialRefused
from app.ingest.tokens import Tokens
from app.ops import doctor_keys, doctor_running
from app.ops.alerts import open_now
from app.ops.console import AsJson, FaultFound, one_line, out, say_json, show
from app.read_side import try_read_side
from app.settings import PREFIX, Settings

_TIMEOUT_SECONDS = 10
_TOLD = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `fault` None: it is as it should be. `away`: it did not answer, and may later."""

    looked_at: str
    fault: str | None
    away: bool = False


class DependencyDown(Unavailable):
    """Something SUA depends on does not answer; whatever did answer is as it should be."""

    code: ClassVar[str] = "DEPENDENCY_DOWN"


def doctor(*, as_json: AsJson = False) -> None:
    """Print the settings with secrets masked, then test each dependency. Exit 4 if one is at fault, 3 if only away."""
    settings = Settings.load()
    with ThreadPoolExecutor() as together:
        findings = list(together.map(lambda name: _tested(name, _TESTS[name], settings), _TESTS))
    shown = masked(settings)
    if as_json:
        say_json({"settings": shown, "findings": [{"test": f.looked_at, "fault": f.fault} for f in findings]})
    else:
        show([{"setting": name, "value": value} for name, value in shown.items()], as_json=False)
        for finding in findings:
            told = f"[red]✗[/] {finding.looked_at}: {escape(finding.fault)}" if finding.fault else None
            out.print(told or f"✓ {finding.looked_at}")
    faults = [finding for finding in findings if finding.fault]
    if faults:
        named = ", ".join(finding.looked_at for finding in faults)
        error = DependencyDown if all(finding.away for finding in faults) else FaultFound
        raise error(f"{len(faults)} of {len(findings)} tests failed: {named}.")


def masked(settings: Settings) -> dict[str, str | None]:
    """Every setting by its variable; secrets only say whether they are set."""
    return {
        f"{PREFIX}{name.upper()}": None if value is None else "********" if isinstance(value, SecretStr) else str(value)
        for name, value in settings
    }


def _tested(name: str, test: Callable[[Settings], None], settings: Settings) -> Finding:
    try:
        test(settings)
    except (SuaError, psycopg.OperationalError, aiohttp.ClientError, TimeoutError) as error:
        told = f"{getattr(error, 'code', type(error).__name__)}: {one_line(error)}"
        return Finding(name, told, away=isinstance(error, Unavailable) or not isinstance(error, SuaError))
    return Finding(name, None)


def _writes(settings: Settings) -> None:
    writer_pool(required(settings.database_url, "database_url"), 1).close()


def _reads(settings: Settings) -> None:
    asyncio.run(try_read_side(settings))


def _alerts(settings: Settings) -> None:
    try:
        found = open_now(settings)
    except psycopg.errors.UndefinedTable as error:
        raise FaultFound("the schema does not know alerts yet; run `sua migrate`.") from error
    if found:
        raise FaultFound(
            f"{len(found)} are open, see `sua alerts`: {', '.join(sorted({each.kind for each in found}))}."
        )


def _messages(settings: Settings) -> None:
    check_broker(make_broker(settings.broker_url.get_secret_value()))


def _keys(settings: Settings) -> None:
    key(settings.master_key, "master_key")
    signing_keys(settings)
    key(settings.pseudonym_key, "pseudonym_key")


def _evidence(settings: Settings) -> None:
    """The last checkpoint of each log, and what it covers; `sua audit verify` looks at all of them."""
    try:
        with psycopg.connect(required(settings.database_url, "database_url"), connect_timeout=5) as db:
            found = glanced(db, signing_keys(settings)[1], archive_of(settings))
    except psycopg.errors.UndefinedTable as error:
        raise FaultFound("the schema does not know checkpoints yet; run `sua migrate`.") from error
    if found:
        told = "; ".join(map(str, found[:_TOLD]))
        raise FaultFound(f"{len(found)} logs are not what was signed of them: {told}.")


def _entra(settings: Settings) -> None:
    graph_access(settings)
    asyncio.run(_answers(f"{settings.login_url}/organizations/v2.0/.well-known/openid-configuration"))


def _credentials(settings: Settings) -> None:
    """Each is shown to Entra by itself, for the provider's own directory (SUA_PROVIDER_DIRECTORY_ID; without it only
    what the certificates say is looked at). Whether SUA may do anything there is not asked."""
    known = credentials(settings)
    faults = expiring(known, SystemClock().now())
    for each in known:
        tokens = Tokens(
            settings.login_url, settings.graph_url, settings.graph_client_id or "", (each,), _TIMEOUT_SECONDS
        )
        try:
            if settings.provider_directory_id is not None:
                tokens.acquire(DirectoryId(settings.provider_directory_id))
        except CredentialRefused as error:
            faults.append(f"{each.name} ({settings.graph_cloud} cloud): {error}")
        except Refused:
            continue
    if faults:
        raise FaultFound("; ".join(faults))


def _graph(settings: Settings) -> None:
    asyncio.run(_answers(f"{settings.graph_url}/v1.0/"))


async def _answers(url: str) -> None:
    """Anything below 500 is an answer: without a token Graph refuses, and is there."""
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as http, http.get(url, allow_redirects=False) as answer:
        if answer.status >= 500:
            raise FaultFound(f"{url} answers {answer.status}.")


_TESTS: dict[str, Callable[[Settings], None]] = {
    "database, write side": _writes,
    "database, read side": _reads,
    "alerts": _alerts,
    "message broker": _messages,
    "keys": _keys,
    "keys of persons": doctor_keys.persons,
    "evidence": _evidence,
    "Microsoft Entra": _entra,
    "credentials": _credentials,
    "Microsoft Graph": _graph,
    **doctor_running.TESTS,
}
