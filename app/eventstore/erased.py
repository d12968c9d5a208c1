"""The table `erased_subjects`: whose keys were destroyed on purpose, written in the transaction that destroyed them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.ids import TenantId
from app.eventstore.arrays import Texts
from app.eventstore.pools import Connection

ErasedRow = tuple[str, str | None, int]
"""Subject, what stays of its value, position of the fact."""


@dataclass(slots=True)
class Erased:
    """What is known of one tenant's erased subjects, up to a position: later erasures stand at later ones."""

    position: int = 0
    told: dict[str, str | None] = field(default_factory=dict)

    def add(self, rows: Iterable[ErasedRow]) -> None:
        told = dict(self.told)  # readers go on with the dictionary they have
        for subject, left, position in rows:
            told[subject] = left
            self.position = max(self.position, position)
        self.told = told


def erased_after(connection: Connection, tenant: TenantId, position: int) -> list[ErasedRow]:
    return connection.execute(
        "SELECT subject, told, position FROM erased_subjects WHERE tenant_id = %s AND position > %s",
        (tenant, position),
        prepare=True,
    ).fetchall()


def destroy(connection: Connection, tenant: TenantId, told: Mapping[str, str | None], at: datetime) -> None:
    """Destroy the keys of these subjects and say so, after the append of the fact in the same transaction.

    `told`: what stays of each value.
    """
    connection.execute(
        """
        INSERT INTO erased_subjects (tenant_id, subject, told, position, erased_at)
        SELECT head.tenant_id, gone.subject, nullif(gone.told, ''), head.position, %s
        FROM tenant_heads AS head, unnest(%s, %s) AS gone (subject, told)
        WHERE head.tenant_id = %s ON CONFLICT (tenant_id, subject) DO NOTHING
        """,
        (
            at,
            Texts([subject.encode() for subject in told]),
            Texts([(left or "").encode() for left in told.values()]),
            tenant,
        ),
    )
    connection.execute(
        "DELETE FROM subject_keys WHERE tenant_id = %s AND subject = ANY (%s)",
        (tenant, Texts([subject.encode() for subject in told])),
    )


def forget_payloads(connection: Connection, tenant: TenantId, named: Sequence[str]) -> int:
    """Delete what is kept of Graph in plain text and holds one of these texts, in any case. Returns how much."""
    parts = [json.dumps(text)[1:-1].lower().encode() for text in named]
    return connection.execute(
        """
        DELETE FROM dead_letters AS kept USING unnest(%s) AS wanted (part)
        WHERE kept.tenant_id = %s
          AND position(wanted.part IN lower(concat_ws(' ', kept.key, kept.detail, kept.payload))) > 0
        """,
        (Texts(parts), tenant),
    ).rowcount
