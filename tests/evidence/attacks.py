"""What somebody who may do anything to the database does to a log, at a place drawn by lot.

`skilled`: they also know how leaves are made, and put every hash, position and head right again; what they cannot do is
sign. Each attack returns the positions between which the first fault must be named.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from random import Random

import psycopg
from psycopg import sql

from app.domain.ids import TenantId
from app.eventstore.leaf import body_digest, leaf, microseconds
from app.evidence.merkle import Frontier
from app.evidence.notes import Signer
from tests.evidence.given import NAME, OTHER_SEED

SIZES = (16, 30, 40)
"""At which the log was signed."""
LENGTH = 44
"""Its end has not been signed yet."""

Expected = tuple[int, int]
Attack = Callable[[psycopg.Connection, TenantId, Random, bool], Expected]


def change_a_byte(db: psycopg.Connection, tenant: TenantId, chance: Random, skilled: bool) -> Expected:
    place = _place(chance, skilled)
    (state,) = _one(db, "SELECT state FROM events WHERE tenant_id = %s AND position = %s", tenant, place)
    at = chance.randrange(len(state))
    changed = state[:at] + bytes([state[at] ^ chance.randrange(1, 256)]) + state[at + 1 :]
    db.execute("UPDATE events SET state = %s WHERE tenant_id = %s AND position = %s", (changed, tenant, place))
    return _covered(db, tenant, place, skilled)


def delete_one(db: psycopg.Connection, tenant: TenantId, chance: Random, skilled: bool) -> Expected:
    place = _place(chance, skilled)
    db.execute("DELETE FROM events WHERE tenant_id = %s AND position = %s", (tenant, place))
    if skilled:
        _renumber(db, tenant)
    return _covered(db, tenant, place, skilled)


def delete_the_newest(db: psycopg.Connection, tenant: TenantId, chance: Random, skilled: bool) -> Expected:
    # The unsigned end alone can be taken away unseen where the head is put right, too: until the next checkpoint.
    left = chance.randrange(SIZES[-1] if skilled else LENGTH)
    db.execute("DELETE FROM events WHERE tenant_id = %s AND position > %s", (tenant, left))
    if skilled:
        _renumber(db, tenant)
    return left + 1, left + 1


def insert_back_dated(db: psycopg.Connection, tenant: TenantId, chance: Random, skilled: bool) -> Expected:
    if not skilled:
        _copy(db, tenant, chance.randint(1, LENGTH // 2), LENGTH + 1)
        _as_another(db, tenant, LENGTH + 1)
        _rehash(db, tenant)
        db.execute("UPDATE tenant_heads SET position = %s WHERE tenant_id = %s", (LENGTH + 1, tenant))
        return LENGTH + 1, LENGTH + 1
    place = chance.randint(1, SIZES[-1] - 1)
    _copy(db, tenant, place, -1)
    _as_another(db, tenant, -1)
    db.execute("UPDATE events SET position = position + 1 WHERE tenant_id = %s AND position > %s", (tenant, place))
    db.execute("UPDATE events SET position = %s WHERE tenant_id = %s AND position < 0", (place + 1, tenant))
    _renumber(db, tenant)
    return _covered(db, tenant, place + 1, skilled=True)


def swap_two(db: psycopg.Connection, tenant: TenantId, chance: Random, skilled: bool) -> Expected:
    first, second = sorted(chance.sample(range(1, (SIZES[-1] if skilled else LENGTH) + 1), 2))
    swapped = "UPDATE events SET position = %s - position WHERE tenant_id = %s AND position IN (%s, %s)"
    db.execute(swapped, (first + second, tenant, first, second))
    begin, end = _covered(db, tenant, first, skilled)
    return begin, second if skilled else end  # at the latest there it was recorded too early


def duplicate(db: psycopg.Connection, tenant: TenantId, chance: Random, skilled: bool) -> Expected:
    place = chance.randint(1, SIZES[-1] - 1 if skilled else LENGTH)
    if skilled:
        _copy(db, tenant, place, place)
        _renumber(db, tenant)  # which of the two becomes the later one is PostgreSQL's choice
        return _covered(db, tenant, place, skilled=True)[0], place + 1
    if chance.random() < 0.5:
        _copy(db, tenant, place, place)
        return place, place
    _copy(db, tenant, place, LENGTH + 1)
    db.execute("UPDATE tenant_heads SET position = %s WHERE tenant_id = %s", (LENGTH + 1, tenant))
    return LENGTH + 1, LENGTH + 1


def change_a_time(db: psycopg.Connection, tenant: TenantId, chance: Random, skilled: bool) -> Expected:
    place = _place(chance, skilled)
    column = sql.Identifier(chance.choice(["happened_at", "recorded_at"]))
    by = timedelta(microseconds=chance.choice([-1, 1]) * chance.randint(1, 10**9))
    later = sql.SQL("UPDATE events SET {0} = {0} + %s WHERE tenant_id = %s AND position = %s").format(column)
    db.execute(later, (by, tenant, place))
    first, last = _covered(db, tenant, place, skilled)
    return first, last + 1  # set forward, it is the next one that seems to be recorded too early


def move_a_ciphertext(db: psycopg.Connection, tenant: TenantId, chance: Random, skilled: bool) -> Expected:
    rows = db.execute(
        "SELECT position, state FROM events WHERE tenant_id = %s AND name = 'UserDiscovered' AND position <= %s",
        (tenant, SIZES[-1] if skilled else LENGTH),
    ).fetchall()
    (one, source), (other, target) = chance.sample(rows, 2)
    state = json.loads(target)
    state["profile"]["display_name"] = json.loads(source)["profile"]["display_name"]
    moved = json.dumps(state, separators=(",", ":")).encode()
    db.execute("UPDATE events SET state = %s WHERE tenant_id = %s AND position = %s", (moved, tenant, other))
    assert one != other
    return _covered(db, tenant, other, skilled)


def rewrite_and_sign(db: psycopg.Connection, tenant: TenantId, chance: Random, skilled: bool) -> Expected:
    """Everything put right, signatures by another key under the same name; or, unskilled, an older copy restored."""
    if not skilled:
        older = chance.randint(SIZES[0], SIZES[-1] - 1)
        db.execute("DELETE FROM events WHERE tenant_id = %s AND position > %s", (tenant, older))
        db.execute("DELETE FROM signed_checkpoints WHERE tenant_id = %s AND size > %s", (tenant, older))
        _renumber(db, tenant)
        return SIZES[0], older + 1
    place = _place(chance, skilled)
    db.execute("UPDATE events SET name = name || 'X' WHERE tenant_id = %s AND position = %s", (tenant, place))
    _rehash(db, tenant)
    leaves = [
        leaf for (leaf,) in db.execute("SELECT leaf FROM events WHERE tenant_id = %s ORDER BY position", (tenant,))
    ]
    signer = Signer(NAME, OTHER_SEED)
    for size in SIZES:
        frontier, _ = Frontier().grown(leaves[:size])
        forged = signer.sign(tenant, size, frontier.root())
        db.execute(
            "UPDATE signed_checkpoints SET root = %s, note = %s, frontier = %s WHERE tenant_id = %s AND size = %s",
            (forged.root, forged.note, frontier.as_bytes(), tenant, size),
        )
    # The genuine notes outside name the stretch, too, which may begin before the first forged one.
    return 1 if place <= SIZES[0] else SIZES[0], SIZES[0]


ATTACKS: dict[str, Attack] = {
    attack.__name__: attack
    for attack in (
        change_a_byte,
        delete_one,
        delete_the_newest,
        insert_back_dated,
        swap_two,
        duplicate,
        change_a_time,
        move_a_ciphertext,
        rewrite_and_sign,
    )
}


def _place(chance: Random, skilled: bool) -> int:
    """Where no checkpoint stands behind it yet, somebody skilled is not found out: not before the next hour."""
    return chance.randint(1, SIZES[-1] if skilled else LENGTH)


def _covered(db: psycopg.Connection, tenant: TenantId, place: int, skilled: bool) -> Expected:
    """By its own hash a fact is named exactly, by a checkpoint the stretch that the checkpoint ends."""
    if not skilled:
        return place, place
    _rehash(db, tenant)
    begin = max((size for size in SIZES if size < place), default=0)
    return begin + 1, place


def _copy(db: psycopg.Connection, tenant: TenantId, place: int, to: int) -> None:
    db.execute(
        "INSERT INTO events SELECT tenant_id, %s, stream, version, name, schema, happened_at, recorded_at, cause,"
        " state, leaf FROM events WHERE tenant_id = %s AND position = %s LIMIT 1",
        (to, tenant, place),
    )


def _as_another(db: psycopg.Connection, tenant: TenantId, place: int) -> None:
    db.execute(
        "UPDATE events SET stream = 'coverage/forged', version = 1 WHERE tenant_id = %s AND position = %s",
        (tenant, place),
    )


def _renumber(db: psycopg.Connection, tenant: TenantId) -> None:
    """Positions and versions without a gap, the head at the end, every hash as it should be."""
    db.execute(
        "UPDATE events SET position = placed.nth, version = placed.version FROM ("
        " SELECT ctid, row_number() OVER (ORDER BY position) AS nth,"
        " row_number() OVER (PARTITION BY stream ORDER BY position) AS version FROM events WHERE tenant_id = %s"
        ") AS placed WHERE events.ctid = placed.ctid",
        (tenant,),
    )
    db.execute(
        "UPDATE tenant_heads SET position = (SELECT count(*) FROM events WHERE tenant_id = %(tenant)s)"
        " WHERE tenant_id = %(tenant)s",
        {"tenant": tenant},
    )
    _rehash(db, tenant)


def _rehash(db: psycopg.Connection, tenant: TenantId) -> None:
    rows = db.execute(
        "SELECT position, stream, version, name, schema, happened_at, recorded_at, cause, state FROM events"
        " WHERE tenant_id = %s",
        (tenant,),
    ).fetchall()
    made = [
        (
            leaf(
                tenant,
                position,
                recorded_at,
                body_digest(
                    stream.encode(), version, name.encode(), schema, microseconds(happened_at), cause.bytes, state
                ),
            ),
            tenant,
            position,
        )
        for position, stream, version, name, schema, happened_at, recorded_at, cause, state in rows
    ]
    db.cursor().executemany("UPDATE events SET leaf = %s WHERE tenant_id = %s AND position = %s", made)


def _one(db: psycopg.Connection, query: str, *given: object) -> tuple[bytes, ...]:
    row = db.execute(query.encode(), given).fetchone()
    assert row is not None
    return tuple(row)
