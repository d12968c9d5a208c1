"""Documents that are answered without resolvers: one tenant at one moment, and of it only what is one question each."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import msgspec
import strawberry
from graphql import GraphQLObjectType
from graphql.execution.collect_fields import FieldDetails

from app.auth.viewer import ALL, Viewer
from app.domain.ids import TenantId
from app.domain.period import FOREVER
from app.graphql.asked_times import checked_times
from app.graphql.compiled.calling import Called
from app.graphql.compiled.fields import object_type
from app.graphql.compiled.lanes import OF_TENANT_THEN, Share, share_of
from app.graphql.compiled.selection import Compiler, NotCompiled
from app.graphql.compiled.showing import Lane, NotDirect, Rows, Run, Show
from app.graphql.compiled.supposed import Paper, Stood
from app.graphql.context import Asked
from app.graphql.ids import tenant_of, version_id
from app.graphql.scalars import Position
from app.graphql.tenants import Tenant, TenantView
from app.projections import tenants
from app.projections.heads import Head
from app.projections.reading import Moment, Question, Reached, moment_of

VIEWS_MAX: Final = 10_000
"""Tenants at moments remembered, a kilobyte each."""


class Asking(msgspec.Struct, frozen=True):
    """One request on paper: the questions left to ask, and what is made of their rows.

    `share`: in which messages they may be asked with others'; None: in none.
    """

    asked: Asked
    tenant: TenantId
    stood: Stood
    questions: Sequence[Question]
    share: Share | None
    shown: Callable[[Sequence[Rows]], dict[str, Any]]

    def heads(self, leading: Sequence[Rows]) -> Mapping[TenantId, Head]:
        return {self.tenant: self.stood.head(leading)}


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What a request stands on: who asks, and the tenant at the moment asked for.

    `opening`: what opens a message to the tenants it may see. `row`: of the tenant now, where the document shows
    something of it. Until `until` the moment is this one.
    """

    viewer: Viewer
    opening: str
    tenant: TenantId
    row: Rows
    stood: Stood
    view: TenantView
    until: datetime


@dataclass(frozen=True, slots=True)
class Moments:
    """`at` as the document selects it. `then`: something below follows from the tenant's row of that moment."""

    name: str
    called: Called
    fields: tuple[tuple[str, Show | None, Lane | None], ...]
    then: bool


@dataclass(frozen=True, slots=True, eq=False)
class Direct:
    """A document's plan. `of_row`: it shows something of the tenant itself. `stands_on`: the variables that its ground
    follows from.
    """

    name: str
    called: Called
    fields: tuple[tuple[str, Show | None], ...]
    at: Moments
    of_row: bool
    stands_on: tuple[str, ...]

    @classmethod
    def of(cls, compiler: Compiler) -> "Direct | None":
        """The plan of the operation; None: it asks for something else as well."""
        try:
            return _direct(compiler)
        except NotCompiled:
            return None

    def ground(self, run: Run, paper: Paper, views: "Views") -> Ground:
        """What it stands on. Raises Unknown, NotDirect, and what is wrong with the request as the general way does.

        Whether the tenant is there is known by the register, where that is what opens it; else by its row.
        """
        asked = run.asked
        tenant = tenant_of(self.called.arguments(run)["id"])
        if tenant is None or not asked.viewer.may_see(tenant):
            raise NotDirect
        paper.open((tenant,), asked.viewer)
        now: Rows = ()
        if self.of_row or asked.viewer.tenants is ALL or tenant not in asked.viewer.own:
            now = paper.suppose(tenants.listing([tenant], None, 1))
            if not now:
                raise NotDirect
        times = self.at.called.arguments(run)
        if times.pop("at_least", None) is not None:
            raise NotDirect
        as_of, known_at = times.get("as_of"), times.get("known_at")
        checked_times(asked, as_of, known_at)
        stood = paper.standing(tenant, known_at)
        if self.at.then or known_at is not None:
            moment = moment_of(stood.supposed.reached, as_of, known_at, asked.asked_at)
            then = paper.suppose(tenants.finding(tenant, moment)) if self.at.then else ()
            view = _view(tenant, moment, then, as_of, known_at)
        else:
            view = views.of(tenant, as_of, stood.supposed.reached, asked.asked_at)
        until = view.moment.at if as_of is None else FOREVER
        return Ground(asked.viewer, paper.opening, tenant, now, stood, view, until)

    def asking(self, ground: Ground, run: Run) -> Asking:
        """What there is to ask. Raises NotDirect, and what is wrong with the request as the general way does."""
        asked, view = run.asked, ground.view
        asked.touched.add(ground.tenant)
        asked.until = ground.until
        lanes = [lane(run, view) for _, _, lane in self.at.fields if lane is not None]

        def shown(found: Sequence[Rows]) -> dict[str, Any]:
            answers = iter(zip(lanes, found, strict=True))
            below = {}
            for name, show, _ in self.at.fields:
                if show is not None:
                    below[name] = show(view)
                else:
                    (_, show_rows), rows = next(answers)
                    below[name] = show_rows(rows)
            itself = Tenant.of(tenants.row_of(ground.row[0])) if self.of_row else None
            told = {name: below if show is None else show(itself) for name, show in self.fields}
            return {self.name: told}

        questions = [question for question, _ in lanes]
        share = None if view.knowledge_given else share_of(questions)  # how much was superseded since, nobody can tell
        return Asking(asked, ground.tenant, ground.stood, questions, share, shown)


