"""What each argument means: by its name, and by field where the name means something else there."""

ARGUMENTS: dict[str, str] = {
    "after": "A cursor of this list: go on after its item, with the same arguments. By default from the beginning.",
    "asOf": "What was true at the end of this civil day of the tenant; by default today.",
    "atLeast": "Wait until this position is tabulated, at most five seconds; else NOT_READY.",
    "causes": "Only findings with one of these causes; by default any.",
    "decision": "What is to become of it.",
    "department": "Only those of this department, in the directory's words; by default any.",
    "direction": "Only calls of this direction; by default any.",
    "filter": "Which users; by default all.",
    "first": "Items of the page, 1 to 200; by default 50.",
    "from": "The first civil day.",
    "grain": "How far the points lie apart.",
    "groupBy": "What to sum by.",
    "idleDays": "Civil days without activity, for every product; by default the tenant's own rules.",
    "invoice": "What was billed for the month; by default unknown, and nothing is compared.",
    "knownAt": "By what was known at this instant, UTC; by default now.",
    "month": 'A calendar month, e.g. "2026-10".',
    "note": "Why, in words.",
    "on": "Only what holds on this civil day; by default whenever.",
    "owner": "Who answers for it.",
    "policy": "The rules to change.",
    "reason": "Why the seat is to be left alone.",
    "seat": "The user and the product.",
    "sku": "`skuId` or `id` of a product; by default any.",
    "source": "The workload; not HUMAN.",
    "tenant": "`id` of a tenant.",
    "tiers": "Only findings of these tiers; by default any.",
    "to": "The civil day after the last.",
    "types": "Names of facts, e.g. LicenceRemoved; by default any.",
    "user": "`userId` or `id` of a user; by default any.",
}

OF_FIELDS: dict[str, str] = {
    "Mutation.exemptSeat.until": "The first civil day it no longer holds; by default without end.",
    "Mutation.setPrice.price": "The price.",
    "Mutation.withdrawPrice.price": "Which price.",
    "Query.node.id": "`id` of a Tenant, User, Sku or Finding.",
    "Query.portfolio.asOf": "At the end of this civil day of each tenant; by default today.",
    "Query.portfolio.first": "Items of the page, 1 to 25; by default 10.",
    "Query.tenant.id": "`id` of a tenant.",
    "Subscription.rebuildProgress.name": "A projection, as `sua projections status` names it; by default all.",
    "Tenant.coverage.since": "The first instant, UTC; by default three days before `until`.",
    "Tenant.coverage.until": "The instant after the last, UTC; by default now.",
    "Tenant.events.since": "The first instant it happened at, UTC; by default the beginning.",
    "Tenant.events.until": "The instant after the last, UTC; by default now.",
    "Tenant.licenceChanges.since": "The first instant it happened at, UTC; by default the beginning.",
    "Tenant.licenceChanges.until": "The instant after the last, UTC; by default now.",
    "TenantView.renewals.until": "The civil day after the last; by default 90 days on.",
    "TenantView.user.id": "`userId` or `id` of a user.",
}

SPAN: dict[str, str] = {
    "since": "The first civil day; by default so many days before `until` as the field says.",
    "until": "The civil day after the last; by default the day after the moment's.",
}
"""Of fields about civil days, which are all that `OF_FIELDS` does not name."""
