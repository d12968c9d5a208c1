"""One thing by its `id`, wherever it was told: Relay's `node`."""

from typing import ClassVar

from app.domain.errors import Refused
from app.domain.ids import SkuId, UserId
from app.domain.policy import LONGEST_DAYS, SHORTEST_IDLE_DAYS
from app.graphql import tenants as customers
from app.graphql.context import Asked, Info, names_below
from app.graphql.finding_types import Finding, findings_shown
from app.graphql.ids import Version, tenant_of, thing_id, version_of
from app.graphql.node_type import Node
from app.graphql.skus import sku_shown
from app.graphql.users import User, users_shown
from app.projections import reading, tenants, users
from app.projections.reading import Moment


class NodeUnknown(Refused):
    """No thing has this id, or none the viewer may see: both answer alike."""

    code: ClassVar[str] = "NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is no such thing for you.")


async def node(info: Info, id: str) -> Node:  # noqa: A002
    """The thing as it was told, at its own moment. Raises NodeUnknown."""
    asked = info.context
    tenant = tenant_of(id)
    if tenant is not None and thing_id("Tenant", tenant) == id and asked.viewer.may_see(tenant):
        return await customers.one(asked, id)
    version = version_of(id)
    if version is None or not asked.viewer.may_see(version.tenant):
        raise NodeUnknown
    at = await _moment(asked, version)
    match version:
        case Version("User", parts=(user,), days=None):
            return await _user(info, version, at, UserId(user))
        case Version("Sku", parts=(sku,), days=None):
            return await sku_shown(asked, version.tenant, at, SkuId(sku))
        case Version("Finding", parts=(user, sku)):
            return await _finding(asked, version, at, UserId(user), SkuId(sku))
    raise NodeUnknown


async def _moment(asked: Asked, named: Version) -> Moment:
    asked.touched.add(named.tenant)
    at = await reading.moment_again(asked.db, named.tenant, named.on, named.position, named.known_on, asked.asked_at)
    if at is None:
        asked.until = asked.asked_at
        raise NodeUnknown
    return at


async def _user(info: Info, named: Version, at: Moment, user: UserId) -> User:
    asked = info.context
    row = await users.found_at(asked.db, named.tenant, at, user)
    if row is None:
        raise NodeUnknown
    tenant = await tenants.found(asked.db, named.tenant, at)
    return (await users_shown(asked, named.tenant, at, tenant, [row], names_below(info)))[0]


async def _finding(asked: Asked, named: Version, at: Moment, user: UserId, sku: SkuId) -> Finding:
    tenant = await tenants.found(asked.db, named.tenant, at)
    judged = named.days is None or SHORTEST_IDLE_DAYS <= named.days <= LONGEST_DAYS
    if tenant is None or not judged:
        raise NodeUnknown
    assessment = await asked.assessment(at, tenant, named.days)
    found = [each for each in assessment.found if each.user == user and each.finding.sku == sku]
    if not found:
        raise NodeUnknown
    return (await findings_shown(asked, named.tenant, assessment, found, named.days))[0]
