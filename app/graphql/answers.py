"""Whole answers kept, by what they follow from: the document and its variables, the asker's rights, the state of the
tables. docs/decisions/answers-kept-by-position.md tells what is kept, what never is, and why.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

from app.auth.viewer import Everything, Role, Viewer
from app.domain.ids import DirectoryId, TenantId
from app.projections.heads import Head

KEPT_FOR = timedelta(seconds=60)
"""What no position tells of shows by then: an imported list of product names. And nobody's data stays for longer."""

ENTRY_BYTES = 1024
"""What an answer takes beside its own bytes."""

_ROOTS = frozenset({"tenant", "__typename", "__schema", "__type"})
"""Fields whose answer follows from the tenants named in the request, or from the schema alone."""


class Rights(msgspec.Struct, frozen=True):
    """All of a viewer that an answer below `tenant` can follow from."""

    directory: DirectoryId
    roles: frozenset[Role]
    tenants: frozenset[TenantId] | Everything
    own: frozenset[TenantId]

    @classmethod
    def of(cls, viewer: Viewer) -> "Rights":
        return cls(viewer.directory, viewer.roles, viewer.tenants, viewer.own)


class Kept(msgspec.Struct, frozen=True):
    """An answer's data as JSON, and its tag. It is true from `asked_at` until `until`, for these rights, in this state
    of tables.
    """

    data: bytes
    tag: str
    rights: Rights
    tables: Mapping[TenantId, str]
    asked_at: datetime
    until: datetime


def may_be_kept(document: DocumentNode, operation: OperationDefinitionNode) -> bool:
    """Whether answers of an operation follow from what `Answers` knows of."""
    return operation.operation is OperationType.QUERY and _of_named_tenants(document, operation)


def key_of(text: str, operation: str | None, variables: Mapping[str, Any]) -> bytes | None:
    """What tells requests apart whose answers may be kept; None: it cannot be told."""
    try:
        asked = msgspec.json.encode([text, operation, variables], order="sorted")
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None
    return hashlib.sha256(asked).digest()


def _of_named_tenants(document: DocumentNode, operation: OperationDefinitionNode) -> bool:
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    waiting: list[SelectionSetNode] = [operation.selection_set]
    spread: set[str] = set()
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FieldNode):
                if node.name.value not in _ROOTS:
                    return False
            elif isinstance(node, InlineFragmentNode):
                waiting.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                spread.add(node.name.value)
                waiting.append(fragments[node.name.value].selection_set)
    return True


class Answers:
    """At most so many bytes; the oldest answer leaves first. An answer for other rights has a place of its own."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._kept: OrderedDict[tuple[bytes, Rights], Kept] = OrderedDict()
        self._tenants: dict[bytes, tuple[int, tuple[TenantId, ...]]] = {}
        self._bytes = 0

    def tenants_of(self, key: bytes | None) -> tuple[TenantId, ...] | None:
        """The tenants an answer of this request follows from, whoever asks; None: none is kept."""
        known = None if key is None else self._tenants.get(key)
        return None if known is None else known[1]

    def found(self, key: bytes, rights: Rights, heads: Mapping[TenantId, Head], now: datetime) -> Kept | None:
        """An answer that is true now."""
        self._drop_until(now)
        kept = self._kept.get((key, rights))
        if kept is None or not kept.asked_at <= now < kept.until:
            return None
        return kept if kept.tables == {tenant: head.tables for tenant, head in heads.items()} else None

    def may_keep(self, data: bytes) -> bool:
        """An answer that would push out the greater part of the others is not kept."""
        return ENTRY_BYTES + len(data) <= self._bytes_max // 4

    def keep(self, key: bytes, kept: Kept) -> None:
        """Keep it, in place of an older one; nothing where it may not be kept."""
        if not self.may_keep(kept.data):
            return
        place = (key, kept.rights)
        self._drop(place)
        self._kept[place] = kept
        self._bytes += ENTRY_BYTES + len(kept.data)
        sharing, _ = self._tenants.get(key, (0, ()))
        self._tenants[key] = (sharing + 1, tuple(sorted(kept.tables)))
        while self._bytes > self._bytes_max:
            self._drop(next(iter(self._kept)))

    def _drop_until(self, now: datetime) -> None:
        while self._kept:
            place, oldest = next(iter(self._kept.items()))
            if oldest.asked_at <= now < oldest.asked_at + KEPT_FOR:
                return
            self._drop(place)

    def _drop(self, place: tuple[bytes, Rights]) -> None:
        kept = self._kept.pop(place, None)
        if kept is None:
            return
        self._bytes -= ENTRY_BYTES + len(kept.data)
        sharing, tenants = self._tenants.pop(place[0])
        if sharing > 1:
            self._tenants[place[0]] = (sharing - 1, tenants)
