"""Which `extensions.code` a client can meet where. What each means and what to do stands in README.md."""

REQUEST = (
    "BAD_REQUEST",
    "BATCH_REFUSED",
    "BODY_TIMEOUT",
    "BODY_TOO_LARGE",
    "CSRF_REFUSED",
    "DOCUMENT_NOT_TRUSTED",
    "FORBIDDEN",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "METHOD_NOT_ALLOWED",
    "NOT_ACCEPTABLE",
    "PERSISTED_QUERY_MISMATCH",
    "PERSISTED_QUERY_NOT_FOUND",
    "QUERY_TOO_COSTLY",
    "RATE_LIMITED",
    "SESSION_EXPIRED",
    "UNAUTHENTICATED",
    "UNSUPPORTED_MEDIA_TYPE",
)
"""The request as a whole is not run."""

QUESTION = (
    "AS_OF_OUT_OF_RANGE",
    "BAD_USER_INPUT",
    "GROUP_TOO_SMALL",
    "IDLE_DAYS_OUT_OF_RANGE",
    "INVALID_CURSOR",
    "NOT_FOUND",
    "NOT_PROVABLE",
    "RANGE_TOO_LONG",
    "TREND_TOO_LONG",
)
"""One field is not answered: its arguments have to change."""

LATER = (
    "ABORTED",
    "CLOCK_DOWN",
    "DATABASE_DOWN",
    "INGEST_DATABASE_DOWN",
    "KEYS_UNAVAILABLE",
    "NOT_READY",
    "QUERY_TIMED_OUT",
)
"""The same request may be answered later."""

FAULT = ("EVIDENCE_BROKEN", "FACT_UNREADABLE", "INTERNAL", "KEY_UNUSABLE")
"""Nothing the caller can do; the operator has to look."""

CHANGE = (
    "BUFFER_MIN_OUT_OF_RANGE",
    "BUFFER_SHARE_OUT_OF_RANGE",
    "CONCURRENT_APPEND",
    "CURRENCY_UNKNOWN",
    "CUSTOMER_KNOWN",
    "CUSTOMER_UNNAMED",
    "DISABLED_DAYS_OUT_OF_RANGE",
    "EXEMPTION_OVER",
    "GRACE_DAYS_OUT_OF_RANGE",
    "IDLE_DAYS_OUT_OF_RANGE",
    "INVITATION_ACCEPTED",
    "MAIL_ADDRESS_REFUSED",
    "NOTE_TOO_LONG",
    "NO_SUCH_FINDING",
    "OWNER_LENGTH_OUT_OF_RANGE",
    "POOL_OWNER_MISMATCH",
    "PRICE_AMOUNT_REFUSED",
    "PRICE_DATE_REFUSED",
    "PRICE_NAME_REFUSED",
    "PRICE_PERIODS_OVERLAP",
    "PRICE_PERIOD_EMPTY",
    "PRICE_QUANTITY_REFUSED",
    "PRICE_UNKNOWN",
    "PROJECTION_UNKNOWN",
    "READ_ONLY",
    "REASON_LENGTH_OUT_OF_RANGE",
    "REBUILD_RUNNING",
    "RETENTION_DAYS_OUT_OF_RANGE",
    "SEAT_NOT_HELD",
    "SKU_NAMED_TWICE",
    "TENANT_ERASED",
    "TENANT_OFFBOARDED",
    "TIME_ZONE_UNKNOWN",
)
"""A change is not made."""

LISTENING = ("PROJECTION_UNKNOWN", "TOO_MANY_SUBSCRIPTIONS", "WRONG_TRANSPORT")
"""A subscription is not begun."""

QUERY = (
    "Questions. Every error carries `extensions.code`, which never changes; its message may. Not run as a whole: "
    f"{', '.join(REQUEST)}. A field whose arguments have to change: {', '.join(QUESTION)}. Ask again later: "
    f"{', '.join(LATER)}. For the operator: {', '.join(FAULT)}; INTERNAL carries a `traceId`."
)
MUTATION = f"Besides the codes of Query: {', '.join(CHANGE)}."
SUBSCRIPTION = f"News as it comes. Besides the codes of Query: {', '.join(LISTENING)}."
