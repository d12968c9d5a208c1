"""That people's names were shown is a fact itself: docs/decisions/unmasking-is-a-fact.md."""

import asyncio
import logging
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final

from graphql import DocumentNode, FieldNode, GraphQLSchema, TypeInfo, TypeInfoVisitor, Visitor, get_named_type, visit

from app import telemetry
from app.auth.viewer import Viewer
from app.commands.desk import Desk
from app.commands.record_persons_shown import RecordPersonsShown, hour_of, record_persons_shown
from app.domain.errors import Unavailable
from app.domain.ids import TenantId

PERSONAL: Final = frozenset(
    {
        "CallUsage.name",
        "DirectRoutingCall.callee",
        "DirectRoutingCall.caller",
        "DirectRoutingCall.name",
        "Exemption.owner",
        "Exemption.reason",
        "Exemption.userName",
        "Finding.text",
        "Finding.userName",
        "FindingDecided.note",
        "IdleLicence.userName",
        "LicenceChange.userName",
        "Participant.name",
        "PstnCall.callee",
        "PstnCall.caller",
        "PstnCall.name",
        "PstnCost.label",
        "Remedy.text",
        "SeatDifference.userName",
        "User.name",
        "User.userPrincipalName",
    }
)
"""Fields that answer otherwise to a viewer with `Sua.SeePersons`; tests/isolation finds out which these are."""


_LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)
_HOUR: Final = timedelta(hours=1)


class UnmaskingUnrecorded(Unavailable):
    """Names were asked for, and that they are shown cannot be recorded now; so they are not shown."""

    code: ClassVar[str] = "UNAVAILABLE"


def asks_for_persons(document: DocumentNode, schema: GraphQLSchema) -> bool:
    """Whether a valid document selects anything people could be known by."""
    types = TypeInfo(schema)
    looking = _Looking(types)
    visit(document, TypeInfoVisitor(types, looking))
    return looking.found


class _Looking(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.found = False

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self._types.get_parent_type()
        if parent is not None and f"{get_named_type(parent).name}.{node.name.value}" in PERSONAL:
            self.found = True


class Unmasking:
    """Records once an hour, viewer and tenant. `desk` None: a door that writes nothing, as in a test of questions."""

    def __init__(self, desk: Desk | None) -> None:
        self._desk = desk
        self._hour = _LONG_AGO
        self._recorded: set[tuple[int, int, int]] = set()

    def lacking(self, viewer: Viewer, tenants: Collection[TenantId]) -> list[TenantId]:
        """Those of these tenants of which it is still to be recorded in this hour, and by `record` at once."""
        if self._desk is None or not tenants:
            return []
        now = self._desk.now()
        if not self._hour <= now < self._hour + _HOUR:
            self._hour, self._recorded = hour_of(now), set()
        recorded = self._recorded
        return [each for each in tenants if _who(viewer, each) not in recorded and viewer.sees_persons(each)]

    async def record(self, viewer: Viewer, tenants: Iterable[TenantId]) -> None:
        """Record it of those that are lacking, before the answer is sent. Raises UnmaskingUnrecorded: then it must not
        be.
        """
        if self._desk is None:
            return
        hour = self._hour
        for tenant in tenants:
            who = _who(viewer, tenant)
            if who in self._recorded:
                continue
            try:
                await asyncio.to_thread(record_persons_shown, RecordPersonsShown(tenant, viewer.oid), self._desk)
            except Exception as error:
                telemetry.count("graphql.unmasking_unrecorded")
                telemetry.say("graphql.unmasking_unrecorded", logging.WARNING, error=type(error).__name__)
                raise UnmaskingUnrecorded("That names are shown cannot be recorded now; try again soon.") from error
            if hour == self._hour:
                self._recorded.add(who)


def _who(viewer: Viewer, tenant: TenantId) -> tuple[int, int, int]:
    return viewer.directory.int, viewer.oid.int, tenant.int
