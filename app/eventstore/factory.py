"""Our log as a persistence module of the eventsourcing package: `PERSISTENCE_MODULE=app.eventstore.factory`.

Its settings, in the package's own environment: `LOG_DATABASE_URL` (as sua_writer), `LOG_TENANT` (a UUID: one
application is one tenant's log), `LOG_MASTER_KEY` (32 bytes, base64), `LOG_POOL_SIZE` (default 4).
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.persistence import (
    InfrastructureFactory,
    InfrastructureFactoryError,
    Mapper,
    NotSupportedError,
    ProcessRecorder,
    TrackingRecorder,
    Transcoder,
)
from eventsourcing.utils import Environment, EnvType
from typing_extensions import override

from app.clock import SystemClock
from app.domain.ids import TenantId
from app.eventstore.keys import KeyRing
from app.eventstore.mapper import FactMapper
from app.eventstore.pools import writer_pool
from app.eventstore.recorder import TenantAggregateRecorder, TenantRecorder

_T = TypeVar("_T")


class LogFactory(InfrastructureFactory[TrackingRecorder]):
    """Recorders and mapper of one tenant, sharing one pool, which `close` closes."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        for setting in (self.CIPHER_TOPIC, self.COMPRESSOR_TOPIC, "CIPHER_KEY"):
            if self.env.get(setting):
                raise InfrastructureFactoryError(f"{setting}: facts are canonical JSON, sealed per person by the log")
        self._tenant = TenantId(self._given("LOG_TENANT", UUID))
        master_key = self._given("LOG_MASTER_KEY", lambda text: b64decode(text, validate=True))
        self._pool = writer_pool(self._given("LOG_DATABASE_URL", str), int(self.env.get("LOG_POOL_SIZE", "4")))
        self._keys = KeyRing(self._pool, master_key)
        self._clock = SystemClock()

    @override
    def mapper(
        self, transcoder: Transcoder | None = None, mapper_class: type[Mapper[Any]] | None = None
    ) -> Mapper[Any]:
        """Always ours: another transcoder or mapper would write what the rest of SUA cannot read."""
        return FactMapper(self._tenant, self._keys)

    def aggregate_recorder(self, purpose: str = "events") -> TenantAggregateRecorder:
        if purpose != "events":
            raise NotSupportedError(f"no {purpose}: folded states are kept by the store's append_seats")
        return TenantAggregateRecorder(self._pool, self._tenant, self._clock)

    def application_recorder(self) -> TenantRecorder:
        return TenantRecorder(self._pool, self._tenant, self._clock)

    @override
    def tracking_recorder(self, tracking_recorder_class: type[TrackingRecorder] | None = None) -> TrackingRecorder:
        raise NotSupportedError("checkpoints belong to the projections")

    def process_recorder(self) -> ProcessRecorder:
        raise NotSupportedError("checkpoints belong to the projections")

    def close(self) -> None:
        self._pool.close()

    def _given(self, setting: str, read: Callable[[str], _T]) -> _T:
        text = self.env.get(setting)
        if not text:
            raise InfrastructureFactoryError(f"{setting} is not set")
        try:
            return read(text)
        except (ValueError, NotBase64) as error:
            raise InfrastructureFactoryError(f"{setting} cannot be read") from error
