"""What `sua doctor` asks of a running installation: is it keeping up, and if not, what to do about it."""

import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, ClassVar, LiteralString

import psycopg
import requests
from psycopg import Connection

from app.assembly import key, present, required
from app.clock import SystemClock
from app.domain.errors import Unavailable
from app.ingest.subscriptions import LIFE
from app.observe import questions
from app.observe.exporting import headers_of
from app.observe.exposition import PATH
from app.observe.readiness import refuse_full_disk, refuse_skew
from app.observe.release import NEWEST_APPLIED, newest
from app.ops.console import FaultFound
from app.ops.migrate import check
from app.settings import Settings, is_loopback_http

LAG_MAX = timedelta(minutes=5)
WAIT_MAX = timedelta(minutes=15)
READ_AGE_MAX = timedelta(hours=26)
SUBSCRIPTION_MIN = LIFE / 4
"""As app/ingest/alert_watch.py and ops/prometheus/alerts.yaml have them."""

_OLDER = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.InsufficientPrivilege)
_NAMED = 3
_TIMEOUT_S = 5


class MetricsSilent(Unavailable):
    """Nothing answers at SUA_METRICS_PORT of this machine: start a process with this setting, or take it away."""

    code: ClassVar[str] = "METRICS_SILENT"


class CollectorSilent(Unavailable):
    """Nothing answers at SUA_OTLP_ENDPOINT: traces are lost until it does, and nothing else."""

    code: ClassVar[str] = "COLLECTOR_SILENT"


def schema(settings: Settings) -> None:
    """By the owner every file is compared with what was applied; without its URL only the last number is."""
    if settings.database_owner_url is not None:
        pending = check(settings.database_owner_url.get_secret_value())
        if pending:
            raise FaultFound(f"{len(pending)} migrations are pending; run `sua migrate`.")
        return
    applied = _one(settings, NEWEST_APPLIED)
    if applied < newest():
        raise FaultFound(f"migrations up to {applied:04d} are applied, this release has {newest():04d}: `sua migrate`.")


def clocks(settings: Settings) -> None:
    refuse_skew(SystemClock().now(), _one(settings, questions.CLOCK))


def disk(settings: Settings) -> None:
    refuse_full_disk(settings.data_dir)


def projections(settings: Settings) -> None:
    rows = _asked(settings, questions.LAGS)
    stopped = [f"{name} of tenant {tenant}" for tenant, name, _, stands, _ in rows if stands]
    if stopped:
        told = "mend what `sua projections status` says, then `sua projections rebuild NAME --tenant T`"
        raise FaultFound(f"{len(stopped)} have stopped ({_some(stopped)}): {told}.")
    late = {
        f"{name} of tenant {tenant} by {behind} facts"
        for tenant, name, behind, _, seconds in rows
        if (seconds or 0) > LAG_MAX.total_seconds()
    }
    if late:
        told = "start (more) `sua worker`, and see that the message broker and `sua scheduler` run"
        raise FaultFound(f"{len(late)} are behind for more than {LAG_MAX} ({_some(sorted(late))}): {told}.")


def inbox(settings: Settings) -> None:
    rows = _asked(settings, questions.INBOX)
    dead = [f"{items} of tenant {tenant}" for tenant, state, items, _ in rows if state == "DEAD"]
    late = [
        f"tenant {tenant} for {timedelta(seconds=round(age))}"
        for tenant, state, _, age in rows
        if state == "PENDING" and age > WAIT_MAX.total_seconds()
    ]
    if late:
        told = "is a `sua worker` running? `sua inbox list --counts` says what holds them up"
        raise FaultFound(f"notifications wait ({_some(late)}): {told}.")
    if dead:
        raise FaultFound(f"notifications were given up ({_some(dead)}): `sua inbox list`, then `sua inbox replay`.")


