"""Which of SUA's credentials to show Entra next, and what Entra said of each."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from app.ingest.credentials import Credential
from app.ingest.graph_errors import CredentialRefused
from app.telemetry import count, say

REST_S = 30.0
"""How long a credential rests after a first refusal; doubled after each further one, up to 16 times as long."""

_DOUBLINGS = 4


@dataclass(slots=True)
class _Standing:
    refusals: int = 0
    awake_at: float = 0.0


class Keyring:
    """Credentials in the order of preference. Of the whole process: what one tenant's request showed serves all.

    May be used from several threads.
    """

    def __init__(self, credentials: Sequence[Credential], rest_s: float = REST_S) -> None:
        self._credentials = tuple(credentials)
        self._rest_s = rest_s
        self._standing = {each.name: _Standing() for each in credentials}
        self._verdicts: dict[str, str | None] = {}
        self._lock = threading.Lock()
        self.refusal: CredentialRefused | None = None
        """The newest; None: there was none since a credential was taken."""

    @property
    def preferred(self) -> str:
        return self._credentials[0].name

    def awake(self) -> list[Credential]:
        """Those that may be shown now. None, while all rest: Entra locks out who goes on with what it refused."""
        now = monotonic()
        with self._lock:
            return [each for each in self._credentials if self._standing[each.name].awake_at <= now]

    def taken(self, credential: Credential) -> None:
        with self._lock:
            self._standing[credential.name] = _Standing()
            self._verdicts[credential.name] = None
            self.refusal = None

    def refused(self, credential: Credential, error: CredentialRefused) -> None:
        with self._lock:
            standing = self._standing[credential.name]
            rest = self._rest_s * (1 << min(standing.refusals, _DOUBLINGS))
            standing.refusals += 1
            standing.awake_at = monotonic() + rest
            self._verdicts[credential.name] = str(error)
            self.refusal = error
        count("credential.refused")
        say("credential.refused", logging.WARNING, credential=credential.name, rest_s=rest)

    def verdicts(self) -> dict[str, str | None]:
        """What was said of each since this was asked last."""
        with self._lock:
            said, self._verdicts = self._verdicts, {}
        return said
