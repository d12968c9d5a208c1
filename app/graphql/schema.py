"""The roots, joined. `schema.graphql` beside this file is the contract as text:

python -m app.graphql.schema > app/graphql/schema.graphql
"""

from datetime import date, datetime

import strawberry
from graphql import build_schema, lexicographic_sort_schema, print_schema
from strawberry.schema.config import StrawberryConfig

from app.auth.viewer import Role
from app.graphql import nodes, portfolio, tenants
from app.graphql.context import Info
from app.graphql.live_subscriptions import Subscription
from app.graphql.mutations import Mutation
from app.graphql.node_type import Node
from app.graphql.paging import Connection
from app.graphql.portfolio import PortfolioTenant
from app.graphql.portfolio_order import PortfolioOrder
from app.graphql.scalars import SCALARS
from app.graphql.tenants import Tenant
from app.graphql.wording import worded

ViewerRole = strawberry.enum(Role, name="Role", description="App roles of SUA in Microsoft Entra.")


@strawberry.type(description="Who asks.")
class Viewer:
    name: str | None = strawberry.field(description="As the token says; null: it does not.")
    roles: list[ViewerRole] = strawberry.field(description="Roles of SUA in the token.")  # type: ignore[valid-type]

    may_invite: bool = strawberry.field(description="Whether `inviteTenant` would be carried out for the viewer.")

    @strawberry.field(description="The tenants the viewer may see, by name.")
    async def tenants(self, info: Info, first: int | None = None, after: str | None = None) -> Connection[Tenant]:
        return await tenants.several(info.context, first, after)


@strawberry.type
class Query:
    @strawberry.field(description="Who asks, and what they may see.")
    def viewer(self, info: Info) -> Viewer:
        viewer, desk = info.context.viewer, info.context.desk
        may_invite = viewer.may_invite and desk is not None and desk.inviting is not None
        return Viewer(name=viewer.name, roles=sorted(viewer.roles), may_invite=may_invite)

    @strawberry.field(description="The tenants the viewer may see, by name.")
    async def tenants(self, info: Info, first: int | None = None, after: str | None = None) -> Connection[Tenant]:
        return await tenants.several(info.context, first, after)

    @strawberry.field(
        description="One tenant. NOT_FOUND both for one that does not exist and for one the viewer may not see."
    )
    async def tenant(self, info: Info, id: strawberry.ID) -> Tenant | None:  # noqa: A002
        return await tenants.one(info.context, id)

    @strawberry.field(
        description="One thing by its `id`, as it was where that was told. NOT_FOUND both for one that does not exist "
        "and for one the viewer may not see. Null with that error only."
    )
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:  # noqa: A002
        return await nodes.node(info, id)

    @strawberry.field(
        description="The tenants the viewer may see, by default by name, each in a few figures as of the end of a "
        "civil day and by what was known at an instant, by default now. At most 25 a page, by default 10."
    )
    async def portfolio(
        self,
        info: Info,
        as_of: date | None = None,
        known_at: datetime | None = None,
        order_by: PortfolioOrder = PortfolioOrder.NAME,
        descending: bool | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[PortfolioTenant]:
        return await portfolio.portfolio(info.context, as_of, known_at, order_by, descending, first, after)


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    config=StrawberryConfig(scalar_map=SCALARS, enable_experimental_incremental_execution=True),
)
worded(schema._schema)


def as_text() -> str:
    """The schema in SDL, sorted so that a change shows as one. (strawberry's `sort_schema` breaks its own enums.)"""
    return print_schema(lexicographic_sort_schema(build_schema(schema.as_str()))) + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(as_text())
