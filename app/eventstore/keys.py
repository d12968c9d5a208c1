"""The key of each person: random, kept wrapped, and the only way to their values in the log.

Destroying the row of `subject_keys` erases the person from every fact at once; the facts stay. That it was destroyed on
purpose stands in `erased_subjects`, for ever: a key that is missing without such a row is an alarm, and for a subject
with one no key is made or taken any more.
"""

import hmac
from collections import OrderedDict
from collections.abc import Iterable
from os import urandom
from threading import Lock
from time import monotonic
from weakref import proxy

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.domain.errors import SuaError
from app.domain.ids import TenantId
from app.eventstore.appending import refuse_erased
from app.eventstore.arrays import Byteas, Texts
from app.eventstore.erased import Erased, erased_after
from app.eventstore.master_keys import KEY_BYTES, MasterKeys
from app.eventstore.month_keys import MonthKeys
from app.eventstore.pools import Connection, Pool, borrowed
from app.eventstore.veils import VALUES

PEPPER = "pepper"
"""The row of `subject_keys` that holds no person's key but what the tenant's pseudonyms are made with."""

_CACHED = 5_000
_PSEUDONYM_DIGITS = 32

_FORGOTTEN_WITHIN_S = 5.0
"""How long a process may go on using a key that another one destroyed. Tables are safe from it: see `refresh`."""


class KeyUnusable(SuaError):
    """A person's key does not unwrap, or is gone and no erasure is recorded: another master key, a damaged row, a loss.

    Never "erased".
    """

    code = "KEY_UNUSABLE"


