"""What the replay and the domain's rule say GraphQL must answer about who is active and which seats lie idle."""

from datetime import datetime, timedelta
from typing import Any

from app.audit.accounts import Account
from app.audit.activity import EVIDENCE, WEAK
from app.audit.difference import Values
from app.audit.expected_seats import Nodes, told_at, user_id
from app.audit.replay import WholeReplay
from app.audit.rows_of_seats import week_before
from app.domain.ids import SkuId, TenantId, UserId
from app.domain.licensing import SUCCESSES_KEPT_SINCE, HeldLicence, Judgement, Verdict, judge
from app.domain.policy import DEFAULT_POLICY

_LISTED = {Verdict.IDLE, Verdict.NEVER_USED}


def activity_of(tenant: TenantId, replay: WholeReplay) -> dict[tuple[Any, ...], Values]:
    """Of everybody known: their state, and since when they were quiet if that is a week or more."""
    return {
        (user_id(tenant, user),): _activity(replay, user, account) for user, account in replay.accounts.by_user.items()
    }


def _activity(replay: WholeReplay, user: UserId, account: Account) -> Values:
    last = replay.activity.last.get((user, EVIDENCE))
    quiet = last is None or last < week_before(replay)
    since = told_at(last) if quiet else None
    return {"state": _state(replay, user, account, last, quiet=quiet), "quietSince": since}


def _state(replay: WholeReplay, user: UserId, account: Account, last: datetime | None, *, quiet: bool) -> str:
    customer, cut = replay.customer.told, replay.cut
    if customer is None or not customer.observable(cut):
        return "UNVERIFIABLE"
    if not quiet:
        return "ACTIVE"
    if last is None:
        attempted = replay.activity.last.get((user, WEAK)) is not None
        old = account.created_at is None or account.created_at < SUCCESSES_KEPT_SINCE
        return "UNVERIFIABLE" if attempted and old else "NEVER"
    cutoff = cut.day_begins(cut.known_on - timedelta(days=customer.policy.idle_days))
    return "QUIET" if last < cutoff else "ACTIVE"


def judged(replay: WholeReplay, user: UserId, held_since: datetime) -> Judgement:
    """One seat by the domain's rule.

    Grace counts to the day asked for, quiet to the last day that can be known; the rule takes one day, so the days of
    grace are those that end at the same instant.
    """
    cut, customer = replay.cut, replay.customer.told
    account = replay.accounts.by_user.get(user)
    if account is None or account.deleted:
        return Judgement(Verdict.NOT_JUDGED)
    policy = DEFAULT_POLICY if customer is None else customer.policy
    licence = HeldLicence(
        account.profile.kind,
        account.disabled_since is None,
        account.created_at,
        held_since,
        replay.activity.last.get((user, EVIDENCE)),
        replay.activity.last.get((user, WEAK)),
        customer is not None and customer.observable(cut),
    )
    grace_days = policy.grace_days - (cut.on - cut.known_on).days
    return judge(licence, cut.known_on, cut.zone, idle_days=policy.idle_days, grace_days=grace_days)


def idle_of(tenant: TenantId, replay: WholeReplay) -> Nodes:
    nodes: Nodes = {}
    for (user, sku), _, since in replay.holdings.seats():
        verdict = judged(replay, user, since)
        if verdict.verdict in _LISTED:
            nodes[user_id(tenant, user), str(sku)] = {
                "userId": user_id(tenant, user),
                "sku": {"skuId": str(sku)},
                "department": replay.accounts.by_user[user].profile.department,
                "verdict": verdict.verdict.name,
                "heldSince": told_at(since),
                "quietSince": told_at(replay.activity.last.get((user, EVIDENCE))),
                "suspected": verdict.suspected,
            }
    return nodes


def summary_of(replay: WholeReplay) -> Nodes:
    counted: dict[SkuId, dict[Verdict, int]] = {}
    held: dict[SkuId, int] = {}
    for (user, sku), _, since in replay.holdings.seats():
        held[sku] = held.get(sku, 0) + 1
        verdict = judged(replay, user, since).verdict
        of_sku = counted.setdefault(sku, {})
        of_sku[verdict] = of_sku.get(verdict, 0) + 1
    return {
        (str(sku),): {
            "sku": {"skuId": str(sku)},
            "held": seats,
            "idle": counted[sku].get(Verdict.IDLE, 0),
            "neverUsed": counted[sku].get(Verdict.NEVER_USED, 0),
            "unverifiable": counted[sku].get(Verdict.UNVERIFIABLE, 0),
        }
        for sku, seats in held.items()
    }
