"""That a customer's log was not altered: what was signed of it, and proof that a fact is in it."""

import base64
from datetime import datetime

import strawberry

from app.auth.viewer import ALL, Role, Viewer
from app.domain.ids import TenantId
from app.evidence import ledger
from app.graphql.context import Info
from app.graphql.scalars import Position

_OWN = frozenset({Role.CUSTOMER_ADMIN, Role.AUDITOR})


@strawberry.type(description="A signed statement of what a log held: the root of the Merkle tree over its facts.")
class LogCheckpoint:
    size: Position = strawberry.field(description="The last position it covers; it covers all from 1 on.")
    root: str = strawberry.field(description="SHA-256 root by RFC 9162 over the facts' hashes, base64.")
    made_at: datetime = strawberry.field(description="When it was signed, UTC.")
    note: str = strawberry.field(
        description="The signed note (C2SP tlog-checkpoint). Keep it: whatever the log says later can be held "
        "against it with the public key."
    )


@strawberry.type(description="Proof that a fact is in the log of the last checkpoint.")
class LogProof:
    position: Position = strawberry.field(description="The fact's place in the tenant's log.")
    size: Position = strawberry.field(description="The checkpoint's size: positions 1 to this.")
    path: list[str] = strawberry.field(description="Hashes from the leaf's sibling up to below the root, base64.")
    text: str = strawberry.field(
        description="All of it as a file (C2SP tlog-proof), the fact with sealed personal values included: "
        "`verify_log.py` checks it with the public key alone."
    )


@strawberry.type(description="Evidence that a log was not altered.")
class Ledger:
    tenant: strawberry.Private[TenantId]

    @strawberry.field(
        description="The last one; null: none was signed yet. One is signed every hour in which the log grew."
    )
    async def checkpoint(self, info: Info) -> LogCheckpoint | None:
        row = await ledger.newest(info.context.db, self.tenant)
        return (
            None
            if row is None
            else LogCheckpoint(
                size=Position(row.size),
                root=base64.b64encode(row.root).decode("ascii"),
                made_at=row.made_at,
                note=row.note,
            )
        )

    @strawberry.field(description="Of one fact; NOT_PROVABLE where no checkpoint covers it yet.")
    async def proof(self, info: Info, position: Position) -> LogProof:
        found = await ledger.proof(info.context.db, self.tenant, position)
        return LogProof(position=Position(found.position), size=Position(found.size), path=found.path, text=found.text)


@strawberry.type
class LedgerQuestions:
    """Mixed into Tenant."""

    tenant: strawberry.Private[TenantId]

    @strawberry.field(
        description="Evidence that the log was not altered, for the customer's auditors and administrators and the "
        "provider's administrators; null for everybody else."
    )
    async def ledger(self, info: Info) -> Ledger | None:
        asked = info.context
        if not _audits(asked.viewer, self.tenant):
            return None
        # Checkpoints are signed without a new fact: an answer kept by position would not tell of them.
        _ = asked.now
        return Ledger(tenant=self.tenant)


def _audits(viewer: Viewer, tenant: TenantId) -> bool:
    """A role counts where its own directory gives it: for its own tenants, and for the provider all."""
    if viewer.tenants is ALL and Role.PROVIDER_ADMIN in viewer.roles:
        return True
    return tenant in viewer.own and bool(viewer.roles & _OWN)
