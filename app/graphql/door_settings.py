"""What the door needs to be told, and the exports that go by the same rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from app.domain.ids import DirectoryId
from app.graphql.http import BodyLimits
from app.graphql.limits import Limits
from app.graphql.live import LiveTerms


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """What the door needs to be told. `secret`: 32 bytes or more, for pseudonyms and cursors.

    `trusted`: the only documents that run, by hash; None: any does. `answers_bytes`: of answers kept; 0: none is.
    `look_seconds`: how long what was seen of rights and positions may be taken for true.
    `compiled` False: every question runs in the general way.
    """

    provider_directory: DirectoryId | None
    secret: bytes
    body: BodyLimits
    limits: Limits
    statement_timeout: timedelta
    introspection: bool = True
    trusted: Mapping[str, str] | None = None
    requests_per_minute: int = 6000
    answers_bytes: int = 64 * 2**20
    look_seconds: float = 0.0
    compiled: bool = True
    live: LiveTerms = field(default_factory=LiveTerms)
