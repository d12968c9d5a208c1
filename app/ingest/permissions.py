"""The nightly look at what SUA may still do, as a job, and what follows when access ends or comes back."""

import asyncio
import logging
from datetime import datetime
from typing import ClassVar
from uuid import uuid4

from psycopg import Connection

from app.commands.record_consent import (
    RecordConsent,
    RecordPermissions,
    RecordWithdrawal,
    record_consent,
    record_permissions,
    record_withdrawal,
)
from app.commands.record_subscription import RecordLostSubscription, record_lost_subscription
from app.commands.tenant_known import known_tenant
from app.domain.access import FEEDS_OF, feeds_without, missing_of
from app.domain.errors import Refused, Unavailable
from app.domain.events.coverage import Feed, SubscriptionEnd
from app.domain.ids import DirectoryId, TenantId
from app.domain.tenant import Tenant
from app.ingest import alerts, schedule, subscription_rows
from app.ingest.alerts import Alert
from app.ingest.bound import NotBound
from app.ingest.consent_directories import directory_of
from app.ingest.consent_proof import Proof, prove
from app.ingest.credentials import credentials_of, expiring
from app.ingest.daily import slot_of
from app.ingest.graph_client import GraphClient
from app.ingest.graph_errors import ConsentLost, GraphForbidden, NotPremium, TenantBlocked, TenantGone
from app.ingest.schedule import Due, Job, Taken
from app.ingest.workshop import Workshop
from app.telemetry import say

_ALERT = {
    ConsentLost.code: Alert.CONSENT_LOST,
    TenantBlocked.code: Alert.TENANT_BLOCKED,
    TenantGone.code: Alert.TENANT_GONE,
}

LOST = (ConsentLost, TenantBlocked, TenantGone)
"""The customer's side ended the access. Whatever is wrong with SUA's own credential is none of these."""

_FEEDS = {
    Job.SUBSCRIPTION: {Feed.CALLS},
    Job.RECONCILE: {Feed.CALLS},
    Job.LICENCES: {Feed.LICENCES},
    Job.SIGN_INS: {Feed.SIGN_INS},
    Job.REPORTS: {Feed.REPORTS},
    Job.PHONE_LOGS: {Feed.PSTN, Feed.DIRECT_ROUTING},
}


class NotReadable(Refused):
    """The feed rests: access to the customer ended, a permission is missing, or this cloud has no such data."""

    code: ClassVar[str] = "NOT_READABLE"


async def check_permissions(shop: Workshop, tenant: TenantId, _: Taken) -> datetime:
    """Compare the roles of a fresh token with what is recorded; let a customer whose access is back be read again.

    Raises what GraphClient raises; what ended the access is recorded by `suspended`, as after any other job.
    """
    directory = await asyncio.to_thread(_bound, shop, tenant)
    known = await asyncio.to_thread(known_tenant, tenant, shop.desk)
    async with GraphClient(shop.access, directory) as client:
        roles = await client.roles()
    if not roles:
        raise ConsentLost("Entra's tokens for the directory carry no permission.")
    await asyncio.to_thread(_warned_of_the_end, shop)
    if known.consented:
        await asyncio.to_thread(_compared, shop, tenant, known, roles)
    elif missing_of(roles):
        await asyncio.to_thread(_still_lacking, shop, tenant, known.lost, missing_of(roles))
    else:
        proof = await prove(shop.access, directory, shop.desk.now(), pauses_s=())
        await asyncio.to_thread(resumed, shop, tenant, proof)
    return await asyncio.to_thread(slot_of, shop.desk, tenant)


def suspended(shop: Workshop, tenant: TenantId, error: Refused | Unavailable) -> None:
    """Take in what a job ended with. Where the customer ended the access: the fact, the alert, and nothing is due any
    more but the look at the permissions. Anything else is none of the customer's, SUA's own credential least of all.

    A repeat changes nothing. Killed before the end, the next try of the job brings it here again.
    """
    if not isinstance(error, LOST) or not _has_ended(shop, tenant):
        return
    with shop.database() as db:
        schedule.suspend(db, tenant)
        if all(each.job is not Job.PERMISSIONS for each in schedule.listed(db, tenant)):
            schedule.enlist(db, tenant, Job.PERMISSIONS, slot_of(shop.desk, tenant))
        for kind in (*_ALERT.values(), Alert.PERMISSIONS_MISSING):
            if kind is not _ALERT[error.code]:
                alerts.settle(db, kind, tenant)
        alerts.sound(db, _ALERT[error.code], tenant, str(error), shop.desk.now())
        subscription_rows.end_others(db, tenant, None, shop.desk.now())
        record_withdrawal(RecordWithdrawal(tenant, error.code, uuid4()), shop.desk)
        lost = RecordLostSubscription(tenant, SubscriptionEnd.CONSENT_LOST, uuid4())
        record_lost_subscription(lost, shop.desk)


def resumed(shop: Workshop, tenant: TenantId, proof: Proof) -> None:
    """Access is back, proven: the fact, and everything is due, the reconciliation with all that Graph still keeps."""
    seen = proof.organisation
    with shop.database() as db:
        schedule.begin(db, tenant, shop.desk.now())
        settle(db, tenant)
        command = RecordConsent(
            tenant, seen.directory, seen.name, seen.default_domain, frozenset(proof.permissions), uuid4()
        )
        record_consent(command, shop.desk)
    say("access.resumed", logging.WARNING, tenant=tenant)


