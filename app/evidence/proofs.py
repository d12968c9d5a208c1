"""Proofs an outsider can check with nothing but the public key: that a fact is in a log, that a log was continued.

In the forms of C2SP: `tlog-proof` with the fact as its extra data, and for consistency the lines of a witness's
`add-checkpoint` request, in front of the new checkpoint, with the old one behind it.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.domain.errors import Refused
from app.evidence.merkle import (
    BLOCK,
    consistency_spans,
    inclusion_spans,
    is_consistent,
    is_included,
    proof,
    root_of,
)
from app.evidence.notes import Checkpoint
from app.evidence.walking import EvidenceBroken, Fault

INCLUSION = "c2sp.org/tlog-proof@v1"
CONSISTENCY = "sua/consistency-proof@v1"


class NotProvable(Refused):
    """No checkpoint covers that position or has that size yet. `sua audit checkpoint` takes one now."""

    code: ClassVar[str] = "NOT_PROVABLE"


@dataclass(frozen=True, slots=True)
class Leaves:
    """Hashes a proof is made of: of single positions, and of whole blocks so that few positions are read."""

    leaves: Callable[[int, int], Sequence[bytes]]
    blocks: Callable[[int, int], Sequence[bytes]]

    def subtree(self, begin: int, end: int) -> bytes:
        """The root over a span of a proof. Such a span begins where a block does, or lies within one."""
        whole = end // BLOCK
        if begin % BLOCK or whole * BLOCK <= begin:
            return root_of(self.leaves(begin, end))
        hashes = list(self.blocks(begin // BLOCK, whole))
        if end % BLOCK:
            hashes.append(root_of(self.leaves(whole * BLOCK, end)))
        return root_of(hashes)


def inclusion(checkpoint: Checkpoint, position: int, leaf: bytes, known: Leaves) -> list[bytes]:
    """Hashes that prove a position of a checkpoint, checked. Raises EvidenceBroken where they do not prove it."""
    path = proof(inclusion_spans(position - 1, checkpoint.size), known.subtree)
    if not is_included(leaf, position - 1, checkpoint.size, path, checkpoint.root):
        why = f"it does not prove to be in the checkpoint of size {checkpoint.size}"
        raise EvidenceBroken(Fault(checkpoint.tenant, position, why))
    return path


def consistency(old: Checkpoint, new: Checkpoint, known: Leaves) -> list[bytes]:
    """Hashes that prove that one checkpoint continues the other, checked. Raises EvidenceBroken."""
    path = proof(consistency_spans(old.size, new.size), known.subtree)
    if not is_consistent(old.size, new.size, path, old.root, new.root):
        why = f"the checkpoint of size {new.size} does not prove to continue the one of size {old.size}"
        raise EvidenceBroken(Fault(old.tenant, old.size + 1, why))
    return path


def inclusion_text(checkpoint: Checkpoint, position: int, path: Sequence[bytes], fact: Mapping[str, object]) -> str:
    """A `.tlog-proof`. `fact`: a line of an export (app/evidence/fact_lines.py)."""
    extra = base64.b64encode(json.dumps(fact, ensure_ascii=False).encode()).decode("ascii")
    return "\n".join([INCLUSION, f"extra {extra}", f"index {position - 1}", *map(_b64, path), "", checkpoint.note])


def consistency_text(old: Checkpoint, new: Checkpoint, path: Sequence[bytes]) -> str:
    return "\n".join([CONSISTENCY, f"old {old.size}", *map(_b64, path), "", new.note, old.note])


def _b64(digest: bytes) -> str:
    return base64.b64encode(digest).decode("ascii")
