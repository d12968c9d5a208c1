"""The keys that wrap the keys of persons, by epoch: today's, the one it replaces, the next one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """`epoch` numbers today's key, which wraps what is new; every other key only unwraps.

    A new key is accepted everywhere before anything is wrapped by it, so processes may be restarted one by one.
    """

    epoch: int
    by_epoch: Mapping[int, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        for key in self.by_epoch.values():
            if len(key) != KEY_BYTES:
                raise ValueError(f"the master key has {len(key)} bytes, not {KEY_BYTES}")

    @classmethod
    def of(cls, current: bytes, epoch: int = 1, *, old: bytes | None = None, upcoming: bytes | None = None) -> Self:
        """`old`: of the epoch before. `upcoming`: of the epoch after."""
        given = {epoch - 1: old, epoch: current, epoch + 1: upcoming}
        return cls(epoch, {number: key for number, key in given.items() if key is not None})

    @property
    def oldest(self) -> bytes:
        return self.by_epoch[min(self.by_epoch)]

    def wrap(self, key: bytes) -> bytes:
        return aes_key_wrap(self.by_epoch[self.epoch], key)

    def unwrap(self, wrapped: bytes, epoch: int) -> bytes | None:
        """None: there is no key of that epoch here, or it is another one, or the bytes were damaged."""
        key = self.by_epoch.get(epoch)
        if key is None:
            return None
        try:
            return aes_key_unwrap(key, wrapped)
        except InvalidUnwrap:
            return None
