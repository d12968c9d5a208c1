"""Fields below a moment that are one question each, known as soon as the moment is.

What is read is the projections' own; which arguments are refused, and what a viewer may see, the resolvers' own.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias
from uuid import UUID

from graphql import GraphQLObjectType
from graphql.execution.collect_fields import FieldDetails

from app.domain.ids import UserId
from app.graphql.call_usage import BY_CALL, UsageGrouping, UsageQuestions, spending, usage_shown, usage_window
from app.graphql.compiled.connections import Connected, Items
from app.graphql.compiled.fields import (
    USER,
    USER_ID,
    USER_NAME,
    At,
    RowField,
    Selected,
    as_it_stands,
    by_column,
    named,
    object_type,
    user_ids,
)
from app.graphql.compiled.selection import Compiler, NotCompiled
from app.graphql.compiled.showing import Lane, NotDirect, Rows, Run
from app.graphql.ids import part_of
from app.graphql.licences import IdleVerdict, LicenceQuestions
from app.graphql.users import UserQuestions, UserUnknown
from app.projections import call_usage, idle_licences, user_listing, users
from app.projections.reading import Question
from app.projections.user_listing import UserOrder

Made: TypeAlias = Callable[[Compiler, GraphQLObjectType, Sequence[FieldDetails]], Lane]


def _users(compiler: Compiler, parent: GraphQLObjectType, selected: Sequence[FieldDetails]) -> Lane:
    type_ = object_type(parent, "users")
    named_too = Items(USER, {}, (USER_NAME, USER_ID), lambda name, user: (name or "", user))
    by_name = Connected(compiler, type_, selected, named_too)
    by_id = Connected(compiler, type_, selected, Items(USER, {}, (USER_ID,), lambda user: (user,)))
    called = compiler.called(parent, selected)

    def lane(run: Run, view: UserQuestions) -> tuple[Question, Callable[[Rows], Any]]:
        info, arguments = called.info(run), called.arguments(run)
        page, chosen, states = view.listing(info, **arguments)
        if states is not None or chosen["order"] is not UserOrder.NAME:
            raise NotDirect
        at = At(run.asked, view.tenant, page.pinned)
        connected = by_name if chosen["by_name"] else by_id
        columns = ", ".join(connected.columns)
        question = user_listing.listing(view.tenant, page.pinned, columns, **chosen, limit=page.size + 1)
        return question, lambda found: connected.shown(at, page, found)

    return lane


def _user(compiler: Compiler, parent: GraphQLObjectType, selected: Sequence[FieldDetails]) -> Lane:
    shown = Selected.of(compiler, object_type(parent, "user"), selected, USER)
    wanted = list(dict.fromkeys([USER_ID, *shown.columns()]))
    columns = ", ".join(wanted)
    called = compiler.called(parent, selected)

    def lane(run: Run, view: UserQuestions) -> tuple[Question, Callable[[Rows], Any]]:
        arguments = called.arguments(run)
        user = part_of("User", view.tenant, arguments["id"])
        if user is None:
            raise UserUnknown("No such user in this tenant at this moment.")
        at = At(run.asked, view.tenant, view.moment)

        def one(found: Rows) -> dict[str, Any]:
            if not found:
                raise UserUnknown("No such user in this tenant at this moment.")
            return shown.shown(at, by_column(wanted, found))[0]

        return users.naming(view.tenant, view.moment, [UserId(user)], columns), one

    return lane


_SEAT_USER, _QUIET = "user_id::text", idle_licences.COLUMNS[5]

_SEAT: Final[Mapping[str, RowField]] = {
    "userId": user_ids(_SEAT_USER),
    "userName": named(_SEAT_USER, "display_name"),
    "department": as_it_stands("department"),
    "verdict": RowField(
        (_QUIET,), lambda _, quiet: [IdleVerdict.NEVER_USED if each is None else IdleVerdict.IDLE for each in quiet]
    ),
    "heldSince": as_it_stands("held_since"),
    "quietSince": as_it_stands(_QUIET),
    "suspected": as_it_stands(idle_licences.COLUMNS[6]),
}


def _idle_licences(compiler: Compiler, parent: GraphQLObjectType, selected: Sequence[FieldDetails]) -> Lane:
    key = (_QUIET, _SEAT_USER, "sku_id::text")
    items = Items(_SEAT, {"user": USER}, key, lambda quiet, user, sku: (quiet, UUID(user), UUID(sku)))
    connected = Connected(compiler, object_type(parent, "idleLicences"), selected, items)
    own = [each for each in connected.columns if not each.startswith("u.")]
    holder = [each for each in connected.columns if each.startswith("u.")]
    connected.columns = [*own, *holder]
    called = compiler.called(parent, selected)

    def lane(run: Run, view: LicenceQuestions) -> tuple[Question, Callable[[Rows], Any]]:
        info, arguments = called.info(run), called.arguments(run)
        page, chosen = view.listing_of_idle(info, **arguments)
        if page.pinned != view.moment:
            raise NotDirect
        at = At(run.asked, view.tenant, page.pinned)
        wanted = chosen(view.row)
        question = idle_licences.listing(view.tenant, page.pinned, own, holder, **wanted, limit=page.size + 1)
        return question, lambda found: connected.shown(at, page, found)

    return lane


def _call_usage(compiler: Compiler, parent: GraphQLObjectType, selected: Sequence[FieldDetails]) -> Lane:
    shown = compiler.selection(object_type(parent, "callUsage"), selected)
    if not shown.plain:
        raise NotCompiled
    called = compiler.called(parent, selected)

    def lane(run: Run, view: UsageQuestions) -> tuple[Question, Callable[[Rows], Any]]:
        given = called.arguments(run)
        group_by = given.pop("group_by", UsageGrouping.DEPARTMENT)
        if group_by not in (UsageGrouping.DAY, UsageGrouping.DIRECTION, *BY_CALL):
            raise NotDirect
        begin, end = usage_window(view.moment, **given)
        limits = run.asked.limits

        def groups(found: Rows) -> list[dict[str, Any]]:
            if len(found) > limits.nodes:
                raise NotDirect
            return [shown.shown(usage_shown(call_usage.usage_of(row))) for row in found]

        return spending(view.tenant, view.moment, begin, end, group_by), groups

    return lane


LANES: Final[Mapping[str, Made]] = {
    "TenantView.users": _users,
    "TenantView.user": _user,
    "TenantView.idleLicences": _idle_licences,
    "TenantView.callUsage": _call_usage,
}
OF_TENANT_THEN: Final = frozenset({"TenantView.idleLicences"})
"""Those that follow from what the tenant was at the moment, too."""
