"""What can go wrong, sorted by what to do about it. `code` is the contract; messages may change."""

from typing import ClassVar


class SuaError(Exception):
    """Anything SUA reports on purpose. Other exceptions are bugs."""

    code: ClassVar[str]


class Refused(SuaError):
    """The request is wrong; repeating it unchanged will fail again."""

    code = "REFUSED"


class Unavailable(SuaError):
    """Something SUA needs is away; the same request may succeed later."""

    code = "UNAVAILABLE"


class ConcurrentAppend(Unavailable):
    """Another writer appended to the stream since it was loaded: load and decide again."""

    code = "CONCURRENT_APPEND"


class TenantUnknown(Refused):
    """No such tenant, or none the caller may see: the two answer alike."""

    code = "NOT_FOUND"


class TenantErased(Refused):
    """The customer left and all that was kept of them was erased; nothing is written of them any more."""

    code = "TENANT_ERASED"


class ConsentMissing(Refused):
    """The tenant's administrator has not granted the permissions, or has withdrawn them."""

    code = "CONSENT_MISSING"


class FactUnreadable(SuaError):
    """A stored fact has an unknown name or shape. The log is newer than the code, or damaged."""

    code = "FACT_UNREADABLE"
