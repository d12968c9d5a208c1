"""The jobs of the schedule, carried out: taken on, held while they last, and what follows when they fail."""

import asyncio
import logging
import random
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import ClassVar

from app.domain.errors import ConsentMissing, Refused, Unavailable
from app.domain.ids import DirectoryId, TenantId
from app.ingest import alerts, consent_attempts, schedule, subscription_rows
from app.ingest.consent import accept
from app.ingest.consent_directories import unbind
from app.ingest.consent_proof import PermissionsNotVisible, prove
from app.ingest.daily import read_licences, read_reports, read_sign_ins, slot_of
from app.ingest.dead_letters import reason_of
from app.ingest.graph_errors import GraphThrottled, GraphUnavailable
from app.ingest.permissions import (
    LOST,
    NotReadable,
    after_error,
    check_permissions,
    hear_of_credentials,
    permitted,
)
from app.ingest.phone_logs import read_phone_logs
from app.ingest.reconcile import reconcile
from app.ingest.schedule import Due, Job, Taken, wait_after
from app.ingest.subscriptions import keep_subscribed
from app.ingest.workshop import Workshop
from app.telemetry import bound, count, say
from app.telemetry.tracing import span

CONSENT_TRIES = 8
"""With the waits of the schedule: about an hour."""


class PermissionsAwaited(Unavailable):
    """A consent's permissions are still not visible; they may be soon."""

    code: ClassVar[str] = "PERMISSIONS_AWAITED"


def carry_out(shop: Workshop, wanted: Due) -> bool:
    """Do a job if it is due and nobody is at it; False if not. Killed anywhere, it is done again after the lease.

    What may pass is tried again after a growing wait; what is refused, at the job's next regular time. A bug is raised,
    and tried again like what may pass.
    """
    with shop.database() as db:
        taken = schedule.claim(db, wanted, now=shop.desk.now(), lease=shop.lease)
    if taken is None:
        return False
    try:
        about = {"job": str(wanted.job), "tenant": str(wanted.tenant)}
        with _held(shop, wanted, taken), bound(**about), span("job", **about):
            permitted(shop, wanted)
            next_due = asyncio.run(_JOBS[wanted.job](shop, wanted.tenant, taken))
    except NotReadable as error:
        _finish(shop, wanted, taken, None, error.code)
    except (Unavailable, Refused) as error:
        after_error(shop, wanted, error)
        if _may_pass(wanted, error):
            _put_off(shop, wanted, taken, error)
        else:
            _finish(shop, wanted, taken, _after_refusal(shop, wanted), error.code)
    except Exception as bug:
        # Counted, so that it is told and neither holds up what waits for this job nor asks Graph again every minute.
        _put_off(shop, wanted, taken, bug)
        raise
    else:
        _finish(shop, wanted, taken, next_due, None)
    hear_of_credentials(shop)
    return True


def end_tenant(shop: Workshop, tenant: TenantId) -> None:
    """The customer left: nothing more is read, and its notifications are unknown. The facts stay."""
    with shop.database() as db:
        subscription_rows.end_all(db, tenant)
        alerts.settle_all(db, tenant)
        schedule.end(db, tenant)
        unbind(db, tenant)


async def _prove(shop: Workshop, tenant: TenantId, taken: Taken) -> datetime | None:
    """Look again for the permissions of a consent. Nothing is due after it: accepted, refused, or given up."""
    directory = await asyncio.to_thread(_kept, shop, tenant)
    if directory is None:
        return None
    try:
        proof = await prove(shop.access, directory, shop.desk.now(), pauses_s=())
    except PermissionsNotVisible as error:
        if taken.failures + 1 >= CONSENT_TRIES:
            raise
        raise PermissionsAwaited(str(error)) from error
    await asyncio.to_thread(accept, shop, tenant, proof)
    return None


_JOBS: dict[Job, Callable[[Workshop, TenantId, Taken], Coroutine[None, None, datetime | None]]] = {
    Job.CONSENT: _prove,
    Job.SUBSCRIPTION: keep_subscribed,
    Job.LICENCES: read_licences,
    Job.SIGN_INS: read_sign_ins,
    Job.REPORTS: read_reports,
    Job.PHONE_LOGS: read_phone_logs,
    Job.RECONCILE: reconcile,
    Job.PERMISSIONS: check_permissions,
}


def _kept(shop: Workshop, tenant: TenantId) -> DirectoryId | None:
    with shop.database() as db:
        return consent_attempts.kept(db, tenant)


def _put_off(shop: Workshop, wanted: Due, taken: Taken, error: Exception) -> None:
    asked = error.retry_after if isinstance(error, GraphThrottled | GraphUnavailable) else None
    chance = random.random()  # noqa: S311 - spreads load, guards nothing
    wait = max(wait_after(taken.failures + 1, chance, 6 * shop.first_wait), timedelta(seconds=asked or 0))
    with shop.database() as db:
        schedule.put_off(db, wanted, taken, reason=reason_of(error), wait=wait)
    _tell(wanted, reason_of(error))


def _finish(shop: Workshop, wanted: Due, taken: Taken, next_due: datetime | None, reason: str | None) -> None:
    with shop.database() as db:
        schedule.finish(db, wanted, taken, next_due, reason)
    _tell(wanted, reason)


def _may_pass(failed: Due, error: Unavailable | Refused) -> bool:
    """A subscription is refused, too, while Graph cannot reach our webhook; calls go by meanwhile, so not tomorrow."""
    refused_for_now = failed.job is Job.SUBSCRIPTION and not isinstance(error, (ConsentMissing, *LOST))
    return refused_for_now or isinstance(error, Unavailable)


def _after_refusal(shop: Workshop, refused: Due) -> datetime | None:
    """A refused consent is not looked at again; the others tomorrow, for whoever it depends on may have acted."""
    return None if refused.job is Job.CONSENT else slot_of(shop.desk, refused.tenant)


def _tell(done: Due, reason: str | None) -> None:
    count(f"job.{done.job}.{'done' if reason is None else 'failed'}")
    level = logging.INFO if reason is None else logging.WARNING
    say("job.ended", level, job=str(done.job), tenant=done.tenant, reason=reason)


def _tell_not_renewed(wanted: Due, code: str) -> None:
    say("job.lease_not_renewed", logging.WARNING, job=str(wanted.job), tenant=wanted.tenant, code=code)


@contextmanager
def _held(shop: Workshop, wanted: Due, taken: Taken) -> Iterator[None]:
    """Go on holding the job while it lasts; when this process dies, the lease ends by itself."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(shop.lease.total_seconds() / 3):
            try:
                with shop.database() as db:
                    held = schedule.renew(db, wanted, taken, shop.lease)
            except Exception as error:  # noqa: BLE001
                # Also a bug: a thread that ended with it would let the lease run out under a job that goes on.
                _tell_not_renewed(wanted, reason_of(error))
            else:
                if not held:
                    _tell_not_renewed(wanted, "LEASE_LOST")
                    return

    keeper = threading.Thread(target=renew, name=f"lease-{wanted.job}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
