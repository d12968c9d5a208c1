"""Graph's published limits: which of them a request counts against, and how fast each may be used.

Each limit is a token bucket, chosen so that no window of its length ever holds more than is allowed: what the bucket
holds and what flows in during the window are together at most the limit.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from app.domain.ids import DirectoryId

KEPT_S = 1.0
"""How long slots taken in advance may wait to be used; the buckets leave room for it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `requests` in any `seconds`.

    `burst`: how many at once after a rest. `batch`: how many slots a process takes at a time; what it does not use
    within `kept_s` is lost, so only wide limits are worth it.
    """

    requests: int
    seconds: float
    burst: int
    batch: int = 1
    kept_s: float = KEPT_S

    def __post_init__(self) -> None:
        if not 0 < self.batch <= self.burst < self.requests:
            raise ValueError(f"{self}: a batch fits into a burst, and a burst into the limit")

    def interval_s(self, pace: float = 1.0) -> float:
        """Seconds in which one slot flows in. `pace`: how many times faster time passes."""
        return (self.seconds + self.kept_s) / (self.requests - self.burst) / pace


CALLS = Limit(1_500, 20, burst=150, batch=25)
CALLS_EVERYWHERE = Limit(15_000, 20, burst=1_000, batch=100)
CALL_LIST = Limit(40, 20, burst=10)
CALL_PAGES = Limit(30, 20, burst=10)
"""Of one record, which may be asked 40 times in 20 s. Ten are left for first requests, which are not counted: an
item's lease and its waits keep those rare, and a row for every call would cost more than the request."""

LOG = Limit(50, 60, burst=10)
LOGS = Limit(200, 60, burst=20)
SIGN_INS = Limit(10, 60, burst=1)
REPORT = Limit(14, 600, burst=7)
SUBSCRIPTIONS = Limit(1_000, 20, burst=100, batch=5)
IDENTITY = Limit(1_500, 10, burst=150, batch=10)
"""3,500 units in 10 s for the smallest tenants; what SUA asks costs two at most."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted together. `shared`: by all tenants."""

    name: str
    limit: Limit
    shared: bool = False

    @property
    def kind(self) -> str:
        """What is asked for, one of few words: by it metrics and spans tell requests apart."""
        return self.name.partition("/")[0]


_RECORDS = "/communications/callrecords"
_PHONE_LOG = re.compile(rf"{_RECORDS}/(?:microsoft\.graph\.callrecords\.)?get(pstn|directrouting)[a-z]*\(")
_RECORD = re.compile(rf"{_RECORDS}/([0-9a-f-]{{1,64}})(/.+)?")
_REPORT = re.compile(r"(?:/copilot)?/reports/(?:microsoft\.graph\.)?([a-z0-9]+)\b.*")
_VERSION = re.compile(r"/(v1\.0|beta)(?=/)")

_CALLS_EVERYWHERE = Scope("calls", CALLS_EVERYWHERE, shared=True)
_SIGN_INS_EVERYWHERE = Scope("sign-ins", SIGN_INS, shared=True)


def scopes_of(directory: DirectoryId, path: str, query: str) -> tuple[Scope, ...]:
    """The limits a request counts against, the narrowest first. Every request counts against one at least."""
    plain = _VERSION.sub("", unquote(path).lower(), count=1)
    if plain.startswith(_RECORDS):
        return _of_calls(directory, plain)
    if plain.startswith("/subscriptions"):
        return (Scope(f"subscriptions/{directory}", SUBSCRIPTIONS),)
    if (report := _REPORT.fullmatch(plain)) is not None:
        return (Scope(f"report/{directory}/{report[1]}", REPORT),)
    if "signinactivity" in query.lower():
        return Scope(f"sign-ins/{directory}", SIGN_INS), _SIGN_INS_EVERYWHERE
    return (Scope(f"identity/{directory}", IDENTITY),)


def _of_calls(directory: DirectoryId, path: str) -> tuple[Scope, ...]:
    if (log := _PHONE_LOG.match(path)) is not None:
        return Scope(f"log/{directory}/{log[1]}", LOG), Scope(f"logs/{directory}", LOGS)
    wide = Scope(f"calls/{directory}", CALLS), _CALLS_EVERYWHERE
    record = _RECORD.fullmatch(path)
    if record is None:
        return Scope(f"call-list/{directory}", CALL_LIST), *wide
    if record[2] is not None:
        return Scope(f"call/{directory}/{record[1]}", CALL_PAGES), *wide
    return wide
