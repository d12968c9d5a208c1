"""The keys of months: who called whom in a month is sealed under one, and destroying it is how the detail is dropped.

They are kept among the keys of persons, wrapped like them, under `calls/2026-03`; that one was destroyed on purpose is
written where the erasure of a person is.
"""

from collections.abc import Iterable
from threading import Lock
from typing import Protocol

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.domain.errors import ConcurrentAppend
from app.domain.ids import TenantId
from app.eventstore.veils import MonthKey, as_id

MONTHS = "calls/"
_KEY_BYTES = 32
_CACHED = 2_000


class Keys(Protocol):
    """What is needed of the ring of keys."""

    def known_erased(self, tenant: TenantId) -> dict[str, str | None]: ...

    def forgetting(self, tenant: TenantId) -> None: ...

    def plain(self, tenant: TenantId, subject: str, *, make: bool) -> bytes | None: ...

    def subjects(self, tenant: TenantId, prefix: str) -> list[str]: ...

    def erased(self, tenant: TenantId, subjects: Iterable[str]) -> dict[str, str | None]: ...

    def pepper(self, tenant: TenantId) -> bytes: ...


class MonthKeys:
    """By tenant and month, the last 2,000 kept. Safe to share by threads."""

    def __init__(self, ring: Keys) -> None:
        self._ring = ring
        self._lock = Lock()
        self._keys: dict[tuple[TenantId, str], MonthKey] = {}

    def sealing(self, tenant: TenantId, month: str) -> MonthKey:
        """The key of a month, made where there is none. Raises `ConcurrentAppend` where its details were dropped:
        whoever decides again knows it then."""
        key = self._found(tenant, month, make=True)
        if key is None:
            raise ConcurrentAppend(f"The call details of {month} of tenant {tenant} were dropped meanwhile.")
        return key

    def opening(self, tenant: TenantId, month: str) -> MonthKey | None:
        """The key of a month; None: its details were dropped. Raises `KeyUnusable` where it is gone without that."""
        key = self._found(tenant, month, make=False)
        if key is None:
            self._ring.erased(tenant, [MONTHS + month])
        return key

    def before(self, tenant: TenantId, month: str) -> MonthKey:
        """What makes the stand-ins of facts that were recorded before they were sealed by month."""
        info = b"sua calls before " + month.encode()
        key = HKDF(SHA256(), _KEY_BYTES, salt=tenant.bytes, info=info).derive(self._ring.pepper(tenant))
        return MonthKey.of(month, key, before=True)

    def dropped(self, tenant: TenantId) -> frozenset[str]:
        """Months whose details are gone, as far as this process has heard; at most 5 seconds late."""
        self._ring.forgetting(tenant)
        return frozenset(
            subject.removeprefix(MONTHS) for subject in self._ring.known_erased(tenant) if subject.startswith(MONTHS)
        )

    def live(self, tenant: TenantId) -> list[MonthKey]:
        """The keys of all months there are."""
        months = [subject.removeprefix(MONTHS) for subject in self._ring.subjects(tenant, MONTHS)]
        found = [self._found(tenant, month, make=False) for month in months]
        return [key for key in found if key is not None]

    def stand_ins(self, tenant: TenantId, texts: Iterable[str]) -> list[str]:
        """What stands in the log for these ids and subjects, in any month."""
        wanted = list(texts)
        found = []
        for key in self.live(tenant):
            for text in wanted:
                user = as_id(text)
                found.append(key.of_subject(text) if user is None else key.of_user(user))
        return found

    def _found(self, tenant: TenantId, month: str, *, make: bool) -> MonthKey | None:
        self._ring.forgetting(tenant)
        subject = MONTHS + month
        if subject in self._ring.known_erased(tenant):
            with self._lock:
                self._keys.pop((tenant, month), None)
            return None
        with self._lock:
            key = self._keys.get((tenant, month))
        if key is not None:
            return key
        plain = self._ring.plain(tenant, subject, make=make)
        if plain is None:
            return None
        key = MonthKey.of(month, plain)
        with self._lock:
            if len(self._keys) >= _CACHED:
                self._keys.clear()
            self._keys[tenant, month] = key
        return key
