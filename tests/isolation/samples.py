"""What every argument of the schema is given, by the field's name. A field with arguments has to stand here.

Each field has one or more samples; a sample is the text between its parentheses, from the customer asked about.
"""

from collections.abc import Callable

from app.graphql.ids import thing_id
from tests.graphql.world import E5
from tests.isolation.world import Customer

Sample = Callable[[Customer], str]


def _said(text: str) -> list[Sample]:
    return [lambda of: text]


def _each(name: str, values: str, besides: str = "") -> list[Sample]:
    return [sample for value in values.split() for sample in _said(f"{name}: {value}{besides}")]


NOVEMBER = ', since: "2026-11-01", until: "2026-11-24"'

SAMPLES: dict[str, list[Sample]] = {
    "Query.node": [lambda of: f'id: "{thing_id("Tenant", of.tenant)}"'],
    "Query.tenant": _said("id: $id"),
    "Query.tenants": _said("first: 5"),
    "Query.portfolio": [*_said("first: 5"), *_each("orderBy", "LIKELY_SHARE RUN_RATE SEATS", ", first: 5")],
    "Viewer.tenants": _said("first: 5"),
    "Tenant.at": _said('knownAt: "2026-11-23T11:00:00Z"'),
    "Tenant.coverage": _said('since: "2026-11-22T00:00:00Z", until: "2026-11-23T12:00:00Z"'),
    "Comparison.seats": [*_said("first: 5"), lambda of: f'first: 5, user: "{of.user}", department: "{of.department}"'],
    "Comparison.totals": [lambda of: f'sku: "{E5}"'],
    "Tenant.events": _said('first: 100, knownAt: "2026-11-23T11:00:00Z"'),
    "Ledger.proof": _said('position: "1"'),
    "Tenant.licenceChanges": [*_said("first: 5"), lambda of: f'first: 5, user: "{of.user}", sku: "{E5}"'],
    "TenantView.adoption": _each("source", "TEAMS", NOVEMBER),
    "TenantView.callReport": _each("groupBy", "DEPARTMENT USER", NOVEMBER),
    "TenantView.callUsage": _each(
        "groupBy", "COMPANY COST_CENTRE COUNTRY DAY DEPARTMENT DIRECTION KIND MODALITY USER WEEKDAY_HOUR", NOVEMBER
    ),
    "TenantView.callingPlanPools": _said('month: "2026-11"'),
    "TenantView.calls": [*_said(f"first: 5{NOVEMBER}"), lambda of: f'first: 5, user: "{of.user}"{NOVEMBER}'],
    "TenantView.comparedWith": _said('asOf: "2026-01-01"'),
    "TenantView.costs": [
        *_each("groupBy", "COMPANY COST_CENTRE COUNTRY DEPARTMENT SKU", ', month: "2026-10"'),
        *_said('month: "2026-10", invoice: {amount: "1000.00", currency: "EUR"}'),
    ],
    "TenantView.directRoutingCalls": _said(f"first: 5{NOVEMBER}"),
    "TenantView.exemptions": _said("first: 5"),
    "TenantView.findingTotals": [
        *_each("groupBy", "CAUSE COMPANY COST_CENTRE COUNTRY DEPARTMENT GROUP SKU TIER"),
        lambda of: f'groupBy: CAUSE, department: "{of.department}", user: "{of.user}", sku: "{E5}"',
    ],
    "TenantView.findings": [
        *_said("first: 5, idleDays: 30"),
        *_each("orderBy", "COMPANY DEPARTMENT HELD_SINCE PRODUCT QUIET_SINCE USER", ", first: 5, descending: true"),
        lambda of: f'first: 5, department: "{of.department}", user: "{of.user}", sku: "{E5}"',
    ],
    "TenantView.idleLicences": [*_said("first: 5"), lambda of: f'first: 5, department: "{of.department}"'],
    "TenantView.licenceSummary": _said("idleDays: 90"),
    "TenantView.licenceTrend": _said('from: "2026-09-01", to: "2026-11-24", grain: MONTH'),
    "TenantView.prices": [*_said('on: "2026-11-23"'), lambda of: f'sku: "{of.tool}"'],
    "TenantView.pstnCalls": _said(f"first: 5{NOVEMBER}"),
    "TenantView.pstnCosts": _each("groupBy", "CAPABILITY COUNTRY DAY DEPARTMENT DIRECTION USER", NOVEMBER),
    "TenantView.renewals": _said('until: "2027-06-01"'),
    "TenantView.savings": _said("idleDays: 90"),
    "TenantView.skuFindings": _said("idleDays: 90"),
    "TenantView.user": [
        lambda of: f'id: "{of.user}"',
        lambda of: f'id: "{thing_id("User", of.tenant, of.user)}"',
    ],
    "TenantView.userGroups": _each("groupBy", "COMPANY COST_CENTRE COUNTRY DEPARTMENT"),
    "TenantView.users": [
        *_said("first: 5"),
        lambda of: (
            f'first: 5, filter: {{department: "{of.department}", sku: "{E5}", activity: [ACTIVE, QUIET, NEVER]}}'
        ),
        *_said('first: 5, orderBy: DEPARTMENT, descending: true, filter: {country: "DE", enabled: true}'),
    ],
    "TenantView.utilisation": _said("idleDays: 90"),
    "Subscription.rebuildProgress": _said('name: "users"'),
    "Subscription.tenantAdvanced": _said("tenant: $id"),
    "Mutation.changePolicy": _said("tenant: $id, policy: {idleDays: 60}"),
    "Mutation.decideFinding": [lambda of: f"tenant: $id, seat: {_seat(of)}, decision: ACCEPTED"],
    "Mutation.erasePerson": [lambda of: f'tenant: $id, user: "{of.user}"'],
    "Mutation.exemptSeat": [lambda of: f'tenant: $id, seat: {_seat(of)}, reason: "Leave", owner: "{of.owner}"'],
    "Mutation.inviteTenant": _said('name: "Tailspin", email: "admin@tailspin.example"'),
    "Mutation.liftExemption": [lambda of: f"tenant: $id, seat: {_seat(of)}"],
    "Mutation.rebuildProjection": _said('tenant: $id, name: "users"'),
    "Mutation.remindTenant": _said("tenant: $id"),
    "Mutation.setCallRetention": _said("tenant: $id, days: 60"),
    "Mutation.setPrice": [
        lambda of: (
            f'tenant: $id, price: {{sku: "{of.tool}", amount: "{of.price}", currency: "EUR", '
            'term: YEARLY, effectiveFrom: "2026-06-01"}'
        )
    ],
    "Mutation.withdrawInvitation": _said("tenant: $id"),
    "Mutation.withdrawPrice": [lambda of: f'tenant: $id, price: {{sku: "{of.tool}", effectiveFrom: "2026-06-01"}}'],
}


def _seat(of: Customer) -> str:
    return f'{{user: "{of.user}", sku: "{E5}"}}'
