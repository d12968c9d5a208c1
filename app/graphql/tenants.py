"""Customers, and the choice of the moment everything below is asked at."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import strawberry

from app.auth.viewer import ALL
from app.domain.access import State, advice, missing_of
from app.domain.errors import TenantUnknown
from app.domain.ids import TenantId
from app.graphql.adoption import AdoptionQuestions
from app.graphql.asked_times import checked_times
from app.graphql.call_usage import UsageQuestions
from app.graphql.calls import CallQuestions
from app.graphql.comparison import ComparisonQuestions
from app.graphql.context import Asked, Info
from app.graphql.costs import CostQuestions
from app.graphql.coverage import CoverageQuestions
from app.graphql.exemptions import ExemptionQuestions
from app.graphql.findings import FindingQuestions
from app.graphql.freshness import Freshness, Knowledge, of_tenant
from app.graphql.history import TenantHistory
from app.graphql.ids import tenant_of, thing_id, version_id
from app.graphql.ledger import LedgerQuestions
from app.graphql.licences import LicenceQuestions
from app.graphql.node_type import Node
from app.graphql.paging import Connection, asked_page, place
from app.graphql.permitted import PermittedQuestions
from app.graphql.phone_logs import PhoneLogQuestions
from app.graphql.policy import Policy
from app.graphql.prices import PriceQuestions
from app.graphql.pstn_costs import PstnCostQuestions
from app.graphql.retention import RetentionQuestions
from app.graphql.scalars import Position
from app.graphql.sku_findings import ProductQuestions
from app.graphql.subscriptions_state import SubscriptionQuestions
from app.graphql.upcoming import UpcomingQuestions
from app.graphql.user_groups import UserGroupQuestions
from app.graphql.users import UserQuestions
from app.projections import tenants
from app.projections.reading import Moment, NotReady
from app.projections.tenants import TenantRow

TenantState = strawberry.enum(State, name="TenantState", description="Where a customer stands.")


@strawberry.type(description="How SUA's access to a customer stands, and what to do about it.")
class Consent:
    state: TenantState  # type: ignore[valid-type]
    since: datetime | None = strawberry.field(description="Since when it stands there, UTC.")
    reason: str | None = strawberry.field(description="The error code that showed that access ended; null: it has not.")
    advice: str | None = strawberry.field(description="What to do, in one sentence; null: nothing.")
    missing_permissions: list[str] = strawberry.field(
        description="Of those SUA asks for; what they are for is not read. Microsoft Graph's names."
    )

    @classmethod
    def of(cls, row: TenantRow) -> "Consent":
        state = State(row.state)
        missing = missing_of(row.permissions) if state is State.CONSENTED else ()
        return cls(
            state=state,
            since=row.state_since,
            reason=row.state_reason,
            advice=advice(state, missing),
            missing_permissions=list(missing),
        )


@strawberry.type(description="What can be read at a customer beyond the five permissions. Null: not known yet.")
class Capabilities:
    entra_p1: bool | None = strawberry.field(description="Sign-in times are readable (needs Entra ID P1).")
    concealed_names: bool | None = strawberry.field(description="Usage reports hide who is who.")
    reports: bool | None = strawberry.field(description="Usage reports are readable.")
    copilot_reports: bool | None = strawberry.field(description="Reports on the use of Copilot are readable.")
    pstn_logs: bool | None = strawberry.field(description="Calls charged by Microsoft are readable.")
    direct_routing: bool | None = strawberry.field(description="Calls over the customer's own trunks are readable.")
    renewals: bool | None = strawberry.field(description="When purchases are renewed is readable.")


@strawberry.type(description="A tenant as of one day and as known at one instant. Everything below agrees with both.")
class TenantView(
    UserQuestions,
    LicenceQuestions,
    CallQuestions,
    UsageQuestions,
    PhoneLogQuestions,
    FindingQuestions,
    ProductQuestions,
    ExemptionQuestions,
    CostQuestions,
    PriceQuestions,
    PstnCostQuestions,
    UpcomingQuestions,
    AdoptionQuestions,
    ComparisonQuestions,
    UserGroupQuestions,
):
    id: strawberry.ID = strawberry.field(description="Of the tenant at this moment.")
    as_of: date = strawberry.field(description="The civil day in the tenant's time zone; its end counts.")
    position: Position = strawberry.field(description='The last fact taken into account; "0": none.')
    before_first_fact: bool = strawberry.field(
        description="Nothing was known of the tenant then, so all below is empty; that says nothing about the tenant."
    )

    @strawberry.field(
        description="The customer's own rules of this moment, by which everything below is judged. Null before the "
        "first fact."
    )
    def policy(self) -> Policy | None:
        return None if self.row is None else Policy.of(self.row.policy)

    @strawberry.field(description="How far answers about this moment can be trusted.")
    async def freshness(self, info: Info) -> Freshness:
        return await of_tenant(info.context, Knowledge(self.tenant, self.moment, self.known_by(info.context)))


@strawberry.type(description="A customer.")
class Tenant(
    Node,
    TenantHistory,
    LedgerQuestions,
    CoverageQuestions,
    RetentionQuestions,
    SubscriptionQuestions,
    PermittedQuestions,
):
    id: strawberry.ID
    name: str = strawberry.field(description="The provider's word for the customer.")
    organisation: str | None = strawberry.field(description="The directory's own name; null before consent.")
    domain: str | None = strawberry.field(description="The directory's default domain; null before consent.")
    state: TenantState  # type: ignore[valid-type]
    consent: Consent
    consented_permissions: list[str] = strawberry.field(description="Microsoft Graph's names.")
    capabilities: Capabilities
    policy: Policy

    @strawberry.field(description="How fresh the newest data is.")
    async def freshness(self, info: Info) -> Freshness:
        asked = info.context
        return await of_tenant(asked, Knowledge(self.tenant, await asked.present(self.tenant), asked.now))

    @strawberry.field(
        description="The tenant at a moment. `asOf`: what was true at the end of that civil day; `knownAt`: by what "
        "was known at that instant. Both default to now. `atLeast`: wait until that position of the log is "
        "tabulated, at most five seconds; else NOT_READY."
    )
    async def at(
        self,
        info: Info,
        as_of: date | None = None,
        known_at: datetime | None = None,
        at_least: Position | None = None,
    ) -> TenantView:
        asked = info.context
        moment = await _moment(asked, self.tenant, as_of, known_at, at_least)
        return TenantView(
            tenant=self.tenant,
            moment=moment,
            row=await tenants.found(asked.db, self.tenant, moment),
            day_given=as_of is not None,
            knowledge_given=known_at is not None,
            id=strawberry.ID(version_id("TenantView", self.tenant, moment)),
            as_of=moment.on,
            knowledge=known_at,
            position=Position(moment.position),
            before_first_fact=moment.before_first_fact,
        )

    @classmethod
    def of(cls, row: TenantRow) -> "Tenant":
        return cls(
            tenant=row.tenant,
            row=row,
            id=strawberry.ID(thing_id("Tenant", row.tenant)),
            name=row.name,
            organisation=row.organisation,
            domain=row.default_domain,
            state=State(row.state),
            consent=Consent.of(row),
            consented_permissions=list(row.permissions),
            capabilities=Capabilities(
                entra_p1=row.entra_p1,
                concealed_names=row.concealed_names,
                reports=row.reports,
                copilot_reports=row.copilot_reports,
                pstn_logs=row.pstn_logs,
                direct_routing=row.direct_routing,
                renewals=row.renewals,
            ),
            policy=Policy.of(row.policy),
        )


async def _moment(
    asked: Asked, tenant: TenantId, as_of: date | None, known_at: datetime | None, at_least: Position | None
) -> Moment:
    checked_times(asked, as_of, known_at)
    asked.at_least |= at_least is not None
    if at_least is not None and (await asked.present(tenant)).position < at_least:
        asked.behind[tenant] = max(at_least, asked.behind.get(tenant, 0))
        raise NotReady(f"Position {at_least} is not tabulated yet; ask again.")
    if as_of is None and known_at is None:
        return await asked.present(tenant)
    return await asked.moment(tenant, as_of, known_at)


async def one(asked: Asked, id: str) -> Tenant:  # noqa: A002
    """A tenant by its id. One the viewer may not see answers like one that does not exist: NOT_FOUND."""
    return Tenant.of(await row_seen(asked, id))


async def row_seen(asked: Asked, id: str) -> TenantRow:  # noqa: A002
    """A tenant's row by its id. Raises TenantUnknown alike for one the viewer may not see and for none."""
    tenant = tenant_of(id)
    row = await tenants.found(asked.db, tenant) if tenant is not None and asked.viewer.may_see(tenant) else None
    if row is None:
        raise TenantUnknown("There is no such tenant for you.")
    asked.touched.add(row.tenant)
    return row


async def several(asked: Asked, first: int | None, after: str | None) -> Connection[Tenant]:
    """The tenants the viewer may see, by name, as they are now."""
    seen = asked.viewer.tenants
    where = place(None, "tenants", [asked.viewer.directory, asked.viewer.oid])
    page = asked_page(asked.cursors, asked.limits, where, first, after, 0, tuple[str, UUID])
    return await page.filled(
        lambda limit: tenants.listed(asked.db, None if seen is ALL else list(seen), page.after, limit),
        lambda row: (row.name, row.tenant),
        lambda rows: _shown(asked, rows),
    )


async def _shown(asked: Asked, rows: Sequence[TenantRow]) -> list[Tenant]:
    asked.touched.update(row.tenant for row in rows)
    return [Tenant.of(row) for row in rows]
