"""`sua inbox`: notifications that are waiting or were given up, and payloads nobody could read."""

import json
from typing import Annotated
from uuid import UUID

import typer
from psycopg import Connection, OperationalError

from app.assembly import required
from app.domain.ids import CallId, TenantId
from app.eventstore.pools import DatabaseDown
from app.ingest import dead_letters, inbox
from app.ingest.dead_letters import CALLS, DeadLetter
from app.ops.console import AsJson, FaultFound, out, say_json, show
from app.settings import Settings

app = typer.Typer(help="Notifications of calls: what waits, what was given up, and again.", no_args_is_help=True)

Tenant = Annotated[UUID | None, typer.Option(help="SUA's id of the customer; without: every customer.")]

KEPT = "KEPT"
"""State of a payload that no notification stands for: another feed's, or one whose notification is settled."""


@app.command("list")
def list_items(
    *,
    tenant: Tenant = None,
    state: Annotated[list[str] | None, typer.Option(help="PENDING, DEAD or DONE; without: the first two.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    counts: Annotated[bool, typer.Option("--counts", help="Only how many, by customer, state and reason.")] = False,
    payload: Annotated[
        str | None, typer.Option(help="Print what is kept under this key, whole: it names persons.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Items of the inbox, oldest first, with the code of their last error, and payloads that could not be read.

    A payload names persons in plain text. It is deleted once the same thing was read well, at the latest after 30 days.
    """
    chosen = None if tenant is None else TenantId(tenant)
    states = [each.upper() for each in state or ["PENDING", "DEAD"]]
    with _database() as db:
        if payload is not None:
            _show_payload(db, payload, chosen, as_json=as_json)
        elif counts:
            show(_counted(db, chosen, states), as_json=as_json)
        else:
            show(_listed(db, chosen, states, limit, with_others=state is None), as_json=as_json)


@app.command("replay")
def replay(
    *,
    tenant: Tenant = None,
    call: Annotated[UUID | None, typer.Option(help="Only this call; without: every item given up.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only what was given up for this reason.")] = None,
    as_json: AsJson = False,
) -> None:
    """Try items again that were given up. Fetching a call twice adds nothing."""
    chosen = None if tenant is None else TenantId(tenant)
    with _database() as db:
        replayed = inbox.replay(db, chosen, None if call is None else CallId(call), reason)
    show([{"replayed": replayed}], as_json=as_json)


def _counted(db: Connection, tenant: TenantId | None, states: list[str]) -> list[dict[str, object]]:
    items = [
        {"tenant": each.tenant, "feed": CALLS, "state": each.state, "reason": each.reason, "items": each.items}
        | {"since": each.since}
        for each in inbox.counted(db, tenant, states)
    ]
    letters = [
        {"tenant": owner, "feed": feed, "state": KEPT, "reason": reason, "items": items, "since": since}
        for owner, feed, reason, items, since in dead_letters.counted(db, tenant)
    ]
    return items + letters


def _listed(
    db: Connection, tenant: TenantId | None, states: list[str], limit: int, *, with_others: bool
) -> list[dict[str, object]]:
    letters = {(each.tenant, each.feed, each.key): each for each in dead_letters.listed(db, tenant, limit)}
    rows: list[dict[str, object]] = []
    for item in inbox.listed(db, tenant, states, limit):
        letter = letters.pop((item.tenant, CALLS, str(item.call)), None)
        rows.append(
            {
                "tenant": item.tenant,
                "feed": CALLS,
                "call": item.call,
                "state": item.state,
                "attempts": item.attempts,
                "received_at": item.received_at,
                "due_at": item.due_at,
                "reason": item.reason,
                "detail": None if letter is None else letter.detail,
                "payload": None if letter is None else letter.key,
            }
        )
    return rows + ([_row(letter) for letter in letters.values()] if with_others else [])


def _row(letter: DeadLetter) -> dict[str, object]:
    return {
        "tenant": letter.tenant,
        "feed": letter.feed,
        "call": letter.key if letter.feed == CALLS else None,
        "state": KEPT,
        "attempts": letter.times,
        "received_at": letter.first_at,
        "due_at": None,
        "reason": letter.reason,
        "detail": letter.detail,
        "payload": letter.key,
    }


def _show_payload(db: Connection, key: str, tenant: TenantId | None, *, as_json: bool) -> None:
    found = dead_letters.payloads(db, key, tenant)
    if not found:
        raise FaultFound(f"No payload is kept under {key}.")
    for letter, text in found:
        if as_json:
            say_json(_row(letter) | {"payload": json.loads(text)})
        else:
            out.out(json.dumps(json.loads(text), indent=2), highlight=False)


def _database() -> Connection:
    dsn = required(Settings.load().database_url, "database_url")
    try:
        return Connection.connect(dsn, connect_timeout=5)
    except OperationalError as error:
        raise DatabaseDown("The database does not answer.") from error
