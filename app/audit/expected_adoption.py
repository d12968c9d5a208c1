"""What the replay says of how far workloads are used: people and days counted one by one."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Any

from app.audit.difference import Values
from app.audit.replay import WholeReplay
from app.domain.catalogue import CATALOGUE
from app.domain.events.licensing import UserKind
from app.domain.ids import PlanId, SkuId, UserId
from app.domain.period import day_ends
from app.domain.standing import Source

SOURCES = tuple(source for source in Source if source is not Source.HUMAN)
"""Those of which days are kept."""

DAYS = 28
_FEWEST = 5

_NOTHING: Mapping[str, Any] = {"active": None, "eligible": None, "adoption": None, "stickiness": None}


def adoption_of(replay: WholeReplay, source: Source) -> Values:
    """Of the 28 days up to the moment's, as far as anybody can know them."""
    cut = replay.cut
    until = cut.on + timedelta(days=1)
    since = until - timedelta(days=DAYS)
    said = {"source": source.name, "since": since.isoformat(), "until": until.isoformat(), "suppressed": False}
    last = min(until, cut.known_on + timedelta(days=1))
    month = [last - timedelta(days=nth) for nth in range(DAYS, 0, -1)]
    stretches = list(replay.days.people([day_ends(on, cut.zone) for on in month]))
    # Of days before the first account was known nobody can say who could have used anything.
    unknown = min((each.first for each in stretches if each.account is not None), default=DAYS)
    begin = max(unknown, (since - month[0]).days)
    days = month[begin:]
    wanted = dict(_wanted(replay, source))
    if not days or not wanted:
        return {**said, **_NOTHING}
    eligible: dict[UserId, int] = {}
    for each in stretches:
        account = each.account
        if account is None or account.deleted or account.profile.kind is not UserKind.PERSON or each.last <= begin:
            continue
        if any(not wanted[sku] <= set(path.disabled_plans) for sku, path in each.paths if sku in wanted):
            eligible[each.user] = eligible.get(each.user, 0) + each.last - max(each.first, begin)
    if 0 < len(eligible) < _FEWEST:
        return {**said, **_NOTHING, "suppressed": True}
    used = [(user, day) for (by, day, user) in replay.activity.days if by is source]
    active = {user for user, day in used if user in eligible and days[0] <= day <= days[-1]}
    people = Fraction(sum(eligible.values()), len(days))
    by_day = [(user, day) for user, day in used if month[unknown] <= day < last]
    users = {user for user, _ in by_day}
    return {
        **said,
        "active": len(active),
        "eligible": _share(people),
        "adoption": _share(len(active) / people) if people else None,
        "stickiness": _share(Fraction(len(by_day), (DAYS - unknown) * len(users))) if len(users) >= _FEWEST else None,
    }


def _wanted(replay: WholeReplay, source: Source) -> Iterator[tuple[SkuId, set[PlanId]]]:
    """The products with plans that show this source, and these; the tenant's own list comes before the catalogue's."""
    shown = {plan for plan, sources in CATALOGUE.shown_by.items() if source in sources}
    described = {sku: each.described for sku, each in replay.products.by_sku.items() if each.described is not None}
    plans = {sku: set(product.plans) for sku, product in CATALOGUE.products.items()}
    plans |= {sku: {plan.plan for plan in each.plans if plan.applies_to == "User"} for sku, each in described.items()}
    for sku, of_sku in plans.items():
        if of_sku & shown:
            yield sku, of_sku & shown


def _share(value: Fraction) -> float:
    return round(float(value), 6)
