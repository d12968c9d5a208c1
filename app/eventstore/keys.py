"""The key of each person: random, kept wrapped, and the only way to their values in the log.

Destroying the row of `subject_keys` erases the person from every fact at once; the facts stay.
"""

import hmac
from collections import OrderedDict
from collections.abc import Iterable
from os import urandom
from threading import Lock

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from app.domain.errors import SuaError
from app.domain.ids import TenantId
from app.eventstore.appending import refuse_erased
from app.eventstore.arrays import Byteas, Texts
from app.eventstore.pools import Connection, Pool, borrowed

_KEY_BYTES = 32
_EPOCH = 1
_CACHED = 5_000
_PSEUDONYM_DIGITS = 32


class KeyUnusable(SuaError):
    """A person's key does not unwrap: the master key is another one, or the row was damaged. Never "erased"."""

    code = "KEY_UNUSABLE"


class KeyRing:
    """Keys by (tenant, subject), the 5,000 used last (2.5 kB each) kept unwrapped. Safe to share by threads."""

    def __init__(self, pool: Pool, master_key: bytes) -> None:
        if len(master_key) != _KEY_BYTES:
            raise ValueError(f"the master key has {len(master_key)} bytes, not {_KEY_BYTES}")
        self._pool = pool
        self._master_key = master_key
        self._lock = Lock()
        self._keys: OrderedDict[tuple[TenantId, str], AESGCM] = OrderedDict()
        self._peppers: dict[TenantId, bytes] = {}

    def cached(self, tenant: TenantId, subject: str) -> AESGCM | None:
        with self._lock:
            key = self._keys.get((tenant, subject))
            if key is not None:
                self._keys.move_to_end((tenant, subject))
            return key

    def existing(self, tenant: TenantId, subjects: Iterable[str]) -> dict[str, AESGCM]:
        """Keys of those who have one; who has none was erased. At most one query."""
        found, unknown = self._look_up(tenant, subjects)
        if unknown:
            with borrowed(self._pool) as connection:
                fetched = self._fetch(connection, tenant, unknown)
            found |= self._kept(tenant, fetched)
        return found

    def ensured(self, tenant: TenantId, subjects: Iterable[str]) -> dict[str, AESGCM]:
        """Keys of all, made where there is none yet. Of two who make one at the same time, one wins for both.

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

    def pseudonym(self, tenant: TenantId, value: str) -> str:
        """The subject of a value that is all we know of a person: the same for the same value of the same tenant.

        Keyed, since all telephone numbers there are can be hashed within hours.
        """
        digest = hmac.digest(self._pepper(tenant), value.encode("utf-8", "surrogatepass"), "sha256").hex()
        return f"x/{digest[:_PSEUDONYM_DIGITS]}"

    def _look_up(self, tenant: TenantId, subjects: Iterable[str]) -> tuple[dict[str, AESGCM], list[str]]:
        found: dict[str, AESGCM] = {}
        unknown: list[str] = []
        for subject in subjects:
            key = self.cached(tenant, subject)
            if key is None:
                unknown.append(subject)
            else:
                found[subject] = key
        return found, unknown

    def _fetch(self, connection: Connection, tenant: TenantId, subjects: list[str]) -> dict[str, AESGCM]:
        rows = connection.execute(
            "SELECT subject, wrapped FROM subject_keys WHERE tenant_id = %s AND subject = ANY(%s)",
            (tenant, Texts([subject.encode() for subject in subjects])),
            binary=True,
        )
        return {subject: AESGCM(self._unwrap(tenant, subject, wrapped)) for subject, wrapped in rows}

    def _make(self, connection: Connection, tenant: TenantId, subjects: list[str]) -> dict[str, AESGCM]:
        """New keys, of those subjects only that nobody else made one for meanwhile."""
        keys = {subject: urandom(_KEY_BYTES) for subject in subjects}
        made = connection.execute(
            "INSERT INTO subject_keys (tenant_id, subject, wrapped, epoch) "
            "SELECT %s, new.subject, new.wrapped, %s FROM unnest(%s, %s) AS new (subject, wrapped) "
            "WHERE (SELECT tenant_stays(%s)) "
            "ON CONFLICT (tenant_id, subject) DO NOTHING RETURNING subject",
            (
                tenant,
                _EPOCH,
                Texts([subject.encode() for subject in keys]),
                Byteas([aes_key_wrap(self._master_key, key) for key in keys.values()]),
                tenant,
            ),
            binary=True,
        )
        return {subject: AESGCM(keys[subject]) for (subject,) in made}

    def _kept(self, tenant: TenantId, fetched: dict[str, AESGCM]) -> dict[str, AESGCM]:
        with self._lock:
            for subject, key in fetched.items():
                self._keys[tenant, subject] = key
            while len(self._keys) > _CACHED:
                self._keys.popitem(last=False)
        return fetched

    def _unwrap(self, tenant: TenantId, subject: str, wrapped: bytes) -> bytes:
        try:
            return aes_key_unwrap(self._master_key, wrapped)
        except InvalidUnwrap as error:
            raise KeyUnusable(
                f"The key of {subject} in tenant {tenant} cannot be unwrapped with this master key."
            ) from error

    def _pepper(self, tenant: TenantId) -> bytes:
        pepper = self._peppers.get(tenant)
        if pepper is None:
            pepper = HKDF(SHA256(), _KEY_BYTES, salt=tenant.bytes, info=b"sua pseudonym").derive(self._master_key)
            self._peppers[tenant] = pepper
        return pepper