def subscriptions(settings: Settings) -> None:
    rows = _asked(settings, questions.SUBSCRIPTIONS)
    ending = [
        f"tenant {tenant} {'in ' + str(timedelta(seconds=round(left))) if left else 'has none'}"
        for tenant, left in rows
        if left < SUBSCRIPTION_MIN.total_seconds()
    ]
    if ending:
        told = "is `sua scheduler` running, and does Graph reach SUA_PUBLIC_URL? `sua tenants show T` says more"
        raise FaultFound(f"subscriptions end unrenewed ({_some(ending)}): {told}.")


def reads(settings: Settings) -> None:
    rows = _asked(settings, questions.READS)
    late = [
        f"{feed} of tenant {tenant} for {timedelta(seconds=round(age or 0))}"
        for tenant, feed, age in rows
        if (age or 0) > READ_AGE_MAX.total_seconds()
    ]
    if late:
        raise FaultFound(f"feeds were not read ({_some(late)}): `sua schedule` names the job and its last reason.")


def metrics(settings: Settings) -> None:
    if settings.metrics_port is None:
        return
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.metrics_host, settings.metrics_host)  # noqa: S104
    token = settings.metrics_token
    headers = {} if token is None else {"Authorization": f"Bearer {token.get_secret_value()}"}
    asked = http.client.HTTPConnection(host, settings.metrics_port, timeout=_TIMEOUT_S)
    try:
        asked.request("GET", PATH, headers=headers)
        status = asked.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise MetricsSilent(
            f"nothing answers at {host}:{settings.metrics_port}: start a process with SUA_METRICS_PORT, or unset it."
        ) from error
    finally:
        asked.close()
    if status != http.HTTPStatus.OK:
        raise FaultFound(f"{host}:{settings.metrics_port}{PATH} answers {status}: is it SUA, with this token?")


def traces(settings: Settings) -> None:
    """Sends a collector no spans at all, which it takes as it would take some."""
    if settings.otlp_endpoint is None:
        return
    url = f"{settings.otlp_endpoint.rstrip('/')}/v1/traces"
    headers = {**headers_of(settings), "Content-Type": "application/x-protobuf"}
    try:
        status = requests.post(url, data=b"", headers=headers, timeout=_TIMEOUT_S, allow_redirects=False).status_code
    except requests.RequestException as error:
        raise CollectorSilent(
            f"{url} does not answer ({type(error).__name__}): traces are lost, nothing else."
        ) from error
    if status != http.HTTPStatus.OK:
        raise FaultFound(f"{url} answers {status}: see SUA_OTLP_ENDPOINT and SUA_OTLP_HEADERS.")


def checkpoint_key(settings: Settings) -> None:
    if settings.checkpoint_key is not None:
        key(settings.checkpoint_key, "checkpoint_key")
    elif not is_loopback_http(settings.public_url):
        raise FaultFound(
            "SUA_CHECKPOINT_KEY is not set, so nobody signs what the logs hold: `sua audit key` makes one."
        )


TESTS: dict[str, Callable[[Settings], None]] = {
    "schema": schema,
    "clocks": clocks,
    "disk": disk,
    "projections": projections,
    "inbox": inbox,
    "subscriptions": subscriptions,
    "daily reads": reads,
    "metrics": metrics,
    "traces": traces,
    "checkpoint key": checkpoint_key,
}


def _some(found: list[str]) -> str:
    more = len(found) - _NAMED
    return ", ".join(found[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _asked(settings: Settings, question: LiteralString) -> list[tuple[Any, ...]]:
    with _database(settings) as db:
        return db.execute(question, {"now": present(settings), "open": questions.OPEN}).fetchall()


def _one(settings: Settings, question: LiteralString) -> Any:
    with _database(settings) as db:
        row = db.execute(question).fetchone()
        return None if row is None else row[0]


@contextmanager
def _database(settings: Settings) -> Iterator[Connection[tuple[Any, ...]]]:
    """A schema of before this release's is told as the fault it is."""
    try:
        with psycopg.connect(required(settings.database_url, "database_url"), connect_timeout=_TIMEOUT_S) as db:
            yield db
    except _OLDER as error:
        raise FaultFound("the schema is older than this release; run `sua migrate`.") from error
