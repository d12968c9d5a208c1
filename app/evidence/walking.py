"""Going through a log from one end to the other and saying where it first disagrees: with its hashes, its order, or
what was signed of it."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.domain.errors import SuaError
from app.domain.ids import TenantId
from app.evidence.merkle import Frontier
from app.evidence.notes import Checkpoint
from app.evidence.rows import Entry, leaf_of

_EARLIEST = -(1 << 63)


@dataclass(frozen=True, slots=True)
class Fault:
    """`position`: the first that does not agree, as near as that can be told. `what`: one clause, nothing personal."""

    tenant: TenantId
    position: int
    what: str

    def __str__(self) -> str:
        return f"tenant {self.tenant}, position {self.position}: {self.what}"


class EvidenceBroken(SuaError):
    """A log, or what was signed of it, is not what it was."""

    code: ClassVar[str] = "EVIDENCE_BROKEN"

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{str(fault)[0].upper()}{str(fault)[1:]}.")
        self.fault = fault


class Walk:
    """The tree as it grows from a trusted frontier. Ends at the first fault.

    `marks`: checkpoints whose signatures were checked; each is compared when the tree has its size.
    """

    def __init__(self, tenant: TenantId, frontier: Frontier, marks: Iterable[Checkpoint]) -> None:
        self.frontier = frontier
        self.fault: Fault | None = None
        self._tenant = tenant
        self._begun = self._agreed = frontier.size
        self._recorded_at = _EARLIEST
        self._marks = deque(sorted((mark for mark in marks if mark.size >= frontier.size), key=lambda mark: mark.size))

    def take(self, batch: Sequence[Entry]) -> list[tuple[int, bytes]]:
        """Go on with these rows. Returns the blocks of the tree that became whole."""
        leaves: list[bytes] = []
        wrong = None
        position = self.frontier.size
        for entry in batch:
            position += 1
            leaf = leaf_of(self._tenant, entry)
            wrong = self._wrong(position, entry, leaf)
            if wrong is not None:
                break
            leaves.append(leaf)
        blocks = self._grow(leaves)
        if wrong is not None:
            self._fail(min(position, entry.position), wrong)
        return blocks

    def end(self, head: int) -> None:
        """There are no more rows, and the log says that it ends at `head`."""
        size = self.frontier.size
        self._compare()
        if head < self._begun:
            self._fail(head + 1, f"the log ends here, and a checkpoint of size {self._begun} was signed")
        elif self._marks:
            self._fail(size + 1, f"the log ends here, and a checkpoint of size {self._marks[-1].size} was signed")
        elif size < head:
            self._fail(size + 1, f"the log ends here, and its head says {head}")
        elif size > head:
            self._fail(head + 1, f"the log goes on to {size}, and its head says {head}")

    def _wrong(self, position: int, entry: Entry, leaf: bytes) -> str | None:
        if entry.position > position:
            return "the fact is missing"
        if entry.position < position:
            return "the position stands in the log twice"
        if leaf != entry.leaf:
            return "the fact is not the one its hash was made of"
        recorded_at = int.from_bytes(entry.recorded_at, "big", signed=True)
        if recorded_at < self._recorded_at:
            return "the fact was recorded before the one in front of it"
        self._recorded_at = recorded_at
        return None

    def _grow(self, leaves: Sequence[bytes]) -> list[tuple[int, bytes]]:
        blocks: list[tuple[int, bytes]] = []
        done = 0
        self._compare()
        while done < len(leaves) and self.fault is None:
            end = len(leaves)
            if self._marks:
                end = min(end, done + self._marks[0].size - self.frontier.size)
            self.frontier, whole = self.frontier.grown(leaves[done:end])
            blocks += whole
            done = end
            self._compare()
        return blocks

    def _compare(self) -> None:
        while self._marks and self._marks[0].size == self.frontier.size and self.fault is None:
            mark = self._marks.popleft()
            if mark.root != self.frontier.root():
                self._fail(
                    min(self._agreed + 1, mark.size),
                    f"up to position {mark.size} the facts are not those of the checkpoint of that size",
                )
            self._agreed = mark.size

    def _fail(self, position: int, what: str) -> None:
        if self.fault is None:
            self.fault = Fault(self._tenant, position, what)
