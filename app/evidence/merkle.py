"""The Merkle tree of RFC 6962 and RFC 9162 over leaf hashes: roots, frontiers, proofs. No I/O.

A leaf hash is SHA-256(0x00 | data), a node SHA-256(0x01 | left | right); a tree of n leaves has at its left the largest
perfect tree that is smaller. Indexes count from 0 and spans are half-open: position p of a log is index p - 1.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

BLOCK = 1024
"""Leaves under one kept node. A power of two."""

SubtreeHash = Callable[[int, int], bytes]
"""The root over the leaves of a span, both ends given."""

Span = tuple[int, int]


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, or over the roots of equally large perfect trees."""
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        above = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]


@dataclass(frozen=True, slots=True)
class Frontier:
    """A tree as far as it takes to go on: the roots of the perfect trees it is made of, the largest first.

    As many as `size` has bits set, so at most 63 hashes stand for any log.
    """

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.nodes) != self.size.bit_count():
            raise ValueError(f"{len(self.nodes)} nodes are no frontier of {self.size} leaves")

    @classmethod
    def of_bytes(cls, size: int, stored: bytes) -> "Frontier":
        """What `as_bytes` gave. Raises ValueError where that cannot be."""
        if len(stored) % HASH_BYTES:
            raise ValueError("a frontier is a row of hashes")
        return cls(size, tuple(stored[at : at + HASH_BYTES] for at in range(0, len(stored), HASH_BYTES)))

    def as_bytes(self) -> bytes:
        return b"".join(self.nodes)

    def root(self) -> bytes:
        if not self.nodes:
            return EMPTY_ROOT
        *left, root = self.nodes
        for node in reversed(left):
            root = node_hash(node, root)
        return root

    def grown(self, leaves: Sequence[bytes]) -> tuple["Frontier", list[tuple[int, bytes]]]:
        """This tree with more leaves, and the blocks (number from 0, root) that became whole by them."""
        size, nodes, blocks, done = self.size, list(self.nodes), [], 0
        while done < len(leaves):
            width = min(_lowest_bit(size) or BLOCK, BLOCK, 1 << ((len(leaves) - done).bit_length() - 1))
            root, height = root_of(leaves[done : done + width]), width
            while True:
                if height == BLOCK:
                    blocks.append((size // BLOCK, root))
                if not size & height:
                    break
                root, height = node_hash(nodes.pop(), root), height * 2
            nodes.append(root)
            size, done = size + width, done + width
        return Frontier(size, tuple(nodes)), blocks


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Whose hashes prove leaf `index` in a tree of `size`, from the leaf's sibling up (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    spans = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((begin, middle))
            begin = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """Whose hashes prove that a tree of `new` leaves continues one of `old`, 1 or more (RFC 9162, 2.1.4.1)."""
    if not 0 < old <= new:
        raise ValueError(f"a tree of {new} cannot be shown to continue one of {old}")
    spans: list[Span] = []
    begin, end, whole = 0, new, True
    while end > old:
        middle = begin + _split(end - begin)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((begin, middle))
            begin, whole = middle, False
    if not whole:
        spans.append((begin, end))
    return spans[::-1]


def proof(spans: Sequence[Span], subtree: SubtreeHash) -> list[bytes]:
    return [subtree(begin, end) for begin, end in spans]


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a leaf hash stands at `index` under this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    number, last, found = index, size - 1, leaf
    for each in path:
        if last == 0:
            return False
        if number & 1 or number == last:
            found = node_hash(each, found)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            found = node_hash(found, each)
        number, last = number >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the tree of `new` leaves under `new_root` begins with the `old` under `old_root` (RFC 9162, 2.1.4.2)."""
    if old == new:
        return not path and old_root == new_root
    if not 0 < old < new or not path:
        return False
    rest = list(path) if old & (old - 1) else [old_root, *path]
    number, last = old - 1, new - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    old_found = new_found = rest[0]
    for each in rest[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            old_found, new_found = node_hash(each, old_found), node_hash(each, new_found)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            new_found = node_hash(new_found, each)
        number, last = number >> 1, last >> 1
    return last == 0 and old_found == old_root and new_found == new_root


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _lowest_bit(number: int) -> int:
    return number & -number
