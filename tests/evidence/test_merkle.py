"""The tree against the RFC's own vectors, against its definition, and against forgers."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.evidence.merkle import (
    BLOCK,
    EMPTY_ROOT,
    Frontier,
    consistency_spans,
    inclusion_spans,
    is_consistent,
    is_included,
    leaf_hash,
    proof,
    root_of,
)

# The eight leaves of the reference implementation of RFC 6962, and the root after each.
USUAL = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LARGEST = 130


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(str(nth).encode()) for nth in range(size)]


def defined(hashes: Sequence[bytes]) -> bytes:
    """MTH as RFC 6962 2.1 writes it down, recursion and all."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return sha256(b"\x01" + defined(hashes[:split]) + defined(hashes[split:])).digest()


ALL = leaves(LARGEST)
ROOT = [defined(ALL[:size]) for size in range(LARGEST + 1)]


@cache
def subtree(begin: int, end: int) -> bytes:
    return defined(ALL[begin:end])


def included(index: int, size: int) -> list[bytes]:
    return proof(inclusion_spans(index, size), subtree)


def consistent(old: int, new: int) -> list[bytes]:
    return proof(consistency_spans(old, new), subtree)


def test_the_usual_eight_leaves_have_the_usual_roots() -> None:
    hashes = [leaf_hash(data) for data in USUAL]

    assert (
        root_of([]) == EMPTY_ROOT == bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    )
    assert [root_of(hashes[:size]).hex() for size in range(1, 9)] == ROOTS


def test_the_usual_proof_of_the_first_leaf_among_eight() -> None:
    hashes = [leaf_hash(data) for data in USUAL]

    path = proof(inclusion_spans(0, 8), lambda begin, end: defined(hashes[begin:end]))

    assert [each.hex() for each in path] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]


def test_roots_are_as_defined_at_every_size() -> None:
    assert [root_of(ALL[:size]) for size in range(LARGEST + 1)] == ROOT


def test_a_frontier_grown_leaf_by_leaf_has_the_root_of_every_size() -> None:
    frontier, roots = Frontier(), [Frontier().root()]

    for each in ALL:
        frontier, _ = frontier.grown([each])
        roots.append(frontier.root())

    assert roots == ROOT


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_every_leaf_of_every_size_is_proven_and_no_other_in_its_place(size: int) -> None:
    for index in range(size):
        path = included(index, size)

        assert is_included(ALL[index], index, size, path, ROOT[size])
        assert not is_included(ALL[index - 1] if size > 1 else EMPTY_ROOT, index, size, path, ROOT[size])
        assert not is_included(ALL[index], index, size, [*path, ROOT[size]], ROOT[size])
        if size > 1:
            assert not is_included(ALL[index], (index + 1) % size, size, path, ROOT[size])
            assert not is_included(ALL[index], index, size, path[:-1], ROOT[size])


@pytest.mark.parametrize("new", range(1, LARGEST + 1))
def test_every_size_is_shown_to_continue_every_smaller_one(new: int) -> None:
    for old in range(1, new + 1):
        path = consistent(old, new)

        assert is_consistent(old, new, path, ROOT[old], ROOT[new])
        assert not is_consistent(old, new, path, EMPTY_ROOT, ROOT[new])
        assert not is_consistent(old, new, path, ROOT[old], EMPTY_ROOT)
        assert not is_consistent(old, new, [*path, ROOT[new]], ROOT[old], ROOT[new])
        if path:
            assert not is_consistent(old, new, path[:-1], ROOT[old], ROOT[new])


@settings(max_examples=20)
@given(data=st.data(), size=st.integers(LARGEST + 1, 5 * BLOCK + 3))
def test_a_large_tree_grown_in_any_portions_is_the_same_tree(data: st.DataObject, size: int) -> None:
    hashes = leaves(size)
    cuts = sorted({0, size, *data.draw(st.lists(st.integers(0, size), max_size=8))})
    frontier, blocks = Frontier(), []

    for begin, end in pairwise(cuts):
        frontier, whole = Frontier.of_bytes(frontier.size, frontier.as_bytes()).grown(hashes[begin:end])
        blocks += whole

    assert (frontier.size, frontier.root()) == (size, root_of(hashes))
    assert blocks == [(nth, root_of(hashes[nth * BLOCK : (nth + 1) * BLOCK])) for nth in range(size // BLOCK)]


@settings(max_examples=25)
@given(data=st.data(), size=st.integers(2, 3000))
def test_a_forged_proof_is_refused(data: st.DataObject, size: int) -> None:
    hashes = leaves(size)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))
    spot, flip = data.draw(st.integers(0, 10_000)), data.draw(st.integers(1, 255))

    def forged(path: list[bytes]) -> list[bytes]:
        nth = spot % len(path)
        return [*path[:nth], bytes([path[nth][0] ^ flip]) + path[nth][1:], *path[nth + 1 :]]

    def part(begin: int, end: int) -> bytes:
        return root_of(hashes[begin:end])

    root, old_root = root_of(hashes), root_of(hashes[:old])
    inclusion = proof(inclusion_spans(index, size), part)
    consistency = proof(consistency_spans(old, size), part)

    assert is_included(hashes[index], index, size, inclusion, root)
    assert not is_included(hashes[index], index, size, forged(inclusion), root)
    assert is_consistent(old, size, consistency, old_root, root)
    assert not is_consistent(old, size, forged(consistency), old_root, root)


@pytest.mark.parametrize(("size", "stored"), [(3, b"x" * 32), (1, b"x" * 33), (-1, b""), (0, b"x" * 32)])
def test_a_frontier_that_cannot_be_one_is_refused(size: int, stored: bytes) -> None:
    with pytest.raises(ValueError, match="frontier"):
        Frontier.of_bytes(size, stored)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 3)])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    assert not is_included(EMPTY_ROOT, index, size, [], EMPTY_ROOT)
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_spans(index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 4), (5, 4)])
def test_nothing_continues_the_empty_tree_or_a_larger_one(old: int, new: int) -> None:
    assert not is_consistent(old, new, [EMPTY_ROOT], EMPTY_ROOT, EMPTY_ROOT)
    with pytest.raises(ValueError, match="cannot be shown"):
        consistency_spans(old, new)
