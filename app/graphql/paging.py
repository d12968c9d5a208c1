"""Relay connections over keyset pages.

A cursor pins the position of the log, the day and the last key, so that the pages of a list agree with each other
while data moves on. It is encrypted and authenticated (AES-SIV) for its tenant, field and arguments: keys hold names,
which the caller may not be allowed to read, and a cursor of elsewhere must be told apart from a true one.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
import strawberry
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.domain.ids import TenantId
from app.graphql.errors import BadUserInput, CursorInvalid
from app.graphql.limits import Limits

CURSOR_CHARACTERS_MAX = 4096

N = TypeVar("N")
P = TypeVar("P")
K = TypeVar("K")
R = TypeVar("R")


class Cursors:
    """Seals and opens cursors. `key`: at least 32 secret bytes."""

    def __init__(self, key: bytes) -> None:
        derived = HKDF(SHA512(), 64, salt=None, info=b"sua cursors").derive(key)
        self._cipher = AESSIV(derived)

    def seal(self, where: bytes, pinned: object, key: object) -> str:
        sealed = self._cipher.encrypt(msgspec.json.encode([pinned, key]), [where])
        return msgspec.json.encode(sealed).strip(b'"').rstrip(b"=").translate(_TO_URL).decode()

    def open(self, where: bytes, cursor: str, pinned: type[P], key: type[K]) -> tuple[P, K]:
        """What `seal` was given. Raises `CursorInvalid` for anything else."""
        try:
            if len(cursor) > CURSOR_CHARACTERS_MAX:
                raise ValueError
            padded = cursor.encode("ascii").translate(_FROM_URL) + b"=" * (-len(cursor) % 4)
            sealed = msgspec.json.decode(b'"' + padded + b'"', type=bytes)
            opened = self._cipher.decrypt(sealed, [where])
            first, last = msgspec.json.decode(opened, type=tuple[msgspec.Raw, msgspec.Raw])
            return msgspec.json.decode(first, type=pinned), msgspec.json.decode(last, type=key)
        except (ValueError, InvalidTag) as error:
            raise CursorInvalid("`after` is no cursor of this field with these arguments; begin without it.") from error


_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


def place(tenant: TenantId | None, field: str, arguments: Sequence[object]) -> bytes:
    """Where a cursor belongs: changing an argument makes it another list."""
    return hashlib.sha256(repr([str(tenant), field, list(arguments)]).encode()).digest()


def page_size(first: int | None, limits: Limits) -> int:
    if first is None:
        return limits.page_size
    if not 1 <= first <= limits.page_size_max:
        raise BadUserInput(f"`first` lies between 1 and {limits.page_size_max}, not {first}.")
    return first


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="There is at least one more item after this page.")
    has_previous_page: bool = strawberry.field(description="This page was asked for with `after`.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first item; null where the page is empty.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last item: `after` of the next page.")


@strawberry.type(description="An item with its place in the list.")
class Edge(Generic[N]):
    node: N
    cursor: str = strawberry.field(description="Opaque; pins the list as it was when its first page was asked for.")


@strawberry.type(description="One page of a list. Pages of a list agree with each other while data moves on.")
class Connection(Generic[N]):
    nodes: list[N] = strawberry.field(description="The items of this page.")
    keys: strawberry.Private[Sequence[object]]
    seal: strawberry.Private[Callable[[object], str]]
    has_next: strawberry.Private[bool]
    has_previous: strawberry.Private[bool]

    @strawberry.field(description="The items with their cursors.")
    def edges(self) -> list[Edge[N]]:
        return [Edge(node=node, cursor=self.seal(key)) for node, key in zip(self.nodes, self.keys, strict=True)]

    @strawberry.field(description="Whether there is more, and how to ask for it.")
    def page_info(self) -> PageInfo:
        return PageInfo(
            has_next_page=self.has_next,
            has_previous_page=self.has_previous,
            start_cursor=self.seal(self.keys[0]) if self.keys else None,
            end_cursor=self.seal(self.keys[-1]) if self.keys else None,
        )


@dataclass(frozen=True, slots=True)
class Page(Generic[P, K]):
    """One page being asked for: what it is pinned to, the key it goes on after, and how many items."""

    cursors: Cursors
    where: bytes
    pinned: P
    after: K | None
    size: int

    async def filled(
        self,
        question: Callable[[int], Awaitable[Sequence[R]]],
        key_of: Callable[[R], K],
        shown: Callable[[Sequence[R]], Awaitable[Sequence[N]]],
    ) -> Connection[N]:
        """Ask for one more than the page holds, to know whether there is a next one; show the page."""
        rows = await question(self.size + 1)
        page = rows[: self.size]
        nodes: Any = await shown(page)
        return Connection(
            nodes=list(nodes),
            keys=[key_of(row) for row in page],
            seal=lambda key: self.cursors.seal(self.where, self.pinned, key),
            has_next=len(rows) > self.size,
            has_previous=self.after is not None,
        )


def asked_page(
    cursors: Cursors, limits: Limits, where: bytes, first: int | None, after: str | None, pinned: P, key: Any
) -> Page[P, Any]:
    """The page `first` and `after` mean; a cursor brings along what its list is pinned to, in place of `pinned`."""
    size = page_size(first, limits)
    if after is None:
        return Page(cursors, where, pinned, None, size)
    pinned_then, last = cursors.open(where, after, type(pinned), key)
    return Page(cursors, where, pinned_then, last, size)