class KeyRing:
    """Keys by (tenant, subject), the 5,000 used last (2.5 kB each) kept unwrapped. Safe to share by threads."""

    def __init__(self, pool: Pool, master_keys: MasterKeys | bytes) -> None:
        """`master_keys` as bytes: there is one, of the first epoch."""
        self._pool = pool
        self._master = MasterKeys.of(master_keys) if isinstance(master_keys, bytes) else master_keys
        self._lock = Lock()
        self._keys: OrderedDict[tuple[TenantId, str], AESGCM] = OrderedDict()
        self._erased: dict[TenantId, Erased] = {}
        self._refreshed_at: dict[TenantId, float] = {}
        self._peppers: dict[TenantId, bytes] = {}
        self.months = MonthKeys(proxy(self))  # no cycle: ten megabytes of keys would wait for a search that is rare

    def cached(self, tenant: TenantId, subject: str) -> AESGCM | None:
        with self._lock:
            key = self._keys.get((tenant, subject))
            if key is not None:
                self._keys.move_to_end((tenant, subject))
            return key

    def existing(self, tenant: TenantId, subjects: Iterable[str]) -> dict[str, AESGCM]:
        """Keys of those who have one and were not erased. At most two queries."""
        found, unknown = self._look_up(tenant, subjects)
        if unknown:
            with borrowed(self._pool) as connection:
                fetched = self._fetch(connection, tenant, unknown)
            found |= self._kept(tenant, fetched)
        return found

    def ensured(self, tenant: TenantId, subjects: Iterable[str]) -> dict[str, AESGCM]:
        """Keys of all but the erased, made where there is none yet. Of two who make one at once, one wins for both.

        Raises `TenantErased`.
        """
        found, unknown = self._look_up(tenant, subjects)
        if unknown:
            with borrowed(self._pool) as connection:
                fetched = self._fetch(connection, tenant, unknown)
                new = sorted(set(unknown) - fetched.keys())  # sorted, so that two writers cannot wait for each other
                if new:
                    fetched |= self._make(connection, tenant, new)
                lost = [subject for subject in new if subject not in fetched]
                if lost:
                    refuse_erased(connection, tenant)
                    fetched |= self._fetch(connection, tenant, lost)
            found |= self._kept(tenant, fetched)  # after the commit: nothing is sealed with a key that is not there
        return found

    def erased(self, tenant: TenantId, subjects: Iterable[str]) -> dict[str, str | None]:
        """Which of these were erased, each with what stays of its value. Raises `KeyUnusable` for all others: a key
        that is gone without a word of its erasure is lost, or somebody took it."""
        wanted = set(subjects)
        if not wanted:
            return {}
        if not wanted <= self.known_erased(tenant).keys():
            self.refresh(tenant)
        known = self.known_erased(tenant)
        lost = sorted(wanted - known.keys())
        if lost:
            raise KeyUnusable(f"The key of {lost[0]} in tenant {tenant} is not there, and no erasure is recorded.")
        return {subject: known[subject] for subject in wanted}

    def told(self, tenant: TenantId, subjects: Iterable[str]) -> dict[str, str | None]:
        """As `erased`, of those of whom nothing is sealed: nobody who is not known to be erased is missed."""
        known = self.known_erased(tenant)
        wanted = set(subjects)
        dropped = {subject for subject in wanted if subject.startswith(VALUES)}
        told = {subject: known[subject] for subject in wanted if subject in known}
        return told | self._digits(tenant, dropped) if dropped else told

    def _digits(self, tenant: TenantId, dropped: Iterable[str]) -> dict[str, str | None]:
        """What stays of the values of months whose details were dropped: see `app.domain.retention.priced_part`."""
        told: dict[str, str | None] = dict.fromkeys(dropped)
        with borrowed(self._pool, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT stand_in, told FROM dropped_digits WHERE tenant_id = %s AND stand_in = ANY (%s)",
                (tenant, Texts([each.encode() for each in told])),
            ).fetchall()
        return told | dict(rows)

    def refresh(self, tenant: TenantId) -> None:
        """Forget the keys of everybody erased by now. Whoever writes tables does this after reading facts."""
        with self._lock:
            erased = self._erased.setdefault(tenant, Erased())
        with borrowed(self._pool, autocommit=True) as connection:
            news = erased_after(connection, tenant, erased.position)
        with self._lock:
            erased.add(news)
            for subject, _, _ in news:
                self._keys.pop((tenant, subject), None)
            self._refreshed_at[tenant] = monotonic()

    def forgetting(self, tenant: TenantId) -> None:
        """`refresh`, if that is 5 seconds ago."""
        if monotonic() - self._refreshed_at.get(tenant, -_FORGOTTEN_WITHIN_S) >= _FORGOTTEN_WITHIN_S:
            self.refresh(tenant)

    def plain(self, tenant: TenantId, subject: str, *, make: bool) -> bytes | None:
        """A key itself, to derive others from; None: there is none, or it was destroyed. Not kept here."""
        with borrowed(self._pool) as connection:
            found = self._fetch(connection, tenant, [subject])
            if not found and make:
                self._insert(connection, tenant, {subject: urandom(KEY_BYTES)})
                found = self._fetch(connection, tenant, [subject])
            if not found and make:
                refuse_erased(connection, tenant)
        if not found and make:
            self.refresh(tenant)
        return found.get(subject)

    def subjects(self, tenant: TenantId, prefix: str) -> list[str]:
        """Of the keys there are, those whose subject begins so."""
        with borrowed(self._pool, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT subject FROM subject_keys WHERE tenant_id = %s AND subject >= %s AND subject < %s",
                (tenant, prefix, prefix + "\U0010ffff"),
            ).fetchall()
        return [subject for (subject,) in rows]

    def pseudonym(self, tenant: TenantId, value: str) -> str:
        """The subject of a value that is all we know of a person: the same for the same value of the same tenant.

        Keyed, since all telephone numbers there are can be hashed within hours.
        """
        digest = hmac.digest(self.pepper(tenant), value.encode("utf-8", "surrogatepass"), "sha256").hex()
        return f"x/{digest[:_PSEUDONYM_DIGITS]}"

    def known_erased(self, tenant: TenantId) -> dict[str, str | None]:
        """As far as this process has heard: see `forgetting`."""
        with self._lock:
            erased = self._erased.get(tenant)
            return {} if erased is None else erased.told

    def _look_up(self, tenant: TenantId, subjects: Iterable[str]) -> tuple[dict[str, AESGCM], list[str]]:
        self.forgetting(tenant)
        erased = self.known_erased(tenant)
        found: dict[str, AESGCM] = {}
        unknown: list[str] = []
        for subject in subjects:
            if subject in erased:
                continue
            key = self.cached(tenant, subject)
            if key is None:
                unknown.append(subject)
            else:
                found[subject] = key
        return found, unknown

    def _fetch(self, connection: Connection, tenant: TenantId, subjects: list[str]) -> dict[str, bytes]:
        rows = connection.execute(
            "SELECT subject, wrapped, epoch FROM subject_keys AS held WHERE tenant_id = %s AND subject = ANY(%s) "
            "AND NOT EXISTS (SELECT FROM erased_subjects AS gone "
            "WHERE gone.tenant_id = held.tenant_id AND gone.subject = held.subject)",
            (tenant, Texts([subject.encode() for subject in subjects])),
            binary=True,
        )
        return {subject: self._unwrap(tenant, subject, wrapped, epoch) for subject, wrapped, epoch in rows}

    def _make(self, connection: Connection, tenant: TenantId, subjects: list[str]) -> dict[str, bytes]:
        """New keys, of those subjects only that were not erased and nobody else made one for meanwhile."""
        keys = {subject: urandom(KEY_BYTES) for subject in subjects}
        made = self._insert(connection, tenant, keys)
        return {subject: keys[subject] for subject in made}

    def _insert(self, connection: Connection, tenant: TenantId, keys: dict[str, bytes]) -> list[str]:
        made = connection.execute(
            "INSERT INTO subject_keys (tenant_id, subject, wrapped, epoch) "
            "SELECT %s, new.subject, new.wrapped, %s FROM unnest(%s, %s) AS new (subject, wrapped) "
            "WHERE (SELECT tenant_stays(%s)) AND NOT EXISTS (SELECT FROM erased_subjects AS gone "
            "WHERE gone.tenant_id = %s AND gone.subject = new.subject) "
            "ON CONFLICT (tenant_id, subject) DO NOTHING RETURNING subject",
            (
                tenant,
                self._master.epoch,
                Texts([subject.encode() for subject in keys]),
                Byteas([self._master.wrap(key) for key in keys.values()]),
                tenant,
                tenant,
            ),
            binary=True,
        )
        return [subject for (subject,) in made]

    def _kept(self, tenant: TenantId, fetched: dict[str, bytes]) -> dict[str, AESGCM]:
        made = {subject: AESGCM(key) for subject, key in fetched.items()}
        with self._lock:
            for subject, key in made.items():
                self._keys[tenant, subject] = key
            while len(self._keys) > _CACHED:
                self._keys.popitem(last=False)
        return made

    def _unwrap(self, tenant: TenantId, subject: str, wrapped: bytes, epoch: int) -> bytes:
        key = self._master.unwrap(wrapped, epoch)
        if key is None:
            raise KeyUnusable(
                f"The key of {subject} in tenant {tenant}, epoch {epoch}, cannot be unwrapped with this master key."
            )
        return key

    def pepper(self, tenant: TenantId) -> bytes:
        """What pseudonyms are keyed with: kept like a person's key, so that it outlives the master key it came from."""
        pepper = self._peppers.get(tenant)
        if pepper is None:
            with borrowed(self._pool) as connection:
                pepper = self.kept_pepper(connection, tenant)
            self._peppers[tenant] = pepper
        return pepper

    def kept_pepper(self, connection: Connection, tenant: TenantId) -> bytes:
        """The tenant's pepper, kept from now on. Before it was, it followed from the first master key alone."""
        derived = HKDF(SHA256(), KEY_BYTES, salt=tenant.bytes, info=b"sua pseudonym").derive(self._master.oldest)
        self._insert(connection, tenant, {PEPPER: derived})
        row = connection.execute(
            "SELECT wrapped, epoch FROM subject_keys WHERE tenant_id = %s AND subject = %s",
            (tenant, PEPPER),
            binary=True,
        ).fetchone()
        if row is None:
            refuse_erased(connection, tenant)
            return derived
        return self._unwrap(tenant, PEPPER, row[0], row[1])