class Views:
    """Tenants at moments by all that is known, those asked for last: made once while nothing moves."""

    def __init__(self) -> None:
        self._made: OrderedDict[tuple[int, date | None], tuple[Reached, datetime, TenantView]] = OrderedDict()

    def of(self, tenant: TenantId, as_of: date | None, reached: Reached, now: datetime) -> TenantView:
        """Raises as `moment_of` does."""
        place = (tenant.int, as_of)
        made = self._made.get(place)
        if made is not None:
            before, since, view = made
            if before == reached and since <= now and (as_of is not None or now < view.moment.at):
                self._made.move_to_end(place)
                return view
        view = _view(tenant, moment_of(reached, as_of, None, now), (), as_of, None)
        self._made[place] = reached, now, view
        self._made.move_to_end(place)
        if len(self._made) > VIEWS_MAX:
            self._made.popitem(last=False)
        return view


def _view(tenant: TenantId, moment: Moment, then: Rows, as_of: date | None, known_at: datetime | None) -> TenantView:
    return TenantView(
        tenant=tenant,
        moment=moment,
        row=tenants.row_of(then[0]) if then else None,
        day_given=as_of is not None,
        knowledge_given=known_at is not None,
        id=strawberry.ID(version_id("TenantView", tenant, moment)),
        as_of=moment.on,
        knowledge=known_at,
        position=Position(moment.position),
        before_first_fact=moment.before_first_fact,
    )


def _direct(compiler: Compiler) -> Direct:
    query = compiler.schema.query_type
    roots = [] if query is None else list(compiler.roots().items())
    if query is None or len(roots) != 1 or roots[0][1][0].node.name.value != "tenant":
        raise NotCompiled
    ((name, selected),) = roots
    tenant = object_type(query, "tenant")
    fields: list[tuple[str, Show | None]] = []
    moments: list[Moments] = []
    for each, details in compiler.below(tenant, selected).items():
        if details[0].node.name.value == "at":
            moments.append(_moments(compiler, each, tenant, details))
            fields.append((each, None))
        else:
            fields.append((each, _plain(compiler, tenant, details)))
    if len(moments) != 1:
        raise NotCompiled
    of_row = any(show is not None for _, show in fields)
    called, at = compiler.called(query, selected), moments[0]
    return Direct(name, called, tuple(fields), at, of_row, (*called.variables, *at.called.variables))


def _moments(compiler: Compiler, name: str, tenant: GraphQLObjectType, selected: Sequence[FieldDetails]) -> Moments:
    view = object_type(tenant, "at")
    fields: list[tuple[str, Show | None, Lane | None]] = []
    then = False
    for each, details in compiler.below(view, selected).items():
        lane = compiler.lane(view, details)
        then = then or f"{view.name}.{details[0].node.name.value}" in OF_TENANT_THEN
        fields.append((each, _plain(compiler, view, details) if lane is None else None, lane))
    return Moments(name, compiler.called(tenant, selected), tuple(fields), then)


def _plain(compiler: Compiler, parent: GraphQLObjectType, details: Sequence[FieldDetails]) -> Show:
    show, _ = compiler.field(parent, details)
    if show is None:
        raise NotCompiled
    return show
