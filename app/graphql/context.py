"""What every resolver of one request has at hand: who asks, when, over which connection, and what was already read."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeAlias

import msgspec
import psycopg
from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode
from strawberry.types import Info as StrawberryInfo

from app.auth.pseudonyms import Pseudonyms
from app.auth.viewer import Viewer
from app.commands.desk import Desk
from app.commands.inviting import OpenLink
from app.domain.ids import SkuId, TenantId, UserId
from app.domain.market import Market
from app.domain.period import FOREVER
from app.graphql.assessments import Assessments
from app.graphql.limits import Limits
from app.graphql.paging import Cursors
from app.insight.assessment import Assessment
from app.insight.market import market_at
from app.insight.product_names import product_names
from app.projections import reading, renewals, sku_units
from app.projections.reading import Moment
from app.projections.renewals import Renewal
from app.projections.sku_units import SkuUnits
from app.projections.tenants import TenantRow


@dataclass(slots=True)
class _Read:
    """What one request has read already."""

    present: dict[TenantId, Moment] = field(default_factory=dict)
    skus: dict[tuple[TenantId, Moment], dict[SkuId, SkuUnits]] = field(default_factory=dict)
    renewals: dict[tuple[TenantId, Moment], dict[SkuId, list[Renewal]]] = field(default_factory=dict)
    names: dict[tuple[TenantId, Moment], dict[SkuId, str]] = field(default_factory=dict)
    markets: dict[tuple[TenantId, Moment], Market] = field(default_factory=dict)
    open_links: Mapping[TenantId, OpenLink] | None = None
    one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)


class Asked(msgspec.Struct):
    """One request. `db` stands in one read-only transaction that sees the viewer's tenants and nothing else.

    `desk`: what mutations write through; None: this door only answers questions.
    `behind`: positions asked for with `atLeast` that are not tabulated yet; the door waits and asks again. `at_least`:
    whether any was asked for.
    `touched`: tenants the answer speaks of. `until`: from then on the answer would be another at the same positions.
    """

    viewer: Viewer
    db: psycopg.AsyncConnection[Any]
    asked_at: datetime
    limits: Limits
    cursors: Cursors
    pseudonyms: Pseudonyms
    assessments: Assessments
    desk: Desk | None = None
    behind: dict[TenantId, int] = msgspec.field(default_factory=dict)
    at_least: bool = False
    touched: set[TenantId] = msgspec.field(default_factory=set)
    until: datetime = FOREVER
    aside: Callable[[], AbstractAsyncContextManager[None]] = nullcontext
    """Within it the connection is given back, for what takes long and asks nothing; after it `db` is another."""
    _read_already: _Read | None = None

    @property
    def _read(self) -> _Read:
        """Made when it is needed: most requests read nothing twice."""
        if self._read_already is None:
            self._read_already = _Read()
        return self._read_already

    @property
    def now(self) -> datetime:
        """The instant of the question, for what an answer says of it. Such an answer is not kept.

        `asked_at` is the same, for what stays true however much later it is asked.
        """
        self.until = self.asked_at
        return self.asked_at

    async def present(self, tenant: TenantId) -> Moment:
        """Now, the same for the whole request."""
        if tenant not in self._read.present:
            self._read.present[tenant] = await self.moment(tenant, None, None)
        return self._read.present[tenant]

    async def moment(self, tenant: TenantId, as_of: date | None, known_at: datetime | None) -> Moment:
        """A moment; without a day it is today's, and so is the answer, until the day ends where the tenant is."""
        self.touched.add(tenant)
        found = await reading.moment(self.db, tenant, as_of, known_at, self.asked_at)
        if as_of is None:
            self.until = min(self.until, found.at)
        return found

    async def skus(self, tenant: TenantId, at: Moment) -> dict[SkuId, SkuUnits]:
        if (tenant, at) not in self._read.skus:
            found = await sku_units.listed_at(self.db, tenant, at)
            self._read.skus[tenant, at] = {each.sku: each for each in found}
        return self._read.skus[tenant, at]

    async def renewals(self, tenant: TenantId, at: Moment) -> dict[SkuId, list[Renewal]]:
        if (tenant, at) not in self._read.renewals:
            found: dict[SkuId, list[Renewal]] = {}
            for each in await renewals.listed_at(self.db, tenant, at):
                found.setdefault(each.sku, []).append(each)
            self._read.renewals[tenant, at] = found
        return self._read.renewals[tenant, at]

    async def assessment(self, at: Moment, row: TenantRow, idle_days: int | None = None) -> Assessment:
        """Every finding of a tenant at a moment. `row`: the tenant's of that moment."""
        return await self.assessments.of(self.db, row.tenant, at, row, idle_days)

    async def product_names(self, tenant: TenantId, at: Moment, skus: Iterable[SkuId]) -> dict[SkuId, str]:
        """What these products, and perhaps others, are called."""
        async with self._read.one_at_a_time:
            names = self._read.names.setdefault((tenant, at), {})
            listed = await self.skus(tenant, at)
            lacking = {*skus, *listed} - names.keys()
            if lacking:
                part_numbers = {sku: row.part_number for sku, row in listed.items()}
                names.update(await product_names(self.db, part_numbers, lacking))
            return names

    async def market(self, tenant: TenantId, at: Moment) -> Market:
        """Classes and service plans of products at a moment."""
        async with self._read.one_at_a_time:
            if (tenant, at) not in self._read.markets:
                self._read.markets[tenant, at] = await market_at(self.db, tenant, at)
            return self._read.markets[tenant, at]

    async def open_links(self) -> Mapping[TenantId, OpenLink]:
        """Valid consent links; none but for who may invite. They are in no table, so such an answer is not kept."""
        inviting = None if self.desk is None else self.desk.inviting
        if inviting is None or not self.viewer.may_invite:
            return {}
        self.until = self.asked_at
        async with self._read.one_at_a_time:
            if self._read.open_links is None:
                self._read.open_links = await asyncio.to_thread(inviting.open_links)
            return self._read.open_links

    def name_of_user(self, tenant: TenantId, user: UserId, name: str | None) -> str | None:
        """The name as this viewer may see it: a pseudonym without the role, also where there is no name."""
        return name if self.viewer.sees_persons(tenant) else self.pseudonyms.of_user(tenant, user)

    def label_of(self, tenant: TenantId, label: str | None) -> str | None:
        """A number or typed name as this viewer may see it."""
        if label is None or self.viewer.sees_persons(tenant):
            return label
        return self.pseudonyms.of_label(tenant, label)


Info: TypeAlias = StrawberryInfo[Asked, None]


def names_below(info: Info) -> frozenset[str]:
    """Names of all fields selected below this one: what to read for the whole page at once."""
    raw = info._raw_info
    seen: set[str] = set()
    names: set[str] = set()
    for node in raw.field_nodes:
        if node.selection_set is not None:
            names.update(_names(node.selection_set, raw.fragments, seen))
    return frozenset(names)


def _names(selected: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode], seen: set[str]) -> Iterator[str]:
    for node in selected.selections:
        if isinstance(node, FieldNode):
            yield node.name.value
            if node.selection_set is not None:
                yield from _names(node.selection_set, fragments, seen)
        elif isinstance(node, InlineFragmentNode):
            yield from _names(node.selection_set, fragments, seen)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            yield from _names(fragments[node.name.value].selection_set, fragments, seen)