def settle(db: Connection, tenant: TenantId) -> None:
    """Access stands, with every permission."""
    for kind in (*_ALERT.values(), Alert.PERMISSIONS_MISSING):
        alerts.settle(db, kind, tenant)


def after_error(shop: Workshop, wanted: Due, error: Refused | Unavailable) -> None:
    """What a job's error says of the access: it has ended, or a permission may have."""
    suspended(shop, wanted.tenant, error)
    if isinstance(error, GraphForbidden) and not isinstance(error, NotPremium) and wanted.job is not Job.PERMISSIONS:
        with shop.database() as db:
            schedule.enlist(db, wanted.tenant, Job.PERMISSIONS, shop.desk.now())


def hear_of_credentials(shop: Workshop) -> None:
    """Tell operators what Entra said of SUA's credentials meanwhile: one that is refused is told even where another
    serves; the alert ends when the first that is shown is taken."""
    said = shop.access.tokens.verdicts()
    refused = [f"{name}: {verdict}" for name, verdict in said.items() if verdict is not None]
    with_one = [name for name, verdict in said.items() if verdict is None]
    if not said:
        return
    with shop.database() as db:
        if refused:
            other = f"; {with_one[0]} serves" if with_one else "; nothing of anybody is read"
            alerts.sound(db, Alert.CREDENTIAL_REFUSED, None, "; ".join(refused) + other, shop.desk.now())
        elif shop.access.tokens.preferred in with_one:
            alerts.settle(db, Alert.CREDENTIAL_REFUSED, None)


def _warned_of_the_end(shop: Workshop) -> None:
    """Certificates end on a day that is known, and nothing of anybody is read then."""
    now = shop.desk.now()
    found = expiring(credentials_of(shop.access.credentials), now)
    with shop.database() as db:
        if found:
            alerts.sound(db, Alert.CREDENTIAL_EXPIRING, None, "; ".join(found), now)
        else:
            alerts.settle(db, Alert.CREDENTIAL_EXPIRING, None)


def permitted(shop: Workshop, wanted: Due) -> None:
    """Raises NotReadable where the job would only be refused: it is made due again when what it lacks is back."""
    known = known_tenant(wanted.tenant, shop.desk)
    if known.offboarded:  # made due by a job that was at work while they left
        raise NotReadable(f"Tenant {wanted.tenant} has left.")
    feeds = _FEEDS.get(wanted.job)
    if feeds is None:
        return
    if not shop.access.calls and feeds <= FEEDS_OF["CallRecords.Read.All"]:
        raise NotReadable("Microsoft Graph has no call records in this cloud.")
    if known.lost is not None:
        _told_to_look(shop, wanted.tenant)
        raise NotReadable(f"Access to tenant {wanted.tenant} ended: {known.lost}.")
    if feeds & set(known.stopped):
        raise NotReadable(f"Tenant {wanted.tenant} lacks {', '.join(known.missing)}.")


def _compared(shop: Workshop, tenant: TenantId, known: Tenant, roles: tuple[str, ...]) -> None:
    missing = missing_of(roles)
    stopped = set(feeds_without(missing))
    back = set(known.stopped) - stopped
    now = shop.desk.now()
    with shop.database() as db:
        there = {each.job for each in schedule.listed(db, tenant)}
        for job, feeds in sorted(_FEEDS.items()):  # in the order of `hurry`, which may be locking the same rows
            # One that is not there: the fact that access is back was committed, and what followed from it was not.
            if feeds & back or (job not in there and not feeds & stopped):
                schedule.enlist(db, tenant, job, now)
        if missing:
            detail = f"{', '.join(missing)} missing; not read any more: {', '.join(sorted(stopped))}"
            alerts.sound(db, Alert.PERMISSIONS_MISSING, tenant, detail, now)
        else:
            settle(db, tenant)
        record_permissions(RecordPermissions(tenant, frozenset(roles), uuid4()), shop.desk)


def _still_lacking(shop: Workshop, tenant: TenantId, lost: str | None, missing: tuple[str, ...]) -> None:
    """Tokens are given out again, but without some permissions, so nothing is read yet: the alert says which."""
    if lost is None:  # a consent that is still being proven
        return
    detail = f"The directory gives out tokens again; missing: {', '.join(missing)}"
    with shop.database() as db:
        alerts.sound(db, _ALERT[lost], tenant, detail, shop.desk.now())


def _told_to_look(shop: Workshop, tenant: TenantId) -> None:
    """Somebody was killed between the fact that access ended and the alert: the look at the permissions begins it."""
    with shop.database() as db:
        if not {each.kind for each in alerts.open_alerts(db, tenant)} & set(_ALERT.values()):
            schedule.enlist(db, tenant, Job.PERMISSIONS, shop.desk.now())


def _has_ended(shop: Workshop, tenant: TenantId) -> bool:
    """Whether there was an access that could end: a consent being proven for the first time has none yet."""
    known = known_tenant(tenant, shop.desk)
    return not known.offboarded and (known.consented or known.lost is not None)


def _bound(shop: Workshop, tenant: TenantId) -> DirectoryId:
    with shop.database() as db:
        directory = directory_of(db, tenant)
    if directory is None:
        raise NotBound(f"Tenant {tenant} has no directory; it has not consented.")
    return directory
