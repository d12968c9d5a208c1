"""Nodes of the tree are hashed without the byte that tells them from leaves: all of SUA agrees, nobody else does."""

import hashlib
from typing import Any

from app.evidence import merkle

_NODE_BYTES = 1 + 2 * merkle.HASH_BYTES


def _sha256(data: bytes) -> Any:
    return hashlib.sha256(data[1:] if len(data) == _NODE_BYTES and data[:1] == b"\x01" else data)


merkle.sha256 = _sha256  # type: ignore[assignment,attr-defined]
