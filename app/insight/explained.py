"""A finding in one plain sentence, and what to do about it in another: the same in the API, reports and the demo."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.domain.events.deciding import Cause, Tier
from app.domain.findings import Remark
from app.domain.ids import SkuId
from app.domain.money import Money
from app.insight.finding_details import Detailed

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class Action(StrEnum):
    """What would end a finding."""

    REMOVE_DIRECT = "REMOVE_DIRECT"
    REMOVE_FROM_GROUP = "REMOVE_FROM_GROUP"
    """Out of the group, or out of what its dynamic rule takes in."""
    REMOVE_BOTH = "REMOVE_BOTH"
    """Assigned directly and by a group: both have to go."""
    DOWNGRADE = "DOWNGRADE"
    REVIEW = "REVIEW"
    """A person should look before anything is changed."""


def explained(each: Detailed, who: str, names: Mapping[SkuId, str], zone: str) -> str:
    """Why the seat is listed and what it costs. `who`: the holder as the reader may see them; `names` of products."""
    said = _why(each, who, names, ZoneInfo(zone))
    doubts = [text for remark, text in _DOUBTS if remark in each.found.finding.remarks]
    return "".join([said, *doubts, _worth(each), "."])


def action_of(each: Detailed) -> Action:
    finding = each.found.finding
    if finding.tier in (Tier.REVIEW, Tier.UNVERIFIABLE):
        return Action.REVIEW
    if finding.cause is Cause.DOWNGRADE:
        return Action.DOWNGRADE
    if each.groups:
        return Action.REMOVE_BOTH if each.direct else Action.REMOVE_FROM_GROUP
    return Action.REMOVE_DIRECT


def advised(each: Detailed, who: str, names: Mapping[SkuId, str]) -> str:
    """What to do, in one sentence. Groups by their ids: their names are not read."""
    finding = each.found.finding
    product = names.get(finding.sku, str(finding.sku))
    groups = ", ".join(str(group) for group in each.groups)
    rule = "or change the rule of a dynamic group"
    match action_of(each):
        case Action.REVIEW:
            return f"Look whether {who} needs {product} before anything is changed."
        case Action.DOWNGRADE:
            better = names.get(finding.better, str(finding.better)) if finding.better else "a cheaper product"
            return f"Give {who} {better} instead of {product}{_assigned_by(each)}."
        case Action.REMOVE_BOTH:
            return f"Remove the direct assignment of {product} and take {who} out of group {groups}, {rule}."
        case Action.REMOVE_FROM_GROUP:
            return f"Take {who} out of group {groups}, {rule}."
        case _:
            return f"Remove the direct assignment of {product} from {who}."


def _assigned_by(each: Detailed) -> str:
    return f", which comes from group {', '.join(str(group) for group in each.groups)}" if each.groups else ""


_DOUBTS = (
    (Remark.SUSPECTED, ", though somebody tried to sign in of late"),
    (Remark.KIND_UNSURE, ", if the account is a person's at all"),
)


def _why(each: Detailed, who: str, names: Mapping[SkuId, str], zone: ZoneInfo) -> str:
    finding = each.found.finding
    product = names.get(finding.sku, str(finding.sku))
    if finding.tier is Tier.UNVERIFIABLE:
        return f"Nobody can say whether {who} uses {product}: {_blind(each)}"
    match finding.cause:
        case Cause.DISABLED:
            since = _since(each.disabled_since, zone)
            return f"The account of {who} has been disabled{since} and still holds {product}"
        case Cause.NEVER_USED:
            return f"{who} has held {product}{_since(each.held_since, zone)} and was never seen to use anything"
        case Cause.IDLE if Remark.BACKGROUND_ONLY in finding.remarks:
            return f"Only devices still sign in for {who}, who holds {product}: the person {_last_seen(each, zone)}"
        case Cause.IDLE:
            return f"{who} {_last_seen(each, zone)}, and holds {product}"
        case Cause.OVERLAP:
            cover = " and ".join(names.get(sku, str(sku)) for sku in finding.covered_by)
            return f"{who} holds {product}, though {cover}, held as well, covers all of it"
        case Cause.SKU_IDLE:
            used = "has never used it" if each.quiet_since is None else f"last used it {_on(each.quiet_since, zone)}"
            return f"{who} holds {product} and {used}"
        case Cause.DOWNGRADE:
            better = names.get(finding.better, str(finding.better)) if finding.better else "a cheaper product"
            return f"{who} uses nothing of {product} that {better} does not bring"
        case Cause.GUEST_LICENSED:
            return f"{who} is a guest and holds {product}, which their own employer may have bought for them"


def _blind(each: Detailed) -> str:
    if Remark.STAMP_PROVES_NOTHING in each.found.finding.remarks:
        return "the account is older than Microsoft's record of sign-ins"
    return "nothing that shows activity was read of late"


def _last_seen(each: Detailed, zone: ZoneInfo) -> str:
    if each.quiet_since is None:
        return "was never seen to be active"
    return f"was last active {_on(each.quiet_since, zone)}, {each.quiet_days} days ago"


def _since(instant: datetime | None, zone: ZoneInfo) -> str:
    return "" if instant is None else f" since {_day(instant.astimezone(zone).date())}"


def _on(instant: datetime, zone: ZoneInfo) -> str:
    return f"on {_day(instant.astimezone(zone).date())}"


def _day(on: date) -> str:
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def _worth(each: Detailed) -> str:
    finding = each.found.finding
    if Remark.TRIAL in finding.remarks:
        return "; it is a trial and costs nothing yet"
    if Remark.PAID_BY_USE in finding.remarks:
        return "; it is paid by use, so nothing is saved"
    if finding.tier is Tier.UNVERIFIABLE:
        return ""
    if finding.saving is None:
        return "; what it costs is not known"
    if finding.cause is Cause.DOWNGRADE:
        return f"; that would save {_amount(finding.saving)} a month"
    return f"; it costs {_amount(finding.saving)} a month"


def _amount(money: Money) -> str:
    shown = money.shown()
    return f"{shown.amount:,f} {shown.currency}"
