"""What Graph and Entra may answer, sorted by what to do about it; chosen by codes and status, never by text."""

from typing import ClassVar

from app.domain.errors import ConsentMissing, Refused, Unavailable


class GraphUnavailable(Unavailable):
    """No usable answer after all attempts: errors 5xx, broken connections, timeouts.

    `retry_after`: seconds Graph asked for, if it did.
    """

    code: ClassVar[str] = "GRAPH_UNAVAILABLE"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class GraphThrottled(Unavailable):
    """Still throttled after all attempts. `retry_after` is what Graph asked for last, in seconds, if it did."""

    code: ClassVar[str] = "GRAPH_THROTTLED"

    def __init__(self, message: str, retry_after: float | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BadUpstreamAnswer(Unavailable):
    """An answer that is not what Graph documents: HTML, cut off, too large, a property missing or of another type."""

    code: ClassVar[str] = "BAD_UPSTREAM_ANSWER"


class PagesRefused(BadUpstreamAnswer):
    """A next link left Graph's host, came twice, or there was no end of them."""


class CredentialRefused(Unavailable):
    """Entra refuses SUA's own secret or certificate, or finds its request malformed: the operator's to mend."""

    code: ClassVar[str] = "CREDENTIAL_REFUSED"


class RequestMalformed(CredentialRefused):
    """Entra finds SUA's own request malformed: a fault of SUA, no tenant's and no credential's."""


class TokenUnavailable(GraphUnavailable):
    """Entra gave no token for a passing reason."""


class ConsentLost(ConsentMissing):
    """The directory does not know SUA (any more): consent was never given or was withdrawn."""

    code: ClassVar[str] = "CONSENT_LOST"


class TenantBlocked(Refused):
    """The customer's own rules (Conditional Access, a disabled service principal) keep SUA out."""

    code: ClassVar[str] = "TENANT_BLOCKED"


class TenantGone(Refused):
    """Entra knows no such directory, or it lives in another national cloud."""

    code: ClassVar[str] = "TENANT_GONE"


class TokenRefused(Refused):
    """Entra refuses the token for another reason; its error codes stand in the message."""

    code: ClassVar[str] = "TOKEN_REFUSED"


class GraphRejected(Refused):
    """Graph refuses the request as it is. `graph_code` is Graph's own `error.code`."""

    code: ClassVar[str] = "GRAPH_REJECTED"

    def __init__(self, message: str, graph_code: str) -> None:
        super().__init__(message)
        self.graph_code = graph_code


class GraphForbidden(GraphRejected):
    """403, or 401 again with a fresh token: a permission is missing."""

    code: ClassVar[str] = "GRAPH_FORBIDDEN"


class NotPremium(GraphForbidden):
    """The tenant has no Entra ID P1, so it has no sign-in times. Says nothing about consent."""

    code: ClassVar[str] = "ENTRA_P1_MISSING"


class GraphNotFound(GraphRejected):
    """404: not there yet, or no more."""

    code: ClassVar[str] = "GRAPH_NOT_FOUND"


class GraphConflict(GraphRejected):
    """409, for instance a subscription that exists already: adopt it."""

    code: ClassVar[str] = "GRAPH_CONFLICT"


class GraphGone(GraphRejected):
    """410: what was asked to go on from is gone; read again from the beginning."""

    code: ClassVar[str] = "GRAPH_GONE"


class ReportSchemaChanged(Refused):
    """A usage report no longer has a column SUA needs."""

    code: ClassVar[str] = "REPORT_SCHEMA_CHANGED"


class RecordUnusable(Refused):
    """A call record contradicts itself, so no fact can be made of it; the message says how."""

    code: ClassVar[str] = "RECORD_UNUSABLE"


NOT_PREMIUM = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"

_BY_STATUS: dict[int, type[GraphRejected]] = {
    401: GraphForbidden,
    403: GraphForbidden,
    404: GraphNotFound,
    409: GraphConflict,
    410: GraphGone,
}


def rejection(status: int, graph_code: str, message: str) -> GraphRejected:
    if status == 403 and graph_code == NOT_PREMIUM:
        return NotPremium(message, graph_code)
    return _BY_STATUS.get(status, GraphRejected)(message, graph_code)


_CREDENTIAL = {7000215, 7000222, 700027, 50012}
_OURS = {7000218, 9001023, 900144, 90014, 70011, 700022}
_LOOPING = 50196
LOOPING_REST_S = 300.0
"""Too many identical requests: whoever goes on is locked out longer."""
_CONSENT = {700016, 65001}
_BLOCKED = {53003, 530032, 7000112, 70001}
_GONE = {90002, 90038, 900432}
_PASSING = {90055, 90006, 90012, 90024, 90033, 90090, 50033, 50087}


def token_refusal(codes: list[int], error: str) -> Refused | Unavailable:
    """The error for Entra's `error_codes` (AADSTS numbers). `error` is OAuth's short word, for the message only."""
    known: tuple[tuple[set[int], type[Refused | Unavailable]], ...] = (
        (_CREDENTIAL, CredentialRefused),
        (_OURS, RequestMalformed),
        (_CONSENT, ConsentLost),
        (_BLOCKED, TenantBlocked),
        (_GONE, TenantGone),
        (_PASSING, TokenUnavailable),
    )
    message = f"Entra gave no token: {error} {codes}"
    if _LOOPING in codes:
        return TokenUnavailable(message, retry_after=LOOPING_REST_S)
    for group, kind in known:
        if group & set(codes):
            return kind(message)
    return TokenRefused(message)
