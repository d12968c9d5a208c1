"""Fields below a moment that are one question each, known as soon as the moment is.

What is read is the projections' own; which arguments are refused, and what a viewer may see, the resolvers' own.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from graphql import GRAPHQL_MAX_INT, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetails

from app.domain.ids import UserId
from app.graphql.call_usage import BY_CALL, UsageGrouping, UsageQuestions, spending, usage_window
from app.graphql.compiled.connections import Connected, Items
from app.graphql.compiled.fields import (
    USER,
    USER_ID,
    USER_NAME,
    At,
    Column,
    RowField,
    Selected,
    as_it_stands,
    by_column,
    datetime_of,
    in_utc,
    instants,
    object_type,
    written,
)
from app.graphql.compiled.selection import Compiler
from app.graphql.compiled.showing import Lane, NotDirect, Rows, Run
from app.graphql.ids import part_of
from app.graphql.licences import IdleVerdict, LicenceQuestions
from app.graphql.users import UserQuestions, UserUnknown
from app.projections import idle_licences, user_listing, users
from app.projections.reading import IN_ORDER, Question
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
    fields = Selected.of(compiler, object_type(parent, "user"), selected, USER)
    wanted = list(dict.fromkeys([USER_ID, *fields.columns()]))
    columns = ", ".join(wanted)
    called, shown = compiler.called(parent, selected), fields.of_one(wanted)

    def lane(run: Run, view: UserQuestions) -> tuple[Question, Callable[[Rows], Any]]:
        arguments = called.arguments(run)
        user = part_of("User", view.tenant, arguments["id"])
        if user is None:
            raise UserUnknown("No such user in this tenant at this moment.")
        at = At(run.asked, view.tenant, view.moment)

        def one(found: Rows) -> Any:
            if not found:
                raise UserUnknown("No such user in this tenant at this moment.")
            return written(shown(at, found[0]))

        return users.naming(view.tenant, view.moment, [UserId(user)], columns), one

    return lane


_QUIET = in_utc(idle_licences.COLUMNS[5])

_SEAT: Final[Mapping[str, RowField]] = {
    "userId": USER["userId"],
    "userName": USER["name"],
    "department": USER["department"],
    "verdict": RowField(
        (_QUIET,), lambda _, quiet: [IdleVerdict.NEVER_USED if each is None else IdleVerdict.IDLE for each in quiet]
    ),
    "heldSince": instants("held_since"),
    "quietSince": instants(idle_licences.COLUMNS[5]),
    "suspected": as_it_stands(idle_licences.COLUMNS[6]),
}


def _idle_licences(compiler: Compiler, parent: GraphQLObjectType, selected: Sequence[FieldDetails]) -> Lane:
    key = (_QUIET, USER_ID, "sku_id::text")
    items = Items(_SEAT, {"user": USER}, key, _place)
    connected = Connected(compiler, object_type(parent, "idleLicences"), selected, items)
    of_holder = {column for field in USER.values() for column in field.columns}
    own = [each for each in connected.columns if each not in of_holder]
    holder = [each for each in connected.columns if each in of_holder]
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


def _place(quiet: str | None, user: str, sku: str) -> tuple[datetime | None, UUID, UUID]:
    return None if quiet is None else datetime_of(quiet), UUID(user), UUID(sku)


def _counts(column: str) -> RowField:
    def whole(_: At, values: Column) -> Column:
        counts = list(map(int, values))
        if max(counts) > GRAPHQL_MAX_INT:
            raise NotDirect
        return counts

    return RowField((column,), whole)


_USAGE_COLUMNS: Final = ("key", "calls", "seconds", "users", "failed")
"""Of a grouping's rows, in order."""

_USAGE: Final[Mapping[str, RowField]] = {
    "key": as_it_stands("key"),
    "name": as_it_stands("key"),
    "calls": _counts("calls"),
    "participantSeconds": RowField(("seconds",), lambda _, values: list(map(int, values))),
    "users": _counts("users"),
    "failedCalls": _counts("failed"),
    "smallGroups": RowField(("key",), lambda _, values: [0] * len(values)),
}
"""Fields of a group that is called what it is."""


def _call_usage(compiler: Compiler, parent: GraphQLObjectType, selected: Sequence[FieldDetails]) -> Lane:
    shown = Selected.of(compiler, object_type(parent, "callUsage"), selected, _USAGE)
    called = compiler.called(parent, selected)

    def lane(run: Run, view: UsageQuestions) -> tuple[Question, Callable[[Rows], Any]]:
        given = called.arguments(run)
        group_by = given.pop("group_by", UsageGrouping.DEPARTMENT)
        if group_by not in (UsageGrouping.DAY, UsageGrouping.DIRECTION, *BY_CALL):
            raise NotDirect
        begin, end = usage_window(view.moment, **given)
        at = At(run.asked, view.tenant, view.moment)

        def groups(found: Rows) -> Any:
            if len(found) > at.asked.limits.nodes:
                raise NotDirect
            return written(shown.shown(at, by_column(_USAGE_COLUMNS, found))) if found else []

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


class Among(Enum):
    """Questions that share messages: those that cost about the same, so that none waits long for its neighbours."""

    ROWS = "rows"
    USAGE = "usage"
    DAYS = "days"

    __hash__ = object.__hash__  # there is one of each; the usual one hashes its name each time


class Share(NamedTuple):
    """`weight`: in look-ups of a user."""

    among: Among
    weight: int


def share_of(questions: Sequence[Question]) -> Share | None:
    """Where these may be asked together with others'; None: they cost perhaps much, and nobody is to wait for them."""
    among, weight = None, 1
    for each in questions:
        share = _share(each)
        if share is None or among not in (None, share.among):
            return None
        among, weight = share.among, weight + share.weight
    return Share(among or Among.ROWS, weight)


def _share(question: Question) -> Share | None:
    asked = question.parameters
    since, until = asked.get("since"), asked.get("until")
    if since is None and until is None:
        if IN_ORDER not in question.query:
            return None
        rows = asked.get("limit", 1)
        if isinstance(rows, int):
            return Share(Among.ROWS, rows // _ROWS_OF_A_WEIGHT) if rows >= _ROWS_OF_A_WEIGHT else _FEW_ROWS
    elif isinstance(since, date) and isinstance(until, date) and "call_usage" in question.query:
        days = (until - since).days
        if "call_usage_days" in question.query:
            return Share(Among.DAYS, days // _ROWS_OF_A_WEIGHT)
        return Share(Among.USAGE, days // _DAYS_OF_A_WEIGHT) if days <= _DAYS_MAX else None
    return None


_FEW_ROWS: Final = Share(Among.ROWS, 0)
_ROWS_OF_A_WEIGHT: Final = 25
_DAYS_OF_A_WEIGHT: Final = 7
_DAYS_MAX: Final = 31
