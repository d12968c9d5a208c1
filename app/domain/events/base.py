"""What every fact has in common."""

from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Event(BaseModel):
    """An immutable fact about one customer's tenant.

    `happened_at` (UTC) is when it became true, as well as it can be known. When SUA learned it stands beside the
    fact in the log (`Recorded.recorded_at`) and never in it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClassVar[str]
    """Stored for ever. The class and its file may move; this may not."""

    schema_version: ClassVar[int] = 1
    """Raised with every change of stored shape, together with an upcaster."""

    happened_at: AwareDatetime
